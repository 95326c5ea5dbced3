"""What a person does on the screens, in a real browser: the questions of the welcome, a check-in, and how long a hand takes.

The hand takes the times of the keystroke-level model for deciding, reaching and pressing (Card, Moran and Newell 1980,
doi:10.1145/358886.358895), and reads at 238 words a minute (Brysbaert 2019, doi:10.1016/j.jml.2019.104047).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

THINK_MS, POINT_MS, PRESS_MS = 1350, 1100, 200
TAP_MS = THINK_MS + POINT_MS + PRESS_MS
WORDS_A_MINUTE = 238
ANSWERS: dict[str, dict[str, Any]] = {
    "feel": {"goals": ["depression"], "one_thing": ""},
    "kit": {"kit": "bands"},
    "time": {"days": "3", "minutes": "30"},
    "lifted": {"experience": "none"},
    "moving": {"active_now": "no"},
    "body": {"age": "34", "body_mass_kg": "75", "sex": "X"},
    "symptoms": {"none": "1"},
    "conditions": {"none": "1"},
    "limits": {"none": "1"},
    "pressure": {"none": "1"},
}
"""What is posted, screen by screen, by somebody of 34 with a few bands."""

_POST = """async ([steps, again]) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const send = async (address, said) => {
    const body = new URLSearchParams({ csrfmiddlewaretoken: token });
    for (const [name, value] of Object.entries(said)) for (const one of [value].flat()) body.append(name, one);
    const reply = await fetch(address, { method: "POST", body, redirect: "manual" });
    if (reply.type !== "opaqueredirect") throw new Error(`${address}: ${reply.status}`);
  };
  for (const [key, said] of Object.entries(steps)) await send(`/setup/${key}/`, said);
  if (again) await send("/setup/", {});
}"""


def set_up(page: Page, url: str, **said: dict[str, Any]) -> None:
    """Answer every question of the welcome, as its screens send the answers, and come to the plan."""
    page.goto(f"{url}/setup/")
    again = page.url == f"{url}/setup/"  # the list of answers: there is a plan already
    page.goto(f"{url}/setup/feel/")
    page.get_by_role("heading", level=1).click()  # somebody is here: an app lock of another test stays open
    page.evaluate(_POST, [ANSWERS | said, again])
    page.goto(f"{url}/plan/")
    expect(page.locator("details.training").first).to_be_visible(timeout=60_000)


def wait(page: Page, ms: int) -> None:
    """Let the page's own clock run: a busy machine's seconds do not count."""
    page.clock.fast_forward(ms)


def check_in(page: Page, url: str, occasion: str, *, night: bool = False) -> None:
    """Three sliders and, in the morning, the night; each touch after the time that a hand takes."""
    page.goto(f"{url}/check-in/?occasion={occasion}")
    expect(page.locator("input[type=range]")).to_have_count(3)
    for slider in page.locator("input[type=range]").all():
        wait(page, TAP_MS)
        slider.fill("6")
    expect(page.locator("output", has_text="6 ✓")).to_have_count(3)
    expect(page.get_by_text("That is all.")).to_be_visible()  # by itself: nothing more need be tapped
    if night:
        for label, clock in (("Went to bed", "23:15"), ("Woke up", "06:45")):
            wait(page, THINK_MS + POINT_MS + 4 * PRESS_MS)
            page.get_by_label(label).fill(clock)
            page.get_by_label(label).dispatch_event("change")
        expect(page.get_by_text("7 h 30 min")).to_be_visible()
        wait(page, TAP_MS)
        page.get_by_role("button", name="good", exact=True).click()


_WORDS = """(tapped) => {
  const end = tapped.closest("section, form, p, div") ?? tapped;
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const words = [];
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const after = end.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
    if ((!after || end.contains(text)) && text.parentElement.checkVisibility() && !text.parentElement.closest("nav")) words.push(...text.data.trim().split(/\\s+/).filter(Boolean));
  }
  return words.length;
}"""


def reading_ms(tapped: Locator) -> int:
    """How long it takes to read everything on the page up to the end of the card or the form that is tapped in."""
    return round(60_000 * int(tapped.evaluate(_WORDS)) / WORDS_A_MINUTE)
