"""What every screen owes everybody: a first set soon, the keyboard, good contrast, no way for a foreign text to run, a passkey."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect, sync_playwright

from mettle.instruments import text
from tests.conftest import ROOT
from tests.web import hands
from tests.web.served import PHONE, Site, running, until
from tests.web.states import states
from tests.web.test_access import ARGUMENTS, WHO
from tests.web.test_data import HEVY
from tests.web.words import pack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, BrowserContext, FilePayload, Locator, Page, Playwright

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]
FIRST_SET_TAPS, FIRST_SET_S, FIRST_CHECK_IN_S, PLAN_S = 20, 180, 60, 60
WELCOME = (
    ("What do you have to train with?", "A few bands"),
    ("How much time do you have?", "Next"),
    ("Have you lifted weights before?", "Never"),
    ("Have you been moving?", "No"),
    ("A little about your body", "Next"),
    ("Do you have any of these now?", "None of these"),
    ("Do any of these apply to you?", "None of these"),
    ("Does anything hurt or limit you?", "Nothing does"),
    ("What is your blood pressure?", "I do not know it"),
)
"""The questions after the first, and the button that answers each."""
NO_PAGE = {"sign_in", "join", "service_worker", "manifest", "favicon", "away", "data_take_along"}
SCREENS = sorted(name for name in WHO if name not in ARGUMENTS and name not in NO_PAGE and ":" not in name)
FOR_PAPER = ("/plan/printed/",)
BESIDES = [
    "/setup/conditions/",
    "/setup/kit/",
    "/setup/time/",
    "/evidence/1.2/",
    "/accounts/login/",
    "/accounts/2fa/",
    "/accounts/2fa/webauthn/add/",
    "/questionnaire/?id=phq9",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("mettle")
    text.write_pack(pack("phq9"), into=data / "text")
    source = shutil.copytree(ROOT / "src", tmp_path_factory.mktemp("source") / "src")  # one test brings a new version
    with running(data, source=source) as (found, _process):
        yield found


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(site: Site, chromium: str, playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=chromium, args=site.browser_arguments())
    yield started
    started.close()


@dataclass
class Watched:
    """What a page must never do."""

    elsewhere: list[str]
    dialogs: list[str]
    refused: list[str]


def watch(context: BrowserContext, site: Site) -> Watched:
    seen = Watched([], [], [])
    context.on(
        "request", lambda r: None if r.url.startswith((site.url, "data:", "blob:")) else seen.elsewhere.append(r.url)
    )

    def on_dialog(dialog: Any) -> None:
        seen.dialogs.append(dialog.message)
        dialog.dismiss()

    context.on("dialog", on_dialog)
    context.on("console", lambda m: seen.refused.append(m.text) if "Content Security Policy" in m.text else None)
    return seen


@dataclass
class Hand:
    """A thumb that counts its taps and the keys that it types, and the time that a person takes for them and for reading."""

    page: Page
    taps: int = 0
    keys: int = 0
    ms: int = 0
    unread: bool = False

    def tap(self, what: Locator) -> None:
        if self.unread:
            self.ms += hands.reading_ms(what)
            self.unread = False
        what.tap()
        self.taps += 1
        self.ms += hands.TAP_MS

    def type(self, where: Locator, text: str) -> None:
        where.press_sequentially(text)
        self.keys += len(text)
        self.ms += hands.PRESS_MS * len(text)

    def see(self, heading: str) -> None:
        """Wait for a screen; it is read before anything on it is tapped."""
        expect(self.page.get_by_role("heading", name=heading)).to_be_visible(timeout=60_000)
        self.unread = True


@pytest.fixture(scope="module")
def state(browser: Browser, site: Site) -> Any:
    """A new person's first minutes, from the first page to the first set, counted; then their cookies."""
    context = browser.new_context(**PHONE)
    seen = watch(context, site)
    page = context.new_page()
    hand = Hand(page)
    page.goto(site.link())
    began = time.monotonic()
    hand.see("Can resistance training improve my mental health?")
    hand.tap(page.get_by_role("link", name="Start with me"))
    hand.see("How is it right now?")
    sliders = page.locator("input[type=range]")
    expect(sliders).to_have_count(3)
    for slider in sliders.all():
        hand.tap(slider)
    hand.tap(page.get_by_role("button", name="Next"))
    checked_in = hand.ms / 1000
    hand.see("What would you like to feel different?")
    hand.tap(page.get_by_text("low mood"))
    hand.tap(page.get_by_role("button", name="Next"))
    asked = time.monotonic()
    for question, answer in WELCOME:
        hand.see(question)
        if question == "A little about your body":
            hand.tap(page.get_by_label("Age", exact=True))
            hand.type(page.get_by_label("Age", exact=True), "34")
        planning = time.monotonic()
        hand.tap(page.get_by_role("button", name=answer))
    hand.see("Your plan is ready")
    found: dict[str, Any] = {
        "planned": time.monotonic() - planning,
        "asked": planning - asked,
        "checked_in": checked_in,
    }
    hand.tap(page.get_by_role("link", name="Start the first session"))
    expect(page.get_by_role("button", name="Done as planned")).to_be_visible()
    hand.unread = True
    hand.tap(page.get_by_role("button", name="Done as planned"))
    expect(page.get_by_text("Done so far")).to_be_visible()
    found |= {"first_set": hand.ms / 1000, "on_this_machine": time.monotonic() - began}
    expect(page.locator("#unsynced")).to_be_hidden(timeout=20_000)
    found |= {"cookies": context.storage_state(), "taps": hand.taps, "keys": hand.keys, "seen": seen}
    context.close()
    return found


@pytest.fixture
def context(browser: Browser, site: Site, state: Any) -> Iterator[BrowserContext]:
    made = browser.new_context(**PHONE, storage_state=state["cookies"])
    seen = watch(made, site)
    yield made
    made.close()
    assert seen == Watched([], [], []), "another origin, a dialog, or something that the content policy refused"


@pytest.fixture(scope="module")
def simulated(browser: Browser, site: Site) -> Any:
    """The cookies of the simulated person, whose answer has been worked out."""
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.goto(site.link())
    page.goto(f"{site.url}/welcome/")
    page.get_by_role("button", name="Try it with a simulated person").click(timeout=120_000)
    expect(page.locator("#simulated")).to_be_visible(timeout=120_000)
    page.goto(f"{site.url}/answer/")
    expect(page.get_by_text("How sure, and why")).to_be_visible(timeout=120_000)
    cookies = context.storage_state()
    context.close()
    return cookies


def addresses(page: Page, site: Site) -> list[str]:
    """Every address that shows a page to whoever is signed in."""
    page.goto(f"{site.url}/more/")
    found: list[str] = page.evaluate(
        """async (all) => {
          const shown = [];
          for (const address of all) {
            const reply = await fetch(address, { redirect: "manual" });
            if (reply.ok && reply.headers.get("content-type").startsWith("text/html")) shown.push(address);
          }
          return shown;
        }""",
        [reverse(name) for name in SCREENS],
    )
    assert len(found) > 14
    return [*found, *BESIDES]


def test_from_the_first_page_to_the_first_set(state: Any) -> None:
    """Taps are counted; minutes are those of a hand that reads every screen down to what it taps, since no person is timed here."""
    print({name: value for name, value in state.items() if name not in ("cookies", "seen")})
    assert state["seen"] == Watched([], [], [])
    assert state["taps"] <= FIRST_SET_TAPS
    assert state["keys"] == 2
    assert state["checked_in"] <= FIRST_CHECK_IN_S
    assert state["first_set"] <= FIRST_SET_S
    assert state["planned"] <= PLAN_S


def test_the_set_and_the_check_in_have_arrived(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    page.goto(f"{site.url}/data/")
    expect(page.get_by_text(re.compile("1 session, 1 set, [1-9] check-in values"))).to_be_visible()
    page.goto(f"{site.url}/answer/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Can resistance training improve my")


LOOKS = [(scheme, size) for scheme in ("light", "dark") for size in ("100%", "200%")]


def test_every_screen_passes_axe_light_and_dark_and_at_twice_the_text(
    browser: Browser, site: Site, simulated: Any
) -> None:
    """Each screen is opened once and looked at four times: two colour schemes, two sizes of text."""
    wrong: list[str] = []
    made = browser.new_context(**PHONE, storage_state=simulated)
    page = made.new_page()
    for address in addresses(page, site):
        page.goto(site.url + address)
        settled(page)
        wrong += seen_wrong(page, address)
    made.close()
    assert not wrong, "\n".join(wrong)


def test_the_timeline_can_be_looked_into_and_nothing_is_evaluated(browser: Browser, site: Site, simulated: Any) -> None:
    made = browser.new_context(**PHONE, storage_state=simulated)
    seen = watch(made, site)
    page = made.new_page()
    page.goto(f"{site.url}/answer/")
    page.get_by_role("button", name="Look closer").tap()
    chart = page.locator(".closer canvas")
    expect(chart).to_have_attribute("aria-label", re.compile("All check-ins"), timeout=30_000)
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    told = page.locator("#vg-tooltip-element.visible")
    for step in range(400):  # most of the days have a check-in: somewhere here is one
        down, across = 0.1 + 0.5 * (step % 40) / 40, 0.3 + 0.4 * (step // 40) / 10
        page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        if told.count():
            break
    expect(told).to_contain_text("mood")
    made.close()
    assert seen == Watched([], [], [])


def test_what_happens_inside_a_screen_passes_axe_too(browser: Browser, site: Site, simulated: Any) -> None:
    """A set, a sheet, a running clock, a question, the help card, a test of reaction: light, and dark at twice the text."""
    wrong: list[str] = []
    made = browser.new_context(**PHONE, storage_state=simulated)
    page = made.new_page()
    for name in states(page, site.url):
        wrong += seen_wrong(page, name, (LOOKS[0], LOOKS[-1]))
        page.emulate_media(color_scheme="light")
        page.evaluate("document.documentElement.style.fontSize = ''")
    made.close()
    assert not wrong, "\n".join(wrong)


def seen_wrong(page: Page, name: str, looks: Sequence[tuple[str, str]] = LOOKS) -> list[str]:
    """What axe finds serious in each look, and what does not fit across the screen."""
    wrong: list[str] = []
    for scheme, size in looks:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] # a literal
        page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
        look = f"{name} {scheme} {size}"
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        serious = [f for f in found if f["impact"] in ("serious", "critical")]
        wrong += [f"{look}: {f['id']} {n['html'][:160]} {n['target']}" for f in serious for n in f["nodes"][:2]]
        over = "[document.documentElement, ...document.querySelectorAll('dialog[open]')].map((e) => e.scrollWidth - e.clientWidth)"
        wide = max(page.evaluate(over))
        if wide > 1 and name not in FOR_PAPER:
            wrong.append(f"{look}: {wide} px wider than the screen")
    return wrong


def settled(page: Page) -> None:
    """Wait until what the browser fills in by itself is there."""
    expect(page.locator("main .skeleton")).to_have_count(0)


def tab_to(page: Page, name: str, limit: int = 90) -> None:
    """Press Tab until the focus is on what is called that."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate(
            "(document.activeElement.textContent || document.activeElement.ariaLabel || '').trim()"
        ).startswith(name):
            return
    raise AssertionError(f"Tab never came to {name!r}")


def test_check_in_and_a_set_by_keyboard_alone(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    page.goto(f"{site.url}/check-in/")
    expect(page.get_by_role("button", name="Done")).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "range":
            break
    page.keyboard.press("ArrowRight")
    expect(page.locator("output").first).to_contain_text("✓")
    tab_to(page, "Done")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Thank you. That is all.")).to_be_visible()
    page.goto(f"{site.url}/workout/")
    expect(page.get_by_role("button", name="Start").first).to_be_visible()
    tab_to(page, "Start")
    page.keyboard.press("Enter")
    tab_to(page, "Done as planned")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Done so far")).to_be_visible()
    tab_to(page, "stop")
    page.keyboard.press("Enter")
    tab_to(page, "End the session here")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Stopped, and kept")).to_be_visible()


def test_a_passkey_is_added_and_then_signs_in_alone(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"{site.url}/settings/")
    page.get_by_role("link", name="Passkeys and recovery codes").click()
    page.goto(f"{site.url}/accounts/2fa/webauthn/add/")
    page.get_by_label("Passwordless").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: "webauthn/add" not in url, timeout=20_000)
    context.clear_cookies()
    page.goto(f"{site.url}/data/")
    expect(page).to_have_url(f"{site.url}/welcome/?next=/data/")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{site.url}/", timeout=20_000)
    page.goto(f"{site.url}/data/")
    expect(page.get_by_role("heading", name="Your data")).to_be_visible()


def ready_for_offline(page: Page, site: Site, address: str = "/workout/") -> None:
    page.goto(site.url + address)
    until(page, "navigator.serviceWorker.controller !== null")


def test_the_question_on_self_harm_shows_help_at_once_without_a_network(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    ready_for_offline(page, site, "/questionnaire/?id=phq9")
    expect(page.get_by_role("button", name="Begin")).to_be_visible()
    context.set_offline(True)
    page.get_by_role("button", name="Begin").click()
    for _ in range(8):
        page.get_by_role("button", name="answer 0").click()
    expect(page.get_by_role("heading", name="question 9")).to_be_visible()
    page.get_by_role("button", name="answer 1").click()
    card = page.get_by_role("alertdialog")
    expect(card).to_be_visible(timeout=1_000)
    first = card.inner_text()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alertdialog"
    page.get_by_role("button", name="No", exact=True).or_(
        page.get_by_role("button", name="I am safe, go on")
    ).first.click()
    page.get_by_role("button", name="Back").click()
    page.get_by_role("button", name="answer 2").click()
    later = card.inner_text()
    assert later
    assert len(later) < len(first)
    page.reload()
    page.get_by_role("button", name="Back").click()
    page.get_by_role("button", name="Leave this one out").click()
    expect(card).to_be_visible()
    context.set_offline(False)


EDIT = """async ([entity, reps]) => {
  const store = await import(`/static/${document.body.dataset.static}/mettle/store.js`);
  await store.record([{ kind: "set.put", entity, fields: { exercise: "goblet_squat", reps } }]);
}"""
SEND = """async () => {
  const sync = await import(`/static/${document.body.dataset.static}/mettle/sync.js`);
  return (await sync.flush()).state;
}"""


def test_two_devices_that_edit_one_set_agree_and_the_other_value_is_shown(
    context: BrowserContext, browser: Browser, site: Site, state: Any
) -> None:
    tablet = browser.new_context(storage_state=state["cookies"])
    entity = "00000000-0000-7000-8000-0000000000ee"
    pages = [made.new_page() for made in (context, tablet)]
    for page in pages:
        ready_for_offline(page, site)
    for made in (context, tablet):
        made.set_offline(True)
    for page, reps in zip(pages, (7, 19), strict=True):
        page.evaluate(EDIT, [entity, reps])
    for made, page in ((tablet, pages[1]), (context, pages[0])):
        made.set_offline(False)
        page.evaluate(SEND)
        expect(page.locator("#unsynced")).to_be_hidden(timeout=20_000)
    for page in pages:
        page.goto(f"{site.url}/data/")
        expect(page.get_by_text("set: reps was 7")).to_be_visible()
    tablet.close()


def test_a_dead_battery_in_the_middle_of_a_session_loses_no_set(
    site: Site, chromium: str, playwright: Playwright, tmp_path: Path, state: Any
) -> None:
    def phone() -> BrowserContext:
        options: dict[str, Any] = {**PHONE, "executable_path": chromium, "args": site.browser_arguments()}
        return playwright.chromium.launch_persistent_context(str(tmp_path / "phone"), **options)

    before = phone()
    before.add_cookies(state["cookies"]["cookies"])
    page = before.new_page()
    page.goto(f"{site.url}/")
    ready_for_offline(page, site)
    before.set_offline(True)
    page.get_by_role("button", name="Start").first.click()
    page.get_by_role("button", name="Done as planned").click()
    expect(page.locator(".done-list li")).to_have_count(1)
    for process in _processes_of(tmp_path / "phone"):
        os.kill(process, signal.SIGKILL)
    time.sleep(1)
    after = phone()
    after.add_cookies(state["cookies"]["cookies"])
    page = after.new_page()
    page.goto(f"{site.url}/workout/")
    expect(page.locator(".done-list li")).to_have_count(1)
    expect(page.locator("#unsynced")).to_be_hidden(timeout=20_000)
    after.close()


def _processes_of(profile: Path) -> list[int]:
    """The browser's main process, known by its profile folder."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            said = line.read_bytes()
        except OSError:  # it has just ended
            continue
        if f"--user-data-dir={profile}".encode() in said and b"--type=" not in said:
            found.append(int(line.parent.name))
    return found


XSS = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(2)</script>",
    '"><svg onload=alert(3)>',
    "'-alert(4)-'",
    "javascript:alert(5)",
    "{{7*7}}{% debug %}",
    "</title><script>alert(6)</script>",
]


def test_text_of_an_imported_file_never_runs(context: BrowserContext, site: Site) -> None:
    quoted = [x.replace('"', '""') for x in XSS]
    rows = "".join(
        f'"{x}","{n + 1} Nov 2026, 16:50","{n + 1} Nov 2026, 17:50","{x}","{x}","{x}","{x}",0,"normal",100,5,,,8\n'
        for n, x in enumerate(quoted)
    )
    checkins = "at,mood," + ",".join(f'"{x}"' for x in quoted) + "\n2026-11-01T20:00+01:00,6" + ",5" * len(XSS) + "\n"
    files = [("<img src=x onerror=alert(7)>.csv", HEVY + rows), ("'><script>alert(8)</script>.csv", checkins)]
    page = context.new_page()
    for name, content in files:
        page.goto(f"{site.url}/data/")
        file: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
        page.get_by_label("File", exact=True).set_input_files(file)
        page.get_by_role("button", name="Look inside").click()
        if page.locator("#timezone").count():
            page.locator("#timezone").fill("Europe/Berlin")
        page.get_by_role("button", name="Keep it", exact=True).click()
        expect(page.get_by_role("heading", name="Your data")).to_be_visible()
    for address in [*addresses(page, site), "/answer/?outcome=" + XSS[0], "/evidence/?section=" + XSS[1]]:
        page.goto(site.url + address)
        page.wait_for_timeout(100)
        assert "49" not in page.locator("h1").first.inner_text()


def test_the_policy_is_strict_on_every_page(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    for address in addresses(page, site):
        reply = page.goto(site.url + address)
        assert reply is not None
        policy = reply.all_headers()["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "max-age=31536000" in reply.all_headers()["strict-transport-security"]
    for cookie in context.cookies():
        assert cookie["name"].startswith("__Host-")
        assert cookie["secure"]
        assert cookie["sameSite"] == "Lax"


def test_a_new_version_waits_for_the_end_of_the_session(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    ready_for_offline(page, site)
    page.get_by_role("button", name="Start").first.click()
    page.get_by_role("button", name="Done as planned").click()
    expect(page.get_by_text("Done so far")).to_be_visible()
    working = "navigator.serviceWorker.getRegistration().then((r) => ({ waiting: Boolean(r.waiting), installing: Boolean(r.installing) }))"
    changed = site.source / "mettle" / "web" / "static" / "mettle" / "sw.js"
    changed.write_text(changed.read_text() + "\n// a newer version\n")
    page.evaluate("navigator.serviceWorker.getRegistration().then((r) => r.update())")
    until(page, f"{working}.then((r) => r.waiting)")
    page.reload()
    expect(page.get_by_text("Done so far")).to_be_visible()
    assert page.evaluate(working)["waiting"], "the new version took over in the middle of a session"
    page.get_by_role("button", name="stop").click()
    page.get_by_role("button", name="End the session here").click()
    expect(page.get_by_role("heading", name="Stopped, and kept")).to_be_visible()
    page.goto(f"{site.url}/help-now/")
    until(page, f"{working}.then((r) => !r.waiting)")
