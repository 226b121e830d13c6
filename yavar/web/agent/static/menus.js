/** Menus one picks from: assignee, team, snooze, tags, priority, request type, more. They act on the conversations they were opened for. */
import {html, useEffect, useLayoutEffect, useRef, useState} from "../ui/vendor/ui.js";
import {t, clock, dayLabel} from "../ui/wire.js";
import {agents, boot, may, me, menu, row, tags} from "./state.js";
import {Avatar, Icon, Kbd, dirOf, later, say} from "./parts.js";
import {assign, copy, markUnread, newTag, reopen, senders, setPriority, setTag, setTeam, setType, snooze} from "./actions.js";
import {priorityName} from "./telling.js";

let closedAt = 0, closedName = "";

/** @param {string} name @param {string[]} ids @param {?Element} anchor @param {() => void} [renew] shows anew what it changes, where no conversation does */
export function openMenu(name, ids, anchor, renew) {
  if (!ids.length && name !== "user") return;
  if (anchor && closedName === name && Date.now() - closedAt < 250) return; // the press that closed it was meant to close it
  const beside = anchor ?? [...document.querySelectorAll(`[data-menu~="${name}"]`)].find(each => each.offsetParent);
  menu.value = {name, ids, anchor: beside ?? null, renew};
}

/** A box in the top layer beside its anchor, closed by Esc or a press elsewhere. */
export function Popover({anchor, onClose, label, children, wide}) {
  const box = useRef(null);
  useLayoutEffect(() => {
    const element = box.current;
    element.showPopover();
    settleBeside(element, anchor);
    const first = element.querySelector("input, select, [role=option], button, a");
    (element.querySelector("[data-first]") ?? first)?.focus({preventScroll: true});
    const onToggle = event => { if (event.newState === "closed") onClose(); };
    element.addEventListener("toggle", onToggle);
    const watch = new ResizeObserver(() => settleBeside(element, anchor)); // what it shows may grow
    watch.observe(element);
    return () => {
      watch.disconnect();
      element.removeEventListener("toggle", onToggle);
      if (element.contains(document.activeElement) || document.activeElement === document.body) anchor?.focus?.({preventScroll: true});
    };
  }, []);
  return html`<div class=${`menu${wide ? " is-wide" : ""}`} popover="auto" ref=${box} role="dialog" aria-label=${label}>${children}</div>`;
}

function settleBeside(element, anchor) {
  const rtl = document.documentElement.dir === "rtl";
  const box = element.getBoundingClientRect();
  let start = (innerWidth - box.width) / 2, block = innerHeight * 0.18;
  if (anchor) {
    const by = anchor.getBoundingClientRect();
    start = rtl ? innerWidth - by.right : by.left;
    block = by.bottom + 4;
    if (block + box.height > innerHeight - 8) block = Math.max(8, by.top - box.height - 4);
  }
  element.style.insetInlineStart = `${Math.max(8, Math.min(start, innerWidth - box.width - 8))}px`;
  element.style.insetBlockStart = `${block}px`;
}

/** @typedef {{key: string, label: string, icon?: string, who?: object, hue?: number, hint?: string, keys?: string, checked?: boolean, run: () => void, stay?: boolean, head?: string}} Option */

/** A field to filter by and the options below it: arrows and Enter choose. @param {{options: Option[], make?: (text: string) => Option}} props */
export function Picker({options, placeholder, make, onClose, filter = true}) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(Math.max(0, options.findIndex(each => each.checked && !each.stay)));
  const list = useRef(null);
  const wanted = text.trim().toLocaleLowerCase();
  const shown = options.filter(each => each.found || each.label.toLocaleLowerCase().includes(wanted)); // `found`: by the desk, which looked in more than the label
  if (make && wanted && !options.some(each => each.label.toLocaleLowerCase() === wanted)) shown.push(make(text.trim()));
  useEffect(() => { list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({block: "nearest"}); }, [at]);
  const choose = each => { if (!each) return; if (!each.stay) onClose(); each.run(); if (each.stay) setText(""); };
  const onKeyDown = event => {
    if (event.isComposing) return;
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (step) { event.preventDefault(); setAt((at + step + shown.length) % Math.max(1, shown.length)); }
    else if (event.key === "Enter") { event.preventDefault(); choose(shown[at]); }
    event.stopPropagation();
    if (event.key === "Escape") { event.preventDefault(); onClose(); }
  };
  return html`<div onKeyDown=${onKeyDown}>
    ${filter && html`<input class="menu-filter" data-first type="text" dir=${dirOf(text)} autocomplete="off" placeholder=${placeholder} aria-label=${placeholder} value=${text}
      role="combobox" aria-expanded="true" aria-controls="menu-list"
      aria-activedescendant=${shown[at] ? `option-${at}` : undefined} onInput=${event => { setText(event.currentTarget.value); setAt(0); }} />`}
    <ul class="menu-list" id="menu-list" role="listbox" ref=${list} tabIndex=${filter ? -1 : 0} data-first=${filter ? undefined : true} aria-label=${placeholder}>
      ${shown.map((each, n) => html`${each.head && html`<li class="menu-head" role="presentation">${each.head}</li>`}
        <li key=${each.key} id=${`option-${n}`} class="menu-item" role="option" aria-selected=${n === at ? "true" : "false"} aria-checked=${each.checked ? "true" : undefined}
        onPointerMove=${() => { if (at !== n) setAt(n); }} onClick=${() => choose(each)}>
        ${each.who ? html`<${Avatar} who=${each.who} size="s" online=${each.who.online} />` : each.hue
          ? html`<span class=${`dot hue-${each.hue}`} />` : each.icon && html`<${Icon} name=${each.icon} />`}
        <span class="grow" dir="auto">${each.label}</span>${each.hint && html`<span class="menu-hint">${each.hint}
          </span>`}${each.keys && html`<${Kbd} keys=${each.keys} />`}${each.checked && html`<${Icon} name="check" />`}</li>`)}
      ${!shown.length && html`<li class="menu-none">${t("Nothing found")}</li>`}
    </ul></div>`;
}

/** Morning and Monday are the agent's own: local time. `hint` says what the words leave open. */
export function snoozeTimes() {
  const at = (days, hour) => { const date = new Date(); date.setDate(date.getDate() + days); date.setHours(hour, 0, 0, 0); return date; };
  const monday = (8 - new Date().getDay()) % 7 || 7;
  const soon = new Date(Math.ceil((Date.now() + 3 * 3_600_000) / 300_000) * 300_000);
  return [
    {key: "tomorrow", label: t("Snooze until tomorrow, 9:00"), short: t("Tomorrow, 9:00"), until: at(1, 9)},
    {key: "hours", label: t("Snooze for 3 hours"), short: t("In 3 hours"), hint: clock(soon), until: soon},
    {key: "monday", label: t("Snooze until Monday, 9:00"), short: t("Monday, 9:00"), hint: dayLabel(at(monday, 9), true), until: at(monday, 9)},
  ];
}

/** A date and time of one's own, still to come. */
export const OwnTime = later(() => import("./own-time.js").then(found => found.OwnTime), () => { menu.value = null; });

function SnoozeMenu({ids, onClose}) {
  const [own, setOwn] = useState(false);
  if (own) return html`<${OwnTime} label=${t("Snooze until")} verb=${t("Snooze")} onClose=${onClose} run=${until => snooze(ids, until)} />`;
  const options = [
    ...snoozeTimes().map(each => ({key: each.key, label: each.short, icon: "alarm-clock", hint: each.hint, run: () => snooze(ids, each.until.toISOString())})),
    {key: "reply", label: t("Until the customer replies"), icon: "message-circle", keys: "⇧ H", run: () => snooze(ids, null)},
    {key: "own", label: t("Choose date and time…"), icon: "calendar", stay: true, run: () => setOwn(true)},
  ];
  return html`<${Picker} options=${options} placeholder=${t("Snooze until…")} onClose=${onClose} />`;
}

const optionsOf = {
  assign: ids => {
    const same = ids.length === 1 ? row(ids[0]).value?.assignee : undefined;
    const sorted = [...agents.value].sort((a, b) => (b.id === me.id) - (a.id === me.id) || Number(b.online) - Number(a.online));
    return [...sorted.map(each => ({key: each.id, label: each.id === me.id
      ? t("{name} (you)", {name: each.name}) : each.name, who: each, checked: same === each.id, keys: each.id === me.id ? "I" : "", run: () => assign(ids, each.id)})),
      {key: "none", label: t("Nobody"), icon: "user-x", checked: same === null, run: () => assign(ids, null)},
      ...optionsOf.team(ids).filter(each => each.key !== "none" || row(ids[0]).value?.team).map((each, n) => n ? each : {...each, head: t("Teams")})];
  },
  team: ids => {
    const same = ids.length === 1 ? row(ids[0]).value?.team : undefined;
    return [...boot.teams.map(each => ({key: each.id, label: each.name, icon: "users", checked: same === each.id, run: () => setTeam(ids, each.id)})),
      {key: "none", label: t("No team"), icon: "x", checked: same === null, run: () => setTeam(ids, null)}];
  },
  tags: ids => tags.value.map(each => {
    const on = ids.every(id => row(id).value?.tags.includes(each.id));
    return {key: each.id, label: each.name, hue: each.hue, checked: on, stay: true, run: () => setTag(ids, each.id, !on)};
  }),
  priority: ids => ["urgent", "high", "normal", "low"].map(value => ({key: value, label: priorityName(value), icon: "flag", checked: ids.length === 1
    && row(ids[0]).value?.priority === value, run: () => setPriority(ids, value)})),
  type: ids => {
    const same = row(ids[0]).value?.request_type;
    return [...boot.request_types.map(each => ({key: each.id, label: each.name, icon: "hash", checked: same === each.id, run: () => setType(ids, each.id)})),
      {key: "none", label: t("No request type"), icon: "x", checked: !same, run: () => setType(ids, null)}];
  },
  more: (ids, anchor) => {
    const then = name => () => setTimeout(() => openMenu(name, ids, anchor));
    const each = row(ids[0]).value;
    return [
      {key: "priority", label: t("Priority…"), icon: "flag", keys: "P", run: then("priority")},
      {key: "team", label: t("Team…"), icon: "users", keys: "⇧ T", run: then("team")},
      {key: "type", label: t("Request type…"), icon: "hash", run: then("type")},
      {key: "assign", label: t("Assign…"), icon: "user-plus", keys: "A", run: then("assign")},
      {key: "tags", label: t("Tags…"), icon: "tag", keys: "T", run: then("tags")},
      {key: "snooze", label: t("Snooze…"), icon: "alarm-clock", keys: "H", run: then("snooze")},
      {key: "unread", label: t("Mark as unread"), icon: "mail-open", keys: "U", run: () => markUnread(ids)},
      ...(each?.status === "open" ? [] : [{key: "reopen", label: t("Reopen"), icon: "rotate-ccw", keys: "⇧ E", run: () => reopen(ids)}]),
      ...(ids.length === 1 && may("conversation.merge") ? [{key: "merge", label: t("Merge…"), icon: "layers", run: then("merge")},
        {key: "split", label: t("Split off…"), icon: "copy", run: then("split")}, {key: "link", label: t("Link…"), icon: "external-link", run: then("link")}] : []),
      ...(ids.length === 1 && senders().length ? [{key: "forward", label: t("Forward…"), icon: "send-horizontal", run: () => import("./forward.js").then(found => found.forward(ids[0])).catch(() => say(t("No connection."), "wifi-off"))}] : []),
      {key: "copy", label: t("Copy number #{reference}", {reference: each?.reference}), icon: "copy", run: () => copy(`#${each.reference}`)},
    ];
  },
};

export function Menu() {
  const now = menu.value;
  if (!now || !(now.name === "snooze" || optionsOf[now.name])) return null;
  const {name, ids, anchor} = now;
  const close = () => { if (menu.peek() === now) { closedAt = Date.now(); closedName = name; menu.value = null; } };
  const words = {assign: t("Assign to…"), team: t("Move to a team…"), tags: t("Tags…"), priority: t("Priority…"), type: t("Request type…"), more: t("More"), snooze: t("Snooze until…")}[name];
  return html`<${Popover} wide=${name === "snooze"} key=${name + ids[0]} anchor=${anchor} label=${words} onClose=${close}>
    ${name === "snooze" ? html`<${SnoozeMenu} ids=${ids} onClose=${close} />`
      : html`<${Picker} options=${optionsOf[name](ids, anchor)} placeholder=${words} filter=${name !== "more" && name !== "priority"} onClose=${close}
          make=${name === "tags" ? text => ({key: "new", label: t("New tag “{name}”", {name: text}), icon: "plus", stay: true, run: () => newTag(ids, text)}) : undefined} />`}
  </${Popover}>`;
}
