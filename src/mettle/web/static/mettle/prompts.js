// Turns prompts on and off for this browser.
import { gettext } from "./words.js";
const place = document.getElementById("push-state");
const on = document.getElementById("push-on");
const off = document.getElementById("push-off");
const csrf = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;
const call = (method, body, what = "") => fetch(`/api/v1/push/subscriptions${what}`, { method, body: JSON.stringify(body), credentials: "same-origin", headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() } });
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

async function start() {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !window.isSecureContext) { place.textContent = gettext("This browser takes no prompts here. The calendar below works everywhere."); return; }
  const registration = await navigator.serviceWorker.ready;
  const now = await registration.pushManager.getSubscription();
  const mine = now && (await (await call("POST", { endpoint: now.endpoint }, "/mine")).json()).mine; // the phone may be shared
  on.hidden = Boolean(mine);
  off.hidden = !mine;
}

on.addEventListener("click", async () => {
  try {
    const registration = await navigator.serviceWorker.ready;
    const { key } = await (await fetch("/api/v1/push/key", { credentials: "same-origin" })).json();
    const made = (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) })).toJSON();
    const reply = await call("POST", { endpoint: made.endpoint, keys: made.keys });
    if (!reply.ok) throw new Error((await reply.json()).detail);
    location.reload();
  } catch (error) {
    place.textContent = gettext("This browser did not allow it (%(why)s). The calendar below works everywhere.", { why: error.message });
  }
});

off.addEventListener("click", async () => {
  const now = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
  if (now) { await call("DELETE", { endpoint: now.endpoint }); await now.unsubscribe(); }
  location.reload();
});

start();
