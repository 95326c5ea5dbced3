"""From a claim to a trial that one person can run: design, outcome, two arms, effect and prior."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, get_args

from mettle import evidence, instruments
from mettle.evidence.outcomes import TASKS
from mettle.trials.schedule import Kind

if TYPE_CHECKING:
    from mettle.evidence import Claim, PriorSet
    from mettle.trials.contrasts import EffectName
    from mettle.trials.verdict import Direction

MeasuredBy = Literal["instrument", "item", "device", "own record"]
DEVICES = {"rmssd": "hrv_rmssd_ms"}
"""What a wearable's export brings, under the name that importers give it."""


@dataclass(frozen=True, slots=True)
class ClaimTrial:
    """A ready trial of one claim.

    Parameters
    ----------
    claim
        Its id.
    kind, arms, days
        The design; the claim speaks of the first arm.
    outcome, measured_by
        Name in the check-ins, and what gives it.
    daily
        An item asked every day beside a sparse instrument; None where the outcome is one itself.
    own_record
        What the person writes down, where no instrument or item of ours measures it.
    effect
        Which effect the claim is about: its horizon.
    higher_is
        Which direction of the outcome is good.
    part
        What the trial leaves out of the claim; empty where it tests the whole of it.
    """

    claim: str
    kind: Kind
    arms: tuple[str, str]
    days: int
    outcome: str
    measured_by: MeasuredBy
    daily: str | None
    own_record: str
    effect: EffectName
    higher_is: Literal["better", "worse"]
    part: str

    def prior(self, own_sd: float) -> PriorSet:
        """The claim's priors in points, for a person whose own SD of the outcome is ``own_sd``."""
        return evidence.for_claim(self.claim, self.outcome, own_sd=own_sd, higher_is=self.higher_is)


@dataclass(frozen=True, slots=True)
class Offer:
    """A design offered to someone who already trains."""

    kind: Kind
    arms: tuple[str, str]
    words: str


def for_claim(claim: Claim | str) -> ClaimTrial | None:
    """The trial of one claim; None where nothing at home could test it.

    >>> t = for_claim("8.2")
    >>> t.kind, t.arms, t.outcome, t.effect
    ('am_pm', ('evening', 'morning'), 'sleep_quality', 'next_day')
    >>> for_claim("0.1") is None
    True
    """
    one = evidence.claim(claim) if isinstance(claim, str) else claim
    if one.design == "none":
        return None
    table = _table()
    row: dict[str, Any] = {**table["word"][one.design], **table["claim"].get(one.id, {})}
    outcome, by, note = _outcome(one, row)
    kind = row["kind"]
    if kind not in get_args(Kind):
        raise ValueError(f"designs.toml: claim {one.id}: kind {kind!r}")
    own_part = table["claim"].get(one.id, {}).get("part", "")
    parts = (own_part or row.get("part", ""), note)
    return ClaimTrial(
        claim=one.id,
        kind=kind,
        arms=(row["arms"][0], row["arms"][1]),
        days=_days(kind, row["days"], outcome),
        outcome=outcome,
        measured_by=by,
        daily=one.measure if by == "instrument" and one.measure else None,
        own_record=row.get("own_record", ""),
        effect=row["effect"],
        higher_is=_direction(outcome),
        part=" ".join(p for p in parts if p),
    )


def without_stretches(trial: ClaimTrial) -> ClaimTrial:
    """The same question without any stretch of days without training: random days within the week."""
    if trial.kind != "blocks" or trial.arms[1] != "rest":
        return trial
    return replace(trial, kind=_table()["word"]["block"]["without_stretches"])


@cache
def ready() -> dict[str, ClaimTrial]:
    """Every claim that one person can try, by id, in order."""
    found = ((one.id, for_claim(one)) for one in evidence.claims().values())
    return {claim: trial for claim, trial in found if trial is not None}


def offers() -> tuple[Offer, ...]:
    """What someone who already trains is offered first."""
    return tuple(Offer(o["kind"], (o["arms"][0], o["arms"][1]), o["words"]) for o in _table()["offer"])


def offer_words() -> list[str]:
    """The first offers as a reader meets them, each with what to type; and what a stretch without training is."""
    told = ["If you already train, these come first, since you go on training in all of them:"]
    told += [f"  {o.words}: --kind {o.kind} --arms {','.join(o.arms)}" for o in offers()]
    told.append(
        "Stretches of days without training (--kind blocks --arms train,rest) are a stopping test: they ask what stopping does, and need a "
        "PHQ-9 of the last 14 days (--scores)."
    )
    return told


def ways() -> dict[str, list[tuple[str, str]]]:
    """What two ways of training may differ in, and the pairs of arms of each; a plan can hold all of them apart."""
    return {name: [(a, b) for a, b in pairs] for name, pairs in _table()["ways"].items()}


def executable(arms: tuple[str, str]) -> bool:
    """Whether a plan can be made for both arms."""
    pairs = [{"train", "rest"}, *({a, b} for each in ways().values() for a, b in each)]
    return set(arms) in pairs


def end_to_end(trial: ClaimTrial) -> bool:
    """Whether there is something to measure with, a design, and two arms that a plan can make."""
    measured = trial.outcome in {*instruments.ids(), *instruments.measures(), *DEVICES.values()}
    return (measured or bool(trial.own_record)) and executable(trial.arms)


def _outcome(claim: Claim, row: dict[str, Any]) -> tuple[str, MeasuredBy, str]:
    """Name, what gives it, and what it leaves out."""
    if "own_record" in row:
        return row["outcome"], "own record", ""
    wanted = row.get("outcome", "")
    if not wanted and row["effect"] in ("chronic", "total") and claim.instrument in instruments.ids():
        wanted = claim.instrument
    if not wanted and claim.measure:
        wanted = claim.measure
    if not wanted and claim.instrument in DEVICES:
        return DEVICES[claim.instrument], "device", ""
    wanted = wanted or claim.instrument
    task = TASKS.get(claim.instrument, "")
    note = f"Your own rating stands for {task}." if task and wanted == claim.measure else ""
    return wanted, "instrument" if wanted in instruments.ids() else "item", note


SCORES = 12
"""A questionnaire enters with at least so many scores planned: an answer takes seven, and some are always missed."""


def _days(kind: str, days: int, outcome: str) -> int:
    """Days of a trial: half a year of blocks, and as long as the outcome's questionnaire needs to be asked often enough."""
    needed = SCORES * asked_every(outcome) if outcome in instruments.ids() else 0
    return max(168 if kind == "blocks" else days, needed)


def asked_every(outcome: str) -> int:
    """How often an outcome is asked, in days: a questionnaire as often as it may be, at most once a week; anything else daily.

    >>> asked_every("phq9"), asked_every("pss10"), asked_every("mood")
    (14, 28, 1)
    """
    return max(instruments.load(outcome).min_interval_days, 7) if outcome in instruments.ids() else 1


def _direction(outcome: str) -> Literal["better", "worse"]:
    if outcome in instruments.ids():
        return instruments.load(outcome).higher_is
    item = instruments.measures().get(outcome)
    return item.higher_is if item else ("worse" if outcome == "spent" else "better")


def effect_of(claim: str | None, outcome: str) -> EffectName:
    """Which effect a trial of a claim is about, where the outcome is the claim's own; else that of the session's own hours.

    >>> effect_of("8.2", "sleep_quality"), effect_of("8.2", "mood"), effect_of(None, "mood")
    ('next_day', 'acute', 'acute')
    """
    found = None if claim is None else for_claim(claim)
    return found.effect if found is not None and found.outcome == outcome else "acute"


def higher_is(claim: str | None, outcome: str, otherwise: Direction = "better") -> Direction:
    """Which direction of an outcome is good: as its questionnaire, its item or its claim says.

    >>> higher_is(None, "phq9"), higher_is(None, "mood"), higher_is("7.6", "spent"), higher_is(None, "my_own")
    ('worse', 'better', 'worse', 'better')
    """
    if outcome in instruments.ids() or outcome in instruments.measures():
        return _direction(outcome)
    found = None if claim is None else for_claim(claim)
    return found.higher_is if found is not None and found.outcome == outcome else otherwise


def walked() -> tuple[int, int]:
    """How many claims were walked from design to answer by the real commands (`validation/claims/`), and how many of them ran.

    >>> count, ran = walked()
    >>> ran <= count <= len(ready())
    True
    """
    counts = tomllib.loads(files("mettle.trials").joinpath("data/walked.toml").read_text(encoding="utf-8"))
    return counts["walked"], counts["ran"]


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("mettle.trials").joinpath("data/designs.toml").read_text(encoding="utf-8"))
