/**
 * The desk's service worker, put together by /sw.js with DESK in front: {build, lang, files}. It shows pushes, keeps the build's own files, and has a page for when
 * the desk can't be reached. It keeps no page with data and no answer, and leaves alone what is not the agents': /chat, /form, /shop, /api.
 */
const CACHE = `yavar-${DESK.build}-${DESK.lang}`;
const OFFLINE = "/offline";
const AGENTS = /^\/($|inbox(\/|$)|settings(\/|$)|welcome(\/|$)|sign-in$)/;

async function fill() {
  const cache = await caches.open(CACHE);
  if (await cache.match(OFFLINE)) return;
  await cache.addAll(DESK.files);
  const page = await fetch(OFFLINE, {headers: {"X-Lang": DESK.lang}, credentials: "omit", cache: "no-store"});
  if (page.ok) await cache.put(OFFLINE, page);
}
const empty = async keep => { for (const name of await caches.keys()) if (name.startsWith("yavar-") && name !== keep) await caches.delete(name); };

addEventListener("install", event => { skipWaiting(); event.waitUntil(fill()); });
addEventListener("activate", event => event.waitUntil((async () => {
  await empty(CACHE);
  await registration.navigationPreload?.enable(); // the page is asked for while this wakes up
  await clients.claim();
})()));

addEventListener("fetch", event => {
  const {request} = event, {origin, pathname} = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.mode === "navigate" && pathname === "/sign-out") event.waitUntil(empty());
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && AGENTS.test(pathname)) event.respondWith(visit(event));
  else if (pathname.startsWith(`/static/${DESK.build}/ui/`) || pathname.startsWith(`/static/${DESK.build}/agent/`)) event.respondWith(keep(request));
});

async function visit(event) {
  try {
    const page = await event.preloadResponse ?? await fetch(event.request);
    if (page.ok && /^\/(inbox|settings)/.test(new URL(event.request.url).pathname)) event.waitUntil(fill().catch(() => {})); // a sign-out has emptied it; else there is nothing to do
    return page;
  } catch (error) {
    const page = await caches.match(OFFLINE, {cacheName: CACHE});
    if (page) return page;
    throw error;
  }
}

async function keep(request) {
  const kept = await caches.match(request.url, {cacheName: CACHE});
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok && await caches.has(CACHE)) (await caches.open(CACHE)).put(request.url, answer.clone());
  return answer;
}

/** @param {{title: string, body: string, url: string, tag: string, badge: number, lang: string, dir: "rtl"|"ltr"}} told */
async function show(told) {
  await registration.showNotification(told.title, {body: told.body, tag: told.tag, lang: told.lang, dir: told.dir, icon: DESK.icon, badge: DESK.mark, data: {url: told.url}, renotify: true});
  if (told.badge) await navigator.setAppBadge?.(told.badge).catch(() => {}); // a hint: where the system forbids it, there is none
}
addEventListener("push", event => event.waitUntil(show(event.data.json())));

addEventListener("notificationclick", event => {
  event.notification.close();
  event.waitUntil((async () => {
    const {url} = event.notification.data;
    const open = (await clients.matchAll({type: "window", includeUncontrolled: true})).filter(each => new URL(each.url).pathname.startsWith("/inbox"));
    const inbox = open.find(each => each.visibilityState === "visible") ?? open[0];
    if (!inbox) return clients.openWindow(url);
    inbox.postMessage({open: url});
    return inbox.focus();
  })());
});
