/** What a visitor wants now and then: the menu behind “…”, another language, a sound, the chat as a file. */
import {html} from "../ui/vendor/ui.js";
import {t, setStrings, fullDate} from "../ui/wire.js";
import {config, conversation, known, lang, messages, more, note, older, anew, call, keep, loadOlder, mailable, notice, openSession, recall} from "./panel.js";

const LANGUAGES = [["fa", "فارسی"], ["ru", "Русский"], ["en", "English"]];
// Lucide (ISC)
const SIGNS = {
  sound: "M11 4.7a.7.7 0 0 0-1.2-.5L6.4 7.6A1.4 1.4 0 0 1 5.4 8H3a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2.4a1.4 1.4 0 0 1 1 .4l3.4 3.4a.7.7 0 0 0 1.2-.5zM16 9a5 5 0 0 1 0 6M19.4 18.4a9 9 0 0 0 0-12.7",
  save: "M12 15V3M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4M7 10l5 5 5-5",
  mail: "M4 4h16a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM2 6.5l10 6 10-6",
  anew: "M5 12h14M12 5v14",
};
const Sign = ({name}) => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${SIGNS[name]} /></svg>`;

/** The chat goes on in another language, with all that was said and typed. The panel’s page in that language brings the words. */
export async function speak(code) {
  keep("lang", code);
  const answer = await fetch(`${location.pathname}?${new URLSearchParams({lang: code})}`);
  const [, found] = /id="config">(.*?)<\/script>/s.exec(await answer.text());
  const {origins, ...told} = JSON.parse(found); // who may frame it is what the first page said
  Object.assign(config, told);
  setStrings(config);
  Object.assign(document.documentElement, {lang: config.lang, dir: config.dir});
  lang.value = code;
  document.title = config.brand.name;
  if (recall("open")) openSession(true).catch(() => {}); // the team reads it at the visitor’s next message
}

let audio = null;
/** A short tone: two soft notes. One of several open pages plays it. */
export function ring() {
  if (Date.now() - (recall("rang") || 0) < 1000) return;
  keep("rang", Date.now());
  audio ||= new AudioContext();
  audio.resume();
  for (const [after, pitch] of [[0, 659], [0.13, 880]]) {
    const voice = audio.createOscillator(), loud = audio.createGain(), at = audio.currentTime + after;
    voice.frequency.value = pitch;
    loud.gain.setValueAtTime(0, at);
    loud.gain.linearRampToValueAtTime(0.12, at + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
    voice.connect(loud).connect(audio.destination);
    voice.start(at);
    voice.stop(at + 0.32);
  }
}

const called = ({author}) => (author.kind === "customer" ? known.value.name || t("You") : author.kind === "bot" ? t("Automatic answer") : author.name || config.brand.name);
/** The whole chat as plain text: who, when in the reader’s calendar, what; files by their names. */
function transcript() {
  const head = `${config.brand.name} · ${conversation.value?.reference || ""}\n${location.origin}\n`;
  return [head, ...messages.value.map((one) => [`\u2068${called(one)}\u2069 · ${fullDate(one.at)}`, one.text, ...one.files.map(({name}) => `[\u2068${name}\u2069]`)].filter(Boolean).join("\n"))].join("\n\n") + "\n";
}
async function save() {
  while (more.value && older.value !== "failed") {
    const before = messages.value.length;
    await loadOlder();
    if (messages.value.length === before) break;
  }
  if (more.value) return void (note.value = t("Couldn’t load older messages"));
  const link = Object.assign(document.createElement("a"), {href: URL.createObjectURL(new Blob([transcript()], {type: "text/plain;charset=utf-8"})), download: `chat-${conversation.value.reference}.txt`});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
/** The chat by mail, to the visitor’s proven address. */
export async function mailChat() {
  try {
    await call("POST", "/chat/transcript", {conversation: conversation.value.id});
    notice.value = t("The chat is on its way to your e-mail.");
    setTimeout(() => { notice.value = ""; }, 8000);
  } catch (problem) { note.value = problem.title; }
}
function sound() {
  keep("sound", recall("sound") ? null : true);
  if (recall("sound")) ring();
}

/** @param {{close: () => void, Way: Function}} props */
export function Menu({close, Way}) {
  const then = (act) => () => { close(); act(); };
  const walk = (event) => {
    const all = [...event.currentTarget.querySelectorAll("button, a")], at = all.indexOf(document.activeElement);
    const next = {ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1}[event.key];
    if (next === undefined) return;
    event.preventDefault();
    all[next].focus();
  };
  return html`<div class="menu" role="group" aria-label=${t("More")} onKeyDown=${walk}>
    <div class="langs" role="group" aria-label=${t("Language")}>${LANGUAGES.map(([code, name]) => html`<button type="button" key=${code} lang=${code} aria-pressed=${code === config.lang} onClick=${then(() => code !== config.lang && speak(code))}>${name}</button>`)}</div>
    <button type="button" class="way" aria-pressed=${Boolean(recall("sound"))} onClick=${then(sound)}><${Sign} name="sound" /><span>${t("Sound for new answers")}</span><i>${recall("sound") ? t("On") : t("Off")}</i></button>
    ${messages.value.length > 0 && html`<button type="button" class="way" onClick=${then(save)}><${Sign} name="save" /><span>${t("Save this chat")}</span></button>`}
    ${mailable.value && conversation.value && html`<button type="button" class="way" onClick=${then(mailChat)}><${Sign} name="mail" /><span>${t("E-mail me the chat")}</span></button>`}
    ${conversation.value?.status === "resolved" && html`<button type="button" class="way" onClick=${then(anew)}><${Sign} name="anew" /><span>${t("Start a new conversation")}</span></button>`}
    ${config.ways.length > 0 && html`<hr />`}${config.ways.map((way) => html`<${Way} key=${way.href} way=${way} />`)}
  </div>`;
}
