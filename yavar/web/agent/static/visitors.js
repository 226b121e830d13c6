/** Who is on the shops' pages just now, and writing to them first. Loaded when it is first wanted; `Visitors` fills whatever pane it is put into. */
import {html, signal, useEffect} from "../ui/vendor/ui.js";
import {t, tn, ago} from "../ui/wire.js";
import {call, may} from "./state.js";
import {Icon} from "./parts.js";

/** @typedef {{id: string, inbox: string, page: string, title: string, lang: string, returning: boolean, chatting: boolean, invited: boolean, since: string}} Visitor */

const EVERY = 5000, LONGEST = 300;
const LANGUAGES = {fa: "فارسی", ru: "Русский", en: "English"};
const people = signal(/** @type {?Visitor[]} */ (null)), writing = signal(""), fault = signal(""), text = signal("");

async function look() {
  if (document.visibilityState !== "visible") return;
  try { people.value = await call("GET", "visitors"); } catch { /* what is shown stays; the next look is near */ }
}

async function invite(event, visitor) {
  event.preventDefault();
  try {
    const told = await call("POST", `visitors/${encodeURIComponent(visitor.id)}/invitation`, {text: text.value});
    people.value = people.value.map(each => each.id === told.id ? told : each);
    writing.value = text.value = fault.value = "";
  } catch (problem) { fault.value = problem.title; }
}

function Write({visitor}) {
  return html`<form class="visitor-write" onSubmit=${event => invite(event, visitor)}>
    <label><span class="sr">${t("What you say first")}</span><textarea dir="auto" rows="2" maxlength=${LONGEST} required placeholder=${t("What you say first")} value=${text.value}
      ref=${area => area && !area.dataset.seen && (area.dataset.seen = "1", area.focus())} onInput=${event => { text.value = event.target.value; }} /></label>
    ${fault.value && html`<p class="field-error" role="alert">${fault.value}</p>`}
    <p class="row-of"><button class="button is-primary">${t("Send")}</button>
      <button type="button" class="button is-ghost" onClick=${() => { writing.value = fault.value = ""; }}>${t("Cancel")}</button>
      <small>${t("It appears above the chat’s button on their page.")}</small></p></form>`;
}

const Row = ({visitor}) => html`<li class="visitor">
  <div class="visitor-head"><b class="cut" dir="auto">${visitor.title || visitor.page}</b><span class="ltr cut">${visitor.page}</span>
    <small>${ago(visitor.since)} · <span lang=${visitor.lang}>${LANGUAGES[visitor.lang]}</span></small></div>
  <div class="visitor-marks">${visitor.returning && html`<span class="chip">${t("Was here before")}</span>`}${visitor.chatting && html`<span class="chip">${t("Has the chat open")}</span>`}
    ${visitor.invited && html`<span class="chip">${t("Written to")}</span>`}
    ${writing.value !== visitor.id && html`<button type="button" class="button" onClick=${() => { writing.value = visitor.id; text.value = fault.value = ""; }}>
      <${Icon} name="pencil-line" />${t("Write first")}</button>`}</div>
  ${writing.value === visitor.id && html`<${Write} visitor=${visitor} />`}</li>`;

export function Visitors() {
  useEffect(() => {
    look();
    const again = setInterval(look, EVERY);
    return () => clearInterval(again);
  }, []);
  const all = people.value;
  if (!all) return null;
  return html`<section class="visitors" aria-labelledby="visitors-title"><h2 id="visitors-title">${t("Visitors")}</h2>
    ${all.length ? html`<p class="visitors-count">${tn("{n} person is on your pages", "{n} people are on your pages", all.length)}</p><ul>${all.map(each => html`<${Row} key=${each.id} visitor=${each} />`)}</ul>`
      : html`<div class="empty"><p>${t("Nobody is on your pages just now, or none of your chats is set to see them.")}</p>
        ${may("inbox.manage") && html`<a class="link" href="/settings/chat#visitors">${t("See who is on your pages")}</a>`}</div>`}</section>`;
}
