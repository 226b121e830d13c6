/** The agent's inbox: puts the panes together and starts what runs beside them. */
import {html, render, useEffect} from "../ui/vendor/ui.js";
import {t, tn, digits} from "../ui/wire.js";
import {boot, composing, counts, drawer, folded, menu, online, palette, sheet, sieve, signedOut} from "./state.js";
import {go, place, viewName} from "./routes.js";
import {Icon, Toasts, later, readAhead, shownCount} from "./parts.js";
import * as feed from "./feed.js";
import {countSide} from "./actions.js";
import {carryAll, waitingLetters} from "./outbox.js";
import {List} from "./list.js";
import {Thread} from "./thread.js";
import {Details} from "./details.js";
import {Me, Sidebar, foldSidebar} from "./sidebar.js";
import {Menu} from "./menus.js";
import "./keys.js";
import {listen, present, spoken} from "./live.js";

function Banners() {
  const left = waitingLetters.value;
  if (!online.value) return html`<div class="banner is-warn" role="status"><${Icon} name="wifi-off" /><span class="grow">
    ${t("You’re offline. Keep writing, we’ll send it when you’re back.")}</span>${left > 0 && html`<span class="banner-end">${tn("{n} waiting", "{n} waiting", left)}
    </span>`}</div>`;
  return null;
}

const Bottom = () => html`<nav class="bottom only-phone" aria-label=${t("Main")}>
  <button type="button" class="bottom-item" aria-current=${drawer.value ? undefined : "page"} onClick=${() => { drawer.value = null; go({view: feed.elsewhere() ? "mine" : place.peek().view, id: null}); }}>
    <span class="bottom-mark"><${Icon} name="inbox" size=${20} />${counts.value.mine > 0 && html`<span class="count is-strong">${shownCount(counts.value.mine, digits)}</span>`}</span><span>${t("Inbox")}</span></button>
  <button type="button" class="bottom-item" onClick=${() => { palette.value = ""; }}><${Icon} name="search" size=${20} /><span>${t("Search")}</span></button>
  <button type="button" class="bottom-item" aria-expanded=${drawer.value === "sidebar" ? "true" : "false"} onClick=${foldSidebar}><span class="bottom-mark"><${Icon} name="list" size=${20} />${counts.value.notifications > 0 && html`<span class="unread" />`}</span>
    <span>${t("Views")}</span></button>
  <${Me} compact=${true} /></nav>`;

const Palette = later(() => import("./palette.js").then(found => found.Palette), () => { palette.value = null; });
const Sheet = later(() => import("./sheet.js").then(found => found.Sheet), () => { sheet.value = false; });
const Begin = later(() => import("./begin.js").then(found => found.Begin), () => { composing.value = false; });
const TieMenus = later(() => import("./joining.js").then(found => found.TieMenus), () => { menu.value = null; });
const Sieve = later(() => import("./sieve.js").then(found => found.Sieve), () => { sieve.value = null; });
const Customers = later(() => import("./people.js").then(found => found.Customers), () => go({view: "mine"}));
const Visitors = later(() => import("./visitors.js").then(found => found.Visitors), () => go({view: "mine"}));
const SignIn = later(() => import("./again.js").then(found => found.SignIn), () => {});

/** What stands above everything else for a moment. */
const Above = () => html`<${Menu} />${["merge", "link", "split", "customer"].includes(menu.value?.name) && html`<${TieMenus} now=${menu.value} />`}
  ${palette.value !== null && html`<${Palette} start=${palette.value} />`}${sheet.value && html`<${Sheet} />`}${composing.value && html`<${Begin} />`}
  ${sieve.value && html`<${Sieve} anchor=${sieve.value} onClose=${() => { sieve.value = null; }} />`}
  ${signedOut.value && html`<${SignIn} />`}<${Toasts} />`;

function App() {
  const {view, tab, id, who} = place.value;
  useEffect(() => { feed.enter(); }, [view, tab]);
  const classes = ["desk", id || who ? "has-open" : "no-open", drawer.value && `drawer-${drawer.value}`, folded.value.details && "no-details", folded.value.sidebar
    && "thin-sidebar"].filter(Boolean).join(" ");
  return html`<div class=${classes}>
    <${Sidebar} />
    <main class="panes-box"><h1 class="sr">${viewName(view)}</h1><${Banners} /><div class="panes">${view === "customers" ? html`<${Customers} />` : view === "visitors" ? html`<${Visitors} />` : html`<${List} /><${Thread} />${id && html`<${Details} />`}`}</div></main>
    ${drawer.value && html`<button type="button" class="scrim" aria-label=${t("Close")} onClick=${() => { drawer.value = null; }} />`}
    <${Bottom} />
    <${Above} />
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
countSide(800);
setTimeout(() => import("./alerts.js").catch(error => console.warn("alerts", error)), 3000); // what it does can wait until the page is at rest
addEventListener("load", () => setTimeout(readAhead, 3000));
