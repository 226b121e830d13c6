/** The agent's inbox: puts the panes together and starts what runs beside them. */
import {html, render, useEffect, useState} from "../ui/vendor/ui.js";
import {t, tn} from "../ui/wire.js";
import {boot, composing, drawer, folded, online, palette, signedOut} from "./state.js";
import {go, place} from "./routes.js";
import {Icon, Toasts} from "./parts.js";
import * as feed from "./feed.js";
import {carryAll, waitingLetters} from "./outbox.js";
import {List} from "./list.js";
import {Thread} from "./thread.js";
import {Details} from "./details.js";
import {Me, Sidebar, foldSidebar} from "./sidebar.js";
import {Menu} from "./menus.js";
import {TieMenus} from "./ties.js";
import {Palette} from "./palette.js";
import {Sheet} from "./keys.js";
import {listen, present, spoken} from "./live.js";

function Banners() {
  const left = waitingLetters.value;
  if (signedOut.value) return html`<div class="banner is-bad" role="alert"><${Icon} name="log-out" /><span class="grow">
    ${t("You’ve been signed out. What you wrote is kept on this device.")}</span>
    <a class="banner-action" href=${`/sign-in?next=${encodeURIComponent(location.pathname)}`}>${t("Sign in")}</a></div>`;
  if (!online.value) return html`<div class="banner is-warn" role="status"><${Icon} name="wifi-off" /><span class="grow">
    ${t("You’re offline. Keep writing, we’ll send it when you’re back.")}</span>${left > 0 && html`<span class="banner-end">${tn("{n} waiting", "{n} waiting", left)}
    </span>`}</div>`;
  return null;
}

const Bottom = () => html`<nav class="bottom only-phone" aria-label=${t("Main")}>
  <button type="button" class="bottom-item" aria-current=${drawer.value ? undefined : "page"} onClick=${() => { drawer.value = null; go({id: null}); }}>
    <${Icon} name="inbox" size=${20} /><span>${t("Inbox")}</span></button>
  <button type="button" class="bottom-item" onClick=${() => { palette.value = ""; }}><${Icon} name="search" size=${20} /><span>${t("Search")}</span></button>
  <button type="button" class="bottom-item" aria-expanded=${drawer.value === "sidebar" ? "true" : "false"} onClick=${foldSidebar}><${Icon} name="list" size=${20} />
    <span>${t("Views")}</span></button>
  <${Me} compact=${true} /></nav>`;

/** A new message, read from the desk when it is first wanted. */
function NewMessage() {
  const [view, setView] = useState(null);
  const wanted = composing.value;
  useEffect(() => { if (wanted && !view) import("./begin.js").then(found => setView(() => found.Begin), () => { composing.value = false; }); }, [wanted]);
  return wanted && view ? html`<${view} />` : null;
}

function App() {
  const {view, tab, id} = place.value;
  useEffect(() => { feed.enter(); }, [view, tab]);
  const classes = ["desk", id ? "has-open" : "no-open", drawer.value && `drawer-${drawer.value}`, folded.value.details && "no-details", folded.value.sidebar
    && "thin-sidebar"].filter(Boolean).join(" ");
  return html`<div class=${classes}>
    <${Sidebar} />
    <main class="panes-box"><${Banners} /><div class="panes"><${List} /><${Thread} />${id && html`<${Details} />`}</div></main>
    ${drawer.value && html`<button type="button" class="scrim" aria-label=${t("Close")} onClick=${() => { drawer.value = null; }} />`}
    <${Bottom} />
    <${Menu} /><${TieMenus} /><${Palette} /><${Sheet} /><${NewMessage} /><${Toasts} />
    <div class="sr" role="status" aria-live="polite">${spoken.value}</div>
  </div>`;
}

feed.start();
const root = document.getElementById("app");
root.replaceChildren();
render(html`<${App} />`, root);
document.documentElement.dataset.theme = boot.theme ?? "system";
listen();
present();
carryAll();
setTimeout(() => import("./alerts.js").catch(error => console.warn("alerts", error)), 3000); // what it does can wait until the page is at rest
