// The frame of every page: the service worker, and how many records still wait to be sent.
const version = document.body.dataset.static;
if ("serviceWorker" in navigator && window.isSecureContext) {
  navigator.serviceWorker.register("/sw.js", { scope: "/" }).catch(() => {});
}
export { version };
