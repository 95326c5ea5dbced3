// The clock of a circuit: where it stands follows from stored moments, so a reload or a locked screen changes nothing.
// Which step has how many seconds was worked out by the server: each step carries {ready_s, work_s, rest_s}.
const PHASES = ["ready", "work", "rest"];

// The first phase with any seconds from here on, begun at a moment; null where the circuit is over.
export function enter(steps, index, phase, from) {
  for (let i = index, p = PHASES.indexOf(phase); steps[i]?.clock; p += 1) {
    if (p === PHASES.length) { i += 1; p = 0; }
    if (!steps[i]?.clock || (PHASES[p] === "rest" && !steps[i + 1]?.clock)) return null;
    const seconds = steps[i].clock[`${PHASES[p]}_s`];
    if (seconds > 0) return { index: i, phase: PHASES[p], total: seconds * 1000, until: from + seconds * 1000, held: null };
  }
  return null;
}

// What follows when a phase is over.
export function after(steps, clock, from) {
  return clock.phase === "rest" ? enter(steps, clock.index + 1, "ready", from) : enter(steps, clock.index, PHASES[PHASES.indexOf(clock.phase) + 1], from);
}

// Where the clock stands now, and the steps whose work went by since it was looked at: {index, at}.
export function advance(steps, clock, now) {
  const passed = [];
  let at = clock;
  while (at && at.held === null && now >= at.until) {
    if (at.phase === "work") passed.push({ index: at.index, at: at.until });
    at = after(steps, at, at.until);
  }
  return { clock: at, passed };
}

export const left = (clock, now) => Math.max(0, clock.held ?? clock.until - now);
export const held = (clock, now) => ({ ...clock, held: left(clock, now) });
export const released = (clock, now) => ({ ...clock, until: now + clock.held, held: null });
