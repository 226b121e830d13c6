/**
 * What the screen shows, as signals. A row on the screen is what the server said last (`truth`) with the
 * changes that are still on their way laid over it, so an action shows at once and a frame in between does not undo it.
 */
import {signal, computed} from "../ui/vendor/ui.js";
import {request, setStrings} from "../ui/wire.js";

/** @typedef {{id: string, name: string, initials: string, hue: number, role: string, online: boolean}} Agent */
/** @typedef {{id: string, reference: string, customer: {id: string, name: string, initials: string, hue: number},
 *   inbox: {id: string, kind: string, name: string}, status: string, priority: string, assignee: ?string, team: ?string,
 *   tags: string[], subject: string, preview: string, preview_by: string, preview_agent: ?string, last_at: string, waiting_since: ?string,
 *   unread: number, snoozed_until: ?string, lang: string, draft: boolean, request_type: ?string, version: number,
 *   due_at: ?string, due_from: ?string, due_kind: string, undelivered: boolean}} Row */

export const boot = JSON.parse(document.getElementById("boot").textContent);
setStrings(boot);

export const me = boot.me;
/** Whether one has a right somewhere on the desk; the server asks for itself. */
export const may = right => boot.may.includes(right);
export const counts = signal(boot.counts);
export const tags = signal(boot.tags);
export const savedViews = signal(boot.views);
/** How many stand in saved views and channels, up to a hundred; read when the page is at rest. */
export const sideCounts = signal(/** @type {Record<string, number>} */ ({}));
export const agents = signal(boot.agents);
export const online = signal(true);
export const signedOut = signal(false);
// Promises are kept by the desk's clock, not by whatever this device's shows. Each answer says what that was at some moment between question and answer, and
// so bounds the difference; what cannot be true with the bounds so far (this device's clock was set) begins them anew.
let least = -Infinity, most = Infinity;
function learnClock(desk, slack, sent, got) {
  const low = desk - got, high = desk + slack - sent;
  if (!(low <= high)) return; // no time was told
  [least, most] = low > most || high < least ? [low, high] : [Math.max(least, low), Math.min(most, high)];
}
const [{requestStart, responseStart} = {requestStart: 0, responseStart: performance.now()}] = performance.getEntriesByType("navigation");
learnClock(Date.parse(boot.now), 0, performance.timeOrigin + requestStart, performance.timeOrigin + responseStart);
/** The desk's time of this moment, in milliseconds. */
export const deskNow = () => Date.now() + (least + most) / 2;

/** Ticks twice a minute: what shows a length of time reads it. */
export const now = signal(deskNow());
setInterval(() => { now.value = deskNow(); }, 30_000);

/** Single-key shortcuts (WCAG 2.1.4: they can be switched off). */
export const singleKeys = signal(boot.single_keys ?? true);
export const theme = signal(boot.theme ?? "system");
export const picked = signal(/** @type {Set<string>} */ (new Set()));
/** Which menu is open, for which conversations, next to which element. */
export const menu = signal(/** @type {?{name: string, ids: string[], anchor: ?Element}} */ (null));
export const palette = signal(/** @type {?string} */ (null));
export const sheet = signal(false);
/** Whether a new message is being written. */
export const composing = signal(false);
/** The customers that stand in the list of the page Customers, in its order. */
export const shownPeople = signal(/** @type {string[]} */ ([]));
/** Beside which button the filter is open. */
export const sieve = signal(/** @type {?Element} */ (null));
/** Panes that a narrow window shows on demand. */
export const drawer = signal(/** @type {?("details"|"sidebar")} */ (null));
export const folded = signal({details: false, sidebar: false});

const truth = new Map();
const patches = new Map();
const rows = new Map();

/** @param {string} id @returns {import("../ui/vendor/ui.js").Signal<?Row>} */
export function row(id) {
  if (!rows.has(id)) rows.set(id, signal(null));
  return rows.get(id);
}

function show(id) {
  const laid = patches.get(id);
  const known = truth.get(id) ?? null;
  row(id).value = known && laid?.length ? Object.assign({}, known, ...laid) : known;
}

/** All rows that were told of, as the desk has them. */
export const known = () => truth.values();

/** Whose promise was kept just now; shown for some seconds. */
export const met = signal(/** @type {?string} */ (null));
function seeMet(before, after) {
  if (!before.due_at || before.due_at === after.due_at) return;
  const answered = after.preview_by === "agent" && before.due_from < after.last_at && after.last_at <= before.due_at;
  if (!(before.due_kind === "resolution" ? after.status === "resolved" && deskNow() <= Date.parse(before.due_at) : answered)) return;
  met.value = after.id;
  setTimeout(() => { if (met.peek() === after.id) met.value = null; }, 8000);
}

/** Takes what the server says about a conversation; older news than what we have is dropped. @param {Row} next */
export function putRow(next) {
  const known = truth.get(next.id);
  if (known && known.version > next.version) return;
  if (known) seeMet(known, next);
  // A frame for the whole team leaves the reader's own draft mark open.
  truth.set(next.id, next.draft === null ? {...next, draft: known?.draft ?? false} : next);
  show(next.id);
  learnTags(next.tags);
}

/** The draft mark is the reader's own; it changes here, with what is typed. */
export function markDraft(id, on) {
  const known = truth.get(id);
  if (!known || known.draft === on) return false;
  truth.set(id, {...known, draft: on});
  show(id);
  return true;
}

const asked = new Set();
/** A colleague has made a tag since the page was loaded. */
async function learnTags(ids) {
  const known = new Set(tags.peek().map(each => each.id));
  const strange = ids.filter(id => !known.has(id) && !asked.has(id));
  if (!strange.length) return;
  for (const id of strange) asked.add(id);
  await loadTags();
}
export async function loadTags() {
  try { tags.value = await call("GET", "tags"); } catch { /* shown without its name until the next load */ }
}

export function putRows(list) { for (const each of list) putRow(each); }

/** Lays a change over the row until the returned function takes it away again. */
export function patchRow(id, patch) {
  if (!patches.has(id)) patches.set(id, []);
  patches.get(id).push(patch);
  show(id);
  return () => {
    const laid = patches.get(id).filter(each => each !== patch);
    if (laid.length) patches.set(id, laid); else patches.delete(id);
    show(id);
  };
}

/** One request to the inbox's own addresses. @throws {import("../ui/wire.js").Problem} */
export async function call(method, path, body, more = {}) {
  const sent = Date.now();
  try {
    // A Date has whole seconds, and the server looks at its clock once in one.
    return await request(method, `/api/v1/${path}`, {...more, body, heard: date => learnClock(Date.parse(date), 2000, sent, Date.now()), headers: {"X-CSRFToken": boot.csrf, "X-Lang": boot.lang, ...more.headers}});
  } catch (problem) {
    if (problem.status === 401) signedOut.value = true;
    throw problem;
  }
}

const byId = computed(() => new Map(agents.value.map(each => [each.id, each])));
const tagById = computed(() => new Map(tags.value.map(each => [each.id, each])));
export const agent = id => byId.value.get(id) ?? null;
export const tag = id => tagById.value.get(id) ?? null;
export const team = id => boot.teams.find(each => each.id === id) ?? null;
export const requestType = id => boot.request_types.find(each => each.id === id) ?? null;

export const agentName = id => agent(id)?.name ?? "?";

/** What the device keeps; a full or forbidden store must not stop the work. */
export const device = {
  get(key) { try { return JSON.parse(localStorage.getItem(`yavar.${me.id}.${key}`)); } catch { return null; } },
  set(key, value) {
    try {
      if (value === null) localStorage.removeItem(`yavar.${me.id}.${key}`);
      else localStorage.setItem(`yavar.${me.id}.${key}`, JSON.stringify(value));
    } catch { /* the text stays on the screen */ }
  },
  keys(prefix) {
    const start = `yavar.${me.id}.${prefix}`;
    try { return Object.keys(localStorage).filter(key => key.startsWith(start)).map(key => key.slice(`yavar.${me.id}.`.length)); } catch { return []; }
  },
};
folded.value = device.get("folded") ?? folded.value;

/** In a wide window the pane folds, in a narrow one it slides over the thread. */
export function showDetails() {
  if (matchMedia("(max-width: 1199px)").matches) drawer.value = drawer.peek() === "details" ? null : "details";
  else { folded.value = {...folded.peek(), details: !folded.peek().details}; device.set("folded", folded.peek()); }
}
