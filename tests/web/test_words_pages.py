"""No page of the app holds an English sentence for a reader of another language, whichever layer wrote it."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import dates, translation

from mettle import evidence, instruments
from mettle.instruments.safety import help_card
from mettle.training import catalogue
from mettle.web import computing, days, demo, models, store, words
from tests.web import pseudo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def languages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pseudo.locale(pseudo.spoken(tmp_path_factory.mktemp("source")))


@pytest.fixture
def abroad(languages: Path, settings: Any) -> Iterator[None]:
    """The app speaks the made-up language too."""
    settings.LANGUAGES = [("en", "English"), (pseudo.LANGUAGE, pseudo.LANGUAGE)]
    settings.LOCALE_PATHS = [languages]
    words.catalogue.cache_clear()
    yield
    words.catalogue.cache_clear()


@pytest.fixture
def reader(abroad: None, db: None) -> Client:
    """The simulated person, whose answer is ready, in a browser that asks for the made-up language."""
    user = demo.simulated_user()
    person = models.Person.of(user)
    made = computing.compute(store.diary(person), "mood", None, str(days.today(person)))
    models.KeptAnswer.objects.create(
        person=person, key="mood", fingerprint="x", answer=made["answer"], pictures=computing.drawn(made["sketches"])
    )
    client = Client(headers={"accept-language": pseudo.LANGUAGE})
    client.force_login(user)
    return client


class _Texts(HTMLParser):
    """The visible texts of a page, and what is read out of its labels."""

    QUIET = ("script", "style", "title")

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.quiet = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.quiet += tag in self.QUIET
        self.texts += [value for name, value in attrs if name in ("aria-label", "alt", "placeholder") and value]

    def handle_endtag(self, tag: str) -> None:
        self.quiet -= tag in self.QUIET

    def handle_data(self, data: str) -> None:
        if data.strip() and not self.quiet:
            self.texts.append(data.strip())


def left(page: str, known: list[str]) -> list[str]:
    parser = _Texts()
    parser.feed(page)
    return pseudo.outside("\n".join(parser.texts), known)


def calendar_words() -> list[str]:
    """Names of days and months, which Django itself translates."""
    with translation.override(pseudo.LANGUAGE):
        tables = (dates.WEEKDAYS, dates.WEEKDAYS_ABBR, dates.MONTHS, dates.MONTHS_3, dates.MONTHS_AP, dates.MONTHS_ALT)
        names = {str(d) for table in tables for d in table.values()}
        return sorted(names | {name.title() for name in names}, key=len, reverse=True)


def proper_names() -> list[str]:
    """What no catalogue translates: questionnaires, directories, commands, citations and their units, and what the simulated person called their sessions.

    In how a plan was checked muscles stand by their ids.
    """
    names = {instruments.load(key).name for key in instruments.ids()}
    names |= {part for line in help_card("full").directories for part in line.split(": ")}
    names |= {"Push and legs", "Lower and pull", "mettle text fetch"}
    names |= {word for s in evidence.studies().values() for word in (s.cite, s.doi, s.unit) if len(word) > 2}
    names |= {muscle for e in catalogue.exercises().values() for muscle in e.muscles}
    return sorted(names, key=len, reverse=True)


PAGES = (
    *("/", "/plan/", "/progress/", "/sessions/", "/answer/", "/settings/", "/setup/", "/welcome/", "/help-now/"),
    *("/questionnaires/", "/data/", "/data/summary/", "/trials/", "/trials/new/days/", "/trials/new/clock/"),
    *("/trials/new/claim-8-2/", "/evidence/", *(f"/evidence/{n}/" for n in ("0.0", "1.2", "8.2", "16.3"))),
    *("/burden/", "/prompts/", "/reactions/", "/more/", "/keys/", "/safety-plan/", "/accounts/2fa/"),
    *("/offline/", "/check-in/", "/workout/"),
)


def test_no_page_holds_words_that_nobody_was_given_to_translate(reader: Client) -> None:
    known = calendar_words() + proper_names()
    pages = {page: reader.get(page) for page in PAGES}
    assert {page: reply.status_code for page, reply in pages.items() if reply.status_code != 200} == {}
    escaped = {page: left(reply.content.decode(), known) for page, reply in pages.items()}
    assert {page: found for page, found in escaped.items() if found} == {}
    for stored in [p.plan for p in models.Plan.objects.all()] + [a.answer for a in models.KeptAnswer.objects.all()]:
        assert "⟦" not in str(stored)  # what is kept stays English


def test_a_prompt_without_words_is_told_by_the_service_worker_in_the_readers_language(reader: Client) -> None:
    assert json.dumps("⟦A minute for you⟧") in reader.get("/sw.js").content.decode()
    assert '"A minute for you"' in Client().get("/sw.js").content.decode()


DECIDED_ON = {
    *("id", "exercise", "kind", "load_kind", "unit", "side", "on", "format", "part", "arm", "urgency", "colour"),
    *("plates", "picture", "bands"),
}
"""Fields of what the phone is sent that scripts decide on, or that are pictures."""


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from () if key in DECIDED_ON else texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def test_what_the_phone_is_sent_ahead_is_told_and_what_scripts_decide_on_is_not(reader: Client) -> None:
    bundle = reader.get("/api/v1/bundle").json()
    known = calendar_words() + proper_names()
    assert [text for text in dict.fromkeys(texts(bundle)) if pseudo.outside(text, known)] == []
    steps = [step for session in bundle["sessions"] for step in session["steps"]]
    assert {step["part"] for step in steps} <= {"warm_up", "straight", "superset", "circuit", "balance"}
    assert {flag["urgency"] for flag in bundle["safety"]["red_flags"]} == {
        "emergency",
        "care_today",
        "ease_off",
        "skip",
    }
