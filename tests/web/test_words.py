"""Strings ready for translation: in a made-up language whose every phrase stands in brackets, nothing visible stands outside them."""

from __future__ import annotations

import ast
import os
import re
import shutil
import struct
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import dates, translation
from playwright.sync_api import expect, sync_playwright

from mettle import instruments
from mettle.training import catalogue
from tests.conftest import ROOT, require
from tests.web.served import Site, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]
LANGUAGE = "eo"
"""A language that Django itself speaks and this app does not."""
HEADER = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
NAMES = re.compile(
    r"\b(mettle|PHQ|GAD|WHO|ISI|PSS|PCL|Hevy|Strong|CSV|JSON|kg|lb|min|[A-Z]{2}|findahelpline\.com|\w+/\w+)\b"
)

TOLD = re.compile(r"You trained on \d+ of the last \d+ days?; the others were rest\.")
"""Sentences that the layers below the web compose from numbers; they are English so far."""


def entries(po: str) -> Iterator[dict[str, str]]:
    """What a catalogue of source strings holds: msgid, and msgid_plural and msgctxt where there are any."""
    for block in po.split("\n\n")[1:]:
        found: dict[str, str] = {}
        key = ""
        for line in block.splitlines():
            if line.startswith("msg"):
                key, _, line = line.partition(" ")  # noqa: PLW2901 # the rest of the line is its first string
            if line.startswith('"') and key:
                found[key] = found.get(key, "") + ast.literal_eval(line)
        if found.get("msgid"):
            yield found


def compiled(po: str) -> bytes:
    """The catalogue as a machine reads it, each phrase in brackets instead of a translation."""
    words = {"": HEADER}
    for e in entries(po):
        key = (e["msgctxt"] + "\x04" if "msgctxt" in e else "") + e["msgid"]
        if "msgid_plural" in e:
            words[key + "\0" + e["msgid_plural"]] = f"⟦{e['msgid']}⟧\0⟦{e['msgid_plural']}⟧"
        else:
            words[key] = f"⟦{e['msgid']}⟧"
    ids, texts, offsets = b"", b"", []
    for key in sorted(words, key=str.encode):
        one, other = key.encode(), words[key].encode()
        offsets.append((len(ids), len(one), len(texts), len(other)))
        ids, texts = ids + one + b"\0", texts + other + b"\0"
    start = 28 + 16 * len(offsets)
    table = [n for at, size, _t, _s in offsets for n in (size, start + at)]
    table += [n for _a, _l, at, size in offsets for n in (size, start + len(ids) + at)]
    head = struct.pack("<7I", 0x950412DE, 0, len(offsets), 28, 28 + 8 * len(offsets), 0, start)
    return head + struct.pack(f"<{len(table)}I", *table) + ids + texts


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    require(shutil.which("xgettext"), "gettext is not installed (Debian: apt-get install gettext)")
    source = shutil.copytree(ROOT / "src", tmp_path_factory.mktemp("source") / "src")
    data = tmp_path_factory.mktemp("mettle")
    web = source / "mettle" / "web"
    folder = web / "locale" / LANGUAGE / "LC_MESSAGES"
    folder.mkdir(parents=True)
    env = {
        **os.environ,
        "PYTHONPATH": str(source),
        "METTLE_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "mettle.web.settings",
    }
    for domain in ("django", "djangojs"):
        command = [sys.executable, "-m", "django", "makemessages", "-l", LANGUAGE, "-d", domain]
        subprocess.run(command, cwd=web, env=env, check=True, capture_output=True)
        (folder / f"{domain}.mo").write_bytes(compiled((folder / f"{domain}.po").read_text()))
    with running(data, source=source) as (found, _process):
        yield found


@pytest.fixture(scope="module")
def page(site: Site, chromium: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=site.browser_arguments())
        made = browser.new_context(viewport={"width": 360, "height": 740}, locale=LANGUAGE).new_page()
        made.set_default_timeout(90_000)
        made.goto(site.link())
        yield made
        browser.close()


SEEN = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const at = walker.currentNode.parentElement;
    if (!at.closest('script, style, noscript, svg, [hidden]') && walker.currentNode.data.trim()) texts.push(walker.currentNode.data.trim());
  }
  return texts;
}"""


def outside(page: Page, known: list[str]) -> list[str]:
    """Visible words that neither stand in brackets nor are names, dates or words of the data (exercises, measures)."""
    found = []
    for text in page.evaluate(SEEN):
        rest = text
        for name in known:
            rest = rest.replace(name, "")
        while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", "", rest)) != rest:
            rest = shorter
        if re.search(r"[^\W\d_]{3,}", TOLD.sub("", NAMES.sub("", rest))):
            found.append(text)
    return found


def words_of_the_data() -> list[str]:
    """What is written in the data files and told by the lower layers: exercises, measures; and Django's own dates."""
    exercises = catalogue.exercises().values()
    measures = instruments.measures().values()
    known = {w for e in exercises for w in (e.name, e.cue, e.breath)} | {
        w for m in measures for w in (m.question, m.low, m.high)
    }
    with translation.override(LANGUAGE):
        known |= {str(d) for table in (dates.WEEKDAYS, dates.MONTHS, dates.MONTHS_3) for d in table.values()}
    return sorted((k for k in known if k), key=len, reverse=True)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def test_no_visible_words_of_the_main_screens_escape_translation(page: Page, site: Site) -> None:
    known = words_of_the_data()
    escaped: dict[str, list[str]] = {}

    def look(name: str) -> None:
        found = outside(page, known)
        if found:
            escaped[name] = found

    page.goto(f"{site.url}/welcome/")
    assert page.locator("html").get_attribute("lang") == LANGUAGE
    look("welcome")
    page.goto(f"{site.url}/setup/")
    look("setup")
    page.locator("input[name=age]").fill("34")
    page.locator("main form button.main").click()
    expect(page.locator("details.training").first).to_be_visible()
    bundle = page.evaluate("fetch('/api/v1/bundle').then((r) => r.json())")
    sets_up = [
        s for e in bundle["sessions"] + bundle["short"] for s in strings([x["exercises"] for x in [e]]) if "⟦" not in s
    ]
    titles = [s["title"] for s in bundle["sessions"] if "⟦" not in s["title"]]
    flags = [w for group in bundle["safety"]["red_flags"] for w in (*group["signs"], group["action"])]
    known = sorted(
        {*known, *titles, *(s for s in sets_up if len(s) < 400), *flags, *strings(bundle["help"])},
        key=len,
        reverse=True,
    )
    page.goto(f"{site.url}/")
    expect(page.locator("main button.main").first).to_be_visible()
    look("today")
    page.goto(f"{site.url}/check-in/?occasion=before")
    expect(page.locator("main button.main")).to_be_visible()
    look("check-in")
    page.goto(f"{site.url}/workout/")
    page.locator("main button.main").first.click()
    expect(page.locator("button.done")).to_be_visible()
    look("workout")
    page.locator("button.done").click()
    expect(page.locator(".done-list li")).to_have_count(1)
    look("workout, a set done")
    page.locator(".tools .stop").click()
    look("stop")
    page.locator("dialog button.main").click()
    expect(page.locator(".tap-scale").first).to_be_visible()
    look("workout, the end")
    for name in ("help-now", "more", "progress", "answer", "burden", "safety-plan", "offline"):
        page.goto(f"{site.url}/{name}/")
        look(name)
    assert escaped == {}
