// App lock where there is no network: after a while away the page is covered until the PIN is right.
import * as store from "./store.js";
import { el } from "./dom.js";
import { gettext } from "./words.js";

const AT = "mettle-active-at";
const here = () => localStorage.setItem(AT, String(Date.now()));

async function digest(pin, { salt, iterations }) {
  const bytes = Uint8Array.from(salt.match(/../g), (pair) => parseInt(pair, 16));
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: bytes, iterations }, key, 256);
  return [...new Uint8Array(bits)].map((b) => b.toString(16).padStart(2, "0")).join("");
}

function cover(lock) {
  if (document.querySelector("dialog#lock")) return;
  const pin = el("input", { type: "password", inputmode: "numeric", autocomplete: "off", maxlength: 8, id: "lock-pin" });
  const said = el("p", { class: "error", role: "alert" });
  const dialog = el("dialog", { id: "lock", class: "lock", "aria-label": gettext("Locked") }, el("h1", {}, gettext("Locked")), el("label", { for: "lock-pin" }, gettext("Your PIN")), pin, said,
    el("button", { class: "main wide", onclick: async () => {
      if ((await digest(pin.value, lock)) === lock.check) { here(); dialog.close(); dialog.remove(); document.body.classList.remove("locked"); return; }
      pin.value = "";
      said.textContent = gettext("That was not it.");
    } }, gettext("Open")), el("a", { class: "button wide stop", href: "/help-now/" }, gettext("Help now")));
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  document.body.classList.add("locked");
  document.body.append(dialog);
  dialog.showModal();
}

export async function guard() {
  if (!store.whose() || ["/help-now/", "/away/", "/unlock/"].includes(location.pathname)) return;
  const lock = (await store.kept("bundle"))?.lock;
  if (!lock) return;
  if (Date.now() - Number(localStorage.getItem(AT) || 0) > lock.minutes * 60_000) cover(lock);
  else here();
}

for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { if (!document.querySelector("dialog#lock")) here(); }, { passive: true });
addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") guard(); });
guard().catch(() => {});
