/** What calls one back to the desk: a sound, a mark on the tab's icon, a number on the app's, pushes. Read when the page has come to rest. */
import {effect} from "../ui/vendor/ui.js";
import {boot, call, counts, device, me} from "./state.js";
import {go, place} from "./routes.js";
import {recount} from "./actions.js";
import {leads, onItem} from "./live.js";
import {chime, isQuiet} from "./chime.js";
import {subscriptionOf, worker} from "./device.js";

// ── what concerns the reader ──

/** The kind of news that an item is to the reader, of those that may sound. */
function kindOf(item, each) {
  if (item.author.id === me.id) return null;
  if (item.event === "conversation.assigned") return item.data.to === me.id ? "assigned" : null;
  const begins = item.event === "conversation.opened" || item.event === "conversation.reopened" && item.data.why === "customer";
  if (begins) return each.assignee || item.author.kind === "agent" ? null : "new";
  return item.kind === "message" && item.author.kind === "customer" && each.assignee === me.id ? "message" : null;
}

const visible = () => document.visibilityState === "visible";
/** Which conversation is open and in sight, in whichever tab of this browser. */
const looking = () => device.set("looking", visible() ? place.peek().id : null);
effect(() => { place.value; looking(); });
document.addEventListener("visibilitychange", looking);
addEventListener("pagehide", () => device.set("looking", null));

let soon = 0, later = 0;
/** The worker writes its row a moment after the frame, on a busy desk some moments; one that is about what is open has been seen. */
async function look() {
  const {id} = place.peek();
  if (id && visible() && counts.peek().notifications > 0) await call("POST", "notifications/seen", {conversation: id}).catch(() => {}); // the next heartbeat says it, too
  recount();
}
function lookAgain(concerns) {
  clearTimeout(soon);
  soon = setTimeout(look, 2500);
  if (concerns) { clearTimeout(later); later = setTimeout(look, 8000); }
}

onItem.run = (each, item) => {
  const kind = kindOf(item, each);
  if (item.author.id !== me.id) lookAgain(Boolean(kind) || each.assignee === me.id || item.data?.mentions?.includes(me.id));
  const late = Date.now() - Date.parse(item.at) > 120_000; // told again after a break
  if (kind && !late && leads() && boot.notify.sound.includes(kind) && device.get("looking") !== each.id && !isQuiet(boot.notify)) chime();
};

// ── the marks ──

const icon = document.querySelector("link[rel=icon]"), clean = icon?.getAttribute("href") ?? "";
const dotted = clean.replace(/(%3C|<)\/svg(%3E|>)\s*$/i, `${encodeURIComponent('<circle cx="24" cy="8" r="7" fill="#c8324f" stroke="#fff" stroke-width="2"/>')}$&`);
effect(() => {
  const unseen = counts.value.notifications ?? 0;
  if (icon) icon.href = unseen ? dotted : clean;
  (unseen ? navigator.setAppBadge?.(unseen) : navigator.clearAppBadge?.())?.catch(() => {}); // no app, no badge
});

// ── the app ──

async function begin() {
  if (!("serviceWorker" in navigator) || !isSecureContext) return;
  navigator.serviceWorker.addEventListener("message", ({data}) => {
    const [, , view, id] = data.open?.split("/") ?? [];
    if (view) go({view, id: id ?? null, tab: "open"});
  });
  await worker(boot.lang);
  if (device.get("device") && Notification.permission === "granted") await renew();
}

/** This browser took pushes for its reader. It was another session, perhaps, or the browser has changed its address: the desk is told. Removed there means off. */
async function renew() {
  const id = device.get("device"), {key, devices} = await call("GET", "me/devices");
  const known = devices.find(each => each.id === id);
  if (!known) { device.set("device", null); return void (await (await worker(boot.lang)).pushManager.getSubscription())?.unsubscribe(); }
  const taken = await subscriptionOf(boot.lang, key);
  if (known.awake && taken.endpoint === device.get("endpoint")) return;
  device.set("device", (await call("POST", "me/devices", {...taken, label: known.label})).id);
  device.set("endpoint", taken.endpoint);
}
begin().catch(error => console.warn("app", error));
