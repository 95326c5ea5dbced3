"""``python -m mettle`` is the ``mettle`` command."""

from __future__ import annotations

import sys

from mettle.cli import main

if __name__ == "__main__":
    sys.exit(main())
