from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from mettle.errors import InputError
from mettle.inference.meta_analysis import meta_analysis
from mettle.reports.charting import svg
from mettle.reports.forest import forest_plot, funnel_plot
from mettle.reports.pictures import page, save

if TYPE_CHECKING:
    from pathlib import Path

    from mettle.reports.pictures import Picture

STUDIES = [
    ("Sims 2009", -0.53, 0.09),
    ("<b>Singh</b> & co", -1.75, 0.18),
    ("Pilu 2007", -1.04, 0.17),
    ("Wide", 0.2, 9.0),
]


@cache
def forest(measure: str = "SMD") -> Picture:
    fit = meta_analysis([y for _, y, _ in STUDIES], [v for _, _, v in STUDIES])
    return forest_plot(STUDIES, fit, measure=measure)


def test_every_study_its_interval_its_weight_the_mean_and_the_prediction_stand_in_the_picture() -> None:
    fit = meta_analysis([y for _, y, _ in STUDIES], [v for _, _, v in STUDIES])
    drawn = svg(forest().wide)
    assert "Sims 2009" in drawn
    assert "−0.53 [−1.12, 0.06]" in drawn
    assert f"{fit.weights[0]:.1f}%" in drawn
    assert "mean effect" in drawn
    assert f"−{abs(fit.estimate):.2f} [−{abs(fit.ci_low):.2f}" in drawn
    assert "in a new setting" in drawn


def test_labels_from_a_file_are_text_never_markup() -> None:
    picture = forest()
    for text in (svg(picture.wide), page(picture)):
        assert "<b>Singh" not in text
        assert "&lt;b&gt;Singh" in text


def test_the_narrow_picture_fits_a_phone() -> None:
    for picture in (
        forest(),
        funnel_plot(STUDIES, meta_analysis([-0.5, -1.7, -1.0, 0.2], [0.09, 0.18, 0.17, 9.0]), measure="SMD"),
    ):
        head = svg(picture.narrow).partition(">")[0]
        width = float(head.partition('width="')[2].partition('"')[0])
        assert width <= 360


def test_ratios_are_shown_as_ratios() -> None:
    picture = forest("OR")
    assert picture.rows[0][1].startswith("0.59 [0.33")
    assert "odds ratio" in svg(picture.wide)


def test_one_study_can_be_drawn() -> None:
    one = [("only", -0.4, 0.04)]
    fit = meta_analysis([-0.4], [0.04])
    assert "only" in svg(forest_plot(one, fit, measure="SMD").wide)
    assert "standard error" in svg(funnel_plot(one, fit, measure="SMD").wide)


def test_the_page_says_the_figures_in_words_and_fetches_nothing() -> None:
    text = page(forest())
    assert "4 studies; mean" in text
    assert "<td>Sims 2009</td>" in text
    assert "<script" not in text
    assert 'src="' not in text


def test_a_name_that_is_no_picture_and_a_folder_that_is_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ends in .svg, .png or .html"):
        save(forest(), str(tmp_path / "x.pdf"))
    with pytest.raises(InputError, match="its folder does not exist"):
        save(forest(), str(tmp_path / "no" / "x.svg"))
    assert list(tmp_path.iterdir()) == []


def test_a_network_is_drawn_against_its_reference_best_first() -> None:
    from mettle.inference.network import network_meta_analysis
    from mettle.inference.network_data import build, from_arms
    from mettle.reports.forest import network_plot

    arms = [{"wait": (0.0, 0.1), "lift": (-0.8, 0.1)}, {"wait": (0.1, 0.1), "walk": (-0.3, 0.1)}]
    arms += [{"lift": (-0.7, 0.1), "walk": (-0.4, 0.1)}, {"wait": (0.0, 0.2), "lift": (-0.5, 0.1)}]
    fit = network_meta_analysis(build([from_arms(f"s{i}", a) for i, a in enumerate(arms)], reference="wait"))
    picture = network_plot(fit, measure="SMD")
    assert [row[0] for row in picture.rows] == ["lift", "walk"]
    drawn = svg(picture.wide)
    assert "against wait" in drawn
    assert picture.rows[0][1] in drawn
    head = svg(picture.narrow).partition(">")[0]
    assert float(head.partition('width="')[2].partition('"')[0]) <= 360
