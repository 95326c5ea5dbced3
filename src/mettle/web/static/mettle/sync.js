// Sends the outbox and fetches the bundle. Whatever goes wrong, an event stays until its receipt is here.
import * as store from "./store.js";
import { moved } from "./clock.js";
import { gettext } from "./words.js";

const BATCH = 200;
const unreadable = (reply) => [400, 413, 422].includes(reply.status) && (reply.headers.get("Content-Type") || "").startsWith("application/json");
let running = null;
let why = "";
// Why the server took nothing the last time, in its own words; empty where it did.
export const trouble = () => why;

export function csrf() {
  return document.cookie.split("; ").map((c) => c.split("=")).filter(([k]) => k.endsWith("csrftoken") || k.endsWith("csrf")).map(([, v]) => v)[0] || "";
}

// {state: "sent" | "offline" | "signed_out" | "trouble"}
export function flush() {
  running ??= send().finally(() => { running = null; });
  return running;
}

async function send() {
  const { device } = await store.open();
  let most = BATCH;
  for (;;) {
    const ops = (await store.unsent()).slice(0, most);
    if (!ops.length) return { state: "sent" };
    const skew = await store.skew();
    const body = JSON.stringify({ device, device_now: new Date(Date.now() + skew).toISOString(), ops: ops.map(({ at, ...op }) => ({ ...op, clock: moved(op.clock, skew) })) });
    let reply;
    try {
      reply = await fetch("/api/v1/sync", { method: "POST", body, headers: { "Content-Type": "application/json", "X-CSRFToken": csrf(), "X-Mettle-Person": store.whose() }, credentials: "same-origin" });
    } catch {
      return { state: "offline" };
    }
    if (reply.status === 401 || reply.status === 403) return { state: "signed_out" };
    // One record that cannot be read must not hold up the others: they go one by one, and it stays in sight as refused.
    if (unreadable(reply) && most > 1) { most = 1; continue; }
    if (unreadable(reply)) { await store.settle([{ op: ops[0], receipt: { status: "refused", why: gettext("mettle could not read this record") } }], skew); continue; }
    if (!reply.ok) {
      why = (await reply.json().catch(() => ({}))).detail || gettext("mettle had trouble with it");
      return { state: "trouble" };
    }
    why = "";
    const { shifted_ms, receipts } = await reply.json();
    const byId = new Map(receipts.map((r) => [r.op_id, r]));
    const settled = ops.filter((op) => byId.has(op.op_id)).map((op) => ({ op, receipt: byId.get(op.op_id) }));
    if (!settled.length) return { state: "trouble" };
    await store.settle(settled, skew + shifted_ms);
  }
}

// What the offline screens need for the days ahead; the last one kept where there is no network.
export async function bundle() {
  if (store.whose()) {
    try {
      const reply = await fetch("/api/v1/bundle", { credentials: "same-origin", headers: { "X-Mettle-Person": store.whose() } });
      if (reply.ok) {
        const fresh = await reply.json();
        await store.keep("bundle", fresh);
        dispatchEvent(new Event("mettle-bundle"));
        return fresh;
      }
    } catch { /* offline: the kept one serves */ }
  }
  return store.kept("bundle");
}
