/**
 * The visitor's chat: an iframe on the shop's page that speaks docs/develop/client-api.md, part "Chat panel".
 * Here is what it knows and does; what it shows is written into the page (templates/widget/view.js), which saves a request.
 */
import {signal} from "../ui/vendor/ui.js";
import {setStrings, t, newId, request, upload, leadStream} from "../ui/wire.js";
/**
 * @typedef {{key: string, name: string, size: number, mime: string, url: string, width: number|null, height: number|null}} File
 * @typedef {{id: string, client_id: string, seq: number, author: {kind: string, name: string, initials: string, hue: number}, text: string, files: File[], at: string}} Message
 * @typedef {{client_id: string, text: string, files: File[], at: string, reason?: string}} Unsent
 * @typedef {{id: string, blob: Blob, name: string, part: number, file?: File, reason?: string, at?: number, sending?: Promise<void>}} Chip
 */
export const config = JSON.parse(document.getElementById("config").textContent);
const page = new URLSearchParams(location.search).get("page") || "";
export const BIGGEST = 10485760;
setStrings(config);

// A browser that forbids storage in frames gets a chat that lasts as long as the page.
const memory = new Map();
const name = (what) => `yavar:${config.inbox}:${what}`;
export function recall(what) {
  try { return JSON.parse(localStorage.getItem(name(what))); } catch { return memory.get(what) ?? null; }
}
export function keep(what, value) {
  memory.set(what, value);
  try { if (value) localStorage.setItem(name(what), JSON.stringify(value)); else localStorage.removeItem(name(what)); } catch { /* forbidden or full */ }
}
function recallUnsent() {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(name("out:")));
    return keys.map((key) => JSON.parse(localStorage.getItem(key))).sort((a, b) => (a.at < b.at ? -1 : 1));
  } catch { return []; }
}

/** Files that the desk has and no message yet; it sweeps them after a day. */
function recallFiles() {
  return (recall("files") || []).filter(({at}) => Date.now() - at < 20 * 36e5).map((kept) => ({...kept, blob: {size: kept.file.size}, part: 1}));
}

export const conversation = signal(null), seen = signal({agent: 0, customer: 0}), known = signal(recall("who") || {name: "", email: ""});
export const messages = signal(/** @type {Message[]} */ ([])), more = signal(false), older = signal(""), loading = signal(false);
export const outbox = signal(/** @type {Unsent[]} */ (recallUnsent())), draft = signal(recall("draft") || ""), chips = signal(/** @type {Chip[]} */ (recallFiles())), busy = signal(false);
export const online = signal(true), writer = signal(""), shown = signal(parent === self), fresh = signal(0), spoken = signal("");
export const greeting = signal(/** @type {{id: string, text: string, author: object, at: string}|null} */ (null)), lang = signal(config.lang), asking = signal(false), fault = signal(null), note = signal(""), notice = signal(""), mailable = signal(false), emojiOpen = signal(false);
const token = recall("token") || newId(32);
let identity = null, asked = false, opening = null, stream = null, unread = 0, told = 0, atEnd = true, cutAt = 0;

/** The highest number seen without a gap below it. */
function cursor() {
  const own = seqs();
  let at = more.value && own.length ? own[0] - 1 : 0;
  for (const seq of own) if (seq === at + 1) at = seq;
  return at;
}
/** What was merged into the conversation has no number in it, and stands between the others by time. */
const seqs = () => messages.value.map(({seq}) => seq).filter(Boolean);
const order = (a, b) => (a.seq && b.seq ? a.seq - b.seq : a.at < b.at ? -1 : 1);
const bearer = {Authorization: `Bearer ${token}`};
export const call = (method, url, body) => request(method, url, {body, headers: bearer});
const backoff = (attempt) => Math.min(30000, 1000 * 2 ** attempt) * (0.6 + Math.random() * 0.8);
const pause = (ms) => new Promise((done) => {
  const timer = setTimeout(done, ms);
  addEventListener("online", () => { clearTimeout(timer); done(); }, {once: true});
});

// Before there is a conversation there is no stream to tell whether the line is up.
function lineCut() {
  cutAt ||= Date.now();
  if (!stream && Date.now() - cutAt >= 4000) online.value = false;
}
function lineBack() {
  cutAt = 0;
  if (stream) stream.nudge(false); // it need not wait for its next try
  else online.value = true;
}

// Session
function greet(hello) {
  const left = hello.conversation?.status === "resolved" && recall("left") === hello.conversation.id; // the visitor has begun anew
  const {customer, conversation: now, messages: said, more: further} = left ? {...hello, conversation: null, messages: [], more: false} : hello, before = conversation.value;
  if (customer) known.value = {name: customer.name || known.value.name, email: customer.email || known.value.email};
  conversation.value = now;
  if (now?.seen) seen.value = now.seen;
  more.value = further;
  mailable.value = hello.mailable;
  messages.value = said;
  for (const {client_id} of hello.messages) sent(client_id);
  if (before?.id !== now?.id) listen();
}
/** Opens the session once, however many ask for it; `again` tells the server who the shop says this is. */
export function openSession(again = false) {
  if (opening) return again ? opening.catch(() => {}).then(() => openSession(true)) : opening;
  if (recall("open") && !again) return Promise.resolve();
  const {name: called, email} = known.value;
  keep("token", token);
  const body = {token, lang: config.lang, page, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone || "", ...(called && {name: called}), ...(email && {email}), ...(identity && {identity})};
  opening = request("POST", `/chat/${config.inbox}/session`, {body}).then((hello) => {
    keep("open", true);
    greet(hello);
  }).finally(() => { opening = null; });
  return opening;
}
/** Says who the shop vouches for, until the server has heard it. */
async function recognise(who) {
  identity = who;
  for (let attempt = 0; identity === who; attempt++) {
    try { return await openSession(true); } catch (problem) {
      if (problem.passing) await pause(backoff(attempt));
      else {
        identity = null; // the shop's mistake must not keep the visitor from writing
        console.warn("yavar.identify:", problem.title);
      }
    }
  }
}
function clear() {
  conversation.value = null;
  messages.value = [];
  more.value = false;
  seen.value = {agent: 0, customer: 0};
  told = 0;
  listen();
}
function forget() {
  keep("open", null);
  clear();
}
/** Begins another conversation; the one that is done stays with the team, and comes back when they write in it. */
export function anew() {
  keep("left", conversation.value.id);
  clear();
}
async function hello() {
  for (let attempt = 0; ; attempt++) {
    try {
      greet(await call("GET", "/chat/hello"));
      lineBack();
      return;
    } catch (problem) {
      if (problem.status === 401) return forget();
      if (problem.status === 0) lineCut();
      await pause(backoff(attempt));
    }
  }
}

// Messages that come
function sent(clientId) {
  keep(`out:${clientId}`, null);
  if (outbox.value.some((item) => item.client_id === clientId)) outbox.value = outbox.value.filter((item) => item.client_id !== clientId);
}
const unknown = (list) => list.filter(({id}) => !messages.value.some((one) => one.id === id));
/** @param {Message[]} list */
function take(list) {
  const added = unknown(list);
  for (const {client_id} of list) if (client_id) sent(client_id);
  if (!added.length) return 0;
  messages.value = [...messages.value, ...added].sort(order);
  if (seqs().at(-1) > cursor()) setTimeout(fillGap, 800);
  for (const message of added) if (message.author.kind !== "customer") arrived(message);
  answered(list);
  return added.length;
}
/** Who answers has read what stands above the answer; the desk says nothing more of it. */
function answered(list) {
  const last = Math.max(0, ...list.filter(({author}) => author.kind === "agent").map(({seq}) => seq));
  if (last > seen.value.agent) seen.value = {...seen.value, agent: last};
}
async function fillGap() {
  const at = conversation.value;
  if (!at || !(seqs().at(-1) > cursor())) return;
  try {
    const found = await call("GET", `/chat/messages?conversation=${at.id}&after=${cursor()}`);
    if (conversation.value?.id === at.id && take(found.messages) && found.more) fillGap();
  } catch { /* the stream replays it at its next connection */ }
}
export async function loadOlder() {
  if (!more.value || older.value === "loading" || !conversation.value) return;
  older.value = "loading";
  try {
    const found = await call("GET", `/chat/messages?conversation=${conversation.value.id}&before=${seqs()[0] || 0}`);
    messages.value = [...unknown(found.messages), ...messages.value];
    more.value = found.more;
    older.value = "";
  } catch { older.value = "failed"; }
}
let quiet = 0, lastSpoken = 0;
function listen() {
  if (stream) stream.close();
  stream = null;
  const at = conversation.value;
  if (!at) return;
  stream = leadStream(name(`stream:${at.id}`), {
    url: () => `/chat/stream?conversation=${at.id}&after=${cursor()}`,
    headers: () => bearer,
    onState: (value) => { online.value = value; },
    onFrame(event, data) {
      if (event === "message") take([data]);
      else if (event === "seen") seen.value = {...seen.value, agent: Math.max(seen.value.agent, data.agent || 0)};
      else if (event === "status") conversation.value = {...conversation.value, status: data.status};
      else if (event === "resync") hello().then(() => stream && stream.nudge());
      else if (event === "typing") {
        clearTimeout(quiet);
        writer.value = data.on ? data.name || config.brand.name : "";
        quiet = setTimeout(() => { writer.value = ""; }, 8000);
      } else if (event === "denied") {
        if (data.status === 401) return forget();
        conversation.value = null;
        pause(5000).then(hello);
      }
    },
  });
}
function arrived(message) {
  writer.value = "";
  if (!looking()) {
    tell({yavar: "unread", count: ++unread});
    if (recall("sound")) rarely().then(({ring}) => ring());
  }
  const wait = Math.max(0, 1000 - (Date.now() - lastSpoken));
  lastSpoken = Date.now() + wait;
  setTimeout(() => { spoken.value = `${message.author.name}: ${message.text}`; }, wait);
}
const looking = () => shown.value && document.visibilityState === "visible";
/** Tells the server what was seen, if it was. @param {boolean} [end] the newest message is on the screen */
export function look(end = atEnd) {
  atEnd = end;
  const at = conversation.value, last = seqs().at(-1) || 0;
  if (!looking()) return;
  unread = 0;
  if (!at || !atEnd || last <= Math.max(told, seen.value.customer || 0)) return;
  told = last;
  call("POST", "/chat/signals", {conversation: at.id, seen: last}).catch(() => { told = 0; });
}
let typedAt = 0, idle = 0;
export function typing(on) {
  clearTimeout(idle);
  if (!conversation.value || !recall("open")) return;
  if (on) idle = setTimeout(typing, 5000, false);
  if (on ? Date.now() - typedAt < 3000 : !typedAt) return;
  typedAt = on ? Date.now() : 0;
  call("POST", "/chat/signals", {conversation: conversation.value.id, typing: on}).catch(() => {});
}

// Messages that go
let pumping = false;
async function pump() {
  if (pumping) return;
  pumping = true;
  for (let attempt = 0, denied = 0, next; (next = outbox.value.find((item) => !item.reason));) {
    try {
      await openSession();
      const {client_id, text, files} = next, at = conversation.value;
      const answer = await call("POST", "/chat/messages", {client_id, conversation: at ? at.id : null, text, files: files.map(({key}) => key), ...(!at && greeting.value && {greeting: greeting.value.id})});
      if (answer.message.seq !== 2) greeting.value = null; // else it has been kept as the first
      if (at?.id !== answer.conversation.id) {
        messages.value = [];
        more.value = false;
        conversation.value = {status: "open", ...answer.conversation};
      }
      take([answer.message]);
      sent(client_id);
      if (at?.id !== answer.conversation.id) listen();
      if (at && at.id !== answer.conversation.id) hello(); // it goes on in another, which has more than this message
      lineBack();
      attempt = denied = 0;
    } catch (problem) {
      if (problem.status === 401 && denied++ < 2) forget();
      else if (problem.status === 404 && conversation.value) conversation.value = null;
      else if (problem.passing) {
        if (problem.status === 0) lineCut();
        await pause(Math.max(problem.retryAfter * 1000, backoff(attempt++)));
      } else update(next, {reason: problem.title || String(problem)});
    }
  }
  pumping = false;
}
function update(item, change) {
  const changed = {...item, ...change};
  keep(`out:${item.client_id}`, changed);
  outbox.value = outbox.value.map((one) => (one.client_id === item.client_id ? changed : one));
}
export function retry(item) {
  update(item, {reason: undefined});
  pump();
}
export function edit(item) {
  sent(item.client_id);
  write([item.text, draft.value].filter(Boolean).join("\n"));
  chips.value = [...chips.value, ...item.files.map((file) => ({id: newId(), name: file.name, blob: {size: file.size}, part: 1, file}))];
}
export function write(text) {
  draft.value = text;
  keep("draft", text);
  note.value = "";
}
/** The pre-chat form was filled in. Rejects with a Problem the visitor can mend. */
export async function introduce(answers) {
  known.value = {...known.value, ...answers};
  keep("who", known.value);
  try { await openSession(); } catch (problem) { if (!problem.passing) throw problem; } // without a line the outbox goes on trying
  asked = true;
  send();
}
export function send() {
  const text = draft.value.trim();
  if (busy.value || (!text && !chips.value.length) || chips.value.some((chip) => chip.reason)) return;
  if (text.length > 10000) return void (note.value = t("This message is too long. Please send it in parts."));
  const lacks = ["name", "email"].some((field) => config.prechat[field] !== "off" && !known.value[field]);
  asking.value = lacks && !asked && !identity && !recall("open");
  if (asking.value) return;
  if (chips.value.length) sendWithFiles();
  else enqueue([]);
}
function enqueue(files) {
  const item = {client_id: newId(), text: draft.value.trim(), files, at: new Date().toISOString()};
  keep(`out:${item.client_id}`, item);
  outbox.value = [...outbox.value, item];
  write("");
  typing(false);
  pump();
}
async function sendWithFiles() {
  busy.value = true;
  await Promise.all(chips.value.map((chip) => chip.sending || carry(chip)));
  busy.value = false;
  const done = chips.value;
  if (!done.length || done.some((chip) => !chip.file)) return;
  chips.value = [];
  enqueue(done.map((chip) => chip.file));
}
chips.subscribe((now) => {
  const held = now.filter(({file, at}) => file && at);
  keep("files", held.length ? held.map(({id, name, file, at}) => ({id, name, file, at})) : null);
});
const changeChip = (id, change) => { chips.value = chips.value.map((chip) => (chip.id === id ? {...chip, ...change} : chip)); };
export const begin = (chip) => changeChip(chip.id, {sending: carry(chip)});
/** Uploads one file; what goes wrong stands on its chip. */
async function carry(chip) {
  if (chip.file) return;
  changeChip(chip.id, {reason: undefined, part: 0});
  try {
    await openSession();
    const headers = {...bearer, "X-Name": encodeURIComponent(chip.name), "Content-Type": chip.blob.type || "application/octet-stream"};
    changeChip(chip.id, {file: await upload("/chat/files", chip.blob, {headers, onProgress: (part) => changeChip(chip.id, {part})}), part: 1, at: Date.now()});
  } catch (problem) {
    if (problem.status === 401) forget();
    changeChip(chip.id, {reason: problem.title || String(problem), part: 0, sending: undefined});
  }
}
export function attach(files) {
  const list = [...files], room = Math.max(0, 10 - chips.value.length);
  note.value = list.length > room ? t("Up to 10 files go with one message.") : "";
  const added = list.slice(0, room).map((blob) => ({id: newId(), blob, name: blob.name || "image.png", part: 0, reason: blob.size > BIGGEST ? t("Larger than 10 MB.") : undefined}));
  chips.value = [...chips.value, ...added];
  if (recall("open")) for (const chip of added) if (!chip.reason) begin(chip); // before the first message nothing leaves the browser
}
export const drop = (chip) => { chips.value = chips.value.filter(({id}) => id !== chip.id); };

// The shop's page
function shopOrigin() {
  try { return config.origins.find((origin) => origin === new URL(page).origin) || config.origins[0]; } catch { return config.origins[0]; }
}
export const tell = (message) => parent !== self && config.origins.length && parent.postMessage(message, shopOrigin());
addEventListener("message", ({source, origin, data}) => {
  if (source !== parent || parent === self || !config.origins.includes(origin) || !data) return;
  if (data.yavar === "shown" || data.yavar === "hidden") {
    shown.value = data.yavar === "shown";
    if (shown.value) document.querySelector("textarea").focus();
    look();
  } else if (data.yavar === "greeting") {
    const author = data.name ? {kind: "agent", name: String(data.name), initials: String(data.initials), hue: Number(data.hue)} : {kind: "bot"};
    greeting.value = {id: String(data.id), text: String(data.text), author, at: new Date().toISOString()};
  } else if (data.yavar === "identity" && data.identity) {
    const {id, hash, name: called, email, jwt} = data.identity;
    recognise(jwt ? {jwt} : {id: String(id), hash, ...(called && {name: called}), ...(email && {email})});
  }
});

document.addEventListener("visibilitychange", () => look());
let rarely;
/** Starts once there is something on the screen. @param {() => Promise<object>} later reads what only some chats need */
export function start(later) {
  rarely = later;
  tell({yavar: "ready"});
  loading.value = Boolean(recall("open"));
  (loading.value ? hello() : Promise.resolve()).finally(() => {
    loading.value = false;
    conversation.subscribe((now) => tell({yavar: "talk", on: Boolean(now) && now.status !== "resolved"}));
  });
  if ((recall("lang") || config.lang) !== config.lang) rarely().then(({speak}) => speak(recall("lang"))); // chosen here before
  pump();
}
