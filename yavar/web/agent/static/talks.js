/** Conversations that were opened (or will be, next): their items, kept up to date by the stream while they are in memory. */
import {signal, batch} from "../ui/vendor/ui.js";
import {call, me, putRow, row} from "./state.js";
import {go, place} from "./routes.js";
import {arrived, moveDrafts, takeDrafts} from "./outbox.js";

/** @typedef {{version: number, kind: "message"|"note"|"event", id: string, client_id: ?string, seq: ?number,
 *   author: {kind: string, id: ?string, name: string, initials: string, hue: number}, text: string, files: object[], at: string, event: ?string, data: object}} Item */

const talks = new Map();
const KEPT = 40;

export function talk(id) {
  let found = talks.get(id);
  if (!found) {
    found = {id, items: signal(/** @type {Item[]} */ ([])), before: signal(null), customer: signal(null), seen: signal({agent: 0, customer: 0}), fields: signal({}), ties: signal({followers: [], linked: [], merged: []}),
      held: signal([]), promises: signal([]), recipients: signal(null), people: signal([]), state: signal("empty"), problem: signal(null), older: signal("idle"), version: 0, running: null, catching: null, rereading: 0};
  } else talks.delete(id);
  talks.set(id, found); // last used stands last
  if (talks.size > KEPT) for (const [key, each] of talks) { if (talks.size <= KEPT) break; if (each.state.peek() !== "loading" && key !== id) talks.delete(key); }
  return found;
}

const typing = new Map();
/** Whether the customer of a conversation is typing; the list shows it too. */
export function typingIn(id) {
  if (!typing.has(id)) typing.set(id, signal(false));
  return typing.get(id);
}
const typingTimers = new Map();
export function hearTyping(id, on) {
  clearTimeout(typingTimers.get(id));
  typingIn(id).value = on;
  if (on) typingTimers.set(id, setTimeout(() => { typingIn(id).value = false; }, 8000)); // a lost "off" must not type for ever
}

/** What tells an item from all others of the thread: a merged conversation counts by itself. */
export const keyOf = item => `${item.origin ?? ""}:${item.version}`;

/** Merges items, keeps them in order: the conversation's own by version, what was merged into it between them by time. */
function merge(one, list) {
  const all = new Map(one.items.peek().map(each => [keyOf(each), each]));
  for (const each of list) { all.set(keyOf(each), each); if (each.client_id) arrived(each.client_id); }
  const own = [...all.values()].filter(each => !each.origin).sort((a, b) => a.version - b.version);
  const others = [...all.values()].filter(each => each.origin).sort((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : a.version - b.version);
  const items = [];
  for (const each of own) { while (others.length && others[0].at < each.at) items.push(others.shift()); items.push(each); }
  one.items.value = delivered([...items, ...others]);
  one.held.value = one.held.peek().filter(each => !list.some(item => item.client_id === each.client_id));
  for (const each of list) if (!each.origin) one.version = Math.max(one.version, each.version);
}

/** How far each copy of a message has come: as it was when the message was read, then what was told since. */
function delivered(items) {
  const news = items.filter(each => each.event === "message.delivery");
  if (!news.length) return items;
  return items.map(item => item.copies?.length ? {...item, copies: item.copies.map(copy => {
    const last = news.findLast(each => each.data.message === item.id && each.data.delivery === copy.id);
    return last && (last.data.state !== copy.state || last.data.reason !== copy.reason) ? {...copy, state: last.data.state, reason: last.data.reason, detail: "", at: last.at} : copy;
  })} : item);
}

/** Loads the conversation unless it is here; what is here is brought up to date. */
export function open(id) {
  const one = talk(id);
  if (one.state.peek() === "ready") {
    const known = row(id).peek();
    if (known && known.version > one.version) catchUp(id);
    return one;
  }
  load(id);
  return one;
}

export function prefetch(id) {
  if (!id) return;
  const one = talks.get(id);
  if (!one || one.state.peek() === "empty" || one.state.peek() === "error") load(id);
}

export async function load(id) {
  const one = talk(id);
  if (one.running) return one.running;
  one.state.value = "loading";
  one.running = (async () => {
    try {
      const answer = await call("GET", `conversations/${id}`);
      if (answer.row.id !== id) { one.state.value = "empty"; putRow(answer.row); return follow(id, answer.row.id); }
      const merged = new Set(answer.merged.map(each => each.id));
      batch(() => {
        putRow(answer.row);
        one.customer.value = answer.customer;
        one.seen.value = answer.seen;
        one.fields.value = answer.fields;
        one.held.value = answer.held;
        one.promises.value = answer.promises ?? [];
        one.recipients.value = answer.recipients;
        one.ties.value = {followers: answer.followers, linked: answer.linked, merged: answer.merged};
        if (answer.people) hearPeople(id, answer.people);
        one.before.value = answer.timeline.before;
        takeDrafts(id, answer.drafts);
        if (one.items.peek().some(each => each.origin && !merged.has(each.origin))) one.items.value = one.items.peek().filter(each => !each.origin || merged.has(each.origin));
        merge(one, answer.timeline.items);
        one.version = Math.max(one.version, answer.row.version);
        one.state.value = "ready";
      });
    } catch (error) {
      batch(() => { one.problem.value = error; one.state.value = "error"; });
    } finally {
      one.running = null;
      if (one.state.peek() === "ready" && (row(id).peek()?.version ?? 0) > one.version) catchUp(id); // something was told while it was on its way
    }
  })();
  return one.running;
}

/** A merged conversation goes on in another: whoever looks at it goes along, with what they are writing. */
export function follow(id, into) {
  moveDrafts(id, into);
  if (place.peek().id === id) go({id: into}, {replace: true});
}

const TIES = new Set(["merged", "unmerged", "split", "linked", "unlinked", "followed", "described", "joined", "reply_held", "reply_recalled", "reply_stopped"].map(each => `conversation.${each}`));
/** Ties, fields and what has not left yet come with the whole: after one was changed, it is read again. */
function reread(one, list) {
  const trouble = each => each.event === "message.delivery" && ["failed", "bounced", "unknown"].includes(each.data.state); // what the other server said is not told along
  if (!list.some(each => !each.origin && (TIES.has(each.event) || trouble(each)))) return;
  clearTimeout(one.rereading);
  one.rereading = setTimeout(async () => { await one.running; load(one.id); }, 50);
}

/** Fetches what came after the last item we have. */
export async function catchUp(id) {
  const one = talk(id);
  if (one.state.peek() !== "ready") return load(id);
  if (one.catching) return one.catching;
  one.catching = (async () => {
    try {
      for (let full = true; full;) {
        const answer = await call("GET", `conversations/${id}/timeline?after=${one.version}`);
        merge(one, answer.items);
        reread(one, answer.items);
        full = answer.items.length >= 50;
      }
      one.version = Math.max(one.version, row(id).peek()?.version ?? 0);
    } catch (problem) {
      if (problem.status === 404) lose(id); // else the next frame or opening tries again
    } finally { one.catching = null; }
  })();
  return one.catching;
}

export async function loadOlder(id) {
  const one = talk(id);
  if (!one.before.peek() || one.older.peek() === "loading") return;
  one.older.value = "loading";
  try {
    const answer = await call("GET", `conversations/${id}/timeline?before=${one.before.peek()}`);
    batch(() => { merge(one, answer.items); one.before.value = answer.before; one.older.value = "idle"; });
  } catch { one.older.value = "error"; }
}

/** An item from the stream or from the answer to a write. A hole before it means something was missed. */
export function hearItem(id, item) {
  if (item.client_id) arrived(item.client_id);
  if (item.author.kind === "customer") hearTyping(id, false);
  const one = talks.get(id);
  if (!one || one.state.peek() !== "ready") return;
  const had = one.version;
  merge(one, [item]);
  reread(one, [item]);
  if (item.version > had + 1) { one.version = had; catchUp(id); }
}

/** An answer of this device is held, or its time was changed. */
export function hold(id, held) {
  arrived(held.client_id);
  const one = talks.get(id);
  if (one && !one.items.peek().some(each => each.client_id === held.client_id)) one.held.value = [...one.held.peek().filter(each => each.id !== held.id), held];
}
export function letGo(id, key) {
  const one = talks.get(id);
  if (one) one.held.value = one.held.peek().filter(each => each.id !== key);
}

export function hearSeen(id, customer) {
  const one = talks.get(id);
  if (one) one.seen.value = {...one.seen.peek(), customer};
}

export function hearPeople(id, people) {
  talk(id).people.value = people.filter(each => each.agent !== me.id);
}

/** After a resync nothing in memory is certain: the open one is caught up, the others are read again when opened. */
export function doubt(openId) {
  for (const [id, one] of talks) if (id !== openId) one.state.value = one.state.peek() === "ready" ? "empty" : one.state.peek();
  if (openId) catchUp(openId);
}

function dropTalk(id) { talks.delete(id); }

/** It may not be seen any more. What was being written to it stays on this device. */
function lose(id) {
  dropTalk(id);
  if (place.peek().id === id) go({id: null}, {replace: true});
}

/** The number of the last public message on the screen: what the reply was written in sight of. */
export const lastSeq = id => talk(id).items.peek().reduce((most, each) => Math.max(most, each.origin ? 0 : each.seq ?? 0), 0);
