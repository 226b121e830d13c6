/** Views, teams, tags, channels, and the agent's own menu. */
import {html, useRef, useState} from "../ui/vendor/ui.js";
import {t, tn, digits} from "../ui/wire.js";
import {boot, call, composing, counts, device, drawer, folded, may, me, palette, savedViews, sheet, sideCounts, sieve, singleKeys, tags, theme} from "./state.js";
import {address, go, place, views} from "./routes.js";
import {Avatar, ChannelBadge, Icon, IconButton, failed, later, mod, shownCount} from "./parts.js";
import {senders} from "./actions.js";
import {dueOf} from "./feed.js";
import {plain} from "./list.js";
import {Popover} from "./menus.js";

export function Sidebar() {
  return html`<nav class="sidebar" aria-label=${t("Views")}>
    <div class="brand"><span class="brand-mark" aria-hidden="true">${boot.brand.initials}</span><strong class="brand-name" dir="auto">${boot.brand.name}</strong>
      <${Bell} />
      ${senders().length > 0 && html`<${IconButton} icon="square-pen" label=${t("New message")} onClick=${() => { composing.value = true; }} />`}</div>
    <button type="button" class="search-button" aria-label=${t("Search or jump to…")} onClick=${() => { palette.value = ""; }}><${Icon} name="search" />
      <span class="grow">${t("Search or jump to…")}</span><kbd>${mod === "⌘" ? "⌘K" : "Ctrl K"}</kbd></button>
    <div class="nav-scroll">
      <ul>${views().map(each => html`<${NavRow} key=${each.view} view=${each.view} name=${each.name} keys=${`G ${each.key}`} strong=${each.view === "mine"
        || each.view === "mentions"} mark=${html`<${Icon} name=${each.icon} />`} />`)}
        </ul>
      <${Group} name=${t("Saved views")} list=${savedViews.value} kind="view" always=${true} mark=${(each, n) => html`<span class=${`dot hue-${n % 6 + 1}`} />`}
        also=${html`<${IconButton} icon="plus" label=${t("New view")} onClick=${event => { sieve.value = event.currentTarget; }} />`} />
      <${Group} name=${t("Channels")} list=${boot.inboxes} kind="inbox" mark=${each => html`<${ChannelBadge} kind=${each.kind} />`} />
      <${Group} name=${t("Teams")} list=${boot.teams} kind="team" mark=${() => html`<${Icon} name="users" />`} />
      <${Group} name=${t("Tags")} list=${tags.value} kind="tag" mark=${each => html`<span class=${`dot hue-${each.hue}`} />`} />
      <h2 class="nav-head">${t("Workspace")}</h2><ul class="nav-group">${may("customer.read") && html`<${NavRow} view="customers" name=${t("Customers")} keys="G C" mark=${html`<${Icon} name="users" />`} />`}${boot.visitors && may("conversation.reply") && html`<${NavRow} view="visitors" name=${t("Visitors")} keys="G V" mark=${html`<${Icon} name="globe" />`} />`}${may("desk.supervise") && html`<li><a class="nav-row" href="/board" title=${`${t("Board")} (G B)`}><span class="nav-mark"><${Icon} name="monitor" /></span><span class="nav-name">${t("Board")}</span></a></li>`}<li><a class="nav-row" href="/settings"><span class="nav-mark"><${Icon} name="settings-2" /></span>
        <span class="nav-name">${t("Settings")}</span></a></li></ul>
    </div>
    <${Me} />
  </nav>`;
}

const News = later(() => import("./bell.js").then(found => found.News), () => {});

/** What concerns oneself; the list is read when it is first opened. */
function Bell() {
  const [anchor, setAnchor] = useState(null);
  const closed = useRef(0), n = counts.value.notifications ?? 0;
  const open = event => { if (Date.now() - closed.current > 250) setAnchor(event.currentTarget); }; // else the press that closed it was meant to close it
  return html`<span class="bell"><${IconButton} icon="bell" label=${n ? tn("{n} new notification", "{n} new notifications", Math.min(n, 99)) : t("Notifications")} aria-haspopup="dialog" aria-expanded=${anchor ? "true" : "false"} onClick=${open} />
    ${n > 0 && html`<span class="bell-count" aria-hidden="true">${n > 99 ? `${digits(99)}+` : digits(n)}</span>`}</span>
    ${anchor && html`<${News} anchor=${anchor} onClose=${() => { closed.current = Date.now(); setAnchor(null); }} />`}`;
}

function Group({name, list, kind, mark, also, always}) {
  const [all, setAll] = useState(false);
  if (!list.length && !always) return null;
  const shown = all ? list : list.slice(0, 8);
  return html`<div class="nav-head"><h2>${name}</h2><span class="grow" />${also}</div><ul class="nav-group">
    ${shown.map((each, n) => html`<${NavRow} key=${each.id} view=${`${kind}:${each.id}`} name=${each.name} mark=${mark(each, n)} />`)}
    ${list.length > shown.length && html`<li><button type="button" class="nav-row is-quiet" onClick=${() => setAll(true)}>${t("Show all")} <span class="nav-count">
      ${digits(list.length)}</span></button></li>`}</ul>`;
}

function NavRow({view, name, mark, strong, keys}) {
  const here = place.value.view === view;
  const few = sideCounts.value[view], count = counts.value[view] ?? few ?? 0;
  return html`<li><a class="nav-row" href=${address({view, tab: "open"})} aria-current=${here ? "page" : undefined} title=${keys ? `${name} (${keys})` : name}
    onClick=${event => { if (plain(event)) { drawer.value = null; go({view, id: null, who: null, tab: "open"}); } }}><span class="nav-mark">${mark}</span>
      <span class="nav-name" dir="auto">${name}</span>${count > 0 && html`<span class=${dueOf(view) ? "count is-bad" : strong ? "count is-strong" : "nav-count"}>${few > 99 ? `${digits(99)}+` : shownCount(count, digits)}
      </span>`}</a></li>`;
}

async function prefer(change) {
  try { await call("PATCH", "me", change); return true; } catch (problem) { failed(problem.title, () => prefer(change)); return false; }
}

export function setTheme(value) {
  theme.value = value;
  document.documentElement.dataset.theme = value;
  prefer({theme: value});
}
async function setLang(lang) { if (lang !== boot.lang && await prefer({lang})) location.reload(); }
export function setSingleKeys(on) { singleKeys.value = on; prefer({single_keys: on}); }
export const signOut = () => document.getElementById("sign-out").requestSubmit();
export function foldSidebar() {
  if (matchMedia("(max-width: 899px)").matches) drawer.value = drawer.peek() === "sidebar" ? null : "sidebar";
  else { folded.value = {...folded.peek(), sidebar: !folded.peek().sidebar}; device.set("folded", folded.peek()); }
}

const languageNames = {fa: "فارسی", ru: "Русский", en: "English"};

export function Me({compact}) {
  const [anchor, setAnchor] = useState(null);
  const label = t("{name}: settings and sign-out", {name: me.name});
  return html`<button type="button" class=${compact ? "bottom-item" : "me"} aria-haspopup="dialog" aria-label=${label} onClick=${event => setAnchor(event.currentTarget)}>
      ${compact ? html`<${Icon} name="user" size=${20} /><span>${t("Me")}</span>` : html`<${Avatar} who=${me} online=${true} /><span class="me-name">
        <strong dir="auto">${me.name}</strong><small>${t("Online")} · ${tn("{n} open", "{n} open", counts.value.mine ?? 0)}</small></span><${Icon} name="chevrons-up-down" size=${14} />`}</button>
    ${anchor && html`<${Popover} wide=${true} anchor=${anchor} label=${me.name} onClose=${() => setAnchor(null)}><div class="me-menu">
      <fieldset class="choice"><legend>${t("Theme")}</legend><div class="segment">
        ${[["system", t("System"), "monitor"], ["light", t("Light"), "sun"], ["dark", t("Dark"), "moon"]].map(([value, label, icon]) => html`<button type="button" key=${value}
          class="tab" aria-pressed=${theme.value === value ? "true" : "false"} onClick=${() => setTheme(value)}>
        <${Icon} name=${icon} />${label}</button>`)}</div></fieldset>
      <fieldset class="choice"><legend>${t("Language")}</legend><div class="segment">
        ${Object.entries(languageNames).map(([value, label]) => html`<button type="button" key=${value} class="tab" lang=${value}
          aria-pressed=${boot.lang === value ? "true" : "false"} onClick=${() => setLang(value)}>
        ${label}</button>`)}</div></fieldset>
      <button type="button" class="menu-item" role="switch" aria-checked=${singleKeys.value ? "true" : "false"} onClick=${() => setSingleKeys(!singleKeys.value)}>
        <${Icon} name="keyboard" /><span class="grow">${t("Single-key shortcuts")}</span><span class="switch" /></button>
      <button type="button" class="menu-item" onClick=${() => { setAnchor(null); sheet.value = true; }}><${Icon} name="command" /><span class="grow">
        ${t("All shortcuts")}</span><kbd>?</kbd></button>
      <a class="menu-item" href="/settings"><${Icon} name="settings" /><span class="grow">${t("Settings")}</span></a>
      <button type="button" class="menu-item" onClick=${signOut}><${Icon} name="log-out" /><span class="grow">${t("Sign out")}</span></button></div></${Popover}>`}`;
}
