"""Several outcomes of one person at once: each estimate leans on the others, and a false discovery rate stands beside it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mettle.trials.verdict import effect_of, headline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.inference.nof1 import Mixture
    from mettle.trials.verdict import Direction, Effect, Strength, Verdict

FALSE_DISCOVERY_RATE = 0.10


@dataclass(frozen=True, slots=True)
class Member:
    """One outcome of the family.

    Parameters
    ----------
    outcome
        Its name.
    posterior
        Of the headline's effect, in own SD and the outcome's own sign.
    prior_mean, prior_sd
        Of the same effect, own SD.
    scale
        Points in one own SD.
    swc
        Points.
    higher_is
        Direction of the outcome.
    verdict
        Of the headline by itself, over all priors.
    p
        Of the randomisation test; None where there is none.
    estimand
        In words.
    slow
        Whether the effect takes weeks.
    """

    outcome: str
    posterior: Mixture
    prior_mean: float
    prior_sd: float
    scale: float
    swc: float
    higher_is: Direction
    verdict: Verdict
    p: float | None
    estimand: str
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Shared:
    """What the family says of one outcome.

    Parameters
    ----------
    outcome
        Its name.
    effect
        Partially pooled, points of the outcome.
    verdict, strength
        A claim stands only where the outcome's own headline and the pooled effect say the same.
    p, p_adjusted, discovered
        Of the randomisation test: as it is, adjusted by Benjamini and Hochberg, and whether it stays below 0.10.
    """

    outcome: str
    effect: Effect
    verdict: Verdict
    strength: Strength | None
    p: float | None
    p_adjusted: float | None
    discovered: bool | None

    def document(self) -> dict[str, Any]:
        """As JSON, figures to six significant digits."""
        told = asdict(self)
        effect = {key: _rounded(value) for key, value in told["effect"].items()}
        return {**told, "effect": effect, "p": _rounded(self.p), "p_adjusted": _rounded(self.p_adjusted)}


def _rounded(value: Any) -> Any:  # noqa: ANN401 # a figure, or words that stay
    return float(f"{value:.6g}") if isinstance(value, float) else value


def shared(members: Sequence[Member]) -> tuple[Shared, ...]:
    """Effects pooled within the person (exchangeable, half-normal(0.2) own SD apart), in the order given.

    The outcomes' errors are taken as independent, which ratings made at one moment are not: what the person felt then is in all of them. The
    pooled intervals are then too narrow, most where outcomes are alike; an outcome's own answer and the Benjamini-Hochberg figures, which hold
    under positive dependence (Benjamini & Yekutieli 2001, doi 10.1214/aos/1013699998), do not lean on it.

    With few outcomes that point different ways little is borrowed; one lucky outcome among many is pulled to the rest.

    Parameters
    ----------
    members
        At least one.
    """
    # scipy.special takes a third of a second to load, and one outcome needs no pooling
    from mettle.inference.pooling import Message, benjamini_hochberg, pool_claims  # noqa: PLC0415 - as said

    turned = [_turned(m) for m in members]
    pooled = pool_claims([Message(x, m.prior_mean * s, m.prior_sd) for (x, s), m in zip(turned, members, strict=True)])
    known = [i for i, m in enumerate(members) if m.p is not None]
    adjusted, kept = benjamini_hochberg(np.array([members[i].p for i in known], dtype=float), q=FALSE_DISCOVERY_RATE)
    found = []
    for i, (m, (_, s)) in enumerate(zip(members, turned, strict=True)):
        mixture = type(m.posterior)(pooled.personal[i].weights, s * pooled.personal[i].means, pooled.personal[i].sds)
        effect = effect_of(
            mixture,
            scale=m.scale,
            prior_sd=m.prior_sd * m.scale,
            swc=m.swc,
            higher_is=m.higher_is,
            estimand=m.estimand,
            data_alone=mixture,  # what the outcome's own data say is in its own verdict, which must be the same
            slow=m.slow,
        )
        verdict, strength = _both(m.verdict, effect)
        at = known.index(i) if i in known else None
        p_adjusted = None if at is None else float(adjusted[at])
        found.append(
            Shared(m.outcome, effect, verdict, strength, m.p, p_adjusted, None if at is None else bool(kept[at]))
        )
    return tuple(found)


def _turned(m: Member) -> tuple[Mixture, float]:
    """The posterior with positive for better, and the sign."""
    sign = 1.0 if m.higher_is == "better" else -1.0
    return type(m.posterior)(m.posterior.weights, sign * m.posterior.means, m.posterior.sds), sign


def _both(own: Verdict, effect: Effect) -> tuple[Verdict, Strength | None]:
    if own in ("cannot_tell", "depends_on_prior"):
        return own, None
    verdict, strength = headline(effect, ())
    return (verdict, strength) if verdict == own else ("cannot_tell", None)
