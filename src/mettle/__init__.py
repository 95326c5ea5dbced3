"""mettle: can resistance training improve *my* mental health?

This package loads nothing heavy; import what you need from the package that owns it (see ARCHITECTURE.md).
"""

from __future__ import annotations

__version__ = "0.1.0"
