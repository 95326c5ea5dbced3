// The frame of every page: the service worker, how many records still wait, and signing out without losing any.
import * as store from "./store.js";
import { csrf, flush } from "./sync.js";
import "./lock.js";
import { download, el, sheet } from "./dom.js";
import { gettext, ngettext } from "./words.js";

if ("serviceWorker" in navigator && window.isSecureContext) {
  navigator.serviceWorker.register("/sw.js", { scope: "/" }).then((registration) => {
    // A new version takes over between sessions, never during one; and only from a page that has come to rest, because what
    // a page still loads is served from the old version's store.
    const takeOver = async () => { if (!registration.waiting || (store.whose() && (await store.kept("active")))) return;
      registration.waiting?.postMessage("take over"); };
    const atRest = () => setTimeout(takeOver, 2_000);
    registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", atRest));
    if (document.readyState === "complete") atRest(); else addEventListener("load", atRest);
  }).catch(() => {});
  // A page that was on its way while the first worker claimed the others was not among them.
  navigator.serviceWorker.ready.then(({ active }) => { if (!navigator.serviceWorker.controller) active.postMessage("claim"); });
}

const chip = document.getElementById("unsynced");

// A shell is the same for everyone; the name and the picture that the person chose come from their own store.
function shownAs(name) {
  const shown = document.querySelector("header .name");
  if (!name || name === "mettle" || !shown || !document.body.classList.contains("shell")) return;
  shown.textContent = name;
  document.querySelector("meta[name=apple-mobile-web-app-title]").content = name;
  for (const link of document.querySelectorAll("link[rel=icon], link[rel=apple-touch-icon]")) link.setAttribute("href", link.getAttribute("href").replace("icons/mettle", "icons/notes"));
}

async function refresh() {
  if (!chip || !store.whose()) return;
  const bundle = await store.kept("bundle");
  const sample = document.getElementById("simulated");
  if (sample && bundle?.simulated) { sample.hidden = false; if (bundle.own_waits && document.body.classList.contains("shell")) backToMe(); }
  shownAs(bundle?.name);
  const underWay = document.getElementById("under-way");
  if (underWay) underWay.hidden = ["/workout/", "/help-now/"].includes(location.pathname) || !(await store.kept("active"));
  const { unsent, refused } = await store.waiting();
  chip.hidden = unsent + refused === 0;
  chip.textContent = refused ? gettext("%(unsent)s not sent, %(refused)s refused", { unsent, refused }) : gettext("%(n)s not sent yet", { n: unsent });
}

// A shell is the same for everyone, so the way back from the simulated person is put into it here.
function backToMe() {
  const main = document.getElementById("main");
  if (!main || document.getElementById("back-to-me")) return;
  const said = el("span", { role: "status" }, gettext("You are looking at a simulated person."));
  main.prepend(el("div", { id: "back-to-me", class: "small row" }, said, el("button", { class: "plain", onclick: async () => {
    const gone = await fetch("/welcome/back/", { method: "POST", headers: { "X-CSRFToken": csrf() }, credentials: "same-origin" }).catch(() => null);
    if (gone?.ok) location.href = "/"; else said.textContent = gettext("That needs a connection.");
  } }, gettext("Back to me"))));
}

async function send() {
  if (!store.whose() || !navigator.onLine) return;
  if ((await store.waiting()).unsent) await flush();
  await refresh();
}

// The prompts of this browser end with the sign-out; its push service tells mettle that it is gone.
async function promptNobody() {
  const registration = await navigator.serviceWorker?.getRegistration();
  await (await registration?.pushManager?.getSubscription())?.unsubscribe();
}

// Signing out wipes this browser, so what is nowhere else is told of first, and offered as a file.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.dataset.signOut === undefined || form.dataset.sure) return;
  event.preventDefault();
  await send();
  const here = await store.onlyHere();
  const [waiting, mine] = [here.unsent.length + here.refused.length, here.only_here.length];
  const leave = async () => { form.dataset.sure = "1"; await store.wipe(); await promptNobody().catch(() => {}); form.requestSubmit(); };
  if (waiting + mine === 0) { await leave(); return; }
  const dialog = sheet(gettext("Some records are only on this device"),
    waiting ? el("p", {}, ngettext("%(n)s record has not reached mettle. Signing out would remove it from this device.", "%(n)s records have not reached mettle. Signing out would remove them from this device.", waiting)) : null,
    mine ? el("p", {}, ngettext("Answers to %(n)s questionnaire never leave this device, because somebody else hosts this mettle. Signing out would remove them.", "Answers to %(n)s questionnaires never leave this device, because somebody else hosts this mettle. Signing out would remove them.", mine)) : null,
    el("button", { class: "main wide", onclick: async () => { download("mettle-this-device.json", await store.onlyHere()); saved.disabled = false; } }, gettext("Save them as a file")),
    el("button", { class: "wide", onclick: () => dialog.close() }, gettext("Stay signed in")));
  const saved = el("button", { class: "wide stop", disabled: true, onclick: leave }, gettext("I have the file: sign out"));
  dialog.append(saved);
});

// Quick exit: one tap leaves for a blank page, and the PIN is asked for on the way back.
document.addEventListener("click", (event) => { if (event.target.closest?.("[data-quick-exit]")) { localStorage.setItem("mettle-active-at", "0"); location.replace("/away/"); } });

store.onChange(() => { refresh(); if (navigator.onLine) send(); });
addEventListener("mettle-bundle", refresh);
addEventListener("online", send);
addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") send(); });
setInterval(send, 30_000);
if (store.whose()) { refresh().then(send).catch(() => { if (chip) { chip.hidden = false; chip.textContent = gettext("this browser cannot keep records"); } }); }

// Whatever could not be kept is said, never swallowed: a full disk, a private window, a broken store.
addEventListener("unhandledrejection", (event) => {
  const why = event.reason?.name === "QuotaExceededError" ? gettext("this device has no room left") : String(event.reason?.message || event.reason);
  const note = el("p", { class: "card needs-you", role: "alert" }, gettext("That was not kept: %(why)s. Free some space and do it again; what was kept before is safe.", { why }));
  document.getElementById("main")?.prepend(note);
});
