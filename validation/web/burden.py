"""What mettle costs in a week, in a real browser with a scripted hand: seven mornings and evenings, three sessions with their end, PHQ-9 and GAD-7.

    python validation/web/burden.py

The hand is that of the browser tests (`tests/web/hands.py`). Questions of the forms are taken as 18 words, since official wording is not in this repository. No person was timed. Writes
`src/mettle/web/burden.json`, which is shown before a trial starts for as long as a person has no figure of their own.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from playwright.sync_api import expect, sync_playwright  # noqa: E402 # the path comes first
from tests.web.hands import (  # noqa: E402 # likewise
    POINT_MS,
    PRESS_MS,
    TAP_MS,
    WORDS_A_MINUTE,
    check_in,
    set_up,
    wait,
)
from tests.web.served import running  # noqa: E402 # likewise
from tests.web.words import pack  # noqa: E402 # likewise

from mettle import __version__  # noqa: E402 # likewise
from mettle.instruments import text  # noqa: E402 # likewise
from mettle.web.burden import added_up  # noqa: E402 # it needs no Django until it is asked for a person

if TYPE_CHECKING:
    from playwright.sync_api import Page

OUT = ROOT / "src" / "mettle" / "web" / "burden.json"
WORDS_A_QUESTION = 18
READ_MS = round(60_000 * WORDS_A_QUESTION / WORDS_A_MINUTE)
DAYS, TRAINING, FORMS = 7, (0, 2, 4), ("phq9", "gad7")
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for key in FORMS:
            text.write_pack(pack(key), into=Path(folder) / "text")
        with running(Path(folder)) as (site, _process), sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=site.browser_arguments()
            )
            page = browser.new_context(**PHONE).new_page()
            page.set_default_timeout(120_000)
            expect.set_options(timeout=120_000)
            page.goto(site.link())
            set_up(page, site.url)
            first = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)
            for n in range(DAYS):
                day = first + timedelta(days=n)
                page.clock.install(time=day) if n == 0 else page.clock.fast_forward(
                    int(1000 * (day - at(page)).total_seconds())
                )
                check_in(page, site.url, "morning", night=True)
                if n in TRAINING:
                    check_in(page, site.url, "before")
                    session_ended(page, site.url)
                check_in(page, site.url, "evening")
                print(f"day {n + 1} of {DAYS}", file=sys.stderr)
            daily, without = told(page)
            with_forms = []
            for key in FORMS:
                answered(page, site.url, key)
                with_forms.append(told(page)[1])
            browser.close()
    phq9, both = with_forms
    gad7 = both - phq9 + without
    found = {
        "how": f"python validation/web/burden.py, mettle {__version__}: a scripted hand in Chromium, {DAYS} mornings with the night's sleep and evenings, "
        f"{len(TRAINING)} sessions with what is asked at their end, {' and '.join(FORMS)} with stand-in words read as {WORDS_A_QUESTION} a question; no person was timed. "
        "After the first week each comes every two weeks, in turn: weekly_min is the mean of the week with one and the week with the other",
        "daily_s": daily,
        "weekly_min": round((phq9 + gad7) / 2, 2),
        "weekly_min_with_forms": max(phq9, gad7),
        "weekly_min_without_forms": without,
        "weekly_min_first": both,
    }
    OUT.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


def at(page: Page) -> datetime:
    return datetime.fromtimestamp(page.evaluate("Date.now()") / 1000, UTC)


def session_ended(page: Page, url: str) -> None:
    """A session that is stopped at once: what counts here is what its end asks, three taps."""
    page.goto(f"{url}/workout/")
    page.get_by_role("button", name="Start").first.click()
    page.get_by_role("button", name="stop", exact=True).click()
    page.get_by_role("button", name="End the session here").click()
    expect(page.get_by_role("heading", name="How hard was it as a whole?")).to_be_visible()
    for group in ("", "How is your mood?", "How calm do you feel?"):
        wait(page, TAP_MS)
        if group:
            page.get_by_role("group", name=group).get_by_role("button", name="7 of 10").click()
            expect(page.get_by_role("group", name=group).get_by_role("button", name="7 of 10")).to_have_attribute(
                "aria-pressed", "true"
            )
        else:
            page.get_by_role("button", name="hard", exact=True).click()
            expect(page.get_by_text("Kept.", exact=True)).to_be_visible()


def answered(page: Page, url: str, key: str) -> None:
    page.goto(f"{url}/questionnaire/?id={key}")
    items = len(pack(key).items)
    wait(page, 2 * READ_MS + POINT_MS + PRESS_MS)
    page.get_by_role("button", name="Begin").click()
    for number in range(1, items + 1):
        expect(page.get_by_role("heading", name=f"question {number}", exact=True)).to_be_visible()
        wait(page, READ_MS + TAP_MS)
        page.get_by_role("button", name="answer 0", exact=True).click()
    wait(page, POINT_MS + PRESS_MS)
    page.get_by_role("button", name="Add them up").click()
    page.wait_for_url("**/questionnaires/*/")


def told(page: Page) -> tuple[float, float]:
    """The figures that the app itself shows, before they are rounded for the page."""
    expect(page.locator("#unsynced")).to_be_hidden()
    rows = page.evaluate("fetch('/api/v1/export').then((r) => r.json())")["rows"]["observations"]
    kept = [
        (date.fromisoformat(r["fields"]["on"]), r["fields"]["outcome"], r["fields"]["value"])
        for r in rows
        if r["fields"]["outcome"] in ("check_in_s", "questionnaire_s")
    ]
    found = added_up(kept, today=max(on for on, _, _ in kept))
    return round(found.daily_s or 0, 1), round(found.weekly_min or 0, 2)


if __name__ == "__main__":
    main()
