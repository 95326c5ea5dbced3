"""What is published: claims, studies, and the priors that they give one person."""

from __future__ import annotations

from mettle.evidence.priors import Prior, PriorSet, zero_centred

__all__ = ["Prior", "PriorSet", "zero_centred"]
