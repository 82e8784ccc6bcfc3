/* Keeps the card and what it is drawn with, for when there is no network. The network always comes first, and who signs
   out takes the card along. */
const KEPT = "treue-card";
const CARD = "/m/card/";
const SIGN_IN = "/m/sign-in/";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const forget = () => caches.delete(KEPT);

async function keep(parts) {
  const cache = await caches.open(KEPT);
  const page = await fetch(CARD, { credentials: "same-origin" });
  if (!page.ok || page.redirected) return forget();
  await cache.put(CARD, page);
  await Promise.all(
    parts.map(async (part) => {
      const found = await fetch(part);
      if (found.ok) await cache.put(part, found);
    }),
  );
}

self.addEventListener("message", (event) => {
  if (event.data.keep) event.waitUntil(keep(event.data.keep));
  if (event.data.forget) event.waitUntil(forget());
});

async function kept(request, path) {
  const found = await (await caches.open(KEPT)).match(path);
  return found || Response.error();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && (url.pathname === SIGN_IN || request.method !== "GET")) {
    if (url.pathname === SIGN_IN || url.pathname.startsWith("/m/sign-out/") || url.pathname === "/m/profile/delete/")
      event.waitUntil(forget());
    return;
  }
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && url.pathname === CARD)
    event.respondWith(fetch(request).catch(() => kept(request, CARD)));
  else if (["style", "script"].includes(request.destination))
    event.respondWith(fetch(request).catch(() => kept(request, request.url)));
});
