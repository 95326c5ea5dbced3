// Check-in: how is it right now? Each slider is kept as it is let go; a later move corrects the same record.
import * as store from "./store.js";
import { bundle as fetchBundle, flush } from "./sync.js";
import { day, moment, uuid } from "./clock.js";
import { el, show } from "./dom.js";

const place = document.getElementById("check-in");
const occasion = new URLSearchParams(location.search).get("occasion") || "";
const began = Date.now();
const made = {};

function slider(item, kind, fieldsOf) {
  const said = el("output", { class: "small", for: `s-${item.id}` });
  const range = el("input", { type: "range", id: `s-${item.id}`, min: item.min ?? 0, max: item.max ?? 10, step: item.step ?? 1, class: "untouched", "aria-describedby": `e-${item.id}` });
  range.addEventListener("input", () => { range.classList.remove("untouched"); said.textContent = range.value; });
  const save = async () => {
    if (range.classList.contains("untouched")) range.classList.remove("untouched");
    said.textContent = range.value;
    made[item.id] ??= uuid();
    await store.record([{ kind: `${kind}.put`, entity: made[item.id], fields: { ...fieldsOf(Number(range.value)), ...(occasion && kind === "observation" ? { occasion } : {}) } }]);
    said.textContent = `${range.value} ✓`;
    flush();
  };
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

async function start() {
  const bundle = (await store.kept("bundle")) || (await fetchBundle());
  if (!bundle) { show(place, el("h1", {}, "How is it right now?"), el("p", {}, "This device needs a connection once before it can check in.")); return; }
  const items = bundle.check_in.items.map((item) => slider(item, "observation", (value) => ({ ...moment(), outcome: item.id, value })));
  const context = bundle.check_in.context.map((item) => (item.kind === "tick" ? tick(item) : number(item)));
  const finished = async () => {
    await store.keep("last_check_in", { day: day(), occasion, seconds: Math.round((Date.now() - began) / 1000) });
    flush();
    show(place, el("h1", {}, "Kept"), el("p", { role: "status" }, "Thank you. That is all."), el("a", { class: "button main wide", href: "/" }, "Today"));
  };
  show(place, el("h1", {}, bundle.check_in.titles[occasion] || "How is it right now?"), ...items,
    el("details", { class: "card" }, el("summary", {}, "Anything else about today?"), ...context),
    el("button", { class: "main wide", onclick: finished }, "Done"));
  fetchBundle();
}

start().catch((error) => show(place, el("h1", {}, "This browser cannot keep records"), el("p", { class: "error" }, String(error?.message || error))));
