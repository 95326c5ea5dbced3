"""One file per foreign format: foreign rows in, a diary and an account of every row out."""

from __future__ import annotations

from mettle.importers.imported import Imported, Question
from mettle.importers.reading import read

__all__ = ["Imported", "Question", "read"]
