"""What is published: claims, studies, and the priors that they give one person."""

from __future__ import annotations

from mettle.evidence.claims import DESIGNS, VERDICTS, Claim, claim, claims, overall, select
from mettle.evidence.priors import Prior, PriorSet, zero_centred
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
    "overall",
    "select",
    "studies",
    "study",
    "zero_centred",
]
