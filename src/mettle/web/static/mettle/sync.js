// Sends the outbox and fetches the bundle. Whatever goes wrong, an event stays until its receipt is here.
import * as store from "./store.js";

const BATCH = 200;
let running = null;

function csrf() {
  return document.cookie.split("; ").map((c) => c.split("=")).filter(([k]) => k.endsWith("csrftoken") || k.endsWith("csrf")).map(([, v]) => v)[0] || "";
}

// {state: "sent" | "offline" | "signed_out" | "trouble"}
export function flush() {
  running ??= send().finally(() => { running = null; });
  return running;
}

async function send() {
  const { device } = await store.open();
  for (;;) {
    const ops = (await store.unsent()).slice(0, BATCH);
    if (!ops.length) return { state: "sent" };
    const body = JSON.stringify({ device, device_now: new Date().toISOString(), ops: ops.map(({ at, ...op }) => op) });
    let reply;
    const asked = Date.now();
    try {
      reply = await fetch("/api/v1/sync", { method: "POST", body, headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() }, credentials: "same-origin" });
    } catch {
      return { state: "offline" };
    }
    if (reply.status === 401 || reply.status === 403) return { state: "signed_out" };
    if (!reply.ok) return { state: "trouble" };
    const { server_now, receipts } = await reply.json();
    const skew = Date.parse(server_now) - (asked + Date.now()) / 2;
    const byId = new Map(receipts.map((r) => [r.op_id, r]));
    const settled = ops.filter((op) => byId.has(op.op_id)).map((op) => ({ op, receipt: byId.get(op.op_id) }));
    if (!settled.length) return { state: "trouble" };
    await store.settle(settled, Math.abs(skew) > 2000 ? Math.round(skew) : 0);
  }
}

// What the offline screens need for the days ahead; the last one kept where there is no network.
export async function bundle() {
  if (store.whose()) {
    try {
      const reply = await fetch("/api/v1/bundle", { credentials: "same-origin" });
      if (reply.ok) {
        const fresh = await reply.json();
        await store.keep("bundle", fresh);
        return fresh;
      }
    } catch { /* offline: the kept one serves */ }
  }
  return store.kept("bundle");
}
