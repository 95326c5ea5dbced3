"""The ladder of somebody who fears being among people: when the plan may ask for the next step. The person decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to a step, with the tension told before and after, 0-10; None where it was not told.

    Parameters
    ----------
    stays
        Whether the person, asked after it, wished to stay on the step.
    """

    step: int
    before: float | None = None
    after: float | None = None
    stays: bool = False


def ready_for(ladder: Mapping[str, Any], visits: Sequence[Visit]) -> int | None:
    """The step to ask about; None where there is nothing to ask.

    The last visits, as many as the ladder says, were all on one step, each ended below its limit and none ended more
    tense than it began. After a "stay" it takes as many visits again, so that nobody is pushed.

    Parameters
    ----------
    ladder
        As in PLAN.json: ``steps``, and ``advance`` with ``visits`` and ``calm_below``.
    visits
        In time order.

    Source: graded exposure as common in cognitive behaviour therapy; the figures stand in doses.toml, awaiting a
    clinician.

    >>> ladder = {"steps": [{"step": 1}, {"step": 2}], "advance": {"visits": 3, "calm_below": 4}}
    >>> ready_for(ladder, [Visit(1, 7, 3), Visit(1, 5, 3), Visit(1, 4, 2)])
    2
    >>> ready_for(ladder, [Visit(1, 7, 3), Visit(1, 5, 3), Visit(1, 4, 2, stays=True)]) is None
    True
    """
    advance = ladder["advance"]
    since = next((n for n, visit in enumerate(reversed(visits)) if visit.stays), len(visits))
    last = visits[len(visits) - since :][-advance["visits"] :]
    if len(last) < advance["visits"] or len({v.step for v in last}) > 1:
        return None
    calm = all(
        v.after is not None and v.after < advance["calm_below"] and (v.before is None or v.after <= v.before)
        for v in last
    )
    following = last[-1].step + 1
    return following if calm and any(s["step"] == following for s in ladder["steps"]) else None
