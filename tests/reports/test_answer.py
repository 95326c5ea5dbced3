from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from mettle.answers import Answer, answer
from mettle.errors import InputError
from mettle.reports.answer import render, write_report
from mettle.reports.cent import checklist, methods
from mettle.trials.course import Expectancy
from mettle.trials.design import Wish, draw, sampler
from mettle.trials.people import PEOPLE, simulate
from mettle.trials.schedule import schedule_from

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 12, 31)
NASTY = "<script>alert('mood')</script>"


@pytest.fixture(scope="module")
def found() -> Answer:
    diary, _ = simulate(PEOPLE["misses_days"], days=60, seed=3)
    named = replace(diary, observations=tuple(replace(o, outcome=NASTY) for o in diary.observations))
    return answer(NASTY, named, today=TODAY)


@pytest.fixture(scope="module")
def page(found: Answer) -> str:
    return render(found, note="a <b>note</b>")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_the_page_runs_nothing_and_asks_nothing_of_the_network(page: str) -> None:
    tags = Tags()
    tags.feed(page)
    names = {tag for tag, _ in tags.seen}
    assert not names & {"script", "link", "iframe", "img", "object", "image", "use", "b"}
    for _, attributes in tags.seen:
        assert not any(name.startswith("on") or name in ("src", "href", "xlink:href") for name in attributes)
    assert "url(" not in page
    assert set(re.findall(r"https?://[^\s\"'<>]+", page)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_what_was_imported_is_text(page: str) -> None:
    assert NASTY not in page
    assert "&lt;script&gt;" in page


def test_the_page_shows_sentence_pictures_ground_and_limits(found: Answer, page: str) -> None:
    assert page.count("<svg") == 2 * 5  # each for phone and desktop
    for heading in (
        "Most likely",
        "What a session leaves is halved",
        "of days have a check-in",
        "What this rests on",
        "What it cannot tell",
    ):
        assert heading in page
    for caveat in found.caveats:
        if caveat.code == "observational":
            assert caveat.text in page
    assert "no diagnosis" in page


def test_colours_follow_the_reader(page: str) -> None:
    assert "prefers-color-scheme: dark" in page
    assert "var(--mood)" in page
    assert not re.search(r'(fill|stroke)="#[0-9a-f]{6}"', page)


def test_an_answer_that_could_not_be_estimated_has_a_page_too() -> None:
    diary, _ = simulate(PEOPLE["benefits"], days=3, seed=3)
    page = render(answer("mood", diary, today=TODAY))
    assert "too few" in page
    assert "<svg" not in page


def test_a_report_is_written_whole_or_not_at_all(
    found: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "r.html"
    target.write_text("the old one")
    monkeypatch.setattr("mettle.reports.answer.Path.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_report(replace(found, posterior=None), target)
    assert target.read_text() == "the old one"
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]
    with pytest.raises(InputError, match="no such folder"):
        write_report(found, tmp_path / "no" / "r.html")


@pytest.mark.browser
def test_the_page_fits_a_phone(page: str, tmp_path: Path, chromium: str) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    file = tmp_path / "r.html"
    file.write_text(page)
    with sync_api.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": 360, "height": 800})
        asked: list[str] = []
        view.on("request", lambda request: asked.append(request.url))
        view.goto(file.as_uri())
        assert view.evaluate("document.documentElement.scrollWidth") == 360
        assert view.locator("svg.wide").first.is_hidden()
        assert view.locator("svg.narrow").first.is_visible()
        assert asked == [file.as_uri()]
        browser.close()


@pytest.fixture(scope="module")
def finished() -> Answer:
    document = draw(Wish("days", ("train", "rest"), date(2026, 3, 2), 56, outcome="mood", claims=("1.2",)), seed=4)
    plan = schedule_from(document)
    diary, _ = simulate(PEOPLE["benefits"], plan=plan, seed=2)
    told = Expectancy(5.0, (12,))
    return answer("mood", diary, today=TODAY, schedule=plan, redraw=sampler(document), expectancy=told)


def test_every_item_a_journal_asks_for_is_answered_from_the_data(finished: Answer) -> None:
    rows = {item: told for item, _, told in checklist(finished)}
    assert {item.split(".")[0].rstrip("abc") for item in rows} == {str(n) for n in range(1, 26)}
    assert all(told.strip() for told in rows.values())
    assert f"p = {finished.randomisation_p:.3f}" in rows["17a"]
    assert "opened on day 12" in rows["7b"]
    assert rows["14a"] == "2 March 2026 to 26 April 2026"
    assert finished.schedule is not None
    assert (finished.schedule.claims_sha256 or "?")[:16] in rows["23"]
    assert rows["17b"] == rows["12b"] == "not applicable"
    assert {"2a.1", "2a.2", "2b", "4c"} <= set(rows)


def test_the_methods_paragraph_names_model_prior_and_assignment(finished: Answer, found: Answer) -> None:
    told = methods(finished)
    for words in (
        "assigned at random to single days (seed 4)",
        "state space",
        "999 schedules",
        "four priors",
        "seed 0",
    ):
        assert words in told
    own = methods(found)
    assert "as the person chose" in own
    assert "lead test" in own
    assert "at random" not in own
    assert checklist(found) == []


def test_the_page_of_a_finished_trial_is_a_decision(finished: Answer) -> None:
    page = render(finished)
    assert finished.decision is not None
    for words in ("What now: keep", finished.decision.text, "CENT 2015", "Before, you expected +5.0 points"):
        assert words in page
