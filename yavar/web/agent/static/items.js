/** What was said and done: days, bubbles, notes, files, and events in words. */
import {html} from "../ui/vendor/ui.js";
import {t, bytes, clock, dayLabel, fullDate} from "../ui/wire.js";
import {agent, agents, me} from "./state.js";
import {Avatar, Icon, Prose, isAutomatic, moment, nameOf} from "./parts.js";
import {sendAgain, takeBack} from "./outbox.js";
import {copy, decide, putOff, recall} from "./actions.js";
import {eventIcon, eventWords} from "./telling.js";
import {keyOf, lastSeq} from "./talks.js";

const dayOf = at => new Date(at).toDateString();
const GAP = 5 * 60_000;
const joins = (a, b) => a && b && a.kind === "message" && b.kind === "message" && a.author.kind === b.author.kind && a.author.id === b.author.id && dayOf(a.at) === dayOf(b.at)
  && Math.abs(Date.parse(b.at) - Date.parse(a.at)) < GAP;

/** @param {{id: string, items: import("./talks.js").Item[], own: import("./outbox.js").Letter[], held: import("./actions.js").Held[], seen: {agent: number, customer: number}}} props */
export function Log({id, items, own, held, seen}) {
  const waiting = own.filter(each => !items.some(item => item.client_id === each.client_id));
  return html`${items.map((item, n) => {
    const before = items[n - 1];
    return html`${(!before || dayOf(before.at) !== dayOf(item.at)) && html`<div class="day" key=${`day ${keyOf(item)}`}><time dateTime=${item.at}>
      ${dayLabel(item.at)}</time></div>`}
      <${One} key=${keyOf(item)} item=${item} first=${!joins(before, item)} last=${!joins(item, items[n + 1])} seen=${item.seq !== null && item.seq <= seen.customer} id=${id} />`;
  })}${held.map(each => html`<${Waiting} key=${each.client_id} held=${each} id=${id} />`)}${waiting.map(each => html`<${OwnLetter} key=${each.client_id} letter=${each} id=${id} />`)}`;
}

/** Who of our side it was, unless it was you. */
const Speaker = ({author}) => author.kind === "customer" || author.id === me.id ? null : html`<span><bdi>${nameOf(author)}</bdi> · </span>`;

function One({id, item, first, last, seen}) {
  if (item.kind === "event") return html`<${EventLine} item=${item} />`;
  if (item.kind === "note") return html`<${Note} item=${item} />`;
  const out = item.author.kind !== "customer";
  return html`<article class=${`message ${out ? "is-out" : "is-in"}${last ? " is-last" : ""}${first ? " is-first" : ""}`}>
    ${last ? html`<${Avatar} who=${item.author} size="s" />` : html`<span class="avatar-space" />`}
    <div class="said"><span class="sr">${nameOf(item.author)}: </span>
      ${item.text && html`<div class=${`bubble${isAutomatic(item.author) ? " is-auto" : ""}`}><${Prose} text=${item.text} team=${item.author.kind !== "customer"} /></div>`}
      <${Files} files=${item.files} />
      ${item.withheld?.length > 0 && html`<p class="withheld"><${Icon} name="triangle-alert" size=${14} /><span>${t("Left out as a program: {names}", {names: item.withheld.join(", ")})}</span></p>`}
      ${item.original && html`<a class="link whole" href=${item.original} target="_blank" rel="noopener"><${Icon} name="mail-open" size=${14} />${item.client_id?.startsWith("form-") ? t("The form as it was sent") : t("The mail as it came")}</a>`}
      ${item.copies?.length ? html`<${Copies} id=${id} item=${item} />` : last && html`<footer class="meta"><${Speaker} author=${item.author} />
        <time dateTime=${item.at} title=${fullDate(item.at)}>${clock(item.at)}</time>
          ${out && html`<span class="mark"> · <${Icon} name=${seen ? "check-check" : "check"} size=${14} />${seen ? t("Seen") : t("Sent")}</span>`}</footer>`}
    </div></article>`;
}

/** How far a message has come that left the house: in one line while all is well, each recipient by name when it is not. */
function Copies({id, item}) {
  const trouble = item.copies.filter(each => ["failed", "bounced", "unknown"].includes(each.state));
  const waiting = item.copies.find(each => each.state === "queued" || each.state === "sending");
  return html`<footer class="meta"><${Speaker} author=${item.author} />
    <time dateTime=${item.at} title=${fullDate(item.at)}>${clock(item.at)}</time>
    ${!trouble.length && html`<span class="mark" title=${item.copies.map(each => each.address).join(", ")}> · <${Icon} name=${waiting ? "clock" : "check"} size=${14} />
      ${waiting ? waiting.reason ? t("Not sent yet: {why}", {why: delayed(waiting.reason)}) : t("On its way") : t("Sent")}
      ${item.copies.length > 1 && html` <bdi class="ltr">${t("to {n} recipients", {n: item.copies.length})}</bdi>`}</span>`}</footer>
    ${trouble.map(each => html`<div class=${`meta ${each.state === "unknown" ? "is-ask" : "is-failed"}`} role="alert" key=${each.id}><${Icon} name="circle-alert" size=${14} />
      <span>${troubleOf(each)} <bdi class="ltr">${each.address}</bdi></span>${each.detail && html`<small class="ltr">${each.detail}</small>`}
      <button type="button" class="link" onClick=${() => decide(id, each, "again")}>${t("Send again")}</button>
      ${each.state === "unknown" && html` · <button type="button" class="link is-plain" onClick=${() => decide(id, each, "sent")}>${t("It arrived")}</button>`}</div>`)}`;
}

const delayed = reason => ({later: t("their server asks us to wait"), busy: t("the mail server is busy"), login: t("the mail server refuses our password"), grant: t("the sign-in at the mail server has ended"),
  sender: t("the mail server refuses our address")})[reason] ?? t("the mail server can’t be reached");

function troubleOf({state, reason}) {
  if (state === "unknown" && reason === "restored") return t("It waited to leave when this backup was made. Nobody knows whether it was sent since:");
  if (state === "unknown") return t("The line was cut while this was sent. Nobody knows whether it arrived:");
  if (state === "bounced") return reason === "complaint" ? t("Called unwanted by") : t("It came back from");
  return {no_such_address: t("There is no such address:"), mailbox_full: t("The mailbox is full:"), too_large: t("Too large for the server of"), gave_up: t("Tried for two days, then given up:"),
    unsendable: t("No mail can be sent to"), inside: t("It couldn’t be put together. Whoever runs the desk finds why in its log:"), file_missing: t("One of its files is gone:")}[reason] ?? t("Refused by the server of");
}

/** An answer that is written and has not left. */
function Waiting({held, id}) {
  const stopped = held.state === "stopped";
  return html`<article class=${`message is-out is-last is-first is-own${stopped ? " is-ask" : ""}`}><${Avatar} who=${held.author} size="s" />
    <div class="said">${held.text && html`<div class="bubble"><${Prose} text=${held.text} team=${true} /></div>`}<${Files} files=${held.files} />
      <footer class=${`meta${stopped ? " is-ask" : ""}`}><${Speaker} author=${held.author} />
        <${Icon} name=${stopped ? "circle-alert" : "clock"} size=${14} /><span>${stopped ? held.why === "customer.wrote" ? t("Not sent: the customer has written since.")
          : held.why === "restored" ? t("Not sent: the desk was restored from a backup, and it may have left before.") : t("Not sent. Something has to be put right first.") : held.scheduled ? html`${t("Leaves:")} <time dateTime=${held.due_at} title=${fullDate(held.due_at)}>${moment(held.due_at)}</time>` : t("Leaves in a moment")}</span>
        ${(stopped || held.scheduled) && html`<button type="button" class="link" onClick=${() => putOff(id, held, null)}>${t("Send now")}</button> · `}
        <button type="button" class="link is-plain" onClick=${() => recall(id, held)}>${stopped || held.scheduled ? t("Take back") : t("Undo")}</button></footer></div></article>`;
}

function Note({item, children}) {
  const mentioned = (item.data?.mentions ?? []).map(id => agent(id)?.name).filter(Boolean);
  const marks = mentioned.length ? mentioned : agents.value.map(each => each.name);
  const head = item.author.id === me.id ? t("Your note · only your team sees this") : t("Note from {name} · only your team sees this", {name: item.author.name});
  return html`<article class="message is-note"><${Avatar} who=${item.author} size="s" />
    <div class="note"><header class="note-head"><${Icon} name="lock" size=${14} /><span>${head}</span><span class="grow" />
      <time dateTime=${item.at} title=${fullDate(item.at)}>${clock(item.at)}</time></header>
      ${item.text && html`<${Prose} text=${item.text} marks=${marks} team=${true} />`}<${Files} files=${item.files} />${children}</div></article>`;
}

/** Known before the picture is there, so nothing jumps when it comes. */
const shownWidth = ({width, height}) => Math.round(Math.max(48, Math.min(260, width, 240 * width / height)));

function Files({files}) {
  return files?.length ? html`<div class="files">${files.map(file => file.width && file.mime.startsWith("image/")
    ? html`<a class="picture" key=${file.key} href=${file.url} target="_blank" rel="noopener" title=${file.name} style=${{inlineSize: `${shownWidth(file)}px`}}>
      <img src=${file.url} alt=${file.name} width=${file.width} height=${file.height} loading="lazy" style=${{aspectRatio: `${file.width} / ${file.height}`}} /></a>`
    : html`<a class="file" key=${file.key} href=${file.url} target="_blank" rel="noopener" download=${file.name}><${Icon} name="file" size=${18} />
      <span class="file-name"><bdi>${file.name}</bdi><small>${bytes(file.size)}</small></span><${Icon} name="download" /></a>`)}</div>` : null;
}

/** A message of ours that the server does not have yet. */
function OwnLetter({letter, id}) {
  const foot = html`<footer class=${`meta is-${letter.state}`} role=${letter.state === "failed" ? "alert" : undefined}>${{
    sending: html`<span><${Icon} name="clock" size=${12} />${t("Sending…")}</span>`,
    waiting: html`<span><${Icon} name="clock" size=${12} />${t("Waiting for the connection")}</span>`,
    failed: html`<${Icon} name="circle-alert" size=${14} /><span>${t("Not sent.")} ${letter.reason}</span>
      <button type="button" class="link" onClick=${() => sendAgain(letter.client_id, lastSeq(id))}>${t("Try again")}
      </button> · <button type="button" class="link is-plain" onClick=${() => copy(letter.text)}>${t("Copy")}
      </button> · <button type="button" class="link is-plain" onClick=${() => takeBack(letter.client_id)}>${t("Edit")}</button>`,
    ask: html`<${Icon} name="circle-alert" size=${14} /><span>${t("Not sent yet: the customer has just written. Send anyway?")}</span>
      <button type="button" class="link" onClick=${() => sendAgain(letter.client_id, lastSeq(id))}>${t("Send anyway")}
      </button> · <button type="button" class="link is-plain" onClick=${() => takeBack(letter.client_id)}>${t("Edit")}</button>`,
  }[letter.state]}</footer>`;
  if (letter.kind === "note") return html`<${Note}
    item=${{author: {...me, kind: "agent"}, text: letter.text, files: letter.files, at: letter.at, data: {mentions: letter.mentions}}}>
    ${foot}</${Note}>`;
  return html`<article class=${`message is-out is-last is-first is-own is-${letter.state}`}><${Avatar} who=${me} size="s" />
    <div class="said">${letter.text && html`<div class="bubble"><${Prose} text=${letter.text} team=${true} /></div>`}<${Files} files=${letter.files} />${foot}</div></article>`;
}

function EventLine({item}) {
  if (item.origin && item.event === "conversation.merged_away") return null; // the other side of the merge says the same
  const words = eventWords(item);
  return words && html`<p class="event"><${Icon} name=${eventIcon[item.event] ?? "circle-alert"} size=${14} /><span>${words}</span>
    <time dateTime=${item.at} title=${fullDate(item.at)}>${clock(item.at)}</time></p>`;
}
