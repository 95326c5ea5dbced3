// Keeps the shells of the offline screens. A shell holds no personal data; a page with any is never stored.
const VERSION = "{{version}}";
const FILES = ["app.css", "app.js", "store.js", "sync.js", "clock.js", "dom.js", "words.js", "lock.js", "workout.js", "resting.js", "signals.js", "circuit.js", "checkin.js", "questionnaire.js", "help.js", "unsent.js", "stopwatch.js", "elsewhere.js", "reaction.js", "icons/mettle.svg", "icons/notes.svg"];
const SHELLS = ["/workout/", "/check-in/", "/questionnaire/", "/reaction/", "/help-now/", "/offline/"];
const AWAY = "/away/"; // says nothing, and is there at once whatever the network does

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll([...SHELLS, new Request(AWAY, { credentials: "omit" }), ...FILES.map((f) => `/static/${VERSION}/mettle/${f}`)])));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((keys) => Promise.all(keys.filter((k) => k !== VERSION).map((k) => caches.delete(k)))).then(() => self.clients.claim()));
});
self.addEventListener("message", (event) => { if (event.data === "take over") self.skipWaiting(); if (event.data === "claim") event.waitUntil(self.clients.claim()); });

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) {
    event.respondWith(caches.open(VERSION).then((c) => c.match(request, { ignoreSearch: true })).then((hit) => hit || fetch(request)));
  } else if (request.mode === "navigate" && url.pathname === AWAY) {
    const told = fetch(request); // so that the server asks for the PIN on the way back
    event.waitUntil(told.catch(() => {}));
    event.respondWith(caches.open(VERSION).then((c) => c.match(AWAY)).then((hit) => hit || told));
  } else if (request.mode === "navigate") {
    const shell = SHELLS.includes(url.pathname);
    event.respondWith((async () => {
      const cache = await caches.open(VERSION);
      if (shell) return (await cache.match(url.pathname)) || fetch(request);
      try { return await fetch(request); } catch { return cache.match("/offline/"); }
    })());
  }
});

self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : {};
  event.waitUntil(self.registration.showNotification(said.title || "A minute for you", { body: said.body || "", tag: said.tag || "prompt", data: { url: said.url || "/" } }));
});

// The end of a rest, told where nobody looks. A browser gives a worker some minutes; a rest is shorter.
let resting = 0;
self.addEventListener("message", (event) => {
  const { rest } = event.data || {};
  if (!rest) return;
  resting = rest.until || 0;
  const told = self.registration.getNotifications({ tag: "rest" }).then((all) => all.forEach((n) => n.close()));
  const due = new Promise((ok) => { setTimeout(ok, Math.max(0, resting - Date.now())); });
  event.waitUntil(resting ? told.then(() => due).then(() => over(rest)) : told);
});
async function over(rest) {
  if (resting !== rest.until || (await self.clients.matchAll({ type: "window" })).some((page) => page.visibilityState === "visible")) return;
  await self.registration.showNotification(rest.title, { body: rest.body, tag: "rest", renotify: true, vibrate: [200, 100, 200], data: { url: "/workout/" } });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = event.notification.data?.url || "/";
  event.waitUntil(self.clients.matchAll({ type: "window" }).then((pages) => {
    const there = pages.find((page) => new URL(page.url).pathname === url);
    return there ? there.focus() : self.clients.openWindow(url);
  }));
});
