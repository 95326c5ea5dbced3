"""One person's experiment: its schedule, what was done, the analysis table, the checks and the verdict."""

from __future__ import annotations

from mettle.trials.exposure import exposures
from mettle.trials.schedule import Schedule, read_schedule, schedule_from
from mettle.trials.table import Table, build
from mettle.trials.verdict import Effect

__all__ = ["Effect", "Schedule", "Table", "build", "exposures", "read_schedule", "schedule_from"]
