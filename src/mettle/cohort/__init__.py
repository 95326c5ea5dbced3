"""Many people: a folder of them, the same answer for each on any executor, and what they say together."""

from __future__ import annotations

from mettle.cohort.executors import open_executor
from mettle.cohort.folder import Person, load, people
from mettle.cohort.kept import Kept
from mettle.cohort.surviving import answers
from mettle.cohort.together import pooled

__all__ = ["Kept", "Person", "answers", "load", "open_executor", "people", "pooled"]
