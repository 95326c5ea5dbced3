"""No page of the app holds an English sentence for a reader of another language, whichever layer wrote it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import dates, translation

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


def test_the_answer(reader: Client) -> None:
    page = reader.get("/answer/").content.decode()
    assert "⟦" in page
    assert left(page, calendar_words()) == []


PAGES = [
    "/",
    "/plan/",
    "/plan/printed/",
    "/progress/",
    "/settings/",
    "/data/",
    "/evidence/",
    "/evidence/0.0/",
    "/trials/",
    "/trials/new/days/",
    "/trials/new/clock/",
    "/trials/new/claim-8-2/",
    "/questionnaires/",
    "/data/summary/",
    "/sessions/",
    "/help-now/",
    "/burden/",
    "/prompts/",
    "/reactions/",
    "/more/",
    "/keys/",
    "/safety-plan/",
    "/setup/",
    "/welcome/",
    "/invitations/",
    "/accounts/2fa/",
    "/offline/",
    "/check-in/",
    "/workout/",
]


@pytest.mark.parametrize("page", PAGES)
def test_pages(reader: Client, page: str) -> None:
    got = reader.get(page)
    print(page, got.status_code)
    found = left(got.content.decode(), calendar_words())
    for f in dict.fromkeys(found):
        print("LEFT", page, f[:200])
    assert not found


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


MACHINE = {
    "id",
    "exercise",
    "kind",
    "load_kind",
    "unit",
    "side",
    "on",
    "picture",
    "format",
    "part",
    "arm",
    "urgency",
    "colour",
    "instrument",
}
"""Fields of the bundle that the scripts decide on, or that are pictures."""


def test_bundle(reader: Client) -> None:
    bundle = reader.get("/api/v1/bundle").json()

    def texts(value, key=""):
        if isinstance(value, dict):
            for k, v in value.items():
                if k not in MACHINE:
                    yield from texts(v, key + "." + k)
        elif isinstance(value, list):
            for v in value:
                yield from texts(v, key)
        elif isinstance(value, str):
            yield key, value

    for k, s in dict.fromkeys(texts(bundle)):
        if pseudo.outside(s, calendar_words()):
            print("LEFT bundle", k, s[:200])
    assert 0
