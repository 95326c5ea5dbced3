// Keeps the shells of the offline screens. A shell holds no personal data; a page with any is never stored.
const VERSION = "{{version}}";
const FILES = ["app.css", "app.js", "store.js", "sync.js", "clock.js", "dom.js", "words.js", "lock.js", "workout.js", "checkin.js", "questionnaire.js", "help.js", "unsent.js", "stopwatch.js", "reaction.js", "icon.svg"];
const SHELLS = ["/workout/", "/check-in/", "/questionnaire/", "/reaction/", "/help-now/", "/offline/"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll([...SHELLS, ...FILES.map((f) => `/static/${VERSION}/mettle/${f}`)])));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((keys) => Promise.all(keys.filter((k) => k !== VERSION).map((k) => caches.delete(k)))).then(() => self.clients.claim()));
});
self.addEventListener("message", (event) => { if (event.data === "take over") self.skipWaiting(); });

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) {
    event.respondWith(caches.open(VERSION).then((c) => c.match(request, { ignoreSearch: true })).then((hit) => hit || fetch(request)));
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
self.addEventListener("notificationclick", (event) => { event.notification.close(); event.waitUntil(self.clients.openWindow(event.notification.data?.url || "/")); });
