"""What people look at: one file a subject."""

from __future__ import annotations
