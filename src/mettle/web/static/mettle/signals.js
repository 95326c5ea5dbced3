// How this device tells that time is up: a buzz and a short tone while the screen is on, and a neutral notification of the
// service worker while it is off, for those who want one. What a person chose here belongs to this device.
import * as store from "./store.js";

export const chosen = { notice: false, awake: true };
export async function load() { Object.assign(chosen, await store.kept("signals")); }

// Returns whether the choice could be met: a browser asks the person before it notifies.
export async function choose(name, value) {
  if (name === "notice" && value && (!canNotify() || (await Notification.requestPermission()) !== "granted")) return false;
  chosen[name] = value;
  await store.keep("signals", chosen);
  return true;
}
export const canNotify = () => "Notification" in window && "serviceWorker" in navigator;

let audio = null;
// Browsers let a page make sounds once it has been touched.
export function warm() { try { audio ??= new AudioContext(); audio.resume(); } catch { audio = null; } }

export function tell({ silent, long = true }) {
  if (long) navigator.vibrate?.(silent ? [200, 100, 200] : 200);
  if (silent) return;
  try {
    warm();
    const tone = audio.createOscillator(); const volume = audio.createGain();
    volume.gain.value = 0.15; tone.frequency.value = long ? 880 : 660; tone.connect(volume).connect(audio.destination);
    tone.start(); tone.stop(audio.currentTime + (long ? 0.35 : 0.1));
  } catch { /* no sound on this device */ }
}

// Tell it at a moment, should nobody look then. The worker outlives a page that sleeps by some minutes, not for ever.
export function later(until, title, body) {
  if (chosen.notice && canNotify() && Notification.permission === "granted") tellWorker({ until, title, body });
}
export function never() { tellWorker({}); }
function tellWorker(rest) { navigator.serviceWorker?.ready.then(({ active }) => active.postMessage({ rest })); }

let lock = null;
export async function awake(wanted) {
  if (!navigator.wakeLock) return;
  if (!wanted) { lock?.release(); lock = null; return; }
  if (document.visibilityState === "visible" && (!lock || lock.released)) lock = await navigator.wakeLock.request("screen").catch(() => null);
}
