/** Small pieces every pane uses: icons, avatars, marks, times, toasts. */
import {html, signal, useEffect} from "../ui/vendor/ui.js";
import {t, tn, clock, dayLabel, fullDate, styled, unit} from "../ui/wire.js";
import {now, tag} from "./state.js";

const sprite = new URL("../ui/icons.svg", import.meta.url).pathname;
/** These point along the line of reading and so mirror in a right-to-left page. */
const mirrored = new Set(["arrow-left", "arrow-right", "chevron-left", "chevron-right", "corner-up-left", "send-horizontal", "undo-2", "panel-left", "panel-right", "log-out", "external-link", "list"]);

export const Icon = ({name, size = 16}) =>
  html`<svg class=${mirrored.has(name) ? "icon mirror" : "icon"} width=${size} height=${size} aria-hidden="true"><use href=${`${sprite}#${name}`} /></svg>`;

export const IconButton = ({icon, label, keys, size, ...rest}) =>
  html`<button type="button" class="icon-button" aria-label=${label} title=${keys ? `${label} (${keys})` : label} ...${rest}><${Icon} name=${icon} size=${size} />
    </button>`;

const ahead = [];
/** A part of the screen that is read from the desk when it is first wanted. @param {() => Promise<Function>} load @param {() => void} lost it could not be had */
export function later(load, lost) {
  const found = signal(null);
  const fetch = () => load().then(Kind => { found.value = {Kind}; });
  ahead.push(fetch);
  return props => {
    useEffect(() => { if (!found.peek()) fetch().catch(() => { say(t("No connection."), "wifi-off"); lost(); }); }, []);
    return found.value && html`<${found.value.Kind} ...${props} />`;
  };
}
/** Once the page is at rest: what is only wanted now and then, so that it is there without a line, too. */
export const readAhead = () => { for (const fetch of ahead.splice(0)) fetch().catch(() => {}); };

export const Kbd = ({keys}) => keys.split(" ").map(each => html`<kbd>${each}</kbd>`);

/** The modifier as this machine's keyboard prints it. */
export const mac = /Mac|iPhone|iPad/.test(navigator.platform ?? "");
export const mod = mac ? "⌘" : "Ctrl";

export function Avatar({who, size = "m", badge, online}) {
  return html`<span class=${`avatar size-${size} hue-${who?.hue ?? 1}`} aria-hidden="true"><span dir="auto">${who?.initials ?? "?"}</span>
    ${badge && html`<${ChannelBadge} kind=${badge} />`}${online && html`<span class="presence" />`}</span>`;
}

const channelIcon = {chat: "message-circle", email: "mail", phone: "phone", form: "file"};
export const ChannelBadge = ({kind}) =>
  html`<span class=${`channel is-${kind in channelIcon ? kind : "chat"}`}><${Icon} name=${channelIcon[kind] ?? "message-circle"} size=${10} /></span>`;

export const TagMark = ({id}) => {
  const found = tag(id);
  return found && html`<span class="tag-mark"><span class=${`dot hue-${found.hue}`} /><bdi>${found.name}</bdi></span>`;
};

/** A length of time in one or two words: "3 min", "1 h 19 min", "2 days". */
export function span(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes < 1) return t("just now");
  if (minutes < 60) return unit(minutes, "minute");
  if (minutes < 60 * 24) return minutes % 60
    && minutes < 600 ? `${unit(Math.floor(minutes / 60), "hour")} ${unit(minutes % 60, "minute")}` : unit(Math.round(minutes / 60), "hour");
  const days = Math.round(minutes / 1440);
  return tn("{n} day", "{n} days", days, {n: days});
}

/** How long the customer has been waiting. No promise is judged here, so it takes no colour. */
export function WaitTimer({since}) {
  const title = t("Waiting for a reply since {time}", {time: fullDate(since)});
  return html`<span class="timer" title=${title}><${Icon} name="clock" size=${12} /><span class="sr">${t("Waiting")} </span>${span(now.value - Date.parse(since))}
    </span>`;
}

/** Time of day today, the day before that. */
export function When({at}) {
  const today = new Date(now.value).toDateString() === new Date(at).toDateString();
  return html`<time dateTime=${at} title=${fullDate(at)}>${today ? clock(at) : dayLabel(at)}</time>`;
}

/** A day with its time, also in the days to come. */
export const moment = at => t("{day}, {time}", {day: dayLabel(at), time: clock(at)});

/** A field follows its writer's script; while it is empty, its hint follows the page. */
export const dirOf = text => text ? "auto" : document.documentElement.dir;

/** Counts stop at 999: beyond that only "many" matters. */
export const shownCount = (n, digits) => n > 999 ? `${digits(999)}+` : digits(n);

export const Skeleton = ({rows = 6, shape = "row"}) =>
  html`<div class=${`skeletons is-${shape}`} aria-hidden="true">${Array.from({length: rows}, (_, n) => html`<div class="skeleton" key=${n}><i /><b /><b /><b />
    </div>`)}</div>`;

const address = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}»]/g;
/** Text as its writer wrote it: each paragraph in its own direction, addresses as links, mentions marked; the team's also with what it made bold, italic or a link. */
export function Prose({text, marks, team}) {
  const piece = ({text: words, as, href}) => as === "a" ? html`<a href=${href} target="_blank" rel="noopener nofollow" title=${href}>${words}</a>`
    : as === "strong" ? html`<strong>${linked(words, marks)}</strong>` : as === "em" ? html`<em>${linked(words, marks)}</em>` : linked(words, marks);
  return text.split("\n").map((line, n) => html`<p dir="auto" key=${n}>${line ? team ? styled(line).map(piece) : linked(line, marks) : html`<br />`}</p>`);
}

function linked(line, marks) {
  const out = [];
  let from = 0;
  for (const hit of line.matchAll(address)) {
    out.push(marked(line.slice(from, hit.index), marks));
    out.push(html`<a href=${hit[0]} target="_blank" rel="noopener nofollow" dir="ltr">${hit[0]}</a>`);
    from = hit.index + hit[0].length;
  }
  out.push(marked(line.slice(from), marks));
  return out;
}

function marked(text, marks) {
  if (!marks?.length) return text;
  const hit = marks.map(name => ({name, at: text.indexOf(`@${name}`)})).filter(each => each.at >= 0).sort((a, b) => a.at - b.at || b.name.length - a.name.length)[0];
  if (!hit) return text;
  const end = hit.at + hit.name.length + 1;
  return [text.slice(0, hit.at), html`<bdi class="mention">${text.slice(hit.at, end)}</bdi>`, marked(text.slice(end), marks)];
}

// ── toasts: what was just done (with Undo for 8 seconds) and what did not work ──

/** @typedef {{key: number, text: string, icon: string, bad?: boolean, asks?: boolean, label?: string, run?: () => void, undo?: boolean}} Toast */
const toasts = signal(/** @type {Toast[]} */ ([]));
let last = 0;

function add(toast, seconds) {
  const key = ++last;
  // A new "done" takes the place of the one before it, and with it the key Z: one undo at a time keeps Z predictable.
  toasts.value = [...toasts.value.filter(each => !(toast.undo && each.undo) && each.text !== toast.text).slice(-2), {...toast, key}];
  setTimeout(() => close(key), seconds * 1000);
  return key;
}

export function close(key) { toasts.value = toasts.value.filter(each => each.key !== key); }

/** @param {string} text @param {() => void} undo */
export const done = (text, undo, icon = "check") => add({text, icon, undo: true, label: t("Undo"), run: undo}, 8);
export const say = (text, icon = "check") => add({text, icon}, 4);
/** What failed, with the server's reason and a way to do it again. */
export const failed = (text, again) => add({text, icon: "circle-alert", bad: true, label: again && t("Try again"), run: again}, 12);

/** Somebody was faster: what they did, and whether to do one's own all the same. */
export const crossed = (text, again) => add({text, icon: "users", asks: true, label: t("Do it anyway"), run: again}, 30);

/** The key Z. @returns {boolean} whether there was something to undo */
export function undoLast() {
  const found = toasts.value.findLast(each => each.undo);
  if (!found) return false;
  close(found.key);
  found.run();
  return true;
}

export function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">${toasts.value.map(each => html`
    <div class=${`toast${each.bad ? " is-bad" : ""}${each.undo ? " has-undo" : ""}${each.asks ? " is-asking" : ""}`} key=${each.key}>
      <${Icon} name=${each.icon} /><span class="toast-text">${each.text}</span>
      ${each.run && html`<button type="button" class="toast-action" onClick=${() => { close(each.key); each.run(); }}>${each.label}${each.undo && html`<kbd>Z</kbd>`}
        </button>`}
      ${each.asks && html`<button type="button" class="toast-action is-plain" onClick=${() => close(each.key)}>${t("Leave it")}</button>`}
      ${each.bad && html`<${IconButton} icon="x" label=${t("Close")} onClick=${() => close(each.key)} />`}
    </div>`)}</div>`;
}
