"""The app: the only package that imports Django. One Django app, one person's data at a time."""

from __future__ import annotations
