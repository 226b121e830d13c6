/** The supervisor's board: fresh at each frame of the stream (once a second at most) and every five seconds; rows stay under the pointer; J, K and Enter. */
import {batch, html, render, signal, useEffect} from "../ui/vendor/ui.js";
import {t, clock, leadStream, request, setStrings} from "../ui/wire.js";
import {beat, learn, second} from "./board-time.js";
import {Icon, Inboxes, Pressing, Shift, Strip, Teams} from "./board-parts.js";
import {Banner, Limits, call, crossed, spoken} from "./board-alarms.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
setStrings(boot);
const [{requestStart, responseStart} = {requestStart: 0, responseStart: performance.now()}] = performance.getEntriesByType("navigation");
learn(boot.now, performance.timeOrigin + requestStart, performance.timeOrigin + responseStart);

const EVERY = 5000, PAUSE = 1000, BEAT = 20_000, HOLD = 10_000, STALE = 15_000;
const board = signal(boot.board), alarms = signal(boot.alarms), shown = signal(boot.board.pressing.map(row => ({row})));
const at = signal(/** @type {?string} */ (null)), freshAt = signal(Date.now()), signedOut = signal(false);
const people = new Map(boot.people.map(each => [each.id, each]));
const ask = (method, path, body) => request(method, `/api/v1/${path}`, {body, headers: {"X-CSRFToken": boot.csrf}});
const place = `board?${new URLSearchParams(Object.entries({team: boot.team, inbox: boot.inbox}).filter(([, key]) => key))}`;

// ── rows that stay where they are ──

let pointed = false, keyedAt = 0;
const list = () => document.getElementById("pressing");
const held = () => pointed || Date.now() - keyedAt < HOLD && list().contains(document.activeElement);

/** The list as the desk has it; while somebody points at it or walks through it, in the order they see, with what has gone still in its place and what has come at the end. */
function arrange(next) {
  if (!held()) return next.map(row => ({row}));
  const by = new Map(next.map(row => [row.id, row])), before = shown.peek(), known = new Set(before.map(each => each.row.id));
  return [...before.map(({row}) => by.has(row.id) ? {row: by.get(row.id)} : {row, gone: true}), ...next.filter(row => !known.has(row.id)).map(row => ({row}))];
}

function put(next) {
  const focused = list().contains(document.activeElement) ? document.activeElement.dataset.id : null;
  batch(() => { board.value = next; shown.value = arrange(next.pressing); });
  if (focused) setTimeout(() => { if (!list().contains(document.activeElement)) linkOf(focused)?.focus({preventScroll: true}); }); // a row that moved lost it
}

// ── keeping it fresh ──

let asking = false, again = false, askedAt = 0, timer = 0;
async function refresh() {
  clearTimeout(timer);
  if (asking) { again = true; return; }
  asking = true;
  const sent = askedAt = Date.now();
  try {
    const next = await ask("GET", place);
    learn(next.now, sent, Date.now());
    freshAt.value = Date.now();
    signedOut.value = false;
    put(next);
  } catch (problem) { if (problem.status === 401 || problem.status === 403) signedOut.value = true; /* else what is shown says its age; the next look is near */ }
  asking = false;
  timer = setTimeout(refresh, again ? PAUSE : EVERY);
  again = false;
}
/** Something happened: look, though not more than once a second. */
function soon() {
  if (asking) { again = true; return; }
  clearTimeout(timer);
  timer = setTimeout(refresh, Math.max(50, askedAt + PAUSE - Date.now()));
}

const stream = leadStream("yavar-agent", {
  url: last => `/api/v1/stream?cursor=${encodeURIComponent(last || board.peek().cursor)}`,
  last: boot.board.cursor,
  onFrame(event) {
    if (event === "denied") signedOut.value = true;
    else if (event === "resync") refresh().then(() => stream.nudge());
    else if (event !== "typing") soon();
  },
  onState(on) { if (on) soon(); },
});

/** The watcher is here as well, while the board is looked at. */
const here = () => { if (document.visibilityState === "visible") ask("POST", "presence", {conversation: null, state: "viewing"}).catch(() => {}); };
document.addEventListener("visibilitychange", () => { here(); if (document.visibilityState === "visible") { beat(); soon(); } });

// ── the keyboard ──

const linkOf = id => document.querySelector(`.press a[data-id="${id}"]`);
function move(step) {
  const ids = shown.peek().map(each => each.row.id), from = ids.indexOf(at.peek());
  const next = ids[from < 0 ? 0 : Math.min(ids.length - 1, Math.max(0, from + step))];
  keyedAt = Date.now();
  if (next) { at.value = next; linkOf(next)?.focus(); }
}
const open = () => (linkOf(at.peek()) ?? document.querySelector(".press a"))?.click();
const VIEWS = {i: "mine", u: "unassigned", m: "mentions", a: "all", s: "snoozed", d: "drafts", f: "following", c: "customers"};
const letterOf = event => event.key.length > 1 || /^[a-z]$/i.test(event.key) ? event.key : event.code.startsWith("Key") ? event.code[3].toLowerCase() : event.key;
let awaited = 0;
addEventListener("keydown", event => {
  if (event.isComposing || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || document.querySelector(":popover-open")) return;
  if (event.target.closest?.("input, select, textarea")) return;
  const letter = letterOf(event);
  if (letter.length === 1 && !boot.single_keys) return;
  if (letter === "Enter" && event.target.closest?.("a, button, summary, label")) return; // theirs
  const view = awaited > Date.now() ? VIEWS[letter] : null;
  awaited = 0;
  const run = view ? () => location.assign(`/inbox/${view}`) : {j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1), Enter: open, g: () => { awaited = Date.now() + 1500; }}[letter];
  if (!run) return;
  event.preventDefault();
  run();
});

// ── the page ──

const title = document.title;
function Board() {
  const now = crossed(board.value, alarms.value, second.value, boot.me.id), late = second.value && Date.now() - freshAt.value > STALE;
  const kinds = now.map(([kind]) => kind).join();
  useEffect(() => { call(now, boot.notify); document.title = now.length ? `(!) ${title}` : title; }, [kinds]);
  const save = async wanted => { alarms.value = await ask("PUT", "board/alarms", wanted); };
  return html`<div class="board-acts"><p class="board-fresh">${late ? html`<span class="is-bad"><${Icon} name="wifi-off" size=${14} />${t("No connection. The numbers are from {time}.", {time: clock(new Date(freshAt.value).toISOString())})}</span>` : html`<span><span class="live" aria-hidden="true" />${t("live")}</span>`}</p><${Limits} alarms=${alarms.value} save=${save} /></div>
    ${signedOut.value && html`<p class="banner is-warn" role="alert"><${Icon} name="lock" /><span>${t("You’re signed out, or may not see the board any more.")}</span><a class="banner-action link" href="/sign-in?next=/board">${t("Sign in")}</a></p>`}
    <${Banner} now=${now} />
    <p class="sr" role="status" aria-live="polite">${spoken.value}</p>
    <${Strip} board=${board.value} calls=${new Set(now.map(([kind]) => kind))} />
    <div class="board-grid">
      <section class="card board-pressing" aria-labelledby="pressing-title" id="pressing" onPointerEnter=${event => { if (event.pointerType === "mouse") pointed = true; }} onPointerLeave=${() => { pointed = false; put(board.peek()); }}>
        <header class="card-head"><h2 id="pressing-title">${t("Most pressing")}</h2><span class="board-keys" aria-hidden="true"><kbd>J</kbd> <kbd>K</kbd> <kbd>Enter</kbd></span></header>
        <${Pressing} shown=${shown.value} at=${at.value} people=${people} onAt=${id => { at.value = id; }} /></section>
      <section class="card board-shift" aria-labelledby="shift-title"><header class="card-head"><h2 id="shift-title">${t("Here now")}</h2></header><${Shift} agents=${board.value.agents} />
        ${board.value.teams.length > 0 && html`<h3>${t("Teams")}</h3><${Teams} teams=${board.value.teams} />`}</section>
      <section class="card board-inboxes" aria-labelledby="inboxes-title"><header class="card-head"><h2 id="inboxes-title">${t("Channels")}</h2></header><${Inboxes} inboxes=${board.value.inboxes} /></section>
    </div>`;
}

beat();
const root = document.getElementById("board");
root.textContent = "";
render(html`<${Board} />`, root);
setInterval(beat, 1000);
timer = setTimeout(refresh, EVERY);
here();
setInterval(here, BEAT);
for (const choice of document.querySelectorAll(".board-filter select")) choice.addEventListener("change", () => choice.form.requestSubmit());
