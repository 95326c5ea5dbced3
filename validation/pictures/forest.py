"""Draw the forest plots that the app shows: run after the data or the drawing change."""

from __future__ import annotations

from pathlib import Path

from mettle.reports.pictures import save
from mettle.reports.replication import forest

HERE = Path(__file__).resolve().parents[2] / "src" / "mettle" / "web" / "static" / "mettle" / "forest"
ANALYSES = ("after_treatment", "resistance", "low_risk")

if __name__ == "__main__":
    for analysis in ANALYSES:
        save(forest(analysis), str(HERE / f"{analysis}.svg"))
        save(forest(analysis), str(HERE / f"{analysis}-narrow.svg"), narrow=True)
