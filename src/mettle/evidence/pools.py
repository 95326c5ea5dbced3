"""Which studies may speak before a person's own data, with the discounts that each of them takes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["block", "momentary"]


@dataclass(frozen=True, slots=True)
class Speaker:
    """One body of studies in a pool.

    Parameters
    ----------
    figure
        Id of a published pooled figure; empty where trial-level data speak.
    trials
        Subset of the Cochrane data that is pooled anew; empty where a figure speaks.
    tau_trials
        Subset of the Cochrane data that lends how much trials differ, where the figure does not tell.
    tau_from_i2
        Whether how much trials differ is worked out from I2, the number of studies and the standard error.
    keep
        Share that is kept after a discount for bias, 0 to 1.
    reason
        Why that share.
    """

    figure: str
    trials: str
    tau_trials: str
    tau_from_i2: bool
    keep: float
    reason: str


@dataclass(frozen=True, slots=True)
class Pool:
    """Studies of one question, and the outcomes that they may speak for.

    Parameters
    ----------
    name
        Its key.
    kind
        ``block``: SMD between people times the trials' SD; ``momentary``: in the person's own within-person SD.
    outcomes
        Instruments (block) or measures (momentary).
    sceptical, mainstream
        None where no such studies are at hand.
    """

    name: str
    kind: Kind
    outcomes: tuple[str, ...]
    sceptical: Speaker | None
    mainstream: Speaker | None


@dataclass(frozen=True, slots=True)
class TrialSd:
    """The pooled SD of an instrument between people, points, with where it is from."""

    points: float
    source: str
    status: str


@cache
def pools() -> dict[str, Pool]:
    """Every pool by its name."""
    return {
        name: Pool(
            name=name,
            kind=row["kind"],
            outcomes=tuple(row.get("instruments", []) or row.get("measures", [])),
            sceptical=_speaker(row.get("sceptical")),
            mainstream=_speaker(row.get("mainstream")),
        )
        for name, row in _data()["pool"].items()
    }


def check(names: Iterable[str]) -> None:
    """Raise ValueError for a name that is no pool."""
    for name in names:
        if name not in pools():
            raise ValueError(f"prior {name!r} is not known, allowed: {', '.join(pools())}")


def trial_sds() -> dict[str, TrialSd]:
    """The SD of each instrument between people, with its status."""
    return {key: TrialSd(**row) for key, row in _data()["trial_sd"].items()}


def judgement() -> dict[str, Any]:
    """The judgements that all pools share, each with its reason."""
    return dict(_data()["judgement"])


def _speaker(row: dict[str, Any] | None) -> Speaker | None:
    if row is None:
        return None
    return Speaker(
        figure=row.get("figure", ""),
        trials=row.get("trials", ""),
        tau_trials=row.get("tau_trials", ""),
        tau_from_i2=row.get("tau_from_i2", False),
        keep=row["keep"],
        reason=row["reason"],
    )


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("mettle.evidence").joinpath("data/priors.toml").read_text(encoding="utf-8"))
