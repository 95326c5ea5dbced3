from __future__ import annotations

import csv
import io
from datetime import date, datetime, time
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from icalendar import Calendar
from tests.conftest import ROOT

from mettle.prescription import plan, read_profile
from mettle.reports.calendar import ics
from mettle.reports.plan import csv_text, html, text

if TYPE_CHECKING:
    from pathlib import Path

PROFILES = ROOT / "tests" / "prescription" / "profiles"


@cache
def document(name: str) -> dict[str, Any]:
    made = plan(read_profile(PROFILES / f"{name}.json"), start=date(2026, 3, 2), polished=False)
    return made.to_json()


def test_the_calendar_holds_every_session_at_its_time() -> None:
    made = document("insomnia_late_window")
    events: list[Any] = list(Calendar.from_ical(ics(made)).walk("VEVENT"))
    sessions = [s for w in made["weeks"] for s in w["sessions"]]
    assert len(events) == len(sessions) == 12
    assert [e["DTSTART"].dt for e in events] == [datetime.fromisoformat(f"{s['on']}T{s['start']}") for s in sessions]
    assert all(e["DTEND"].dt.time() <= time(21, 1) for e in events)
    assert len({str(e["UID"]) for e in events}) == 12
    assert ics(made) == ics(made)


def test_sessions_without_a_time_are_all_day() -> None:
    made = document("low_mood_novice_gym")
    events: list[Any] = list(Calendar.from_ical(ics(made)).walk("VEVENT"))
    assert all(type(e["DTSTART"].dt) is date for e in events)


def test_the_table_holds_one_row_a_set() -> None:
    made = document("strength_told_maxima")
    rows = list(csv.DictReader(io.StringIO(csv_text(made))))
    sets = [
        s for w in made["weeks"] for x in w["sessions"] for p in x["parts"] for e in p["exercises"] for s in e["sets"]
    ]
    assert len(rows) == len(sets)
    assert {r["week"] for r in rows} == {"1", "2", "3", "4"}
    assert all(r["rest_s"] for r in rows)


def test_the_pages_name_every_exercise_and_every_shortfall() -> None:
    made = document("impossible_wish")
    page, plain = html(made), text(made)
    for short in made["shortfalls"]:
        assert short["target"] in page
        assert short["target"] in plain
    assert page.count('<section class="session">') == 6
    assert "{{" not in page


def test_foreign_words_are_escaped() -> None:
    profile = read_profile(
        {"age": 40, "sex": "F", "body_mass_kg": 70, "experience": "novice", "bands": ["<script>alert(1)</script>"]}
    )
    page = html(plan(profile, polished=False).to_json())
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_refusal_is_a_page_too() -> None:
    made = document("refused_chest_pain")
    assert "No plan today" in html(made)
    assert "Please do not train yet" in text(made)
    assert list(Calendar.from_ical(ics(made)).walk("VEVENT")) == []


@pytest.mark.browser
@pytest.mark.parametrize(
    "name", ["insomnia_late_window", "strength_told_maxima", "social_anxiety_ladder", "falls_at_home"]
)
def test_a_plan_prints_on_one_sheet_and_fits_a_phone(name: str, chromium: str, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    path = tmp_path / "plan.html"
    path.write_text(html(document(name)), encoding="utf-8")
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 360, "height": 800})
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        sheet = page.pdf(prefer_css_page_size=True)
        browser.close()
    assert sheet.count(b"/Type /Page\n") + sheet.count(b"/Type /Page ") == 1
