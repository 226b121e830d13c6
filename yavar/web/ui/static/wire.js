/**
 * What both clients share: words, numbers and dates in the reader's language, requests, and the live stream.
 * No imports, so the chat panel can load it in one round trip.
 */

/** @type {{lang: string, locale: string, strings: Record<string, string>, plurals: Record<string, string[]>}} */
const voice = {lang: "en", locale: "en-GB", strings: {}, plurals: {}};
const formatters = new Map();
const FORMS = ["one", "few", "many"];

/** Where a language writes its numbers and days as we do. */
export const regionOf = lang => ({fa: "fa-IR", ru: "ru-RU", en: "en-GB"})[lang] || lang;
/** @param {{lang: string, strings?: object, plurals?: object, calendar?: "jalali"|"gregorian", digits?: "persian"|"latin"|""}} options */
export function setStrings({lang, strings = {}, plurals = {}, calendar = lang === "fa" ? "jalali" : "gregorian", digits: written}) {
  const region = regionOf(lang);
  Object.assign(voice, {lang, strings, plurals, locale: `${region}-u-ca-${calendar === "jalali" ? "persian" : "gregory"}${written ? `-nu-${written === "persian" ? "arabext" : "latn"}` : ""}`});
  formatters.clear();
}

/** @template T @param {new (locale: string, options: object) => T} Kind @returns {T} */
function format(Kind, options) {
  const key = Kind.name + JSON.stringify(options);
  if (!formatters.has(key)) formatters.set(key, new Kind(voice.locale, options));
  return formatters.get(key);
}

// A name in the other direction would reorder the sentence around it; one in the same direction needs no marks.
function isolated(value) {
  if (typeof value === "number") return digits(value);
  const text = String(value);
  const foreign = voice.lang === "fa" ? /[A-Za-z\u0400-\u04ff]/ : /[\u0590-\u08ff\ufb1d-\ufefc]/;
  return foreign.test(text) ? `\u2068${text}\u2069` : text;
}

function fill(text, vars) {
  return vars ? text.replace(/\{(\w+)\}/g, (whole, name) => (name in vars ? isolated(vars[name]) : whole)) : text;
}

/** @param {string} msgid @param {Record<string, string|number>} [vars] numbers get the reader's digits */
export const t = (msgid, vars) => fill(voice.strings[msgid] || msgid, vars);

/** Plural of `one`/`many` for n; `{n}` in the text is n in the reader's digits. */
export function tn(one, many, n, vars) {
  const forms = voice.plurals[one] || [one, many];
  const at = (forms.length > 2 ? FORMS : ["one"]).indexOf(format(Intl.PluralRules, {}).select(n));
  return fill(forms[at < 0 ? forms.length - 1 : at], {...vars, n});
}

/** A length of time in one unit: "3m", "۳ دقیقه"; `display` "long" for ears. */
export const unit = (amount, name, display = voice.lang === "en" ? "narrow" : "short") => format(Intl.NumberFormat, {style: "unit", unit: name, unitDisplay: display}).format(amount); // "28 mins" would be the English short one
export const digits = (n) => format(Intl.NumberFormat, {maximumFractionDigits: 1}).format(n);
/** @param {string} [zone] IANA; the reader's own without one */
export const clock = (iso, zone) => format(Intl.DateTimeFormat, {hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...zone && {timeZone: zone}}).format(new Date(iso));

const startOfDay = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
const yearOf = (date) => format(Intl.DateTimeFormat, {year: "numeric"}).format(date);

/** Today, Yesterday, Tomorrow, 4 December, 4 December 2025; `inside` a sentence: today, yesterday. */
export function dayLabel(iso, inside = false) {
  const date = new Date(iso);
  const now = new Date();
  const days = Math.round((startOfDay(now) - startOfDay(date)) / 864e5);
  if (Math.abs(days) <= 1) {
    const word = format(Intl.RelativeTimeFormat, {numeric: "auto"}).format(-days, "day");
    return inside ? word : word[0].toUpperCase() + word.slice(1);
  }
  const year = yearOf(date) === yearOf(now) ? {} : {year: "numeric"};
  return format(Intl.DateTimeFormat, {day: "numeric", month: "long", ...year}).format(date);
}

/** "now", "5 min ago", "3 h ago"; from a day on, the day. */
export function ago(iso) {
  const minutes = Math.floor((Date.now() - new Date(iso).getTime()) / 6e4);
  if (minutes < 1) return t("now");
  if (minutes >= 1440) return dayLabel(iso);
  const relative = format(Intl.RelativeTimeFormat, {style: "short"});
  return minutes < 60 ? relative.format(-minutes, "minute") : relative.format(-Math.floor(minutes / 60), "hour");
}

/** "Sunday, 22 November 2026, 10:34 UTC+3:30", put together here: Intl's own Persian order reads wrong. */
export function fullDate(iso) {
  const date = new Date(iso);
  const [weekday, day, time] = [{weekday: "long"}, {day: "numeric", month: "long", year: "numeric"},
    {hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short"}].map((options) => format(Intl.DateTimeFormat, options).format(date));
  return voice.lang === "fa" ? `${weekday} ${day}، ${time}` : `${weekday}, ${day}, ${time}`;
}

export function bytes(n) {
  const step = n < 1e3 ? 0 : n < 1e6 ? 1 : 2;
  const unit = ["byte", "kilobyte", "megabyte"][step];
  return format(Intl.NumberFormat, {style: "unit", unit, unitDisplay: voice.lang === "fa" || (voice.lang === "en" && step === 0) ? "long" : "short", maximumFractionDigits: step === 2 ? 1 : 0}).format(n / 1e3 ** step);
}

const STYLED = /\*\*(?!\s)([^*\n]+)(?<!\s)\*\*|(?<![\p{L}\p{N}_])_(?!\s)([^_\n]+)(?<!\s)_(?![\p{L}\p{N}_])|\[([^[\]\n]+)\]\((https?:\/\/[^\s()<>"]+)\)|https?:\/\/\S+/gu;
/** **bold**, _italic_ and [words](address) of what the team writes. @returns {{text: string, as?: "strong"|"em"|"a", href?: string}[]} */
export function styled(line) {
  const out = [];
  let from = 0;
  for (const hit of line.matchAll(STYLED)) {
    const [whole, strong, em, words, href] = hit;
    if (hit.index > from) out.push({text: line.slice(from, hit.index)});
    out.push(strong ? {text: strong, as: "strong"} : em ? {text: em, as: "em"} : words ? {text: words, as: "a", href} : {text: whole}); // a bare address is no markup
    from = hit.index + whole.length;
  }
  if (from < line.length) out.push({text: line.slice(from)});
  return out;
}

/** 22 characters of base64url: 128 random bits. */
export function newId(size = 16) {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(size)))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** A refusal or a failure, with a sentence one can show. */
export class Problem extends Error {
  /** @param {object} [more] what the answer says besides */
  constructor(status, {code = "", title = "", field = ""} = {}, retryAfter = 0, more = {}) {
    super(`${status} ${code}`);
    Object.assign(this, {name: "Problem", status, code, field, retryAfter, more});
    this.title = title || t(status ? "The server didn’t take it (code {status})." : "No connection.", {status: String(status)});
  }

  /** Trying again by itself makes sense: nothing is wrong with what was sent. */
  get passing() { return this.status === 0 || this.status >= 500 || [408, 425, 429].includes(this.status); }
}

const offline = () => new Problem(0, {code: "offline"});

function problemFrom(status, text, retryAfter) {
  let body = null;
  try { body = JSON.parse(text); } catch { /* a proxy's page, not ours */ }
  return new Problem(status, (body && body.problem) || {}, Number(retryAfter) || 0, body || {});
}

/** JSON in, JSON out (null for 204). A cut line or a timeout is a Problem with status 0; only `signal` rejects as AbortError. `heard` gets the head's Date. */
export async function request(method, url, {body, raw, headers = {}, signal, timeout = 15000, heard} = {}) {
  const limit = AbortSignal.timeout(timeout);
  const all = {Accept: "application/json", "X-Lang": voice.lang, ...(body === undefined ? {} : {"Content-Type": "application/json"}), ...headers};
  let answer, text;
  try {
    answer = await fetch(url, {method, headers: all, body: body === undefined ? raw : JSON.stringify(body), cache: "no-store",
      signal: signal ? AbortSignal.any([signal, limit]) : limit});
    if (heard) heard(answer.headers.get("Date"));
    text = await answer.text();
  } catch (error) {
    if (signal && signal.aborted) throw error;
    throw offline();
  }
  if (!answer.ok) throw problemFrom(answer.status, text, answer.headers.get("Retry-After"));
  try { return text ? JSON.parse(text) : null; } catch { throw problemFrom(502, "", 0); }
}

/** POST of raw bytes with progress, which fetch cannot tell. @param {(part: number) => void} [onProgress] 0…1 */
export function upload(url, blob, {headers = {}, onProgress, signal, timeout = 120000} = {}) {
  return new Promise((done, fail) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", url);
    for (const [name, value] of Object.entries({Accept: "application/json", "X-Lang": voice.lang, ...headers})) sending.setRequestHeader(name, value);
    sending.timeout = timeout;
    sending.upload.onprogress = (event) => onProgress && event.total && onProgress(event.loaded / event.total);
    sending.onerror = sending.ontimeout = () => fail(offline());
    sending.onabort = () => fail(new DOMException("aborted", "AbortError"));
    sending.onload = () => {
      if (sending.status >= 400) return fail(problemFrom(sending.status, sending.responseText, sending.getResponseHeader("Retry-After")));
      try { done(JSON.parse(sending.responseText)); } catch { fail(problemFrom(502, "", 0)); }
    };
    if (signal) signal.addEventListener("abort", () => sending.abort());
    sending.send(blob);
  });
}

/** Splits text/event-stream into frames. @param {(event: string, data: any, id: string) => void} emit */
function frameParser(emit) {
  let rest = "", event = "", id = "", data = [];
  const line = (text) => {
    if (text === "") {
      if (data.length) {
        try { emit(event || "message", JSON.parse(data.join("\n")), id); } catch (error) { console.error("stream frame", error); }
      } else if (event) emit(event, null, id);
      event = id = "";
      data = [];
      return;
    }
    const at = text.indexOf(":");
    if (at === 0) return;
    const name = at < 0 ? text : text.slice(0, at);
    const value = at < 0 ? "" : text.slice(at + 1).replace(/^ /, "");
    if (name === "event") event = value;
    else if (name === "data") data.push(value);
    else if (name === "id") id = value;
  };
  return (chunk) => {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    lines.forEach(line);
  };
}

const SILENCE = 20000;
const DENIED = [401, 403, 404];

/**
 * A stream that mends itself. `url` gets the id of the last frame seen ("" at first). `data` comes parsed.
 * After a `resync` frame it waits for nudge() (at most 30 s), so the state can be fetched anew before it connects again.
 * @param {{url: (last: string) => string, headers?: () => object, onFrame: (event: string, data: any, id: string) => void,
 *   onState: (online: boolean) => void, last?: string, onLife?: () => void}} options
 * @returns {{close(): void, nudge(resume?: boolean): void, leads(): boolean}}
 */
export function openStream({url, headers = () => ({}), onFrame, onState, last = "", onLife = () => {}}) {
  let line = null, heard = 0, attempt = 0, retry = 0, silence = 0, gone = 0, online, closed = false, paused = false;

  const up = () => {
    clearTimeout(gone);
    gone = 0;
    if (online !== true && !closed) onState(online = true);
  };
  const down = () => {
    if (online !== false && !gone && !closed) gone = setTimeout(() => onState(online = false), 4000);
  };
  const alive = () => {
    heard = Date.now();
    clearTimeout(silence);
    silence = setTimeout(() => line && line.abort(), SILENCE);
    onLife();
  };

  async function connect() {
    clearTimeout(retry);
    if (closed || line) return;
    paused = false;
    const mine = (line = new AbortController());
    const begun = Date.now();
    let wait = 0;
    alive();
    try {
      const answer = await fetch(url(last), {headers: {Accept: "text/event-stream", "X-Lang": voice.lang, ...headers()}, cache: "no-store", signal: mine.signal});
      if (DENIED.includes(answer.status)) {
        close();
        onState(false);
        onFrame("denied", {status: answer.status}, "");
        return;
      }
      if (!answer.ok || !answer.body) {
        wait = Number(answer.headers.get("Retry-After")) * 1000 || 0;
        throw offline();
      }
      up();
      alive();
      const feed = frameParser((event, data, id) => {
        if (mine.signal.aborted) return;
        if (id) last = id;
        if (event === "resync") {
          last = "";
          paused = true;
          mine.abort();
        }
        onFrame(event, data, id);
      });
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        alive();
        feed(part.value);
      }
    } catch { /* cut, silent or refused: all the same, try again */ }
    if (closed || line !== mine) return; // a nudge has already put a new line in its place
    clearTimeout(silence);
    line = null;
    if (!paused) down();
    if (Date.now() - begun > 5000 && online) attempt = 0;
    const pause = paused ? 30000 : Math.max(wait, Math.min(30000, 1000 * 2 ** attempt++) * (0.6 + Math.random() * 0.8));
    retry = setTimeout(connect, pause);
  }

  /** Look at the line now: connect if it waits, cut it if it has been quiet for too long. */
  function nudge(resume = true) {
    if (closed || (paused && !resume)) return;
    if (!line) connect();
    else if (Date.now() - heard > 12000) {
      line.abort();
      line = null;
      down();
      connect();
    }
  }
  const back = () => document.visibilityState === "visible" && nudge(false);
  const lost = () => line && line.abort();
  function close() {
    closed = true;
    for (const timer of [retry, silence, gone]) clearTimeout(timer);
    if (line) line.abort();
    removeEventListener("online", back);
    removeEventListener("offline", lost);
    document.removeEventListener("visibilitychange", back);
  }
  addEventListener("online", back);
  addEventListener("offline", lost);
  document.addEventListener("visibilitychange", back);
  down();
  connect();
  return {close, nudge, leads: () => true};
}

/**
 * The same stream for all tabs of a browser: the tab that holds the lock `name` reads it and passes the frames on.
 * Frames may come twice (a joining tab is told the last ones again), so take them by id.
 * @param {string} name @param {Parameters<typeof openStream>[0]} options
 */
export function leadStream(name, options) {
  if (!navigator.locks || !self.BroadcastChannel) return openStream(options);
  const me = newId();
  const channel = new BroadcastChannel(name);
  let recent = [], stream = null, release = null, waiting = null, closed = false;
  let last = options.last || "", heard = Date.now(), beaten = 0, online;

  const say = (kind, more) => closed || channel.postMessage({kind, from: me, ...more});
  const beat = () => {
    if (Date.now() - beaten < 4000) return;
    beaten = Date.now();
    say("state", {online});
  };
  const state = (value) => {
    if (value !== undefined && value !== online && !closed) options.onState(online = value);
  };
  const deliver = (event, data, id) => {
    if (closed) return;
    last = event === "resync" ? "" : id || last;
    if (event === "denied") close();
    options.onFrame(event, data, id);
  };

  function lead() {
    waiting = null;
    return new Promise((done) => {
      if (closed) return done();
      release = done;
      stream = openStream({...options, last, onLife: beat,
        onFrame(event, data, id) {
          if (id) recent = [...recent.slice(-199), {event, data, id, at: Date.now()}];
          if (event === "resync") recent = [];
          say("frame", {event, data, id});
          deliver(event, data, id);
        },
        onState(value) {
          say("state", {online: value});
          state(value);
        }});
    });
  }
  function queue(steal) {
    if (waiting) waiting.abort();
    waiting = steal ? null : new AbortController();
    const mine = waiting;
    navigator.locks.request(name, steal ? {steal: true} : {signal: mine.signal}, lead).catch((error) => {
      if (closed || (mine && mine.signal.aborted)) return;
      if (error.name !== "AbortError") return void lead(); // locks are not to be had here: read for oneself
      if (stream) stream.close();
      stream = null;
      heard = Date.now();
      queue(false);
    });
  }

  channel.onmessage = ({data: note}) => {
    if (stream) {
      if (note.kind === "nudge") stream.nudge(false);
      if (note.kind !== "join") return;
      say("state", {online});
      for (const frame of recent) if (Date.now() - frame.at < 120000) say("frame", {...frame, to: note.from});
    } else if ((note.kind === "frame" || note.kind === "state") && (!note.to || note.to === me)) {
      heard = Date.now();
      if (note.kind === "state") state(note.online);
      else deliver(note.event, note.data, note.id);
    }
  };
  // A leader in a frozen tab keeps the lock but says nothing; a tab one is looking at takes it over.
  const watch = setInterval(() => {
    if (stream) beat();
    else if (Date.now() - heard > 25000 && document.visibilityState === "visible") queue(true);
  }, 5000);
  const seen = () => !stream && document.visibilityState === "visible" && say("nudge");
  document.addEventListener("visibilitychange", seen);

  function close() {
    if (closed) return;
    closed = true;
    clearInterval(watch);
    document.removeEventListener("visibilitychange", seen);
    if (stream) stream.close();
    if (waiting) waiting.abort();
    if (release) release();
    channel.close();
  }
  queue(false);
  say("join");
  return {close, leads: () => Boolean(stream), nudge: (resume) => (stream ? stream.nudge(resume) : say("nudge"))};
}
