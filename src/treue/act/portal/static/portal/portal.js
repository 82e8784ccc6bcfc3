/* The card without a network: register the worker, give it what the card is drawn with; at the sign-in page, where
   nobody is signed in, take both away again. */
"use strict";
(() => {
  if (!("serviceWorker" in navigator)) return;
  const here = document.body.dataset;
  const workers = navigator.serviceWorker;
  if (here.signedOut !== undefined) {
    if ("caches" in window) caches.delete("treue-card");
    workers.getRegistrations().then((all) => all.filter((each) => each.scope.endsWith("/m/")).forEach((each) => each.unregister()));
    return;
  }
  if (here.card === undefined) return;
  const parts = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((each) => each.href || each.src);
  workers.register("/m/worker.js", { scope: "/m/" });
  workers.ready.then((registration) => registration.active.postMessage({ keep: parts }));
})();
