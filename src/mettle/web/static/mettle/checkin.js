// Check-in: how is it right now? Each slider is kept as it is let go; a later move corrects the same record.
import * as store from "./store.js";
import { bundle as fetchBundle, flush } from "./sync.js";
import { day, moment, uuid } from "./clock.js";
import { el, show } from "./dom.js";
import { stopwatch } from "./stopwatch.js";
import { gettext } from "./words.js";

const place = document.getElementById("check-in");
const inline = place.dataset.occasion !== undefined; // the card on Today; else the screen of its own
const occasion = inline ? place.dataset.occasion : new URLSearchParams(location.search).get("occasion") || "";
const title = (text) => el(inline ? "h2" : "h1", { tabindex: "-1" }, text);
const next = place.dataset.next; // in the welcome: where it goes on, without anything but the sliders
const watch = stopwatch();
const made = {};
const open = new Set(); // sliders that nobody has touched yet
let spent = null; // the record of how long this took; it grows as long as something is changed
let closed = null; // shows that all is kept: set once the last slider is answered

// Each answer is kept as it is given, so the last one ends the check-in by itself; what is changed later corrects it.
async function took() {
  spent ??= uuid();
  await store.record([{ kind: "observation.put", entity: spent, fields: { ...moment(), outcome: "check_in_s", value: watch.seconds(), ...(occasion ? { occasion } : {}) } }]);
  flush();
}

async function answered(item) {
  open.delete(item);
  if (!open.size && closed) { closed(); await took(); }
}

function slider(item, kind, fieldsOf) {
  const said = el("output", { class: "small", for: `s-${item.id}` });
  const range = el("input", { type: "range", id: `s-${item.id}`, min: item.min ?? 0, max: item.max ?? 10, step: item.step ?? 1, class: "untouched", "aria-describedby": `e-${item.id}` });
  range.value = String(((item.min ?? 0) + (item.max ?? 10)) / 2); // unseen until touched; a keyboard starts from the middle
  range.addEventListener("input", () => { range.classList.remove("untouched"); said.textContent = range.value; });
  const save = async () => {
    if (range.classList.contains("untouched")) range.classList.remove("untouched");
    said.textContent = range.value;
    made[item.id] ??= uuid();
    await store.record([{ kind: `${kind}.put`, entity: made[item.id], fields: { ...fieldsOf(Number(range.value)), ...(occasion && kind === "observation" ? { occasion } : {}) } }], { "checked-in-on": day() });
    said.textContent = `${range.value} ✓`;
    flush();
    await answered(item.id);
  };
  open.add(item.id);
  range.addEventListener("change", save);
  range.addEventListener("pointerup", () => { if (!made[item.id]) save(); });
  return el("div", { class: "slider" }, el("label", { for: `s-${item.id}` }, item.question), range, el("p", { class: "ends small", id: `e-${item.id}` }, el("span", {}, item.low), said, el("span", {}, item.high)));
}

function tick(item) {
  const box = el("input", { type: "checkbox", id: `t-${item.id}` });
  box.addEventListener("change", async () => {
    made[item.id] ??= uuid();
    await store.record([box.checked ? { kind: "signal.put", entity: made[item.id], fields: { ...moment(), name: item.id, value: 1 } } : { kind: "signal.delete", entity: made[item.id] }]);
    if (!box.checked) delete made[item.id];
    flush();
  });
  return el("label", { class: "choice", for: `t-${item.id}` }, box, item.question);
}

function number(item) {
  const input = el("input", { type: "number", inputmode: "decimal", min: item.min, max: item.max, step: item.step, id: `n-${item.id}` });
  input.addEventListener("change", async () => {
    if (input.value === "" || !input.checkValidity()) return;
    made[item.id] ??= uuid();
    await store.record([{ kind: "signal.put", entity: made[item.id], fields: { ...moment(), name: item.id, value: Number(input.value) } }]);
    flush();
  });
  return el("div", { class: "stack" }, el("label", { for: `n-${item.id}` }, item.question), input);
}

// Two times and a quality. The wall clock of this device knows the nights on which the clocks change.
function nightBefore(words) {
  const today = day();
  const at = (clock, back) => { const [h, m] = clock.split(":").map(Number); const [y, mo, d] = today.split("-").map(Number); return new Date(y, mo - 1, d - back, h, m); };
  const time = (id) => el("input", { type: "time", id, class: "clock" });
  const bed = time("sleep-bed"); const wake = time("sleep-wake");
  const said = el("p", { class: "small", role: "status" });
  const keepSleep = async () => {
    if (!bed.value || !wake.value) return;
    const up = at(wake.value, 0);
    let down = at(bed.value, 0);
    if (down >= up) down = at(bed.value, 1);
    const hours = (up - down) / 3_600_000;
    if (hours > 16) { said.textContent = words.odd; return; }
    made.sleep_h ??= uuid();
    await store.record([{ kind: "signal.put", entity: made.sleep_h, fields: { ...moment(up), name: "sleep_h", value: Math.round(hours * 60) / 60 } }]);
    said.textContent = `${gettext("%(h)s h %(min)s min", { h: Math.floor(hours), min: Math.round((hours % 1) * 60) })} \u2713`;
    flush();
    if (spent) await took();
  };
  bed.addEventListener("change", keepSleep); wake.addEventListener("change", keepSleep);
  const quality = el("div", { class: "choices qualities", role: "group", "aria-label": words.quality }, ...words.qualities.map((word, i) => el("button", { "aria-pressed": "false", onclick: async (event) => {
    made.sleep_quality ??= uuid();
    await store.record([{ kind: "signal.put", entity: made.sleep_quality, fields: { ...moment(), name: "sleep_quality", value: i + 1 } }]);
    for (const b of quality.children) b.setAttribute("aria-pressed", String(b === event.target));
    flush();
    if (spent) await took();
  } }, word)));
  return el("section", { class: inline ? "stack" : "card mood stack" }, el(inline ? "h3" : "h2", {}, words.title),
    el("div", { class: "pair" }, el("div", {}, el("label", { for: "sleep-bed" }, words.bed), bed), el("div", {}, el("label", { for: "sleep-wake" }, words.wake), wake)), said,
    el("p", {}, words.quality), quality);
}

async function start() {
  const bundle = (await store.kept("bundle")) || (await fetchBundle());
  if (!bundle) { show(place, title(gettext("How is it right now?")), el("p", {}, gettext("This device needs a connection once before it can check in."))); return; }
  const items = bundle.check_in.items.map((item) => slider(item, "observation", (value) => ({ ...moment(), outcome: item.id, value })));
  const context = bundle.check_in.context.map((item) => (item.kind === "tick" ? tick(item) : number(item)));
  const night = bundle.check_in.sleep && !next ? nightBefore(bundle.check_in.sleep) : null;
  const morning = occasion === "morning" || (occasion !== "evening" && occasion !== "after" && new Date().getHours() < 12);
  const onwards = occasion !== "before" ? [el("a", { class: "button main wide", href: "/" }, gettext("Today"))] : [
    el("a", { class: "button main wide", href: "/workout/" }, gettext("Train now")), el("a", { class: "button wide", href: "/workout/?short=1" }, gettext("Ten minutes today")), el("a", { class: "button plain wide", href: "/" }, gettext("Not today, and that is fine"))];
  const thanks = () => el("p", { role: "status" }, el("strong", {}, gettext("Kept.")), " ", gettext("Thank you. That is all."));
  const finished = async () => { // for whoever leaves a slider out
    await took();
    const kept = title(gettext("Kept"));
    show(place, kept, el("p", { role: "status" }, gettext("Thank you. That is all.")), el("div", { class: "stack" }, ...onwards));
    kept.focus();
  };
  const goOn = async () => {
    await took();
    await Promise.race([flush(), new Promise((ok) => setTimeout(ok, 1_500))]); // what was not sent by then waits in the outbox
    location.href = next;
  };
  const foot = el("div", { class: inline ? "stack" : "stack thumb" }, el("button", { class: "main wide", onclick: next ? goOn : finished }, next ? gettext("Next") : gettext("Done")));
  closed = next ? null : () => { if (foot.dataset.closed) return; foot.dataset.closed = "1"; foot.replaceChildren(thanks(), onwards[0]); foot.after(...onwards.slice(1)); };
  show(place, next ? null : title(bundle.check_in.titles[occasion] || gettext("How is it right now?")), el("p", { class: "small" }, gettext("Tap each line where you are. It is kept as you let go.")), ...items, morning ? night : null,
    next ? null : el("details", { class: inline ? "" : "card" }, el("summary", {}, gettext("Anything else about today?")), morning ? null : night, ...context), foot);
  fetchBundle();
}

start().catch((error) => show(place, el("h1", {}, gettext("This browser cannot keep records")), el("p", { class: "error" }, String(error?.message || error))));
