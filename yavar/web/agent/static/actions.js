/** Everything that changes a conversation: shown at once, sent after, taken back with the reason if it fails, undone with Z. */
import {batch} from "../ui/vendor/ui.js";
import {newId, t, tn} from "../ui/wire.js";
import {agentName, boot, call, counts, may, me, patchRow, picked, putRow, requestType, row, savedViews, sideCounts, tag, tags, team} from "./state.js";
import {go, place} from "./routes.js";
import * as feed from "./feed.js";
import {close, crossed, done, failed, say} from "./parts.js";
import {eventWords, priorityName} from "./telling.js";
import {hold, letGo, talk} from "./talks.js";
import {restore} from "./outbox.js";

/** @typedef {{id: string, client_id: string, author: object, text: string, files: object[], envelope: object, scheduled: boolean, state: "held"|"stopped", why: string, due_at: string}} Held */
/** @typedef {{verb: string, body?: object, patch: object}} Step what to post, and what it makes of the row */

/** @typedef {{id: string, before: import("./state.js").Row, after: import("./state.js").Row}} Deed what was done to one conversation: as it was seen, and as the desk answered */

const queues = new Map();
/** Writes to one conversation leave in order. Each says what it was done in sight of: the screen, or for an undo (`sight`) what is to be undone. @returns {Promise<Deed>} */
function post(id, step, sight) {
  const before = row(id).peek(), lift = patchRow(id, step.patch);
  const job = (queues.get(id) ?? Promise.resolve()).then(last => put(id, step, sight ?? (last?.row.version > before.version ? last.row : before)));
  queues.set(id, job.catch(() => null));
  return job.then(answer => batch(() => { lift(); putRow(answer.row); if (answer.gone) feed.forget(id); return {id, before, after: answer.row}; }), problem => { lift(); throw problem; });
}

const JUDGED = ["status", "snoozed_until", "assignee", "team", "priority", "request_type"];
/** Whoever is slower than a colleague goes on where both can be had, and else is told. @param {import("./state.js").Row} seen @throws {Problem} with `crossed`: the version that was seen */
async function put(id, step, seen) {
  for (;;) {
    try {
      return await call("POST", `conversations/${id}/${step.verb}`, step.body ?? {}, JUDGED.some(key => key in step.patch) ? {headers: {"If-Match": `"${seen.version}"`}} : {});
    } catch (problem) {
      if (problem.status !== 412) throw problem;
      const now = problem.more.row, judged = JUDGED.filter(key => key in step.patch);
      putRow(now);
      if (judged.every(key => now[key] === step.patch[key])) return {row: now};
      const wrote = step.verb === "resolve" && (await since(id, seen.version)).findLast(byCustomer);
      if (wrote || judged.some(key => now[key] !== seen[key])) throw Object.assign(problem, {crossed: seen.version, wrote});
      seen = now;
    }
  }
}

/**
 * One step for each; what failed comes back with its reason, what a colleague crossed with their deed. Answers what was done.
 * @param {string[]} list @param {(before: import("./state.js").Row) => ?Step} stepOf
 * @param {{again?: (ids: string[]) => void, sightOf?: (id: string) => import("./state.js").Row}} how
 */
async function run(list, stepOf, {again = ids => { run(ids, stepOf); }, sightOf = () => undefined} = {}) {
  const steps = new Map(list.map(id => [id, row(id).peek() && stepOf(row(id).peek())]).filter(([, step]) => step));
  const jobs = [];
  batch(() => { for (const [id, step] of steps) jobs.push(post(id, step, sightOf(id)).catch(problem => ({id, problem}))); });
  feed.leave(list);
  const all = await Promise.all(jobs), wrong = all.filter(each => each.problem);
  if (wrong.length) {
    feed.comeBack(wrong.map(each => each.id));
    const met = wrong.filter(each => each.problem.crossed), broken = wrong.filter(each => !each.problem.crossed);
    const anew = some => () => again(some.map(each => each.id));
    if (broken.length) failed(broken[0].problem.title || t("That didn’t work"), anew(broken));
    if (met.length) crossed(await othersDid(met), anew(met));
  }
  return /** @type {Deed[]} */ (all.filter(each => !each.problem));
}

const since = async (id, version) => (await call("GET", `conversations/${id}/timeline?after=${version}`)).items;
const byCustomer = each => each.kind === "message" && each.author.kind === "customer";

/** What somebody else did to a conversation while one was deciding. */
async function othersDid(met) {
  if (met.length > 1) return tn("Somebody changed {n} of these meanwhile", "Somebody changed {n} of these meanwhile", met.length);
  const [{id, problem}] = met;
  try {
    const last = problem.wrote || (await since(id, problem.crossed)).findLast(each => each.kind === "event" || byCustomer(each));
    if (last?.kind === "message") return t("{name} has just written", {name: last.author.name});
    return (last && eventWords(last)) || problem.title;
  } catch { return problem.title; }
}

/** Does it, says so, and knows the way back: of what was done, and of nothing that somebody did since. */
function act(list, stepOf, backOf, text, icon) {
  const running = run(list, stepOf, {again: ids => act(ids, stepOf, backOf, text, icon)});
  picked.value = new Set();
  const toast = done(text, async () => {
    const deeds = new Map((await running).map(each => [each.id, each]));
    run([...deeds.keys()], each => backOf(deeds.get(each.id).before), {sightOf: id => deeds.get(id).after});
    feed.comeBack([...deeds.keys()]);
  }, icon);
  running.then(deeds => { if (!deeds.length) close(toast); }); // nothing was done, nothing is to be undone
}

/** The next row takes the place of the one that leaves the list. */
function goOn(list) {
  const {id} = place.peek();
  if (!id || !list.includes(id)) return;
  let next = id;
  do { next = feed.neighbour(next, 1); } while (next && list.includes(next));
  if (!next) { next = id; do { next = feed.neighbour(next, -1); } while (next && list.includes(next)); }
  if (next === id) next = null;
  return () => go({id: next}, {replace: true});
}

const statusBack = before => before.status === "open" ? {verb: "reopen", patch: {status: "open", snoozed_until: null}}
  : before.status === "snoozed" ? {verb: "snooze", body: {until: before.snoozed_until}, patch: {status: "snoozed", snoozed_until: before.snoozed_until}}
  : {verb: "resolve", patch: {status: "resolved"}};

/** Undo of what moved us on brings us back to it as well. */
function moving(list, stepOf, text, icon) {
  const was = place.peek().id;
  const on = goOn(list);
  act(list, stepOf, before => { if (was && was === before.id) go({id: was}, {replace: true}); return statusBack(before); }, text, icon);
  // Only a row that really leaves this list hands its place on; in a view that keeps it one stays.
  if (on && !feed.belongs(row(was).peek())) on();
}

export function resolve(list) {
  const open = list.filter(id => row(id).peek()?.status !== "resolved");
  if (open.length) moving(open, () => ({verb: "resolve", patch: {status: "resolved", waiting_since: null}}), open.length > 1 ? tn("{n} conversation resolved", "{n} conversations resolved", open.length)
    : t("Resolved"), "check");
}

export const reopen = list => act(list, each => each.status === "open" ? null : {verb: "reopen", patch: {status: "open", snoozed_until: null}}, statusBack,
  list.length > 1 ? tn("{n} conversation reopened", "{n} conversations reopened", list.length) : t("Reopened"), "rotate-ccw");

/** @param {?string} until null: until the customer writes */
export const snooze = (list, until) => moving(list, () => ({verb: "snooze", body: {until}, patch: {status: "snoozed", snoozed_until: until}}),
  list.length > 1 ? tn("{n} conversation snoozed", "{n} conversations snoozed", list.length) : until ? t("Snoozed")
    : t("Snoozed until the customer replies"), "alarm-clock");

const assigneeStep = id => ({verb: "assign", body: {agent: id}, patch: {assignee: id}});
export function assign(list, id) {
  const text = list.length > 1 ? (id ? tn("{n} conversation assigned to {name}", "{n} conversations assigned to {name}", list.length, {name: agentName(id)})
    : tn("{n} conversation unassigned", "{n} conversations unassigned", list.length))
    : id === me.id ? t("Assigned to you") : id ? t("Assigned to {name}", {name: agentName(id)}) : t("Nobody is assigned now");
  const on = goOn(list), was = place.peek().id;
  act(list, () => assigneeStep(id), before => assigneeStep(before.assignee), text, "user");
  // What I take stays before me; what I give away from my own list makes room for the next.
  if (on && id !== me.id && !feed.belongs(row(was).peek())) on();
}
export const assignToMe = list => assign(list, me.id);

const teamStep = id => ({verb: "assign", body: {team: id}, patch: {team: id}});
export const setTeam = (list, id) => act(list, () => teamStep(id), before => teamStep(before.team), id ? t("Moved to {team}", {team: team(id)?.name ?? ""})
  : t("Taken out of the team"), "users");

const priorityStep = value => ({verb: "priority", body: {priority: value}, patch: {priority: value}});
export const setPriority = (list, value) => act(list, () => priorityStep(value), before => priorityStep(before.priority),
  t("Priority: {priority}", {priority: priorityName(value)}), "flag");

const typeStep = id => ({verb: "request_type", body: {id}, patch: {request_type: id}});
export const setType = (list, id) => act(list, () => typeStep(id), before => typeStep(before.request_type), id
  ? t("Request type: {name}", {name: requestType(id)?.name ?? ""}) : t("Request type removed"), "hash");

const tagStep = (id, on) => each => each.tags.includes(id) === on ? null
  : {verb: "tags", body: {add: on ? [id] : [], remove: on ? [] : [id]}, patch: {tags: on ? [...each.tags, id] : each.tags.filter(other => other !== id)}};
export function setTag(list, id, on) {
  const keep = picked.peek();
  act(list, tagStep(id, on), before => tagStep(id, before.tags.includes(id))(row(before.id).peek()), on ? t("Tagged {name}", {name: tag(id)?.name ?? ""})
    : t("Tag {name} removed", {name: tag(id)?.name ?? ""}), "tag");
  picked.value = keep; // one rarely gives a single tag only
}

/** Makes a tag, or finds the one of that name, and gives it. */
export async function newTag(list, name) {
  try {
    const made = await call("POST", "tags", {name});
    if (!tags.peek().some(each => each.id === made.id)) tags.value = [...tags.peek(), made];
    setTag(list, made.id, true);
  } catch (problem) { failed(problem.title, () => newTag(list, name)); }
}

export function markUnread(list) {
  const {id} = place.peek();
  if (id && list.includes(id)) go({id: null}, {replace: true}); // else reading on would mark it seen again
  run(list, each => ({verb: "unread", patch: {unread: Math.max(1, each.unread)}}));
  picked.value = new Set();
  say(t("Marked as unread"), "mail-open");
}

/** Reading is not an action one undoes; a failure is of no interest to the reader. */
export function markSeen(id, version) {
  if (!row(id).peek()?.unread) return;
  post(id, {verb: "seen", body: {version}, patch: {unread: 0}}).catch(() => {});
}

export async function copy(text) {
  try { await navigator.clipboard.writeText(text); say(t("Copied"), "copy"); } catch { say(t("Copying isn’t allowed here"), "circle-alert"); }
}

let countTimer = 0, countedAt = 0;
/** The counts beside the views follow at most once a second. */
export function recount() {
  if (countTimer) return;
  countTimer = setTimeout(async () => {
    countTimer = 0; countedAt = Date.now();
    try { counts.value = await call("GET", "conversations/counts"); } catch { /* the next change asks again */ }
  }, Math.max(300, 1000 - (Date.now() - countedAt)));
  countSide();
}

let sideTimer = 0, sideAt = Infinity;
/** Those of saved views and channels follow within a quarter of a minute. What is due soon becomes so by itself. */
export function countSide(wait = 15_000) {
  if (sideAt <= Date.now() + wait) return;
  clearTimeout(sideTimer);
  sideAt = Date.now() + wait;
  sideTimer = setTimeout(async () => {
    sideAt = Infinity;
    try { sideCounts.value = await call("GET", "views/counts"); } catch { /* the next change asks again */ }
  }, wait);
}

setInterval(() => { if (document.visibilityState === "visible" && savedViews.peek().some(each => each.filter.due)) countSide(0); }, 30_000);

// ── macros ──

/** Lets a macro act; the desk does all of it or nothing. @param {string} key the same for a repeat @returns {Promise<() => void>} takes it back */
export async function useCanned(id, canned, key) {
  const before = row(id).peek();
  const {row: after, gone} = await call("POST", `conversations/${id}/canned/${canned}`, {}, {headers: {"Idempotency-Key": key}});
  batch(() => { putRow(after); if (gone) feed.forget(id); else { feed.hear(after); feed.leave([id]); } });
  return () => { for (const step of backwards(before, after)) run([id], () => step, {sightOf: () => after}); feed.comeBack([id]); };
}

/** From `after` to `before`, each part by its own verb. */
function backwards(before, after) {
  const changed = key => before[key] !== after[key];
  const gained = after.tags.filter(each => !before.tags.includes(each)), lost = before.tags.filter(each => !after.tags.includes(each));
  return [(changed("status") || changed("snoozed_until")) && statusBack(before), changed("assignee") && assigneeStep(before.assignee), changed("team") && teamStep(before.team),
    changed("priority") && priorityStep(before.priority), changed("request_type") && typeStep(before.request_type),
    (gained.length || lost.length) && {verb: "tags", body: {add: lost, remove: gained}, patch: {tags: before.tags}}].filter(Boolean);
}

/** A macro without words, on one conversation or many. */
export async function applyCanned(list, canned, words) {
  const on = goOn(list), was = place.peek().id, keys = new Map(list.map(id => [id, newId()]));
  picked.value = new Set();
  const attempt = async ids => {
    const results = await Promise.allSettled(ids.map(id => useCanned(id, canned.id, keys.get(id)))), undo = results.filter(each => each.value).map(each => each.value);
    const left = ids.filter((_, n) => results[n].reason);
    if (undo.length) done(undo.length > 1 ? tn("{n} conversation: {what}", "{n} conversations: {what}", undo.length, {what: words}) : words, () => undo.forEach(back => back()), "zap");
    if (left.length) failed(results.find(each => each.reason).reason.title, () => attempt(left));
    if (on && !feed.belongs(row(was).peek())) on();
  };
  return attempt(list);
}

// ── what has not left yet, and what has ──

const behind = new Map();
/** An answer waits: Z takes it back for as long as it does, with what its macros did. @param {Held} held @param {{back: (() => void)[], canned: object[]}} more */
export function wait(id, held, more = {back: [], canned: []}) {
  hold(id, held);
  const toast = done(held.scheduled ? t("Will be sent at the time you chose") : t("Reply sent"), () => { if (place.peek().id !== id) go({id}); recall(id, held); }, "send-horizontal");
  behind.set(held.id, {...more, toast});
}

/** Takes a held answer back into the composer, from wherever it is asked for. @param {Held} held */
export async function recall(id, held) {
  try {
    await call("DELETE", `conversations/${id}/held/${held.id}`);
    letGo(id, held.id);
    const {back = [], canned = [], toast} = behind.get(held.id) ?? {};
    behind.delete(held.id);
    close(toast);
    back.forEach(undo => undo());
    if (held.author.id === me.id) restore(id, held, canned);
  } catch (problem) { if (problem.code === "reply.left") say(problem.title, "circle-alert"); else failed(problem.title, () => recall(id, held)); }
}

/** @param {?string} at null: now */
export async function putOff(id, held, at) {
  try { hold(id, (await call("PUT", `conversations/${id}/held/${held.id}`, {at})).held); } catch (problem) { failed(problem.title, () => putOff(id, held, at)); }
}

/** What becomes of a copy that failed or of which nobody knows whether it left. @param {"again"|"sent"} outcome */
export async function decide(id, copy, outcome) {
  try { await call("POST", `conversations/${id}/copies/${copy.id}`, {outcome}); } catch (problem) { failed(problem.title); }
}

/** The inboxes by which one can write first. */
export const senders = () => may("conversation.reply") ? boot.inboxes.filter(each => each.sends && each.writes) : [];
