// Workout: what is the next set? Everything shown was worked out by the server and sent ahead: the script only looks up.
import * as store from "./store.js";
import { bundle as fetchBundle, flush } from "./sync.js";
import { day, moment, uuid } from "./clock.js";
import { changedElsewhere } from "./elsewhere.js";
import { el, picture, sheet, show } from "./dom.js";
import { stopwatch } from "./stopwatch.js";
import { gettext, ngettext } from "./words.js";
import { rest, ring, still, wall } from "./resting.js";
import * as signals from "./signals.js";
import * as circuit from "./circuit.js";

const place = document.getElementById("workout");
let bundle = null;
let active = null; // {entity, session, index, swaps: {exercise index: alternative index}, done: [{entity, step, fields}], restUntil, restTotal, pick: {}, clock: the circuit's}
let ticker = null;
let preparing = false; // a bundle that arrives meanwhile must not wipe what is being chosen,
let ended = false; // nor what is told at the end
const LOOK_MS = 60_000; // how often another device is looked for while a session is open
let checkedIn = null; // the last day with a check-in on this device
const HOLD_STEP_S = 5;
const LATE_MS = 3000; // a clock that is looked at later than this was not watched

function exerciseAt(step) {
  const planned = active.session.exercises[step.exercise];
  const swap = active.swaps[step.exercise];
  return swap === undefined ? planned : { ...planned, ...planned.alternatives[swap], alternatives: planned.alternatives };
}
const setAt = (step) => exerciseAt(step).sets[Math.min(step.set, exerciseAt(step).sets.length - 1)];
const plainLoad = (set) => {
  if (set.load_kind === "band") return gettext("%(colour)s band", { colour: set.colour });
  if (set.load_kind === "bodyweight" && !set.amount) return gettext("body weight");
  return set.amount ? `${set.amount} ${set.unit}` : "";
};
const loadText = (set) => (set.amount && set.per_hand ? gettext("%(load)s each hand", { load: plainLoad(set) }) : plainLoad(set));
const sideText = (set) => ({ left: gettext("left side"), right: gettext("right side") })[set.side] || "";
const repsText = (set) => (set.hold_s ? `${set.hold_s} s` : Array.isArray(set.reps) && set.reps[0] !== set.reps[1] ? `${set.reps[0]}–${set.reps[1]}` : `${target(set.reps) ?? ""}`);
const target = (reps) => (Array.isArray(reps) ? reps[1] : reps);

// Before a session begins: the whole of it in order where nobody should be surprised; the step that the person confirms.
async function prepare(session) {
  const ladder = bundle?.ladder && !session.short ? bundle.ladder : null;
  if (!bundle?.gentle && !ladder) { await begin(session); return; }
  preparing = true;
  const out = new Set();
  const before = (await store.kept("ladder-step")) || ladder?.at || 1;
  let step = before; let tension = null;
  const parts = [];
  if (ladder) {
    const words = (n) => { const s = ladder.steps.find((x) => x.step === n); return `${s.step}. ${s.text}`; };
    const chosen = el("p", { role: "status" }, words(step));
    const steps = ladder.steps.map((s) => el("button", { class: "wide choice-step", "aria-pressed": String(s.step === step), onclick: (event) => { step = s.step; chosen.textContent = words(step); for (const b of steps) b.setAttribute("aria-pressed", String(b === event.currentTarget)); others.open = false; } }, words(s.step)));
    const others = el("details", { class: "stack" }, el("summary", {}, gettext("Another step")), ...steps, el("p", { class: "small" }, ladder.advance.text));
    const go = (n) => { step = n; chosen.textContent = words(n); for (const [i, b] of steps.entries()) b.setAttribute("aria-pressed", String(ladder.steps[i].step === n)); };
    parts.push(el("section", { class: "card" }, el("h2", {}, gettext("Your step today")), chosen, ladder.ask?.from === before ? asked(ladder.ask, go) : null, others),
      scale(gettext("How tense are you now?"), gettext("calm"), gettext("as tense as it gets"), async (n) => { tension = n; }));
  }
  if (bundle?.gentle) {
    parts.push(el("section", { class: "card stack" }, el("h2", {}, gettext("All of it, in this order")), el("p", {}, gettext("Nothing else will come. Leave out whatever you like, now or later; nobody asks why.")),
      ...session.exercises.map((e, i) => { const box = el("input", { type: "checkbox", checked: true, id: `in-${i}`, onchange: () => (box.checked ? out.delete(i) : out.add(i)) }); return el("label", { class: "choice", for: `in-${i}` }, box, e.name); })));
  }
  show(place, el("h1", {}, session.title), ...parts,
    el("button", { class: "main wide", onclick: async () => {
      const chosen = { ...session, steps: session.steps.filter((s) => !out.has(s.exercise)) };
      const today = ladder ? ladder.steps.find((s) => s.step === step) : null;
      if (today) await store.keep("ladder-step", step);
      await begin(chosen, today, tension);
    } }, gettext("Begin")),
    el("button", { class: "plain wide", onclick: () => { preparing = false; choose(); } }, gettext("Back")));
}

// Asked, never pushed: the server says when, the person says what; both answers are kept.
function asked(ask, go) {
  const buttons = el("div", { class: "choices" },
    el("button", { onclick: () => { go(ask.step); card.remove(); } }, ask.yes),
    el("button", { onclick: async () => { card.remove(); await store.record([observed("ladder_stay", ask.from, "before")]); bundle.ladder.ask = null; await store.keep("bundle", bundle); } }, ask.no));
  const card = el("div", { class: "stack", id: "ladder-ask" }, el("p", {}, el("strong", {}, ask.text)), buttons);
  return card;
}

// One tap on a scale from 0 to 10 with end words.
function scale(question, low, high, onPick) {
  const buttons = Array.from({ length: 11 }, (_, n) => el("button", { "aria-pressed": "false", "aria-label": gettext("%(n)s of 10", { n }), onclick: async () => { for (const [i, b] of buttons.entries()) b.setAttribute("aria-pressed", String(i === n)); await onPick(n); } }, String(n)));
  return el("section", { class: "card mood" }, el("h2", {}, question), el("div", { class: "tap-scale", role: "group", "aria-label": question }, ...buttons), el("p", { class: "ends small" }, el("span", {}, low), el("span", {}, high)));
}
const observed = (outcome, value, occasion) => ({ kind: "observation.put", entity: uuid(), fields: { ...moment(), outcome, value, occasion } });

async function begin(session, step = null, tension = null) {
  active = { entity: uuid(), session, planned: session.steps, index: 0, swaps: {}, done: [], restUntil: 0, restTotal: 0, pick: {}, startedAt: Date.now() };
  const where = step ? { notes: `Step ${step.step}: ${step.place}`, place: step.place === "home" ? "home" : step.place.startsWith("outside") ? "outdoors" : "gym", company: step.place === "class" ? "class" : "" } : {};
  active.ladder = Boolean(step);
  active.notes = where.notes || "";
  const fields = { ...moment(), title: session.title, plan_session: session.id, format: session.format || "", ...where };
  await store.record([{ kind: "session.put", entity: active.entity, fields }, ...(step ? [observed("ladder_step", step.step, "before")] : []), ...(tension === null ? [] : [observed("suds", tension, "before")])], { active });
  render();
}

// Left out by choice, in the format for after trauma: nothing is written down, and nothing asks why.
async function leaveOut() {
  active.index += 1; active.pick = {}; active.workUntil = 0;
  if (active.clock) active.clock = circuit.enter(active.session.steps, active.index, "ready", Date.now());
  await store.keep("active", active);
  render();
}

async function finishSet(status, at = Date.now()) {
  const step = active.session.steps[active.index];
  const set = { ...setAt(step), ...active.pick };
  const exercise = exerciseAt(step);
  const fields = {
    session: active.entity,
    exercise: exercise.exercise,
    ordinal: active.done.filter((d) => d.fields.exercise === exercise.exercise).length + 1,
    kind: set.kind || "work",
    status,
    reps: status === "missed" ? 0 : (active.pick.reps ?? target(set.reps) ?? null),
    hold_s: set.hold_s ?? null,
    amount: set.amount || "",
    unit: set.unit || "",
    load_kind: set.load_kind || "external",
    colour: set.colour || "",
    per_hand: Boolean(set.per_hand),
    rir: active.pick.rir ?? set.rir ?? null,
    side: set.side || "both",
    planned: setAt(step),
    done_at: new Date(at).toISOString(),
  };
  const entity = uuid();
  active.done.push({ entity, step: active.index, fields });
  active.index += 1;
  active.pick = {};
  active.workUntil = 0;
  const restS = active.clock ? 0 : set.rest_s || 0; // a circuit has its own clock
  active.restTotal = restS * 1000;
  active.restUntil = restS ? at + active.restTotal : 0;
  active.restTold = false;
  await store.record([{ kind: "set.put", entity, fields }], { active });
  if (restS && active.index < active.session.steps.length) signals.later(active.restUntil, bundle?.name || "mettle", gettext("Your break is over."));
  render();
  flush();
}

async function change(fields) { Object.assign(active.pick, fields); await store.keep("active", active); render(); }

// The bands at hand, lightest first, and the one that this set has.
const bandsFor = (set) => [...new Set([...(bundle?.bands || []), set.colour].filter(Boolean))];
function bandStepper(set) {
  const colours = bandsFor(set);
  const at = colours.indexOf(set.colour);
  const shift = (by) => change({ colour: colours[Math.min(Math.max(at + by, 0), colours.length - 1)] });
  return colours.length < 2 ? null : stepper(gettext("band"), set.colour, () => shift(-1), () => shift(1));
}

async function editSet(done) {
  const many = done.fields.hold_s ? "hold_s" : "reps"; // a set is counted or held
  const reps = el("input", { type: "number", inputmode: "numeric", min: 0, max: 10000, value: done.fields[many] ?? "", id: "edit-reps" });
  const colour = done.fields.load_kind === "band" ? el("select", { id: "edit-colour" }, ...bandsFor(done.fields).map((c) => el("option", { value: c, selected: c === done.fields.colour }, c))) : null;
  const amount = el("input", { type: "text", inputmode: "decimal", value: done.fields.amount, id: "edit-amount" });
  const rir = el("input", { type: "number", inputmode: "decimal", min: 0, max: 10, step: 0.5, value: done.fields.rir ?? "", id: "edit-rir" });
  const error = el("p", { class: "error", role: "alert", hidden: true });
  const dialog = sheet(gettext("Change this set"),
    el("label", { for: "edit-reps" }, many === "hold_s" ? gettext("Seconds") : gettext("Reps")), reps,
    ...(colour ? [el("label", { for: "edit-colour" }, gettext("Band")), colour] : []), el("label", { for: "edit-amount" }, done.fields.unit ? gettext("Load (%(unit)s)", { unit: done.fields.unit }) : gettext("Load")), amount,
    el("label", { for: "edit-rir" }, gettext("Left in reserve")), rir, error,
    el("button", { class: "main wide", onclick: async () => {
      const written = amount.value.trim().replace(",", ".");
      if (written && !/^\d+(\.\d+)?$/.test(written)) { error.textContent = gettext("Load is a number, for example 16 or 17.5"); error.hidden = false; return; }
      const out = [reps, rir].find((input) => !input.checkValidity());
      if (out) { error.textContent = gettext("From %(low)s to %(high)s", { low: out.min, high: out.max }); error.hidden = false; out.focus(); return; }
      const said = { [many]: reps.value === "" ? null : Number(reps.value), ...(colour ? { colour: colour.value } : {}), amount: written, rir: rir.value === "" ? null : Number(rir.value) };
      // Only what was changed: what another device wrote meanwhile to the rest stands.
      const fields = Object.fromEntries(Object.entries(said).filter(([name, value]) => value !== (done.fields[name] ?? null)));
      Object.assign(done.fields, fields);
      await store.record([{ kind: "set.put", entity: done.entity, fields }], { active });
      dialog.close(); render();
    } }, gettext("Save")),
    el("button", { class: "wide stop", onclick: async () => {
      active.done = active.done.filter((d) => d !== done);
      await store.record([{ kind: "set.delete", entity: done.entity }], { active });
      dialog.close(); render();
    } }, gettext("Remove this set")),
    el("button", { class: "wide plain", onclick: () => dialog.close() }, gettext("Leave it")));
}

// What is left of an exercise, round by round, as the one in its place does it: a set for each side, or one for both.
function instead(exercise, source = []) {
  const given = new Map();
  for (const s of source) if (s.exercise === exercise) given.set(s.round, [...(given.get(s.round) || []), s]);
  if (!given.size) return; // sent by an older version
  const left = active.session.steps.slice(active.index);
  const seen = new Set();
  const steps = left.flatMap((s) => {
    if (s.exercise !== exercise) return [s];
    if (seen.has(s.round)) return [];
    seen.add(s.round);
    return given.get(s.round) || [];
  });
  active.session = { ...active.session, steps: [...active.session.steps.slice(0, active.index), ...steps] };
  if (active.clock) { const clock = circuit.enter(active.session.steps, active.index, "ready", Date.now()); active.clock = clock && circuit.held(clock, Date.now()); }
}

function swapSheet(step) {
  const planned = active.session.exercises[step.exercise];
  const choose = async (i) => { if (i === null) delete active.swaps[step.exercise]; else active.swaps[step.exercise] = i; active.pick = {}; active.workUntil = 0; instead(step.exercise, i === null ? active.planned : planned.alternatives[i].steps); await store.keep("active", active); dialog.close(); render(); };
  const dialog = sheet(gettext("Do something else instead"),
    ...planned.alternatives.map((a, i) => el("button", { class: "wide choice", onclick: () => choose(i) }, picture(a.picture, ""), el("span", {}, a.name))),
    active.swaps[step.exercise] === undefined ? null : el("button", { class: "wide", onclick: () => choose(null) }, gettext("Back to %(name)s", { name: planned.name })),
    el("button", { class: "wide plain", onclick: () => dialog.close() }, gettext("Keep this one")));
}

function painSheet() {
  const slider = el("input", { type: "range", min: 0, max: 10, step: 1, value: 0, id: "pain", "aria-label": gettext("Pain, 0 none to 10 worst") });
  const said = el("strong", { role: "status" });
  slider.addEventListener("input", () => { said.textContent = gettext("%(n)s of 10", { n: slider.value }); });
  const dialog = sheet(gettext("It hurts"),
    el("p", {}, gettext("Stop this set. How much does it hurt?")), slider, el("p", { class: "ends small" }, el("span", {}, gettext("not at all")), said, el("span", {}, gettext("as bad as it gets"))),
    el("button", { class: "main wide", onclick: async () => {
      await store.record([{ kind: "session.put", entity: active.entity, fields: { pain: Number(slider.value) } }], { active });
      dialog.close();
      if (Number(slider.value) > 4) swapSheet(active.session.steps[active.index]);
    } }, gettext("Save and go on gently")),
    ...redFlags(),
    el("button", { class: "wide stop", onclick: () => { dialog.close(); stopSheet(); } }, gettext("Stop the session")),
    el("button", { class: "wide plain", onclick: () => dialog.close() }, gettext("Back")));
}

const redFlags = () => (bundle?.safety?.red_flags || []).map((group) => el("details", { class: `card tight ${group.urgency === "emergency" ? "help" : "needs-you"}` }, el("summary", {}, group.title), el("ul", {}, ...group.signs.map((s) => el("li", {}, s))), el("p", {}, group.action)));

function stopSheet() {
  const dialog = sheet(gettext("Stop"),
    el("p", {}, gettext("Stopping is always right. What you did so far is kept.")),
    ...redFlags(),
    el("div", { class: "two-up" }, el("button", { onclick: () => { dialog.close(); groundingSheet(); } }, gettext("Settle first: a grounding minute")), el("a", { class: "button stop", href: "/help-now/" }, gettext("Help now"))),
    el("button", { class: "main wide", onclick: async () => { dialog.close(); await close(true); } }, gettext("End the session here")),
    el("button", { class: "wide plain", onclick: () => dialog.close() }, gettext("Go on")));
}

function groundingSheet() {
  const dialog = sheet(gettext("A grounding minute"), ...(bundle?.safety?.grounding || []).map((line) => el("p", {}, line)), el("button", { class: "main wide", onclick: () => dialog.close() }, gettext("I am back")));
}

async function close(stopped) {
  const minutes = Math.round((Date.now() - active.startedAt) / 60000);
  const fields = { finished: true, duration_s: Math.min(Math.round((Date.now() - active.startedAt) / 1000), 172800) };
  await store.record([{ kind: "session.put", entity: active.entity, fields }], { active: null });
  const done = active;
  active = null;
  ended = true;
  still(); clearInterval(ticker); signals.never();
  feeling(done, minutes, stopped);
  flush();
}

const sentOf = (session, id) => session.exercises.flatMap((e) => [e, ...e.alternatives]).filter((e) => e.exercise === id);
const recordsOf = (session, id) => sentOf(session, id)[0]?.records || [];

// Two taps at the end: how it felt as a whole, and how it is now.
function feeling(ended, minutes, stopped) {
  const wins = bundle?.show_wins === false || stopped ? [] : ended.done.flatMap((d) => {
    return recordsOf(ended.session, d.fields.exercise).filter((r) => d.fields.kind !== "warm_up" && r.exercise === d.fields.exercise && r.amount === d.fields.amount && d.fields.reps > r.reps).map((r) => gettext("%(name)s: %(reps)s reps at %(load)s, your most so far", { name: r.name, reps: d.fields.reps, load: `${r.amount} ${r.unit}` }));
  });
  const first = (bundle?.check_in?.items || []).slice(0, 2);
  const made = {};
  const watch = stopwatch(); // what the end costs is counted with the check-ins
  const took = () => { made.check_in_s ??= observed("check_in_s", 0, "after"); made.check_in_s.fields.value = watch.seconds(); return made.check_in_s; };
  const keep = (outcome) => async (n) => { made[outcome] ??= observed(outcome, n, "after"); made[outcome].fields.value = n; await store.record([made[outcome], took()]); flush(); };
  const feelings = first.map((i) => scale(i.question, i.low, i.high, keep(i.id)));
  if (ended.ladder) feelings.push(scale(gettext("How tense are you now?"), gettext("calm"), gettext("as tense as it gets"), keep("suds")));
  const rpe = async (n) => { await store.record([{ kind: "session.put", entity: ended.entity, fields: { session_rpe: n } }, took()]); flush(); show(hard, el("p", { role: "status" }, gettext("Kept."))); };
  const hard = el("div", { class: "choices qualities" }, ...[[1, gettext("very light")], [3, gettext("light")], [5, gettext("hard")], [7, gettext("very hard")], [10, gettext("all I had")]].map(([n, word]) => el("button", { onclick: () => rpe(n) }, word)));
  show(place, el("h1", {}, stopped ? gettext("Stopped, and kept") : gettext("Done")),
    el("p", {}, gettext("%(sets)s in %(minutes)s.", { sets: ngettext("%(n)s set", "%(n)s sets", ended.done.filter((d) => d.fields.status !== "missed").length), minutes: minutes ? ngettext("%(n)s minute", "%(n)s minutes", minutes) : gettext("under a minute") })),
    ...[...new Set(wins)].map((w) => el("p", { class: "card training" }, w)),
    el("section", { class: "card training" }, el("h2", {}, gettext("How hard was it as a whole?")), hard),
    ...feelings,
    el("a", { class: "button main wide", href: "/" }, gettext("Today")),
    el("a", { class: "button plain wide", href: "/check-in/?occasion=after" }, gettext("Say more")));
}

function bar(set) {
  if (!set.set_up || set.set_up === loadText(set)) return null;
  const drawn = bundle?.plates?.[set.set_up];
  return drawn ? el("img", { src: `data:image/svg+xml,${encodeURIComponent(drawn)}`, alt: set.set_up, class: "bar-picture", width: 300, height: 64 }) : el("p", { class: "plates small" }, set.set_up);
}

const silent = () => active?.silent ?? !bundle?.sound;
const signal = () => signals.tell({ silent: silent() });

// The countdown; where it ended while nobody looked, how long ago.
function resting() {
  const done = async () => { active.restUntil = 0; signals.never(); await store.keep("active", active); render(); };
  return rest({ until: active.restUntil, total: active.restTotal, onSkip: done, onOver: async () => {
    if (!active || active.restTold) return;
    signal();
    if (document.visibilityState !== "visible") return; // told again to whoever comes back
    active.restTold = true;
    signals.never();
    await store.keep("active", active);
  } });
}

// The seconds of a timed set, counted from a stored moment, so that a locked screen or a reload changes nothing.
let worker = null;
function workTimer(set) {
  if (!set.hold_s) return null;
  clearInterval(worker);
  if (!active.workUntil) return el("button", { class: "wide", onclick: async () => { active.workUntil = Date.now() + set.hold_s * 1000; await store.keep("active", active); render(); } }, gettext("Start the %(n)s seconds", { n: set.hold_s }));
  const text = el("p", { class: "figure", id: "work", role: "timer" });
  const tickDown = () => {
    const left = Math.ceil(((active?.workUntil || 0) - Date.now()) / 1000);
    text.textContent = left > 0 ? wall(left) : gettext("Time");
    if (left <= 0) { clearInterval(worker); if (active?.workUntil && left > -3) signal(); }
  };
  worker = setInterval(tickDown, 250);
  queueMicrotask(tickDown);
  return text;
}

const timed = () => active.session.format === "circuit" || active.session.exercises.some((e) => e.sets.some((s) => s.hold_s));
// What this device does when time is up.
function thisDevice() {
  const box = (id, label, checked, onchange) => el("label", { class: "choice", for: id }, el("input", { type: "checkbox", id, checked, onchange }), label);
  const said = el("p", { class: "small", role: "status" });
  return el("details", { class: "card" }, el("summary", {}, gettext("When time is up")),
    box("signal-tone", gettext("A tone; without it this device only buzzes"), !silent(), async (event) => { active.silent = !event.target.checked; await store.keep("active", active); }),
    navigator.wakeLock ? box("signal-awake", gettext("Keep the screen on meanwhile"), signals.chosen.awake, async (event) => { await signals.choose("awake", event.target.checked); await signals.awake(signals.chosen.awake); }) : null,
    signals.canNotify() ? box("signal-notice", gettext("A notification when the screen is off"), signals.chosen.notice, async (event) => {
      const met = await signals.choose("notice", event.target.checked);
      if (!met) { event.target.checked = false; said.textContent = gettext("This browser did not allow it."); return; }
      if (signals.chosen.notice && active.restUntil > Date.now()) signals.later(active.restUntil, bundle?.name || "mettle", gettext("Your break is over."));
    }) : null, said);
}

const silentSwitch = () => el("button", { class: "plain", onclick: async () => { active.silent = !silent(); await store.keep("active", active); render(); } }, silent() ? gettext("sound: off") : gettext("sound: on"));

function stepper(label, text, down, up) {
  return el("div", { class: "stepper" }, el("button", { "aria-label": gettext("less %(what)s", { what: label }), onclick: down }, "−"), el("span", { class: "small" }, label, el("br"), el("strong", {}, text)), el("button", { "aria-label": gettext("more %(what)s", { what: label }), onclick: up }, "+"));
}

// The clock of a circuit, which goes by itself: get ready, work, rest, the next station, the next round.
const steps = () => active.session.steps;
async function setClock(clock) { active.clock = clock; await store.keep("active", active); render(); }
const hold = () => { if (active?.clock && active.clock.held === null) active.clock = circuit.held(active.clock, Date.now()); };

async function moved({ clock, passed }) {
  const before = active.clock;
  active.clock = clock;
  for (const { at } of passed) await finishSet("done", at);
  if (clock !== before) { signal(); await store.keep("active", active); }
  render();
}

function clockFace() {
  still(); clearInterval(ticker);
  const now = circuit.advance(steps(), active.clock, Date.now());
  if (now.passed.length && Date.now() - now.passed[0].at > LATE_MS) { wentBy(now.passed); return; }
  const { clock } = active;
  const step = steps()[clock.index];
  const following = clock.phase === "rest" ? steps()[clock.index + 1] : step;
  const shown = exerciseAt(following); const set = setAt(following);
  const then = clock.phase === "rest" ? null : steps()[clock.index + 1];
  const names = { ready: gettext("Get ready"), work: gettext("Work"), rest: following.label === step.label ? gettext("Rest, then") : gettext("Rest, then the next round") };
  const { svg, draw } = ring();
  const text = el("span", { class: "figure", id: "circuit-left", role: "timer" });
  let told = Infinity; let moving = false;
  const tick = () => {
    if (!active?.clock || moving) return;
    const at = circuit.advance(steps(), active.clock, Date.now());
    if (at.clock !== active.clock) {
      moving = true; clearInterval(ticker);
      if (at.passed.length && Date.now() - at.passed[0].at > LATE_MS) wentBy(at.passed); else moved(at);
      return;
    }
    const left = circuit.left(active.clock, Date.now());
    const seconds = Math.ceil(left / 1000);
    text.textContent = wall(seconds); draw(left / active.clock.total);
    if (seconds < told && seconds <= 3 && seconds > 0 && active.clock.held === null) signals.tell({ silent: silent(), long: false });
    told = seconds;
  };
  const paused = clock.held !== null;
  show(place, el("div", { class: "set-screen by-the-clock" },
    el("div", { class: "where" }, el("p", { class: "small" }, el("strong", {}, following.label), ` · ${active.session.title}`), silentSwitch()),
    el("section", { class: `card circuit ${clock.phase}${paused ? " paused" : ""}` },
      el("p", { class: "phase", role: "status" }, paused ? gettext("Paused") : names[clock.phase]),
      el("div", { class: "face" }, svg, text),
      el("h1", { class: "exercise-name" }, shown.name),
      el("p", { class: "small" }, [loadText(set), set.hold_s ? "" : `× ${repsText(set)}`, sideText(set)].filter(Boolean).join(" ")),
      then ? el("p", { class: "small", id: "circuit-then" }, gettext("Then %(what)s", { what: exerciseAt(then).name })) : null),
    el("button", { class: "main wide", onclick: () => setClock(paused ? circuit.released(active.clock, Date.now()) : circuit.held(active.clock, Date.now())) }, paused ? gettext("Go on") : gettext("Pause")),
    el("div", { class: "tools" },
      clock.phase === "rest" ? el("button", { class: "plain", onclick: () => setClock(circuit.after(steps(), clock, Date.now())) }, gettext("start now")) : el("button", { class: "plain", onclick: async () => { const from = Date.now(); await moved({ clock: circuit.enter(steps(), clock.index, "rest", from), passed: [{ at: from }] }); } }, gettext("done")),
      clock.phase === "rest" ? null : bundle?.gentle ? el("button", { class: "plain", onclick: leaveOut }, gettext("leave out")) : el("button", { class: "plain", onclick: async () => { active.clock = circuit.enter(steps(), clock.index, "rest", Date.now()); await finishSet("missed"); } }, gettext("skip")),
      el("button", { class: "plain", onclick: () => { hold(); painSheet(); render(); } }, gettext("it hurts")),
      el("button", { class: "plain stop", onclick: () => { hold(); stopSheet(); render(); } }, gettext("stop"))),
    el("div", { class: "beside" },
      picture(shown.picture, gettext("Start and end position of %(name)s", { name: shown.name })),
      shown.cue ? el("p", { class: "small" }, shown.cue) : null,
      el("button", { class: "plain wide", onclick: () => setClock(null) }, gettext("Without the clock")),
      doneList(), thisDevice())));
  tick();
  if (!moving) ticker = setInterval(tick, 200);
}

// The clock went on while nobody looked: only the person knows which stations were done.
function wentBy(passed) {
  let done = passed.length;
  const said = el("strong", {}, String(done));
  const shift = (by) => { done = Math.min(Math.max(done + by, 0), passed.length); said.textContent = String(done); };
  scrollTo(0, 0);
  show(place, el("h1", {}, gettext("The clock went on")),
    el("section", { class: "card needs-you stack" },
      el("p", {}, ngettext("While this screen was off %(n)s station went by. How many did you do?", "While this screen was off %(n)s stations went by. How many did you do?", passed.length)),
      el("div", { class: "stepper" }, el("button", { "aria-label": gettext("fewer stations"), onclick: () => shift(-1) }, "−"), said, el("button", { "aria-label": gettext("more stations"), onclick: () => shift(1) }, "+")),
      el("button", { class: "main wide", onclick: async () => {
        const at = Date.now();
        const running = circuit.advance(steps(), active.clock, at).clock;
        const next = passed[0].index + done;
        const clock = done === passed.length ? running : circuit.enter(steps(), next, "ready", at);
        await moved({ clock: clock && circuit.held(clock, at), passed: passed.slice(0, done) });
      } }, gettext("Keep that"))),
    doneList());
}

function render() {
  if (!active) { choose(); return; }
  if (active.clock && active.index < active.session.steps.length) { clockFace(); return; }
  clearInterval(ticker);
  active.clock = null;
  const { session } = active;
  if (active.index >= session.steps.length) {
    still(); signals.never();
    show(place, el("h1", {}, gettext("That was the last set")), doneList(), el("button", { class: "main wide", onclick: () => close(false) }, gettext("Finish")), el("button", { class: "plain wide", onclick: () => extraSet() }, gettext("One more set")));
    return;
  }
  const step = session.steps[active.index];
  const exercise = exerciseAt(step);
  const set = { ...setAt(step), ...active.pick };
  const ladder = exercise.settable || [];
  const at = ladder.findIndex((l) => l.amount === set.amount && l.unit === set.unit);
  const shift = (by) => { const next = ladder[Math.min(Math.max(at + by, 0), ladder.length - 1)]; if (next) change({ amount: next.amount, unit: next.unit, set_up: next.set_up }); };
  const reps = active.pick.reps ?? target(set.reps);
  const last = (exercise.last || [])[step.work ?? step.set];
  const much = set.hold_s ? repsText(set) : `× ${active.pick.reps ?? repsText(set)}`;
  const aside = set.amount && set.per_hand ? gettext("each hand") : set.amount || set.load_kind === "band" ? "" : plainLoad(set);
  const planned = [...(aside === plainLoad(set) ? [el("span", {}, much), el("small", {}, aside)] : [plainLoad(set), aside ? el("small", {}, aside) : null, el("span", {}, much)])].filter(Boolean).flatMap((part) => [part, " "]);
  const effort = [set.rir === null || set.rir === undefined ? "" : gettext("leave %(n)s in reserve", { n: set.rir }), set.tempo ? gettext("tempo %(tempo)s", { tempo: set.tempo }) : ""].filter(Boolean).join(" · ");
  const before = last && [last.amount && loadText(last), last.reps && `× ${last.reps}`].filter(Boolean).join(" ");
  const steppers = [
    set.load_kind === "band" ? bandStepper(set) : null,
    ladder.length ? stepper(gettext("load"), `${set.amount} ${set.unit}`, () => shift(-1), () => shift(1)) : null,
    set.hold_s ? stepper(gettext("seconds"), `${set.hold_s}`, () => change({ hold_s: Math.max(HOLD_STEP_S, set.hold_s - HOLD_STEP_S) }), () => change({ hold_s: set.hold_s + HOLD_STEP_S })) : stepper(gettext("reps"), `${reps ?? ""}`, () => change({ reps: Math.max(0, (reps ?? 0) - 1) }), () => change({ reps: (reps ?? 0) + 1 })),
    set.rir === null || set.rir === undefined ? null : stepper(gettext("in reserve"), `${set.rir}`, () => change({ rir: Math.max(0, set.rir - 1) }), () => change({ rir: Math.min(10, set.rir + 1) }))].filter(Boolean);
  show(place, el("div", { class: "set-screen" },
    el("div", { class: "where" }, el("p", { class: "small" }, el("strong", {}, step.label), ` · ${session.title}`), timed() ? silentSwitch() : null),
    el("h1", { class: "exercise-name" }, exercise.name),
    resting(),
    el("section", { class: "card training next-set" },
      el("p", { class: "figure", id: "next" }, ...planned),
      effort || sideText(set) ? el("p", {}, sideText(set) ? el("strong", { class: "chip" }, sideText(set)) : null, " ", effort) : null,
      before ? el("p", { class: "small" }, gettext("last time %(what)s", { what: before })) : null,
      bar(set),
      workTimer(set),
      step.clock ? el("button", { class: "wide", id: "by-clock", onclick: () => { signals.warm(); signals.never(); active.restUntil = 0; scrollTo(0, 0); setClock(circuit.enter(steps(), active.index, "ready", Date.now())); } }, gettext("Go by the clock")) : null,
      steppers.length ? el("div", { class: "steppers" }, ...steppers) : null),
    el("div", { class: "thumb" },
      el("button", { class: "main wide done", onclick: () => finishSet("done") }, Object.keys(active.pick).length ? gettext("Done") : gettext("Done as planned")),
      el("div", { class: "tools" },
        el("button", { class: "plain", onclick: () => swapSheet(step) }, gettext("swap")),
        el("button", { class: "plain", onclick: () => noteSheet() }, gettext("note")),
        bundle?.gentle ? el("button", { class: "plain", onclick: leaveOut }, gettext("leave out")) : el("button", { class: "plain", onclick: () => finishSet("missed") }, gettext("skip")),
        el("button", { class: "plain", onclick: painSheet }, gettext("it hurts")),
        el("button", { class: "plain stop", onclick: stopSheet }, gettext("stop")))),
    el("div", { class: "beside" },
      picture(exercise.picture, gettext("Start and end position of %(name)s", { name: exercise.name })),
      exercise.cue ? el("p", { class: "small" }, exercise.cue) : null,
      doneList(), thisDevice())));
}

const nameOf = (done) => sentOf(active.session, done.fields.exercise)[0]?.name ?? done.name ?? done.fields.exercise.replaceAll("_", " ");

// 16 kg × 10 · left side · skipped
function wordsOf({ fields, elsewhere }) {
  const load = [plainLoad(fields), fields.load_kind === "band" && fields.amount ? plainLoad({ ...fields, load_kind: "" }) : ""].filter(Boolean).join(", ");
  const much = fields.hold_s ? `${fields.hold_s} s` : `× ${fields.reps ?? "–"}`;
  return [`${load}${load && fields.hold_s ? ", " : " "}${much}`.trim(), sideText(fields), fields.status === "missed" ? gettext("skipped") : "", elsewhere ? gettext("from another device") : ""].filter(Boolean).join(" · ");
}

function doneList() {
  if (!active.done.length) return null;
  queueMicrotask(() => marks().catch(() => {}));
  return el("section", { class: "card" }, el("h2", {}, gettext("Done so far")), el("ul", { class: "done-list" }, ...active.done.map((d) => el("li", {},
    el("button", { class: "plain", onclick: () => editSet(d) }, el("span", {}, nameOf(d), el("br"), el("span", { class: "small" }, wordsOf(d))), el("span", { class: "tick", "data-entity": d.entity }, "✓"))))));
}

// One tick: kept on this device. Two: it has arrived. An exclamation mark: it was refused, and waits under Data.
async function marks() {
  const waiting = new Set((await store.unsent()).map((op) => op.entity));
  const refused = new Set((await store.refused()).map((op) => op.entity));
  for (const mark of place.querySelectorAll("[data-entity]")) {
    const { entity } = mark.dataset;
    const [sign, words] = refused.has(entity) ? ["!", gettext("refused")] : waiting.has(entity) ? ["✓", gettext("kept on this device")] : ["✓✓", gettext("arrived")];
    mark.replaceChildren(el("span", { "aria-hidden": "true" }, sign), el("span", { class: "visually-hidden" }, words));
    mark.classList.toggle("arrived", sign === "✓✓");
  }
}
store.onChange(() => { marks().catch(() => {}); });

async function extraSet() {
  active.session.steps.push({ ...active.session.steps[active.session.steps.length - 1], label: gettext("one more"), clock: undefined });
  await store.keep("active", active);
  render();
}

function noteSheet() {
  const text = el("textarea", { rows: 4, maxlength: 2000, "aria-label": gettext("Note") }, active.notes || "");
  const dialog = sheet(gettext("A note for this session"), text, el("button", { class: "main wide", onclick: async () => { active.notes = text.value; await store.record([{ kind: "session.put", entity: active.entity, fields: { notes: text.value } }], { active }); dialog.close(); } }, gettext("Save")),
    el("button", { class: "wide plain", onclick: () => dialog.close() }, gettext("Back")));
}

// In a trial the rating of before is what everything after is compared with. It is asked for, and never stands in the way.
function askFirst() {
  show(place, el("h1", {}, gettext("First, how is it right now?")), el("p", {}, gettext("Your trial compares what comes after with this. It takes less than a minute.")),
    el("a", { class: "button main wide", href: "/check-in/?occasion=before" }, gettext("Check in")),
    el("button", { class: "plain wide", onclick: () => { checkedIn = day(); choose(); } }, gettext("Go on without")));
}

function choose() {
  const sessions = bundle?.sessions || [];
  if (!sessions.length) { show(place, el("h1", {}, gettext("No session to train")), el("p", {}, navigator.onLine ? gettext("There is no plan yet.") : gettext("This device has not fetched a plan yet; it needs a connection once.")), el("a", { class: "button main", href: "/plan/" }, gettext("Make a plan"))); return; }
  const said = new URLSearchParams(location.search);
  const short = (bundle.short || []).map((s) => ({ ...s, short: true }));
  const asked = said.get("session");
  if (bundle.check_in.first && asked !== "when_upset" && ![checkedIn, bundle.check_in.told_on].includes(day())) { askFirst(); return; }
  const begun = said.get("begin") && sessions.find((s) => s.id === said.get("session"));
  if (begun) { // "Start" was tapped where the session was shown; a reload must not start another
    history.replaceState(null, "", location.pathname);
    prepare(begun);
    return;
  }
  const first = [...sessions, ...short].find((s) => s.id === asked) || (said.get("short") && short[0]) || sessions.find((s) => !s.on || s.on >= day()) || sessions[0]; // what a phone long offline holds of days gone by comes later
  const card = (s, main) => el("section", { class: "card training" }, el("h2", {}, s.title), el("p", {}, `${ngettext("%(n)s minute", "%(n)s minutes", s.minutes)} · ${s.exercises.map((e) => e.name).join(", ")}`), el("button", { class: main ? "main wide" : "wide", onclick: () => prepare(s) }, gettext("Start")));
  show(place, el("h1", {}, gettext("Workout")), card(first, true),
    ...short.filter((s) => s !== first).map((s) => card(s, false)),
    el("details", {}, el("summary", {}, gettext("Other sessions of this week")), ...sessions.filter((s) => s !== first).map((s) => card(s, false))));
}

async function together() {
  const shown = active;
  if (!shown || !(await changedElsewhere(shown)) || active !== shown) return;
  await store.keep("active", active);
  render();
}

async function start() {
  active = await store.kept("active");
  bundle = await store.kept("bundle");
  checkedIn = await store.kept("checked-in-on");
  if (active || bundle) render();
  const fresh = await fetchBundle();
  if (fresh) bundle = fresh;
  if (!active && !preparing && !ended) render();
  store.onChange(together);
  together();
  await signals.load();
  const back = () => { if (document.visibilityState !== "visible") return; signals.awake(signals.chosen.awake); if (active) render(); together(); };
  addEventListener("online", together);
  setInterval(() => { if (document.visibilityState === "visible") together(); }, LOOK_MS);
  document.addEventListener("visibilitychange", back);
  document.addEventListener("pointerdown", () => signals.warm(), { once: true });
  signals.awake(signals.chosen.awake);
}

start().catch((error) => show(place, el("h1", {}, gettext("This browser cannot keep records")), el("p", { class: "error" }, String(error?.message || error)), el("p", {}, gettext("Nothing was lost. Free some space, or leave private browsing, and open the page again."))));
