/** The page "You": what only the browser knows or can do. Its zone, whether it takes pushes, whether it can install the app. The page works without. */
import {subscriptionOf, worker} from "./device.js";

const one = selector => document.querySelector(selector);
const box = one("#push"), on = one("[data-on]");
const say = why => { for (const each of document.querySelectorAll("[data-why]")) each.hidden = each.dataset.why !== why; };

const guess = Intl.DateTimeFormat().resolvedOptions().timeZone, zone = one("#you-time_zone"), offer = one("[data-zone]");
if (guess && (zone.value || zone.placeholder) !== guess) {
  offer.textContent = offer.textContent.replace("\u2066\u2069", `\u2066${guess}\u2069`);
  offer.hidden = false;
  offer.addEventListener("click", () => { zone.value = guess; offer.hidden = true; zone.focus(); });
}

/** Under which id the desk knows this browser: kept by the browser, as the inbox keeps things, since the desk never tells an endpoint. */
const place = name => `yavar.${box.dataset.me}.${name}`;
const kept = name => { try { return JSON.parse(localStorage.getItem(place(name))); } catch { return null; } };
const keep = (name, value) => { try { localStorage.setItem(place(name), JSON.stringify(value)); } catch { /* then it is asked again */ } };

async function look() {
  if (!isSecureContext) return say("insecure");
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return say("unable");
  if (Notification.permission === "denied") return say("denied");
  const has = await (await worker(box.dataset.lang)).pushManager.getSubscription();
  const row = has && one(`[data-device="${CSS.escape(kept("device") ?? "")}"]`);
  if (row) row.querySelector("[data-here]").hidden = false;
  on.hidden = Boolean(row);
}

on.addEventListener("click", async () => {
  say("");
  on.disabled = true;
  try {
    if (await Notification.requestPermission() !== "granted") return say(Notification.permission === "denied" ? "denied" : "");
    const taken = await subscriptionOf(box.dataset.lang, box.dataset.key);
    const token = one("input[name=csrfmiddlewaretoken]").value;
    const answer = await fetch("/api/v1/me/devices", {method: "POST", headers: {"Content-Type": "application/json", "X-CSRFToken": token}, body: JSON.stringify({...taken, label: navigator.userAgent.slice(0, 300)})});
    if (!answer.ok) throw new Error(String(answer.status));
    keep("device", (await answer.json()).id);
    keep("endpoint", taken.endpoint);
    location.hash = "devices";
    location.reload();
  } catch (error) { console.warn("push", error); say("failed"); } finally { on.disabled = false; }
});
look().catch(() => say("unable"));

addEventListener("beforeinstallprompt", event => {
  event.preventDefault();
  const button = one("[data-install] button");
  one("[data-install]").hidden = false;
  one("[data-install-hint]").hidden = true;
  button.addEventListener("click", async () => { button.disabled = true; await event.prompt(); one("[data-install]").hidden = true; }, {once: true});
});
if (matchMedia("(display-mode: standalone)").matches) one("#app").hidden = true;
