/**
 * What was written here and is not yet on the server: drafts, and messages on their way.
 * Both stand in localStorage before anything else happens, so a closed tab or a dead battery loses nothing.
 */
import {signal, computed} from "../ui/vendor/ui.js";
import {newId, t} from "../ui/wire.js";
import {call, device, markDraft, online, putRow} from "./state.js";

/** @typedef {{to: string, cc: string, bcc: string}} Envelope who gets it, as typed; null for whoever usually does */
/** @typedef {{text: string, files: object[], envelope?: ?Envelope, subject?: string, inbox?: string, about?: string, copies?: object[], state: ""|"saving"|"saved"|"device", synced?: boolean}} Draft */
/** @typedef {{client_id: string, conversation: string, kind: "reply"|"note", text: string, files: object[], mentions: string[], resolve: boolean,
 *   after: ?string, seen: number, canned: {id: string, name: string, does: string[]}[], envelope: ?Envelope, later: ?string, at: string, state: "sending"|"waiting"|"failed"|"ask", reason: string}} Letter */

const drafts = new Map();
const timers = new Map();

/** @returns {import("../ui/vendor/ui.js").Signal<Draft>} */
export function draft(id, kind) {
  const key = `draft.${id}.${kind}`;
  if (!drafts.has(key)) drafts.set(key, signal({files: [], text: "", state: "", synced: true, ...device.get(key)}));
  return drafts.get(key);
}

const marks = new Map();
/** Whether something is being written to this customer on this device. */
export function comingDraft(id) {
  if (!marks.has(id)) marks.set(id, computed(() => ["reply", "note"].some(kind => { const {text, files} = draft(id, kind).value;
    return Boolean(text.trim() || files.length); })));
  return marks.get(id);
}

/** The draft of a message that begins a conversation: the server keeps drafts only of those that exist. */
export const NEW = "new";

/** Each change: on the device at the next pause, on the server 800 ms later. @param {Partial<Draft>} change */
export function write(id, kind, change) {
  const one = draft(id, kind), key = `draft.${id}.${kind}`;
  one.value = {...one.peek(), ...change, state: "", synced: false};
  clearTimeout(timers.get(key));
  timers.set(key, setTimeout(() => {
    keepDraft(id, kind);
    if (id !== NEW) timers.set(key, setTimeout(() => saveDraft(id, kind), 800));
  }, 150));
}

function keepDraft(id, kind) {
  const {state, ...kept} = draft(id, kind).peek();
  device.set(`draft.${id}.${kind}`, kept.text || kept.files.length || kept.envelope || !kept.synced ? kept : null);
}

const saving = new Map();
/** One after another: an older text must not come in behind a newer one. */
function saveDraft(id, kind) {
  const key = `${id} ${kind}`;
  const job = (saving.get(key) ?? Promise.resolve()).then(() => putDraft(id, kind));
  saving.set(key, job);
  return job;
}

async function putDraft(id, kind) {
  const one = draft(id, kind), {text} = one.peek();
  if (one.peek().state === "saved") return;
  one.value = {...one.peek(), state: "saving"};
  try {
    await call("PUT", `conversations/${id}/draft`, {kind, text});
    if (markDraft(id, ["reply", "note"].some(each => draft(id, each).peek().text))) onSent.drafted();
    if (one.peek().text === text) one.value = {...one.peek(), state: text ? "saved" : "", synced: true};
  } catch (error) {
    one.value = {...one.peek(), state: text ? "device" : ""};
    if (error.passing) setTimeout(() => saveDraft(id, kind), 4000); // the line is down: this device holds it until the desk answers
  }
  keepDraft(id, kind);
}

/** What this device holds and the desk has not. */
export function syncAll() {
  for (const [key, one] of drafts) { const [id, kind] = partsOf(key); if (id !== NEW && !one.peek().synced) saveDraft(id, kind); }
}
const partsOf = key => { const cut = key.lastIndexOf("."); return [key.slice("draft.".length, cut), key.slice(cut + 1)]; };

/** The server's drafts when a conversation is opened: they win unless this device holds something it has not delivered. */
export function takeDrafts(id, given) {
  for (const kind of ["reply", "note"]) {
    const one = draft(id, kind), mine = one.peek();
    if (!mine.synced) { if (mine.text !== (given?.[kind] ?? "")) saveDraft(id, kind); continue; }
    const text = given?.[kind] ?? "";
    if (text !== mine.text) { one.value = {...mine, text, state: text ? "saved" : "", synced: true}; keepDraft(id, kind); }
  }
}

/** A conversation goes on in another, and so does what is being written; the server puts both drafts there by itself. */
export function moveDrafts(from, into) {
  for (const kind of ["reply", "note"]) {
    const {text, files, canned = []} = draft(from, kind).peek(), there = draft(into, kind).peek();
    if (!text && !files.length) continue;
    clearTimeout(timers.get(`draft.${from}.${kind}`));
    draft(from, kind).value = {text: "", files: [], state: "", synced: true};
    device.set(`draft.${from}.${kind}`, null);
    write(into, kind, {text: there.text && there.text !== text ? `${there.text}\n${text}` : text, files: [...there.files, ...files], canned: [...there.canned ?? [], ...canned]});
  }
}

/** Begins conversations with what stands in the draft NEW; answers them. @param {?string} later */
export async function begin(later) {
  const {text, files, envelope, subject, inbox, about, copies, client_id = newId()} = draft(NEW, "reply").peek();
  write(NEW, "reply", {client_id}); // a second try is the same one
  const body = {client_id, inbox, subject: subject ?? "", text, files: files.map(each => each.key), ...Object.fromEntries(Object.entries(envelope).map(([role, typed]) => [role, addresses(typed)])),
    ...about && {about, copies: (copies ?? []).map(each => each.key)}, ...later && {at: later}};
  const {begun} = await call("POST", "outgoing", body);
  clearDraft(NEW, "reply");
  for (const each of begun) putRow(each.row);
  return begun;
}

/** The text has become a message: the draft is gone here and, with the message, there. */
export function clearDraft(id, kind) {
  clearTimeout(timers.get(`draft.${id}.${kind}`));
  const had = draft(id, kind).peek().text;
  draft(id, kind).value = {text: "", files: [], envelope: null, state: "", synced: true};
  device.set(`draft.${id}.${kind}`, null);
  if (had && id !== NEW) saveDraft(id, kind);
}

addEventListener("pagehide", () => { for (const [key, one] of drafts) if (!one.peek().synced) keepDraft(...partsOf(key)); });

/** Sent in another window of this browser: gone here too, unless something was typed since. */
addEventListener("storage", ({key, newValue}) => {
  const at = key?.indexOf(".draft.") ?? -1, one = at > 0 && newValue === null ? drafts.get(key.slice(at + 1)) : null;
  if (one?.peek().synced) one.value = {text: "", files: [], envelope: null, state: "", synced: true};
});

// ── messages on their way ──

export const letters = signal(/** @type {Letter[]} */ (device.keys("out.").map(device.get).filter(Boolean)));
export const waitingLetters = computed(() => letters.value.filter(each => each.state === "waiting").length);
const busy = new Set();
/** Called with the answer to a sent letter; the thread and the list take their part (set once by live.js, which knows both). */
export const onSent = {run: (_letter, _answer, _back) => {}, macros: async _letter => [], asked: _letter => {}, drafted: () => {}};

function change(client_id, more) {
  letters.value = letters.peek().map(each => each.client_id === client_id ? {...each, ...more} : each);
  device.set(`out.${client_id}`, letters.peek().find(each => each.client_id === client_id) ?? null);
}

/** @param {Omit<Letter, "client_id"|"at"|"state"|"reason">} what */
export function send(what) {
  const letter = {...what, client_id: newId(), at: new Date().toISOString(), state: "sending", reason: ""};
  letters.value = [...letters.peek(), letter];
  device.set(`out.${letter.client_id}`, letter);
  clearDraft(letter.conversation, letter.kind);
  carry(letter.conversation);
}

/** Letters of one conversation leave one after another, in the order they were written. */
async function carry(conversation, attempt = 0) {
  if (busy.has(conversation)) return;
  const letter = letters.peek().find(each => each.conversation === conversation && (each.state === "sending" || each.state === "waiting"));
  if (!letter) return;
  busy.add(conversation);
  let again = -1;
  try {
    const {client_id, kind, text, files, mentions, resolve, seen, envelope, later} = letter;
    const to = envelope && Object.fromEntries(Object.entries(envelope).map(([role, typed]) => [role, addresses(typed)]));
    const body = kind === "note" ? {client_id, text, files, mentions} : {client_id, text, files, resolve, seen, ...to, ...later && {at: later}};
    const answer = await call("POST", `conversations/${conversation}/${kind === "note" ? "notes" : "messages"}`, {...body, files: files.map(each => each.key)});
    putRow(answer.row);
    const back = await onSent.macros(letter); // before the letter is out of the box: a repeat doubles neither it nor them
    arrived(client_id, true);
    onSent.run(letter, answer, back);
    again = 0;
  } catch (error) {
    if (error.status === 409 && error.code === "customer.wrote") { change(letter.client_id, {state: "ask"}); onSent.asked(letter); }
    else if (error.passing || error.status === 401) { change(letter.client_id, {state: "waiting"});
      again = Math.max(error.retryAfter * 1000, Math.min(30_000, 1000 * 2 ** attempt) * (0.75 + Math.random() / 2)); }
    else change(letter.client_id, {state: "failed", reason: error.title ?? t("Not sent")});
  }
  busy.delete(conversation);
  if (again > 0) setTimeout(() => carry(conversation, attempt + 1), again);
  else carry(conversation);
}

/** The server has it: out of the box, unless its macros have yet to act. */
export function arrived(client_id, acted = false) {
  const letter = letters.peek().find(each => each.client_id === client_id);
  if (!letter || letter.canned?.length && !acted) return;
  letters.value = letters.peek().filter(each => each.client_id !== client_id);
  device.set(`out.${client_id}`, null);
}

/** "Try again", or "Send anyway" with what has been seen since. */
export function sendAgain(client_id, seen) {
  const letter = letters.peek().find(each => each.client_id === client_id);
  if (!letter) return;
  change(client_id, {state: "sending", seen: Math.max(letter.seen, seen ?? 0)});
  carry(letter.conversation);
}

/** Takes an unsent message back into the composer, before what stands there. */
export function takeBack(client_id) {
  const letter = letters.peek().find(each => each.client_id === client_id);
  if (!letter) return;
  putBack(letter.conversation, letter.kind, letter, letter.envelope, letter.canned);
  arrived(client_id, true);
}

/** The same for an answer that the server had held: it is nobody's message any more. @param {import("./actions.js").Held} held */
export function restore(id, held, canned) {
  const {to, cc, bcc} = held.envelope;
  putBack(id, "reply", held, to ? {to: to.join(", "), cc: (cc ?? []).join(", "), bcc: (bcc ?? []).join(", ")} : null, canned);
}

function putBack(id, kind, given, envelope, macros = []) {
  const {text, files, canned = []} = draft(id, kind).peek();
  write(id, kind, {text: text && text !== given.text ? `${given.text}\n${text}` : given.text, files: [...given.files, ...files], envelope, canned: [...macros, ...canned]});
}

/** What stands between commas, semicolons and line ends. */
export const addresses = typed => typed.split(/[,;،؛\n]+/u).map(each => each.trim().replace(/^.*<([^<>]+)>$/u, "$1")).filter(Boolean);

/** Begins (or goes on) sending what is left from before. */
export function carryAll() {
  for (const conversation of new Set(letters.peek().filter(each => each.state === "sending" || each.state === "waiting").map(each => each.conversation))) carry(conversation);
}
online.subscribe(on => { if (on) carryAll(); });
