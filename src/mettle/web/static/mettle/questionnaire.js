// A questionnaire, one item a screen, in its official wording; every answer is kept at once, so it can be left and taken up.
// An answer to a safety item shows help before anything else, with or without a network.
import * as store from "./store.js";
import { bundle as fetchBundle, flush } from "./sync.js";
import { moment, uuid } from "./clock.js";
import { el, show } from "./dom.js";
import { helpCard } from "./help.js";
import { stopwatch } from "./stopwatch.js";
import { gettext } from "./words.js";

const place = document.getElementById("questionnaire");
const watch = stopwatch();
const id = new URLSearchParams(location.search).get("id") || "";
let bundle = null;
let form = null;
let state = null; // {entity, instrument, answers, at}

// Whether an answer asks for the help card; left blank it does too.
const asksForHelp = (item, value) => form.safety[item.id] !== undefined && (value === null || value >= form.safety[item.id].from);

// On an instance that somebody else hosts, some answers stay on this device; and nothing is sent before the last question,
// so that not even the time taken over one of them leaves it.
const sendable = () => Object.fromEntries(Object.entries(state.answers).filter(([item]) => !form.stays.includes(item)));
const staying = () => Object.fromEntries(Object.entries(state.answers).filter(([item]) => form.stays.includes(item)));
const fields = () => ({ ...moment(), instrument: form.id, answers: sendable(), form: form.form });

async function answer(item, value) {
  state.answers[item.id] = value;
  state.at += 1;
  if (bundle.hosted) await store.keep(`response-${form.id}`, state);
  else await store.record([{ kind: "response.put", entity: state.entity, fields: fields() }], { [`response-${form.id}`]: state });
  if (asksForHelp(item, value)) { await help(form.safety[item.id].kind === "self_harm" ? value : null); return; }
  render();
}

async function help(value) {
  const before = await store.kept("help-shown");
  await store.keep("help-shown", true);
  const cards = bundle.help.safety_item[value === null ? "blank" : String(value)];
  const card = before ? cards.later : cards.first;
  const danger = bundle.help.danger;
  const shown = helpCard(card, { plan: bundle.safety_plan, contact: bundle.help.contact, onContinue: render, onDanger: () => { show(place, helpCard(danger, { plan: bundle.safety_plan, contact: bundle.help.contact, onContinue: render })); place.firstChild.focus(); } });
  show(place, shown);
  shown.focus();
}

async function finish() {
  const mine = form.stays.length ? { mine: [...((await store.kept("mine")) || []), { instrument: form.id, ...moment(), answers: staying() }] } : {};
  const last = bundle.hosted ? { ...fields(), finished: true } : { finished: true };
  // Where somebody else hosts it, the time is not sent: a stop at the help card would show in it.
  const seconds = bundle.hosted ? [] : [{ kind: "observation.put", entity: uuid(), fields: { ...moment(), outcome: "questionnaire_s", value: watch.seconds() } }];
  await store.record([{ kind: "response.put", entity: state.entity, fields: last }, ...seconds], { ...mine, [`response-${form.id}`]: null });
  const { state: sent } = await flush();
  if (sent === "sent") { location.href = `/questionnaires/${state.entity}/`; return; }
  show(place, el("h1", {}, gettext("Kept")), el("p", {}, gettext("Your answers are on this device and will be added up when it is connected.")), el("a", { class: "button main wide", href: "/" }, gettext("Today")));
}

function render() {
  const items = form.items;
  if (state.at >= items.length) {
    show(place, el("h1", {}, form.title), el("p", {}, gettext("That was the last question.")), el("button", { class: "main wide", onclick: finish }, gettext("Add them up")), el("button", { class: "plain wide", onclick: back }, gettext("Back")));
    return;
  }
  const item = items[state.at];
  const options = item.answers || form.answers;
  show(place,
    el("p", { class: "small" }, gettext("%(n)s of %(all)s", { n: state.at + 1, all: items.length })), el("progress", { max: items.length, value: state.at, "aria-label": gettext("How far") }),
    el("p", {}, form.stem), el("h1", { class: "item", tabindex: "-1" }, item.text),
    el("div", { class: "stack", role: "group", "aria-label": item.text }, ...options.map((o) => el("button", { class: `wide${state.answers[item.id] === o.value ? " main" : ""}`, onclick: () => answer(item, o.value) }, o.text))),
    el("div", { class: "row" }, state.at ? el("button", { class: "plain", onclick: back }, gettext("Back")) : null, el("button", { class: "plain", onclick: () => answer(item, null) }, gettext("Leave this one out"))),
    el("p", { class: "small" }, form.licence));
  place.querySelector("h1")?.focus({ preventScroll: true });
}

async function back() { state.at = Math.max(0, state.at - 1); await store.keep(`response-${form.id}`, state); render(); }

async function start() {
  bundle = (navigator.onLine && (await fetchBundle())) || (await store.kept("bundle"));
  form = bundle?.questionnaires?.[id];
  if (!form) { show(place, el("h1", {}, gettext("Not at hand")), el("p", {}, bundle?.no_wording || gettext("This device needs a connection once before it can ask this questionnaire.")), el("a", { class: "button main", href: "/questionnaires/" }, gettext("Questionnaires"))); return; }
  state = (await store.kept(`response-${form.id}`)) || { entity: uuid(), instrument: form.id, answers: {}, at: 0 };
  const begin = () => render();
  if (state.at > 0) { render(); return; }
  show(place, el("h1", {}, form.title), el("p", {}, form.before), el("p", { class: "small" }, form.nobody_watches), el("button", { class: "main wide", onclick: begin }, gettext("Begin")), el("a", { class: "button plain wide", href: "/" }, gettext("Not now")));
}

start().catch((error) => show(place, el("h1", {}, gettext("This browser cannot keep records")), el("p", { class: "error" }, String(error?.message || error))));
