"""The second opinion on a plan: every rule with its figure, from the document, the profile and the tables alone.

It shares no code with the planner (an import contract says so): it reads the PLAN document as anybody would, counts for
itself what is settable, how long things take and how much each muscle gets, and calls nothing that made the plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mettle.prescription import checked_dose, checked_frame, checked_person
from mettle.prescription.checked_arms import arm_checks
from mettle.prescription.checked_case import case_of
from mettle.prescription.programme import Check
from mettle.words import say

if TYPE_CHECKING:
    from mettle.prescription.profile import Profile

_RULES = (*checked_frame.RULES, *checked_dose.RULES, *checked_person.RULES)


def check(plan: dict[str, Any], profile: Profile) -> tuple[Check, ...]:
    """Every rule that a plan obeys, whether it does, and the figure.

    Parameters
    ----------
    plan
        A PLAN document.
    profile
        Whom it is for.
    """
    if plan["status"] == "refused":
        return (
            Check(
                say("a refused plan has no session"),
                holds=not plan["weeks"],
                figure=say("{weeks} weeks", weeks=len(plan["weeks"])),
            ),
        )
    case = case_of(plan, profile)
    found = [rule(case) for rule in _RULES]
    return tuple(c for c in found if c is not None) + tuple(arm_checks(plan))
