"""What is published: claims, studies, and the priors that they give one person."""

from __future__ import annotations

from mettle.evidence.claims import DESIGNS, VERDICTS, Claim, claim, claims, overall, select
from mettle.evidence.priors import Prior, PriorSet, for_claim, zero_centred
from mettle.evidence.studies import Study, studies, study

__all__ = [
    "DESIGNS",
    "VERDICTS",
    "Claim",
    "Prior",
    "PriorSet",
    "Study",
    "claim",
    "claims",
    "for_claim",
    "overall",
    "select",
    "studies",
    "study",
    "zero_centred",
]
