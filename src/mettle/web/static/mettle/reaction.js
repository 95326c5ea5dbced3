// Reaction tests. What is shown changes inside a frame; the time counts from the next frame's own stamp to the event's own stamp,
// so that a busy script adds nothing. Nothing is scored here: the raw times go to the server through the outbox.
import * as store from "./store.js";
import { bundle as fetchBundle, flush } from "./sync.js";
import { moment, uuid } from "./clock.js";
import { el, show } from "./dom.js";
import { gettext } from "./words.js";

const place = document.getElementById("reaction");
const TIMEOUT_MS = 30_000; const FLANKER_TIMEOUT_MS = 1500; const TOO_SOON = -1;
const frame = () => new Promise((resolve) => { requestAnimationFrame(resolve); });
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const random = (n) => { const limit = 2 ** 32 - (2 ** 32 % n); for (;;) { const [x] = crypto.getRandomValues(new Uint32Array(1)); if (x < limit) return x % n; } };
const gap = ([low, high]) => low + random(high - low + 1);
let input = "";
let gone = false;

// The first press after now: {at, key, side}; null after a while.
function press(ms, target = document) {
  return new Promise((resolve) => {
    const end = (value) => { clearTimeout(timer); target.removeEventListener("pointerdown", pointer); document.removeEventListener("keydown", key); resolve(value); };
    const pointer = (e) => { if (!e.isPrimary || e.target.closest?.("a, [data-leave]")) return; e.preventDefault(); input ||= e.pointerType; end({ at: e.timeStamp, side: e.target.closest?.("[data-side]")?.dataset.side }); };
    const key = (e) => { const side = { ArrowLeft: "left", ArrowRight: "right" }[e.key]; if (e.repeat || !(side || e.key === " " || e.key === "Enter")) return; e.preventDefault(); input ||= "keyboard"; end({ at: e.timeStamp, side }); };
    const timer = setTimeout(() => end(null), ms);
    target.addEventListener("pointerdown", pointer); document.addEventListener("keydown", key);
  });
}

// Change what is shown, and the stamp of the frame after it: when it is on the screen.
async function shown(change) { await frame(); change(); return frame(); }

async function refreshRate() {
  const stamps = [];
  for (let i = 0; i < 31; i += 1) stamps.push(await frame());
  const gaps = stamps.slice(1).map((t, i) => t - stamps[i]).sort((a, b) => a - b);
  return 1000 / gaps[15];
}

async function pvtb(task) {
  const light = el("p", { class: "light", "aria-live": "off" });
  show(place, el("p", { class: "visually-hidden" }, task.how), light, leave());
  const trials = [];
  const until = performance.now() + task.seconds * 1000;
  while (performance.now() < until && !gone) {
    light.textContent = "";
    const early = await press(gap(task.gap_ms));
    if (gone) break;
    if (early) { trials.push({ rt_ms: TOO_SOON }); light.classList.add("said"); light.textContent = task.early; await pause(1000); light.classList.remove("said"); continue; }
    let counting = true;
    const start = await shown(() => { light.textContent = "0"; });
    (async () => { while (counting) { const t = await frame(); if (counting) light.textContent = String(Math.max(0, Math.round(t - start))); } })();
    const pressed = await press(TIMEOUT_MS);
    counting = false;
    const rt = pressed ? pressed.at - start : TIMEOUT_MS;
    trials.push({ rt_ms: Math.round(rt * 10) / 10 });
    light.textContent = String(Math.max(0, Math.round(rt)));
    await pause(700);
  }
  return trials;
}

async function flanker(task) {
  const arrows = el("p", { class: "arrows", "aria-live": "off" });
  const side = (name, word) => el("button", { class: "side", "data-side": name }, word);
  show(place, arrows, el("div", { class: "sides" }, side("left", `← ${task.left}`), side("right", `${task.right} →`)), leave());
  const order = Array.from({ length: task.trials }, (_, i) => i % 4);
  for (let i = order.length - 1; i > 0; i -= 1) { const j = random(i + 1); [order[i], order[j]] = [order[j], order[i]]; }
  const trials = [];
  for (const kind of order) {
    if (gone) break;
    const middle = kind % 2 ? "right" : "left";
    const agree = kind < 2;
    const [same, other] = middle === "right" ? [">", "<"] : ["<", ">"];
    const around = agree ? same : other;
    arrows.textContent = "+";
    await pause(gap(task.gap_ms));
    const start = await shown(() => { arrows.textContent = around + around + same + around + around; });
    let pressed = await press(FLANKER_TIMEOUT_MS);
    if (pressed && !pressed.side) pressed = null; // a tap beside the buttons is no answer
    arrows.textContent = "";
    trials.push({ condition: agree ? "congruent" : "incongruent", rt_ms: pressed ? Math.round((pressed.at - start) * 10) / 10 : FLANKER_TIMEOUT_MS + 1, correct: pressed?.side === middle });
  }
  return trials;
}

const leave = () => el("a", { class: "button plain wide", href: "/reactions/" }, gettext("Stop and leave"));

async function run(task) {
  gone = false; input = "";
  const refresh = await refreshRate();
  const trials = await { pvtb, flanker }[task.id](task);
  if (gone) { show(place, el("h1", {}, gettext("Interrupted")), el("p", {}, gettext("The screen was left, so this one is not kept. Nothing is lost but a few minutes.")), again(task)); return; }
  const form = { refresh_hz: refresh.toFixed(1), input, screen: `${innerWidth}x${innerHeight}` };
  await store.record([{ kind: "reaction.put", entity: uuid(), fields: { ...moment(), instrument: task.id, answers: { trials }, finished: true, form } }]);
  task.done += 1;
  flush();
  show(place, el("h1", {}, gettext("Kept")), el("p", { role: "status" }, task.done <= task.practice ? gettext("Practice %(n)s of %(all)s: these count for nothing.", { n: task.done, all: task.practice }) : gettext("Thank you. It is added up when this device is connected.")),
    el("a", { class: "button main wide", href: "/reactions/" }, gettext("What came out")), again(task));
}

const again = (task) => el("button", { class: "wide", onclick: () => run(task) }, gettext("Once more"));

async function start() {
  const bundle = (await store.kept("bundle")) || (await fetchBundle());
  const task = bundle?.reaction?.[new URLSearchParams(location.search).get("task") || "pvtb"];
  if (!task) { show(place, el("h1", {}, gettext("Reaction test")), el("p", {}, gettext("This device needs a connection once before it can do this."))); return; }
  show(place, el("h1", {}, task.title), el("p", {}, task.how), el("p", { class: "small" }, task.done < task.practice ? gettext("Practice %(n)s of %(all)s.", { n: task.done + 1, all: task.practice }) : ""), el("button", { class: "main wide", onclick: () => run(task) }, gettext("Begin")), leave());
}

document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") gone = true; });
start().catch((error) => show(place, el("h1", {}, gettext("This browser cannot keep records")), el("p", { class: "error" }, String(error?.message || error))));
