from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mettle.cli import main

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("altair", reason="the charts extra is not installed")


def test_the_forest_plot_names_every_trial_and_the_pooled_figure(tmp_path: Path) -> None:
    target = tmp_path / "forest.html"
    assert main(["evidence", "replicate", "cochrane-2013", "--analysis", "resistance", "--forest", str(target)]) == 0
    html = target.read_text(encoding="utf-8")
    for name in ("Pilu 2007", "Sims 2009", "Singh 1997", "Singh 2005", "-1.03 [-1.52, -0.53]"):
        assert name in html.replace("−", "-")


def test_an_unknown_analysis_is_one_clear_line_and_draws_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "forest.svg"
    assert main(["evidence", "replicate", "cochrane-2013", "--analysis", "yoga", "--forest", str(target)]) == 2
    err = capsys.readouterr().err
    assert err.startswith("mettle: unknown analysis 'yoga', allowed: after_treatment, resistance")
    assert not target.exists()
