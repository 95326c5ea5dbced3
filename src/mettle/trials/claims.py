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
        days=168 if kind == "blocks" else row["days"],
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


def _direction(outcome: str) -> Literal["better", "worse"]:
    if outcome in instruments.ids():
        return instruments.load(outcome).higher_is
    item = instruments.measures().get(outcome)
    return item.higher_is if item else ("worse" if outcome == "spent" else "better")


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("mettle.trials").joinpath("data/designs.toml").read_text(encoding="utf-8"))
