"""The Workout screen's clocks in a real Chromium: a circuit that runs by itself, a rest that ends while nobody looks, the ladder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from mettle.web import setup_form, setup_kit
from tests.web import hands
from tests.web.served import until
from tests.web.test_browser import browser, site

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.web.served import Site

__all__ = ["browser", "site"]  # fixtures of the other browser tests
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]

LONG_AWAY_MS = 90_000
PLANNED: dict[str, tuple[str, ...]] = {}
"""What the plan of a running app was last made for: the same wishes need no new one."""


def set_up(page: Page, site: Site, *wishes: str) -> None:
    if PLANNED.get(site.url) == wishes:
        page.goto(f"{site.url}/plan/")
        return
    goals = [value for value, words in setup_form.GOALS if str(words) in wishes]
    (kit,) = [value for value, words in setup_kit.KITS if str(words) in wishes]
    hands.set_up(page, site.url, feel={"goals": goals}, kit={"kit": kit})
    PLANNED[site.url] = wishes


def changed_bundle(page: Page, change: str) -> None:
    """The bundle as the server sent it, with one thing changed; it is not fetched again."""
    page.evaluate(
        f"""async () => {{
          const [store, sync] = await Promise.all(['store', 'sync'].map((n) => import(`/static/${{document.body.dataset.static}}/mettle/${{n}}.js`)));
          const bundle = await sync.bundle();
          ({change})(bundle);
          await store.keep('bundle', bundle);
        }}"""
    )
    page.context.route("**/api/v1/bundle", lambda route: route.abort())


SHORT = "(b) => { for (const s of b.sessions) for (const t of s.steps) if (t.clock) t.clock = { ready_s: t.clock.ready_s ? 20 : 0, work_s: 30, rest_s: 10 }; }"


def test_a_circuit_runs_by_itself_pauses_and_survives_a_reload(page: Page, site: Site) -> None:
    set_up(page, site, "focus, ADHD", "a few bands")
    changed_bundle(page, SHORT)
    page.clock.install()
    page.goto(f"{site.url}/workout/")
    page.get_by_role("button", name="Start").first.click()
    page.get_by_role("button", name="Go by the clock").click()
    phase, left, done = page.locator(".circuit .phase"), page.locator("#circuit-left"), page.locator(".done-list li")
    expect(phase).to_have_text("Get ready")
    page.clock.run_for(20_500)
    expect(phase).to_have_text("Work")
    page.clock.run_for(30_000)
    expect(phase).to_have_text("Rest, then")
    expect(done).to_have_count(1)  # the set was kept by itself
    page.get_by_role("button", name="Pause").click()
    told = left.inner_text()
    page.clock.run_for(60_000)
    expect(left).to_have_text(told)
    page.reload()
    expect(phase).to_have_text("Paused")
    expect(left).to_have_text(told)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="start now").click()
    expect(phase).to_have_text("Get ready")
    expect(page.locator(".circuit h1")).not_to_be_empty()


def test_stations_that_went_by_unwatched_are_asked_about_and_never_invented(page: Page, site: Site) -> None:
    set_up(page, site, "focus, ADHD", "a few bands")
    changed_bundle(page, SHORT)
    page.clock.install()
    page.goto(f"{site.url}/workout/")
    page.get_by_role("button", name="Start").first.click()
    page.get_by_role("button", name="Go by the clock").click()
    expect(page.locator(".circuit .phase")).to_have_text("Get ready")
    page.clock.fast_forward(20_000 + 30_000 + 10_000 + 20_000 + 30_000 + 5_000)  # two stations, as in a locked phone
    expect(page.get_by_role("heading", name="The clock went on")).to_be_visible()
    expect(page.get_by_text("2 stations went by")).to_be_visible()
    page.reload()
    expect(page.get_by_text("stations went by")).to_be_visible()
    page.get_by_role("button", name="fewer stations").click()
    page.get_by_role("button", name="Keep that").click()
    expect(page.locator(".done-list li")).to_have_count(1)
    expect(page.locator(".circuit .phase")).to_have_text("Paused")


ONE_SIDED_STAND_IN = """(b) => {
  const both = (e) => e.sets.every((s) => s.side === 'both') && e.sets.length > 1;
  const sided = (a) => a.sets.some((s) => s.side === 'left');
  for (const s of b.sessions) for (const [i, e] of s.exercises.entries()) {
    if (!both(e) || !e.alternatives.some(sided)) continue;
    e.alternatives = e.alternatives.filter(sided);
    s.steps = s.steps.filter((t) => t.exercise === i && t.round);
    b.sessions = [s];
    return;
  }
  throw new Error('the plan has no two-handed exercise with a one-sided stand-in');
}"""


HELD = "(b) => { for (const s of b.sessions) for (const e of s.exercises) for (const t of e.sets) Object.assign(t, { hold_s: 20, reps: null, load_kind: 'band', colour: 'red', amount: '', unit: '' }); for (const s of b.sessions) for (const t of s.steps) delete t.clock; }"


def test_what_was_held_and_with_which_band_can_be_told_and_told_again(page: Page, site: Site) -> None:
    set_up(page, site, "focus, ADHD", "a few bands")
    changed_bundle(page, HELD)
    page.goto(f"{site.url}/workout/")
    page.get_by_role("button", name="Start").first.click()
    for _ in range(3):
        page.get_by_role("button", name="more seconds").click()
    page.get_by_role("button", name="more band").click()
    page.get_by_role("button", name="Done", exact=True).click()
    done = page.locator(".done-list li")
    expect(done).to_contain_text("green band, 35 s")
    done.get_by_role("button").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("Seconds").fill("-4")
    sheet.get_by_role("button", name="Save").click()
    expect(sheet.get_by_role("alert")).to_have_text("From 0 to 10000")
    sheet.get_by_label("Seconds").fill("42")
    sheet.get_by_label("Band").select_option("yellow")
    sheet.get_by_role("button", name="Save").click()
    expect(done).to_contain_text("yellow band, 42 s")
    expect(done.locator(".arrived")).to_be_visible()
    page.get_by_role("button", name="it hurts").click()
    expect(sheet.locator("details.help")).to_be_visible()  # the signs to act on at once stand beside the question
    sheet.get_by_role("button", name="Stop the session").click()
    sheet.get_by_role("button", name="End the session here").click()
    page.goto(f"{site.url}/sessions/")
    page.locator("main a[href^='/sessions/']").first.click()
    expect(page.locator("main")).to_contain_text("42")


def test_a_one_sided_stand_in_has_both_sides_of_every_set_that_is_left_and_the_way_back_has_not(
    page: Page, site: Site
) -> None:
    set_up(page, site, "low mood", "dumbbells at home")
    changed_bundle(page, ONE_SIDED_STAND_IN)
    page.goto(f"{site.url}/workout/")
    page.get_by_role("button", name="Start").first.click()
    where, side = page.locator(".where strong"), page.locator(".next-set strong.chip")
    rounds = int(where.inner_text().split()[-1])
    planned = page.locator("h1").inner_text()
    expect(side).to_have_count(0)
    page.get_by_role("button", name="swap").click()
    page.locator("dialog button.choice").first.click()
    expect(page.locator("h1")).not_to_have_text(planned)
    for done in range(2):
        for hand in ("left side", "right side"):
            expect(where).to_have_text(re.compile(f" {done + 1} of {rounds}$"))
            expect(side).to_have_text(hand)
            if (done, hand) == (1, "right side"):  # back to the planned one: this round has it once
                page.get_by_role("button", name="swap").click()
                page.get_by_role("button", name=f"Back to {planned}").click()
                expect(side).to_have_count(0)
            page.get_by_role("button", name="Done as planned").click()
            expect(page.locator(".done-list li")).to_have_count(2 * done + 1 + (hand == "right side"))
    for left in range(rounds - 2):
        expect(where).to_have_text(re.compile(f" {left + 3} of {rounds}$"))
        page.get_by_role("button", name="Done as planned").click()
    expect(page.get_by_role("heading", name="That was the last set")).to_be_visible()
    expect(page.locator(".done-list li", has_text="right side")).to_have_count(1)
    expect(page.locator(".done-list li", has_text="left side")).to_have_count(2)


ANYTHING_IS_MORE = """(b) => { b.sessions[0].steps = b.sessions[0].steps.filter((t) => t.round).slice(0, 1);
  const e = b.sessions[0].exercises[b.sessions[0].steps[0].exercise];
  e.records = e.sets.map((s) => ({ exercise: e.exercise, name: e.name, amount: s.amount, unit: s.unit, reps: 1 })); }"""


@pytest.mark.parametrize(("conditions", "told"), [({"none": "1"}, True), ({"conditions": ["eating_disorder"]}, False)])
def test_more_than_before_is_told_unless_a_guardrail_hides_it(
    page: Page, site: Site, conditions: dict[str, object], *, told: bool
) -> None:
    PLANNED.pop(site.url, None)
    hands.set_up(page, site.url, kit={"kit": "dumbbells"}, conditions=conditions)
    changed_bundle(page, ANYTHING_IS_MORE)
    page.goto(f"{site.url}/workout/")
    page.get_by_role("button", name="Start").first.click()
    page.get_by_role("button", name="Done as planned").click()
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("heading", name="Done", exact=True)).to_be_visible()
    expect(page.get_by_text("your most so far")).to_have_count(int(told))


def test_whoever_comes_back_late_is_told_how_late(page: Page, site: Site) -> None:
    set_up(page, site, "low mood", "a few bands")
    page.clock.install()
    page.goto(f"{site.url}/workout/")
    page.get_by_role("button", name="Start").first.click()
    page.get_by_role("button", name="Done as planned").click()
    minutes, seconds = map(int, page.locator("#rest").inner_text().split(":"))
    page.clock.fast_forward(1000 * (60 * minutes + seconds) + LONG_AWAY_MS)
    expect(page.locator("#rest-over")).to_have_text("since the rest was over")
    late = sum(n * int(x) for n, x in zip((60, 1), page.locator("#rest").inner_text().split(":"), strict=True))
    assert LONG_AWAY_MS / 1000 - 2 <= late <= LONG_AWAY_MS / 1000 + 60
    page.get_by_role("button", name="Done as planned").click()
    expect(page.locator("#rest-over")).to_be_empty()


def test_the_end_of_a_rest_is_notified_when_nobody_looks_and_says_nothing_of_health(page: Page, site: Site) -> None:
    set_up(page, site, "low mood", "a few bands")
    page.context.grant_permissions(["notifications"], origin=site.url)
    page.goto(f"{site.url}/workout/")
    until(page, "navigator.serviceWorker.controller !== null")
    changed_bundle(
        page,
        "(b) => { for (const s of b.sessions) for (const e of s.exercises) for (const t of e.sets) t.rest_s = 15; }",
    )
    page.reload()
    page.get_by_role("button", name="Start").first.click()
    page.get_by_text("When time is up").click()
    page.get_by_label("A notification when the screen is off").check()
    page.get_by_role("button", name="Done as planned").click()
    expect(page.get_by_text("Done so far")).to_be_visible()
    context = page.context
    away = context.new_page()
    away.goto("about:blank")
    page.close()
    (worker,) = [w for w in context.service_workers if w.url.endswith("/sw.js")]
    told = worker.evaluate(
        """async () => {
          for (let i = 0; i < 600; i += 1) {
            const [n] = await self.registration.getNotifications({ tag: 'rest' });
            if (n) return [n.title, n.body];
            await new Promise((ok) => setTimeout(ok, 100));
          }
          return null;
        }"""
    )
    assert told == ["mettle", "Your break is over."]
    back = context.new_page()
    back.goto(f"{site.url}/workout/")
    expect(back.locator("#rest-over")).to_have_text("since the rest was over")
    until(
        back,
        "navigator.serviceWorker.ready.then((r) => r.getNotifications({ tag: 'rest' })).then((n) => n.length === 0)",
    )


def test_the_next_step_is_asked_about_and_a_stay_is_kept(page: Page, site: Site) -> None:
    set_up(page, site, "unease among people", "a few bands")
    page.evaluate(
        """async () => {
          const [store, sync, clock] = await Promise.all(['store', 'sync', 'clock'].map((n) => import(`/static/${document.body.dataset.static}/mettle/${n}.js`)));
          const seen = (outcome, value, occasion, at) => ({ kind: 'observation.put', fields: { ...clock.moment(at), outcome, value, occasion } });
          for (let day = 4; day > 1; day -= 1) {
            const at = new Date(Date.now() - day * 86400000);
            await store.record([seen('ladder_step', 2, 'before', at), seen('suds', 6, 'before', at), seen('suds', 2, 'after', new Date(at.getTime() + 60000))]);
          }
          await sync.flush();
        }"""
    )
    page.goto(f"{site.url}/workout/")
    page.get_by_role("button", name="Start").first.click()
    expect(page.get_by_text("2. Walk to the gym").first).to_be_visible()
    expect(page.get_by_text("Would you like to go up one step?")).to_be_visible()
    page.get_by_role("button", name="Stay on this one").click()
    expect(page.get_by_text("Would you like to go up one step?")).to_have_count(0)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("button", name="Done as planned")).to_be_visible()
    expect(page.locator("#unsynced")).to_be_hidden(timeout=15_000)
    page.goto(f"{site.url}/workout/")
    expect(page.get_by_role("button", name="Done as planned")).to_be_visible()


def test_in_a_trial_the_check_in_comes_before_the_session_and_never_stands_in_the_way(page: Page, site: Site) -> None:
    set_up(page, site, "unease among people", "a few bands")
    changed_bundle(page, "(b) => { b.check_in.first = true; b.check_in.told_on = null; }")
    page.goto(f"{site.url}/workout/")
    expect(page.get_by_role("heading", name="First, how is it right now?")).to_be_visible()
    expect(page.get_by_role("button", name="Start")).to_have_count(0)
    page.get_by_role("button", name="Go on without").click()
    expect(page.get_by_role("button", name="Start").first).to_be_visible()
    page.goto(f"{site.url}/workout/")
    page.get_by_role("link", name="Check in").click()
    page.get_by_label("mood").first.fill("7")
    expect(page.locator("output", has_text="7 ✓")).to_be_visible()
    page.goto(f"{site.url}/workout/")
    expect(page.get_by_role("button", name="Start").first).to_be_visible()
