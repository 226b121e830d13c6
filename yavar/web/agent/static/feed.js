/**
 * The list of the view one is in. Rows never move under the pointer: what is new waits in `pool` until the list
 * stands at its top with the pointer elsewhere, or until the pill is pressed.
 */
import {signal, batch, effect} from "../ui/vendor/ui.js";
import {boot, call, deskNow, loadTags, me, now, picked, putRows, row, savedViews} from "./state.js";
import {hasTabs, place} from "./routes.js";

export const ids = signal(/** @type {string[]} */ ([]));
export const state = signal(/** @type {"ready"|"loading"|"more"|"error"|"more-error"} */ ("ready"));
export const problem = signal(null);
export const fresh = signal(0);
/** Numbers on the tabs, where the server tells them. */
export const tabCounts = signal(boot.list.tabs ?? null);
/** What follows the last row, and where that one stood when it was read: what stands behind it belongs to pages that are not here. */
let next = null, edge = null;
/** What stands first: what is due soonest, or the newest. A cookie keeps it on the device, so that the page already comes in this order. */
export const order = signal(/** @type {"due"|"newest"} */ (boot.list.order));
export function setOrder(value) {
  if (value === order.peek() || !ordered()) return;
  document.cookie = `order-${me.id}=${value}; path=/inbox; max-age=31536000; samesite=lax`;
  order.value = value;
  key = keyOf(place.peek());
  next = edge = stuck.at = null;
  settle();
  return load();
}
/** Whether the list of a place can stand in either order. @param {import("./routes.js").Place} at */
export const ordered = (at = place.peek()) => at.view !== "snoozed" && (!hasTabs(at.view) || at.tab === "open") && !dueOf(at.view);
/** What a list asks of promises, when that is all it shows: "soon", "late" or nothing. Such a list always stands in their order. */
export function dueOf(view) {
  const [kind, of] = view.split(":");
  return kind === "filter" ? new URLSearchParams(view.slice(7)).get("due") : kind === "view" ? savedViews.value.find(each => each.id === of)?.filter.due : null;
}
const soonest = (at = place.peek()) => Boolean(dueOf(at.view)) || order.peek() === "due" && ordered(at);
let pool = new Set();
let key = "";
let running = null;
let cursor = boot.cursor;
/** Where the stream begins. */
export const streamFrom = () => cursor;

/** After a resync: the list brings a new mark, taken before it was read; what happens in between is then told again, not lost. */
export async function renew() {
  cursor = "";
  if (elsewhere()) cursor = (await call("GET", "conversations?view=mine&size=1")).cursor;
  await Promise.all([load(), loadTags()]);
}
/** Where no list of conversations stands. */
export const elsewhere = () => ["customers", "visitors"].includes(place.peek().view);
const kept = new Map();
/** Where the pointer and the scroll stand; the list pane keeps it up to date. */
export const rest = {pointerInside: false, atTop: true};

const keyOf = at => `${at.view} ${hasTabs(at.view) ? at.tab : "open"} ${soonest(at) ? "due" : ""}`;

/** Lists whose members only the server knows: what is in them may leave, nothing joins by itself. */
const told = view => view === "mentions" || view === "following" || /^(view|filter):/.test(view);
/** What the desk is asked for. */
const asked = ({view, tab}) => (view.startsWith("filter:") ? view.slice(7) : `view=${encodeURIComponent(view)}&tab=${hasTabs(view) ? tab : "open"}`) + (soonest() ? "&order=due" : "");

/** Whether a conversation is part of the view. */
export function belongs(each, {view, tab} = place.peek()) {
  if (!each) return false;
  const [kind, id] = view.split(":");
  if (view === "snoozed") return each.status === "snoozed";
  if (view === "drafts") return each.draft;
  if (each.status === "merged") return false;
  if (view === "mentions") return true;
  if (dueOf(view)) return each.status === "open" && each.due_at !== null && Date.parse(each.due_at) < deskNow() + (dueOf(view) === "soon" ? 3_600_000 : 0);
  if (kind === "view" || kind === "filter") return true;
  const inTab = tab === "done" ? each.status === "resolved" : tab === "waiting" ? waits(each) : each.status === "open" && !waits(each);
  if (!inTab) return false;
  if (view === "mine") return each.assignee === me.id;
  if (view === "unassigned") return each.assignee === null;
  if (kind === "inbox") return each.inbox.id === id;
  if (kind === "tag") return each.tags.includes(id);
  if (kind === "team") return each.team === id;
  return true;
}

/** "Waiting": asleep until something happens. */
const waits = each => each.status === "snoozed";

/** Where a row stands: with something due, or not, and its time in that order. */
function standsAt(id) {
  const each = row(id).peek();
  return soonest() && each?.status === "open" && each.due_at ? [0, each.due_at] : [1, each?.last_at ?? ""];
}
/** Before (less than 0) or behind. What is due goes up, activity goes down. */
const before = ([part, one], [other, two]) => part - other || (one < two ? -1 : one > two ? 1 : 0) * (part ? -1 : 1);
/** In the order of what is due an answer sends its row far down. The open one stays where it was until one goes on, so that the next is the next. */
let stuck = {id: null, at: null};
function placeOf(id) {
  if (stuck.id !== id || !soonest()) return standsAt(id);
  if (row(id).peek()) stuck.at ??= standsAt(id);
  return stuck.at ?? standsAt(id);
}
const inOrder = (a, b) => before(placeOf(a), placeOf(b));
const beyond = id => next && edge && before(placeOf(id), edge) > 0;
effect(() => {
  const {id} = place.value;
  if (id === stuck.id) return;
  stuck = {id, at: null};
  if (id) placeOf(id);
  if (key && key === keyOf(place.peek())) touch();
});

function take(list) {
  putRows(list.rows);
  if (list.tabs) tabCounts.value = list.tabs;
  cursor ||= list.cursor ?? ""; // a later mark would skip what only the stream tells
  next = list.next;
  edge = next && list.rows.length ? standsAt(list.rows.at(-1).id) : null;
}

/** Begins with the page the server put into the HTML, so the list is there at the first paint. */
export function start() {
  key = keyOf(place.peek());
  if (boot.list.view !== place.peek().view) { load(); return; } // a filter in the address, or a view that is gone
  take(boot.list);
  pool = new Set(boot.list.rows.map(each => each.id));
  ids.value = [...pool];
}

/** Shows the view of the address: what is kept at once, then the server's. */
export function enter() {
  const wanted = keyOf(place.peek());
  if (elsewhere()) { // nothing of a list is shown, so nothing of it is kept up to date or acted on
    if (key) kept.set(key, {ids: ids.peek(), next, edge});
    key = "";
    picked.value = new Set();
    return;
  }
  if (wanted === key) return;
  if (key) kept.set(key, {ids: ids.peek(), next, edge});
  key = wanted;
  const had = kept.get(key);
  stuck.at = null;
  batch(() => {
    ids.value = had ? had.ids.filter(id => belongs(row(id).peek())) : [];
    pool = new Set(ids.value);
    next = had?.next ?? null;
    edge = had?.edge ?? null;
    fresh.value = 0;
    tabCounts.value = null;
    picked.value = new Set();
  });
  return load();
}

/** @param {boolean} [gently] the rows stay where they are while somebody aims at them */
export async function load(gently) {
  if (elsewhere()) return;
  const mine = running = {};
  state.value = "loading";
  try {
    const list = await call("GET", `conversations?${asked(place.peek())}`);
    if (mine !== running) return;
    batch(() => {
      const further = ids.peek().length > 50 && next; // keep the pages read so far: the place in the list is not lost
      const old = ids.peek();
      const after = next, end = edge;
      take(list);
      if (further) [next, edge] = [after, end];
      const head = list.rows.map(each => each.id);
      pool = new Set(further ? [...head, ...old] : head);
      if (gently === true) touch(); else settle();
      state.value = "ready";
    });
  } catch (error) {
    if (mine !== running) return;
    batch(() => { problem.value = error; state.value = gently === true ? "ready" : "error"; });
  }
}

export async function more() {
  if (!next || state.peek() !== "ready") return;
  const mine = running;
  state.value = "more";
  try {
    const list = await call("GET", `conversations?${asked(place.peek())}&before=${encodeURIComponent(next)}`);
    if (mine !== running) return;
    batch(() => {
      take(list);
      const added = list.rows.map(each => each.id).filter(id => !ids.peek().includes(id));
      for (const id of added) pool.add(id);
      ids.value = [...ids.peek(), ...added];
      state.value = "ready";
    });
  } catch (error) {
    if (mine === running) batch(() => { problem.value = error; state.value = "more-error"; });
  }
}

export function moreAgain() { state.value = "ready"; return more(); }

/** Puts every row where it belongs now. */
export function settle() {
  const sorted = [...pool].filter(id => belongs(row(id).peek()) && !(soonest() && beyond(id))).sort(inOrder);
  pool = new Set(sorted);
  const was = ids.peek();
  batch(() => {
    if (sorted.length !== was.length || sorted.some((id, n) => id !== was[n])) ids.value = sorted;
    fresh.value = 0;
  });
}

const free = () => rest.atTop && !rest.pointerInside && !picked.peek().size;

/** After a change from elsewhere, or when the pointer has left: move the rows if nobody is aiming at them. */
export function touch() {
  if (elsewhere()) return;
  if (free()) return settle();
  const shown = new Set(ids.peek());
  fresh.value = [...pool].filter(id => !shown.has(id) && belongs(row(id).peek())).length;
}

/** News of one conversation. @param {import("./state.js").Row} each */
export function hear(each) {
  if (elsewhere()) return;
  if (told(place.peek().view)) {
    if (dueOf(place.peek().view) && belongs(each) && !pool.has(each.id)) askAgain();
    return touch();
  }
  if (belongs(each) && !(beyond(each.id) && !pool.has(each.id))) pool.add(each.id);
  touch();
}

// What is due soon becomes so by itself: such a list is read again, twice a minute while it is looked at, and when something new may belong to it.
let asking = 0;
function askAgain() {
  asking ||= setTimeout(() => { asking = 0; if (dueOf(place.peek().view) && state.peek() === "ready") load(true); }, 1000);
}
effect(() => { if (now.value && dueOf(place.peek().view) && document.visibilityState === "visible") askAgain(); });

/** Own actions take the row away at once, pointer or not: the hand that moved it is ours. */
export function leave(gone) {
  const out = new Set(gone.filter(id => !belongs(row(id).peek())));
  if (out.size) ids.value = ids.peek().filter(id => !out.has(id));
}

/** An undone or failed action brings the row back to its place. */
export function comeBack(list) {
  for (const id of list) if (belongs(row(id).peek())) pool.add(id);
  settle();
}

export function forget(id) {
  pool.delete(id);
  ids.value = ids.peek().filter(each => each !== id);
}

/** The row `step` further on, or null at the ends. */
export function neighbour(id, step) {
  const list = ids.peek(), at = list.indexOf(id);
  return at < 0 ? list[step > 0 ? 0 : list.length - 1] ?? null : list[at + step] ?? null;
}
