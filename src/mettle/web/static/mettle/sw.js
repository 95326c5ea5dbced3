// Keeps the shell of the offline screens. It holds no personal data: pages with any are never stored.
const VERSION = "{{version}}";
const SHELL = [`/static/mettle/app.css?v=${VERSION}`, `/static/mettle/app.js?v=${VERSION}`, "/help-now/"];
self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll(SHELL)));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((keys) => Promise.all(keys.filter((k) => k !== VERSION).map((k) => caches.delete(k)))));
});
self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  event.respondWith(fetch(event.request).catch(() => caches.match(event.request)));
});
