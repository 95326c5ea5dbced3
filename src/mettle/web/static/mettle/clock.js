// A hybrid clock: server-corrected wall time, a counter, the device. As text it sorts; it never runs backwards.
export function tick(last, nowMs, device) {
  const before = last ? Number(last.slice(0, 15)) : 0;
  const count = last ? Number(last.slice(16, 22)) : 0;
  const ms = Math.max(before, Math.max(0, Math.round(nowMs)));
  const n = ms === before ? count + 1 : 0;
  return `${String(ms).padStart(15, "0")}-${String(n).padStart(6, "0")}-${device}`;
}

// The clock corrected by how far this device is from the server's time.
export function moved(clock, byMs) {
  return `${String(Math.max(0, Number(clock.slice(0, 15)) + byMs)).padStart(15, "0")}${clock.slice(15)}`;
}

// Wall time as written here, with the offset and the zone: {on, clock_time, offset_s, zone}.
export function moment(at = new Date()) {
  const two = (n) => String(n).padStart(2, "0");
  return {
    on: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
    clock_time: `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`,
    offset_s: -at.getTimezoneOffset() * 60,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone || "",
  };
}

// The local day, which runs from 03:00 to 03:00.
export function day(at = new Date()) {
  return moment(new Date(at.getTime() - 3 * 3600 * 1000)).on;
}

// UUIDv7: sorts by the time it was made.
export function uuid(nowMs = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 0, ms = nowMs; i < 6; i += 1, ms = Math.floor(ms / 256)) bytes[5 - i] = ms % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
