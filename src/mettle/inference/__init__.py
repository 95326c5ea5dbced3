"""Numbers in, numbers out: one person's effect, effect sizes, meta-analysis, pooling. Import from the module that owns it."""

from __future__ import annotations
