// How long a screen keeps somebody busy: the time between touches, a long pause counted as fifteen seconds at most.
const LONGEST_PAUSE_MS = 15_000;

export function stopwatch() {
  let last = performance.now();
  let spent = 0;
  const seen = () => { const at = performance.now(); spent += Math.min(at - last, LONGEST_PAUSE_MS); last = at; };
  for (const kind of ["pointerdown", "pointerup", "keydown", "input"]) addEventListener(kind, seen, { capture: true, passive: true });
  return { seconds() { seen(); return Math.round(spent / 100) / 10; } };
}
