// What lives in the browser: the outbox, the refused events, the active session and the bundle to train with. All of it is
// encrypted with a key that cannot be read out, in a database of the signed-in person's own. An event counts as kept only
// when the transaction that holds it has completed with strict durability.
import { tick, uuid } from "./clock.js";

const STORES = ["outbox", "refused", "kept", "meta"];
let opened = null;

function request(r) {
  return new Promise((resolve, reject) => {
    r.onsuccess = () => resolve(r.result);
    r.onerror = () => reject(r.error);
  });
}

// Whose records these are is remembered as safely as the records: local storage is at hand at once, but it can be minutes
// behind when a battery dies.
async function remembered(name) {
  const opening = indexedDB.open("mettle", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("who");
  const db = await request(opening);
  try {
    const known = (await request(db.transaction("who").objectStore("who").get("person"))) || "";
    if (name && name !== known) await write(db, ["who"], (tx) => tx.objectStore("who").put(name, "person"));
    return name || known;
  } finally {
    db.close();
  }
}

// The opaque name of the person whose data this browser holds; pages of a signed-in person carry it.
const NAME = "mettle-person";
if (document.body.dataset.person) localStorage.setItem(NAME, document.body.dataset.person);
const atHand = localStorage.getItem(NAME) || "";
const person = await remembered(atHand).catch(() => atHand);
if (person) localStorage.setItem(NAME, person);
export const whose = () => person;

export function open() {
  opened ??= (async () => {
    const opening = indexedDB.open(`mettle-${whose()}`, 1);
    opening.onupgradeneeded = () => STORES.forEach((name) => opening.result.createObjectStore(name));
    const db = await request(opening);
    let key = await request(db.transaction("meta").objectStore("meta").get("key"));
    if (!key) {
      key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
      await write(db, ["meta"], (tx) => {
        tx.objectStore("meta").put(key, "key");
        tx.objectStore("meta").put(uuid(), "device");
      });
      // Another tab may have been first: what is stored is what counts.
      key = await request(db.transaction("meta").objectStore("meta").get("key"));
    }
    const device = await request(db.transaction("meta").objectStore("meta").get("device"));
    navigator.storage?.persist?.();
    return { db, key, device };
  })();
  opened.catch(() => { opened = null; });
  return opened;
}

function write(db, names, work) {
  return new Promise((resolve, reject) => {
    const tx = db.transaction(names, "readwrite", { durability: "strict" });
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error || new DOMException("aborted", "AbortError"));
    try { work(tx); } catch (error) { reject(error); tx.abort(); } // all of it or nothing
  });
}

async function seal(key, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(value));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain) };
}

async function unseal(key, sealed) {
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, key, sealed.data);
  return JSON.parse(new TextDecoder().decode(plain));
}

// Serialises writers of this tab, so that clocks keep their order. Another tab may draw the same clock at the same moment:
// then the whole transaction is undone and written again with the next one, so no event takes another's place.
let queue = Promise.resolve();
const CLASHES = 20;

// Keep events, and in the same transaction whatever else must change with them (the active session). Resolves when stored.
export function record(events, kept = {}) {
  const run = async (left = CLASHES) => {
    const { db, key, device } = await open();
    let clock = await request(db.transaction("meta").objectStore("meta").get("clock"));
    const ops = events.map(({ kind, entity, fields }) => {
      clock = tick(clock, Date.now(), device);
      return { op_id: uuid(), kind, entity: entity || uuid(), clock, fields: fields || {} };
    });
    const sealedOps = await Promise.all(ops.map((op) => seal(key, op)));
    const sealedKept = await Promise.all(Object.entries(kept).map(async ([k, v]) => [k, v === null ? null : await seal(key, v)]));
    try {
      await write(db, ["outbox", "kept", "meta"], (tx) => {
        ops.forEach((op, i) => tx.objectStore("outbox").add(sealedOps[i], op.clock));
        sealedKept.forEach(([k, v]) => (v === null ? tx.objectStore("kept").delete(k) : tx.objectStore("kept").put(v, k)));
        if (clock) tx.objectStore("meta").put(clock, "clock");
      });
    } catch (error) {
      if (error.name === "ConstraintError" && left > 0) return run(left - 1);
      throw error;
    }
    announce();
    return ops;
  };
  const result = queue.then(() => run(), () => run());
  queue = result.catch(() => {});
  return result;
}

export async function kept(name) {
  const { db, key } = await open();
  const sealed = await request(db.transaction("kept").objectStore("kept").get(name));
  return sealed ? unseal(key, sealed) : null;
}

export async function keep(name, value) {
  const { db, key } = await open();
  const sealed = value === null ? null : await seal(key, value);
  await write(db, ["kept"], (tx) => (sealed ? tx.objectStore("kept").put(sealed, name) : tx.objectStore("kept").delete(name)));
}

export async function waiting() {
  const { db } = await open();
  const tx = db.transaction(["outbox", "refused"]);
  const [unsent, refused] = await Promise.all([request(tx.objectStore("outbox").count()), request(tx.objectStore("refused").count())]);
  return { unsent, refused };
}

async function all(name) {
  const { db, key } = await open();
  const store = db.transaction(name).objectStore(name);
  const [keys, values] = await Promise.all([request(store.getAllKeys()), request(store.getAll())]);
  return Promise.all(values.map(async (v, i) => ({ at: keys[i], ...(await unseal(key, v)) })));
}

export const unsent = () => all("outbox");
export const refused = () => all("refused");

// Everything that is nowhere else: what waits, what was refused, and answers that stay here because somebody else hosts this mettle.
export async function onlyHere() {
  return { unsent: await unsent(), refused: await refused(), only_here: (await kept("mine")) || [] };
}

// How far this device's clock is from the server's, as learnt at the last contact; added to clocks as they are sent.
export async function skew() {
  const { db } = await open();
  return (await request(db.transaction("meta").objectStore("meta").get("shift"))) || 0;
}

// What the server answered: accepted events leave the outbox, refused ones move to the visible list, nothing is dropped.
export async function settle(pairs, skewMs) {
  const { db, key } = await open();
  const moved = await Promise.all(pairs.filter((p) => p.receipt.status === "refused").map(async (p) => [p.op.clock, await seal(key, { ...p.op, why: p.receipt.why })]));
  await write(db, ["outbox", "refused", "meta"], (tx) => {
    pairs.forEach((p) => tx.objectStore("outbox").delete(p.op.at));
    moved.forEach(([clock, sealed]) => tx.objectStore("refused").put(sealed, clock));
    tx.objectStore("meta").put(skewMs, "shift");
  });
  announce();
}

export async function forget(clock) {
  const { db } = await open();
  await write(db, ["refused"], (tx) => tx.objectStore("refused").delete(clock));
  announce();
}

// Everything of this person in this browser is removed; only after the outbox is empty or was exported.
export async function wipe() {
  const { db } = await open();
  db.close();
  opened = null;
  await request(indexedDB.deleteDatabase(`mettle-${whose()}`));
  await request(indexedDB.deleteDatabase("mettle"));
  localStorage.removeItem(NAME);
}

const channel = "BroadcastChannel" in window ? new BroadcastChannel("mettle") : null;
const listeners = new Set();
export function onChange(listener) { listeners.add(listener); }
function announce() { listeners.forEach((l) => l()); channel?.postMessage("changed"); }
channel?.addEventListener("message", () => listeners.forEach((l) => l()));
