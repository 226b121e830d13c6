/** Small pieces every pane uses: icons, avatars, marks, times, toasts. */
import {html, signal, useEffect, useLayoutEffect, useRef} from "../ui/vendor/ui.js";
import {t, tn, clock, dayLabel, digits, fullDate, styled, unit} from "../ui/wire.js";
import {deskNow, now, tag} from "./state.js";

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

/** Nobody of the team did it: the desk did, or a bot. @param {{kind?: string} | undefined} who */
export const isAutomatic = who => who?.kind === "bot" || who?.kind === "system";
export const nameOf = author => isAutomatic(author) ? t("Automatic answer") : author.name;

export function Avatar({who, size = "m", badge, online}) {
  return html`<span class=${`avatar size-${size} hue-${who?.hue ?? 1}`} aria-hidden="true">${isAutomatic(who) ? html`<${Icon} name="zap" size=${14} />` : html`<span dir="auto">${who ? who.initials || "·" : "?"}</span>`}
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

/** What was said last has not reached them, and they don't wait: else that comes first. @param {import("./state.js").Row} each */
export const isLost = each => each.status === "open" && each.undelivered && !each.waiting_since;
export const Undelivered = () => html`<span class="timer is-due is-late"><${Icon} name="circle-alert" size=${12} />${t("Not delivered")}</span>`;

// ── what is promised: a ring with the share that is left, and the time ──

const MINUTE = 60_000, HOUR = 3_600_000, STEPS = 40;
const ciphers = Array.from({length: 10}, (_, n) => digits(n));

/** "1:42", "55 min", "1 h 19", "4 h", "3 days". */
function shortly(seconds) {
  const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
  if (minutes < 10) return `${ciphers[minutes]}:${ciphers[Math.floor(seconds % 60 / 10)]}${ciphers[seconds % 10]}`;
  if (hours < 1) return t("{n} min", {n: minutes});
  if (hours < 10 && minutes % 60) return t("{h} h {m}", {h: hours, m: minutes % 60});
  if (hours < 24) return t("{n} h", {n: hours});
  return tn("{n} day", "{n} days", Math.floor(hours / 24));
}
/** The same for ears: "1 minute 42 seconds". */
function aloud(seconds) {
  const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
  const two = (a, one, b, other) => !a ? unit(b, other, "long") : b ? t("{one} {two}", {one: unit(a, one, "long"), two: unit(b, other, "long")}) : unit(a, one, "long");
  return minutes < 10 ? two(minutes, "minute", seconds % 60, "second") : hours < 24 ? two(hours, "hour", minutes % 60, "minute") : two(Math.floor(hours / 24), "day", hours % 24, "hour");
}

/** When a promise is due, how long it runs in all, and how long before it is due soon: a quarter of that, though an hour at most, and always two minutes. */
export function measure({due_at, due_from}) {
  const due = Date.parse(due_at), span = Math.max(1, due - Date.parse(due_from ?? due_at));
  return {due, span, soon: Math.max(2 * MINUTE, Math.min(span / 4, HOUR))};
}

/**
 * How a promise stands; the last minute is drawn as late is.
 * @param {ReturnType<typeof measure>} promise @param {number} at the desk's time
 * @returns {{tone: ""|"soon"|"last"|"late", seconds: number, share: number, until: number, turn: number}} `seconds` left, or late; `share` in fortieths; it looks the same `until`, and has the same tone until its `turn`
 */
export function standing({due, span, soon}, at) {
  const left = due - at;
  if (left <= 0) return {tone: "late", seconds: Math.floor(-left / 1000), share: 0, until: left > -MINUTE ? at + 1 : due + (Math.floor(-left / MINUTE) + 1) * MINUTE, turn: Infinity};
  const seconds = Math.ceil(left / 1000), share = Math.min(STEPS, Math.ceil(left / span * STEPS));
  const next = [due - (share - 1) * span / STEPS, due - Math.floor(seconds / 60) * MINUTE, ...left > soon ? [due - soon] : []].filter(each => each > at);
  return {tone: left <= MINUTE ? "last" : left <= soon ? "soon" : "", seconds, share, until: seconds <= 600 ? at + 1 : Math.min(...next), turn: left > soon ? due - soon : left > MINUTE ? due - MINUTE : due};
}

/** What the time says by itself, or (`kind`) as a sentence; for ears with `spoken`. */
export function dueWords({tone, seconds}, kind, spoken) {
  const time = spoken ? aloud(seconds) : seconds >= 60 && seconds < 600 && tone === "late" ? t("{n} min", {n: Math.floor(seconds / 60)}) : shortly(seconds);
  if (tone === "late") return t("{time} late", {time});
  return kind === undefined ? time : kind === "resolution" ? t("Resolve in {time}", {time}) : kind === "ownership" ? t("Take on in {time}", {time}) : t("Reply in {time}", {time});
}

// One beat a second for all timers, on the desk's second; none while nobody looks. It touches what has changed and nothing else: text, ring, colour. Rows that are
// scrolled out of sight go on for ears alone, once a minute.
const timers = new Set(), listeners = new Set(), drawn = new WeakMap(), eyes = new WeakMap();
/** Tells the timers of a list's rows whether they are in sight, or soon will be. @returns {IntersectionObserver} */
function eyeOf(list) {
  if (!eyes.has(list)) eyes.set(list, new IntersectionObserver(all => { for (const {target, isIntersecting} of all) drawn.get(target)?.look(isIntersecting); }, {root: list, rootMargin: "72px 0px"}));
  return eyes.get(list);
}
let beating = 0, drawnAt = 0;
function beat() {
  const at = deskNow(), back = at < drawnAt; // an answer has told that it is earlier than this device thought
  for (const each of timers) if (back || at >= each.until) each.draw(at);
  for (const listen of listeners) listen(at);
  plan();
}
function plan() {
  clearTimeout(beating);
  if (document.visibilityState === "visible" && (timers.size || listeners.size)) beating = setTimeout(beat, 1020 - deskNow() % 1000); // a little behind the second: a timer that comes early would come twice
}
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") beat(); else clearTimeout(beating); });
/** Runs once a second while the page is looked at. @param {(at: number) => void} listen gets the desk's time */
export function everySecond(listen) { listeners.add(listen); plan(); }

const Ring = ({share = 0}) => html`<svg class="ring" viewBox="0 0 14 14" width="13" height="13" aria-hidden="true"><circle class="ring-way" cx="7" cy="7" r="5.75" />
  <circle class="ring-rest" cx="7" cy="7" r="5.75" pathLength=${STEPS} stroke-dasharray=${`${share} ${STEPS}`} transform="rotate(-90 7 7)" /></svg>`;

/** @param {{due: {due_at: string, due_from: ?string, due_kind: string}, whole?: boolean, onMinute?: () => void}} props `whole`: as a sentence; `onMinute`: when the time has to be told anew to ears */
export function DueTimer({due, whole, onMinute}) {
  const box = useRef(null);
  useLayoutEffect(() => {
    const [ring, {firstElementChild: text}] = box.current.children, left = ring.lastElementChild, parsed = measure(due);
    let shown = {};
    const timer = {until: 0, told: null, seen: true, look(seen) { timer.seen = seen; if (seen) timer.draw(deskNow()); }, draw(at) {
      drawnAt = at;
      const now = standing(parsed, at), words = dueWords(now, whole ? due.due_kind : undefined);
      timer.until = timer.seen ? now.until : Math.max(now.until, at + MINUTE);
      if (shown.words !== words) { if (text.firstChild) text.firstChild.data = words; else text.textContent = words; }
      const counts = !whole && now.seconds < 600 && now.tone !== "late" ? "is-counting" : ""; // a box of its own size: nothing around it is laid out again
      if (shown.counts !== counts) text.className = counts;
      const dashes = `${now.share} ${STEPS}`, tone = `timer is-due${now.tone && ` is-${now.tone}`}`;
      if (shown.dashes !== dashes) left.setAttribute("stroke-dasharray", dashes);
      if (shown.tone !== tone) box.current.className = tone;
      shown = {words, counts, dashes, tone};
      const tellable = `${now.tone === "late"} ${Math.floor(now.seconds / (now.seconds < 600 ? 10 : 60))}`;
      if (onMinute && timer.told !== null && timer.told !== tellable) onMinute();
      timer.told = tellable;
    }};
    timer.draw(deskNow());
    timers.add(timer);
    plan();
    const line = box.current.closest(".row"), eye = line && eyeOf(line.parentNode);
    if (line) { drawn.set(line, timer); eye.observe(line); }
    return () => { timers.delete(timer); if (drawn.get(line) === timer) { drawn.delete(line); eye.unobserve(line); } };
  }, [due.due_at, due.due_from, due.due_kind, whole]);
  return html`<span ref=${box} title=${t("Promised until {time}", {time: fullDate(due.due_at)})}><${Ring} /><span class="timer-text"><span /></span></span>`;
}

/** A promise that was kept. */
export const Met = () => html`<span class="timer is-due is-met"><${Ring} share=${STEPS} />${t("Met")}</span>`;

/** Time of day today, else the day; `exact`: with its time. */
export function When({at, exact = false}) {
  const today = new Date(now.value).toDateString() === new Date(at).toDateString();
  return html`<time dateTime=${at} title=${fullDate(at)}>${today ? clock(at) : exact ? moment(at) : dayLabel(at)}</time>`;
}

/** A day with its time, within a sentence. */
export const moment = at => t("{day}, {time}", {day: dayLabel(at, true), time: clock(at)});

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
