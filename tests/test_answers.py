from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest

from mettle.answers import Answer, answer
from mettle.diary import Diary, Dose, Observation
from mettle.errors import InputError
from mettle.reports.terminal import LINES, answer_lines
from mettle.trials.people import PEOPLE, simulate
from mettle.units import When

TODAY = date(2026, 12, 31)
TRUE_FIRST_HOURS = 14.0 * (1 - 2.718281828**-1)
"""The simulated person's lift of 14 points fading with 4 hours, averaged over four hours."""


@cache
def of(name: str, *, randomised: bool = True, days: int = 120, seed: int = 3) -> Answer:
    diary, schedule = simulate(PEOPLE[name], days=days, seed=seed, randomised=randomised)
    return answer("mood", diary, today=TODAY, schedule=schedule)


def test_one_who_benefits_gets_a_clear_answer_near_the_truth() -> None:
    found = of("benefits")
    acute = found.effects["acute"]
    assert (found.verdict, found.strength, found.credibility) == ("better", "clear", "randomised")
    assert acute.q025 is not None
    assert acute.q975 is not None
    assert acute.q025 < TRUE_FIRST_HOURS < acute.q975
    assert found.sentence.startswith("A session helps your mood: in the four hours after it")


def test_one_with_no_effect_gets_no_claim() -> None:
    found = of("no_effect")
    assert found.verdict in ("cannot_tell", "no_worthwhile_difference")
    acute = found.effects["acute"]
    assert (acute.q025 or 0) < 0 < (acute.q975 or 0)


def test_one_who_misses_days_keeps_a_wider_interval_that_holds_the_truth() -> None:
    full, holes = of("benefits").effects["acute"], of("misses_days").effects["acute"]
    assert (holes.sd or 0) > (full.sd or 0)
    assert (holes.q025 or 99) < TRUE_FIRST_HOURS < (holes.q975 or 0)


def test_one_who_drops_out_gets_no_claim() -> None:
    found = of("drops_out")
    assert found.table.days <= 21
    assert found.verdict in ("cannot_tell", "depends_on_prior")
    assert not found.sentence.startswith("A session")


def test_the_slow_effect_of_one_person_stays_untold() -> None:
    assert of("benefits").effects["chronic"].verdict == "cannot_tell"
    assert of("drops_out").effects["chronic"].verdict == "cannot_tell"
    assert (of("drops_out").effects["chronic"].sd_ratio or 0) > 0.8


def test_training_that_follows_mood_is_found_out_and_told() -> None:
    found = of("follows_mood", randomised=False)
    assert found.lead is not None
    assert found.lead.fired
    assert (found.credibility, found.verdict) == ("not_credible", "cannot_tell")
    assert "cannot act backwards" in found.text
    shown = "\n".join(answer_lines(found))
    assert not re.search("clear: (better|worse)", shown)
    assert re.search(r"right after .*not credible", shown)
    assert "helps" not in found.text


def test_without_randomisation_no_causal_verb_and_a_silent_test_tells_its_size() -> None:
    found = of("benefits", randomised=False, seed=8)
    assert found.credibility == "observational"
    assert found.lead is not None
    assert "helps" not in found.text
    assert "goes with better mood" in found.sentence
    assert f"{found.lead.detectable:.1f} points or more" in found.text


def test_a_scale_where_higher_is_worse_turns_the_verdict_not_the_numbers() -> None:
    diary, schedule = simulate(PEOPLE["benefits"], days=120, seed=3, randomised=True)
    found = answer("mood", diary, today=TODAY, schedule=schedule, higher_is="worse")
    assert (found.verdict, found.strength) == ("worse", "clear")
    assert found.effects["acute"].mean == of("benefits").effects["acute"].mean
    assert found.sentence.startswith("A session worsens your mood")


def test_the_document_is_stable_json_with_the_contracts_keys() -> None:
    first, second = of("benefits"), of.__wrapped__("benefits")
    assert json.dumps(first.to_json(), allow_nan=False) == json.dumps(second.to_json(), allow_nan=False)
    document = first.to_json()
    assert set(document) >= {
        "question", "outcome", "headline", "credibility", "effects", "swc", "prior", "under_priors", "data", "checks",
        "adherence", "caveats", "text", "seed", "version",
    }  # fmt: skip
    assert set(document["effects"]) == {"acute", "next_day", "chronic", "total"}
    assert set(document["effects"]["acute"]) == {
        "mean", "sd", "q025", "median", "q975", "p_better", "p_worthwhile", "p_negligible", "p_harmful", "sd_ratio",
        "verdict", "strength", "estimand", "extrapolated",
    }  # fmt: skip
    assert set(document["under_priors"]) == {"default", "sceptical", "mainstream", "flat"}
    assert set(document["data"]) == {"first_day", "last_day", "days", "observations", "missing_share", "exposed_days"}
    assert set(document["checks"]) >= {"lead_test", "randomisation_p", "ess", "points"}


def test_the_terminal_stays_within_its_lines() -> None:
    for name, randomised in (("benefits", True), ("follows_mood", False), ("drops_out", True)):
        lines = answer_lines(of(name, randomised=randomised))
        assert len(lines) <= LINES
        assert max(len(line) for line in lines) <= 80


def diary_of(values: list[float], *, start: date = date(2026, 3, 2)) -> Diary:
    days = [start + timedelta(days=d) for d in range(len(values))]
    return Diary(
        observations=tuple(Observation("mood", When(d), v) for d, v in zip(days, values, strict=True)),
        doses=tuple(Dose(When(d), 1.0) for d in days[::2]),
    )


@pytest.mark.parametrize(
    ("diary", "code"),
    [
        (diary_of([5.0, 6.0, 7.0]), "too_few_days"),
        (diary_of([5.0] * 40), "no_variation"),
        (diary_of([5.0, 6.0, 4.0] * 10, start=date(2030, 1, 1)), "future"),
        (replace(diary_of([5.0, 6.0, 4.0] * 10), doses=()), "no_exposure"),
    ],
)
def test_what_cannot_be_estimated_says_why(diary: Diary, code: str) -> None:
    found = answer("mood", diary, today=TODAY)
    assert found.verdict == "cannot_tell"
    assert [c.code for c in found.caveats] == [code]
    assert found.sentence.startswith("Cannot tell: ")
    document = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert document["effects"]["acute"]["mean"] is None
    assert {e["verdict"] for e in document["under_priors"].values()} == {"cannot_tell"}
    assert len(answer_lines(found)) < LINES


def test_a_schedule_of_other_days_is_refused_in_one_line() -> None:
    _, schedule = simulate(PEOPLE["benefits"], days=20, randomised=True)
    with pytest.raises(InputError, match="no check-in lies on a day of the trial: check-ins 2025"):
        answer("mood", diary_of([5.0, 6.0] * 20, start=date(2025, 1, 1)), today=TODAY, schedule=schedule)


def test_an_unknown_outcome_names_what_there_is() -> None:
    with pytest.raises(InputError, match="the diary has: mood"):
        answer("energy", diary_of([5.0, 6.0] * 20), today=TODAY)
