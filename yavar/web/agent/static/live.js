/** The stream of what happens elsewhere, and telling the others where we are. */
import {batch, effect, signal} from "../ui/vendor/ui.js";
import {leadStream, t} from "../ui/wire.js";
import {call, counts, known, me, online, putRow, row, signedOut} from "./state.js";
import {go, place} from "./routes.js";
import * as feed from "./feed.js";
import {carryAll, onSent, syncAll} from "./outbox.js";
import {recount, useCanned, wait} from "./actions.js";
import {done, dueWords, everySecond, failed, measure, standing} from "./parts.js";
import {catchUp, doubt, follow, hearItem, hearPeople, hearSeen, hearTyping, talk} from "./talks.js";

let stream = null, mark = ""; // how far it was heard

/** What a screen reader is told: a new message of the open conversation, at most one a second. */
export const spoken = signal("");
let spokenAt = 0;
function announce(each, item) {
  if (each.id !== place.peek().id || Date.now() - spokenAt < 1000) return;
  spokenAt = Date.now();
  spoken.value = `${item.author.name}: ${item.text}`;
}

// Timers are not live; that a promise is due soon, or overdue, is said once: of the open conversation and of one's own.
const stood = new Map();
everySecond(at => {
  for (const each of known()) {
    if (!each.due_at || each.status !== "open" || each.assignee !== me.id && each.id !== place.peek().id) { stood.delete(each.id); continue; }
    const was = stood.get(each.id);
    if (was?.due_at === each.due_at && at < was.turn) continue;
    const now = standing(measure(each), at), tone = now.tone === "last" ? "soon" : now.tone;
    if (was?.due_at === each.due_at && was.tone !== tone) {
      if (Date.now() - spokenAt < 1000) continue; // in the next second
      spokenAt = Date.now();
      spoken.value = tone === "late" ? t("{name}: overdue", {name: each.customer.name}) : `${t("{name}: due soon", {name: each.customer.name})}. ${dueWords(now, each.due_kind, true)}`;
    }
    stood.set(each.id, {due_at: each.due_at, tone, turn: now.turn});
  }
});

/** What else wants to hear of each new line; the alerts, once they are read. */
export const onItem = {run: (_row, _item) => {}};
/** What wants to hear that something about a conversation changed (null: perhaps of any); a customer's history, while it is looked at. */
export const onNews = {run: (/** @type {?string} */ _id) => {}};
/** Whether this tab reads the stream for all tabs of the browser. */
export const leads = () => stream.leads();

const frames = {
  item({conversation, item, row: each}) { putRow(each); hearItem(conversation, item); feed.hear(each); recount(); onItem.run(each, item);
    if (each.merged_into && item.event === "conversation.merged_away") follow(each.id, each.merged_into);
    if (item.kind === "message" && item.author.kind === "customer") announce(each, item); },
  row({row: each}) {
    putRow(each); feed.hear(each); recount();
    // A change without an item (or one we missed) still has to reach the open thread.
    if (each.id === place.peek().id && talk(each.id).state.peek() === "ready" && each.version > talk(each.id).version) soon(each.id);
  },
  gone({conversation}) { feed.forget(conversation); if (place.peek().id === conversation) go({id: null}, {replace: true}); recount(); },
  seen({conversation, customer}) { hearSeen(conversation, customer); },
  typing({conversation, on}) { hearTyping(conversation, on); },
  presence({conversation, people}) { hearPeople(conversation, people); },
  resync() { again(); },
  denied({status}) { if (status === 401) signedOut.value = true; },
};

const TELLS = new Set(["item", "row", "gone", "seen", "resync"]);

let catching = 0;
/** The item frame is usually right behind the row frame. */
function soon(id) {
  clearTimeout(catching);
  catching = setTimeout(() => { if ((row(id).peek()?.version ?? 0) > talk(id).version) catchUp(id); }, 250);
}

/** The cursor is void: the state is fetched anew, then the stream goes on from there. */
async function again() {
  await feed.renew();
  doubt(place.peek().id);
  recount();
  if (feed.streamFrom()) stream.nudge(); // without a mark the stream would only say "resync" again: it waits a little by itself
}

export function listen() {
  stream?.close();
  stream = leadStream("yavar-agent", {
    url: last => `/api/v1/stream?cursor=${encodeURIComponent(last || feed.streamFrom())}`,
    last: mark || feed.streamFrom(),
    onFrame(event, data, id) {
      mark = event === "resync" ? "" : id || mark;
      batch(() => frames[event]?.(data));
      if (TELLS.has(event)) onNews.run(data.conversation ?? data.row?.id ?? null);
    },
    onState(on) { online.value = on; },
  });
}

/** After signing in again: what waited leaves, the stream begins where it was cut. */
export function goOn() {
  listen();
  carryAll();
  syncAll();
  tell(true);
  recount();
}

/** Each counts one use and does what it does. One that cannot is said; the answer has left all the same. */
onSent.macros = async letter => {
  const back = [];
  for (const one of letter.canned ?? []) {
    try { const undo = await useCanned(letter.conversation, one.id, `${letter.client_id}.${one.id}`.slice(0, 64)); if (one.does.length) back.push(undo); } catch (problem) {
      if (problem.passing || problem.status === 401) throw problem;
      failed(`${one.name}: ${problem.title}`);
    }
  }
  return back;
};

onSent.run = (letter, answer, back) => {
  if (answer.held) wait(letter.conversation, answer.held, {back, canned: letter.canned ?? []});
  else {
    hearItem(letter.conversation, answer.item);
    if (back.length) done(letter.canned.flatMap(each => each.does).join(" · "), () => back.forEach(undo => undo()), "zap");
  }
  feed.hear(answer.row);
  feed.leave([letter.conversation]);
  recount();
};
onSent.drafted = recount;
onSent.asked = letter => { catchUp(letter.conversation); };

// ── presence ──

let mine = {conversation: null, state: "viewing"}, told = "", tellTimer = 0, quiet = 0;
function tell(force) {
  const here = document.visibilityState === "visible" ? mine : {conversation: null, state: "viewing"};
  const now = JSON.stringify(here);
  if (!force && now === told) return;
  told = now;
  call("POST", "presence", here).catch(() => { told = ""; });
}
const tellSoon = () => { clearTimeout(tellTimer); tellTimer = setTimeout(tell, 150); };

/** Writing is told at the first key and forgotten after ten quiet seconds. */
export function writing(conversation, on) {
  if (conversation !== mine.conversation) return;
  clearTimeout(quiet);
  if (on) quiet = setTimeout(() => writing(conversation, false), 10_000);
  mine = {...mine, state: on ? "writing" : "viewing"};
  tellSoon();
}

export function present() {
  effect(() => { const {id} = place.value; if (id !== mine.conversation) { mine = {conversation: id, state: "viewing"}; tellSoon(); } });
  tell(true);
  setInterval(() => tell(true), 20_000);
  document.addEventListener("visibilitychange", tellSoon);
  addEventListener("pagehide", () => fetch("/api/v1/presence", {method: "POST", keepalive: true, body: JSON.stringify({conversation: null, state: "viewing"})}));
  effect(() => { document.title = titleOf(); });
}

const base = document.title;
function titleOf() {
  const n = counts.value.mine ?? 0;
  return n > 0 ? `(${n > 999 ? "999+" : n}) ${base}` : base;
}
