from __future__ import annotations

import re

from mettle.evidence import claims, studies

# Figures that a reader would act on, typed from the papers' abstracts, not from the data file.
PRINTED = {
    "gordon2018_depression": (0.66, 0.48, 0.83),
    "gordon2017_anxiety": (0.31, 0.17, 0.44),
    "noetel2024_strength": (-0.49, -0.69, -0.29),
    "krogh2017_low_risk": (-0.11, -0.41, 0.18),
    "cooney2013_low_risk": (-0.18, -0.47, 0.11),
    "chang2025": (-0.94, -1.16, -0.72),
    "landrigan2020_memory": (0.15, -0.21, 0.51),
    "sherrington2019": (0.77, 0.71, 0.83),
    "marasingha2022": (-1.01, -1.29, -0.74),
    "kjaervik2024": (-0.02, -0.13, 0.09),
}


def test_figures_are_those_in_print() -> None:
    for study_id, (estimate, low, high) in PRINTED.items():
        study = studies()[study_id]
        assert (study.estimate, study.low, study.high) == (estimate, low, high), study_id


def test_an_interval_holds_its_estimate_and_has_a_level() -> None:
    for study in studies().values():
        if study.low is not None and study.high is not None:
            assert study.estimate is not None, study.id
            assert study.low < study.estimate < study.high, study.id
            assert study.level, study.id


def test_every_figure_says_where_it_was_read() -> None:
    for study in studies().values():
        assert study.doi == "" or re.fullmatch(r"10\.\d{4,9}/\S+", study.doi), study.id
        assert study.where, study.id
        assert (study.where == "memory") == (study.status == "recalled"), study.id
        assert study.says.endswith("."), study.id


def test_the_diary_studies_keep_their_own_coverage_and_spread() -> None:
    rehder = studies()["rehder2026"]
    assert (rehder.level, rehder.sd_kind) == (99.2, "within")  # the paper prints 99.2% intervals


def test_a_standardised_figure_says_whose_spread_it_uses() -> None:
    for study in studies().values():
        if study.unit in ("SMD", "r") and study.estimate is not None:
            assert study.sd_kind in ("between", "within"), study.id
            assert study.benefit in ("plus", "minus"), study.id


def test_no_figure_lies_unused() -> None:
    used = {study.id for claim in claims().values() for study in claim.figures}
    assert set(studies()) == used
