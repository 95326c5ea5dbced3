// What another device changed in the session under way: asked for once everything of this device has arrived.
import * as store from "./store.js";

const SHOWN = ["reps", "hold_s", "amount", "unit", "rir", "status"];

// Brings the sets done so far up to date, and adds those of another device; true where something was different.
export async function changedElsewhere(active) {
  if (!navigator.onLine || (await store.waiting()).unsent) return false;
  let sets;
  try {
    const reply = await fetch(`/api/v1/sessions/${active.entity}`, { credentials: "same-origin" });
    if (!reply.ok) return false;
    ({ sets } = await reply.json());
  } catch { return false; }
  if ((await store.waiting()).unsent) return false; // something was done meanwhile; the next answer tells
  const now = new Map(sets.map((s) => [s.id, s]));
  const before = JSON.stringify(active.done);
  active.done = active.done.filter((d) => !now.get(d.entity)?.deleted);
  for (const d of active.done) for (const name of SHOWN) if (now.has(d.entity)) d.fields[name] = now.get(d.entity)[name];
  const mine = new Set(active.done.map((d) => d.entity));
  for (const { id, name, deleted, ...fields } of sets) if (!deleted && !mine.has(id)) active.done.push({ entity: id, step: null, name, fields, elsewhere: true });
  return JSON.stringify(active.done) !== before;
}
