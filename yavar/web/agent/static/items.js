/** What was said and done: days, bubbles, notes, files, and events in words. */
import {html} from "../ui/vendor/ui.js";
import {t, bytes, clock, dayLabel, fullDate} from "../ui/wire.js";
import {agent, agentName, agents, me, requestType, tag, team} from "./state.js";
import {Avatar, Icon, Prose, When, moment} from "./parts.js";
import {sendAgain, takeBack} from "./outbox.js";
import {copy, decide, priorityName, putOff, recall} from "./actions.js";
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

function One({id, item, first, last, seen}) {
  if (item.kind === "event") return html`<${EventLine} item=${item} />`;
  if (item.kind === "note") return html`<${Note} item=${item} />`;
  const out = item.author.kind !== "customer";
  return html`<article class=${`message ${out ? "is-out" : "is-in"}${last ? " is-last" : ""}${first ? " is-first" : ""}`}>
    ${last ? html`<${Avatar} who=${item.author} size="s" />` : html`<span class="avatar-space" />`}
    <div class="said"><span class="sr">${item.author.name}: </span>
      ${item.text && html`<div class=${`bubble${item.author.kind === "bot" ? " is-auto" : ""}`}><${Prose} text=${item.text} /></div>`}
      <${Files} files=${item.files} />
      ${item.original && html`<a class="link whole" href=${item.original} target="_blank" rel="noopener"><${Icon} name="mail-open" size=${14} />${item.client_id?.startsWith("form-") ? t("The form as it was sent") : t("The mail as it came")}</a>`}
      ${item.copies?.length ? html`<${Copies} id=${id} item=${item} />` : last && html`<footer class="meta">${item.author.kind === "bot" || item.author.kind === "system" ? html`<span>
        ${t("Automatic answer")} · </span>` : out && item.author.id !== me.id ? html`<span><bdi>${item.author.name}</bdi> · </span>` : null}
        <time dateTime=${item.at} title=${fullDate(item.at)}>${clock(item.at)}</time>
          ${out && html`<span class="mark"> · <${Icon} name=${seen ? "check-check" : "check"} size=${14} />${seen ? t("Seen") : t("Sent")}</span>`}</footer>`}
    </div></article>`;
}

/** How far a message has come that left the house: in one line while all is well, each recipient by name when it is not. */
function Copies({id, item}) {
  const trouble = item.copies.filter(each => ["failed", "bounced", "unknown"].includes(each.state));
  const waiting = item.copies.find(each => each.state === "queued" || each.state === "sending");
  return html`<footer class="meta">${item.author.id !== me.id ? html`<span><bdi>${item.author.name}</bdi> · </span>` : null}
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
  const mine = held.author.id === me.id, stopped = held.state === "stopped";
  return html`<article class=${`message is-out is-last is-first is-own${stopped ? " is-ask" : ""}`}><${Avatar} who=${held.author} size="s" />
    <div class="said">${held.text && html`<div class="bubble"><${Prose} text=${held.text} /></div>`}<${Files} files=${held.files} />
      <footer class=${`meta${stopped ? " is-ask" : ""}`}>${!mine && html`<span><bdi>${held.author.name}</bdi> · </span>`}
        <${Icon} name=${stopped ? "circle-alert" : "clock"} size=${14} /><span>${stopped ? held.why === "customer.wrote" ? t("Not sent: the customer has written since.")
          : held.why === "restored" ? t("Not sent: the desk was restored from a backup, and it may have left before.") : t("Not sent. Something has to be put right first.") : held.scheduled ? html`${t("Leaves:")} <${When} at=${held.due_at} />` : t("Leaves in a moment")}</span>
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
      ${item.text && html`<${Prose} text=${item.text} marks=${marks} />`}<${Files} files=${item.files} />${children}</div></article>`;
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
    <div class="said">${letter.text && html`<div class="bubble"><${Prose} text=${letter.text} /></div>`}<${Files} files=${letter.files} />${foot}</div></article>`;
}

const eventIcon = {"conversation.opened": "globe", "conversation.assigned": "user", "conversation.team_changed": "users", "conversation.tagged": "tag",
  "conversation.prioritised": "flag", "conversation.snoozed": "alarm-clock", "conversation.woken": "alarm-clock", "conversation.resolved": "check", "conversation.reopened": "rotate-ccw", "conversation.typed": "hash", "conversation.merged_away": "layers", "conversation.unmerged": "rotate-ccw", "conversation.split": "copy", "conversation.linked": "external-link", "conversation.unlinked": "x",
  "conversation.retitled": "pencil-line", "conversation.described": "pencil-line", "conversation.followed": "eye", "conversation.merged": "corner-up-left", "conversation.joined": "user-plus", "conversation.hinted": "external-link", "conversation.auto_replied": "mail-open", "conversation.bounced": "triangle-alert"};

function EventLine({item}) {
  if (item.origin && item.event === "conversation.merged_away") return null; // the other side of the merge says the same
  const words = eventWords(item);
  return words && html`<p class="event"><${Icon} name=${eventIcon[item.event] ?? "circle-alert"} size=${14} /><span>${eventWords(item)}</span>
    <time dateTime=${item.at} title=${fullDate(item.at)}>${clock(item.at)}</time></p>`;
}


/** An event as a sentence: who did it, or simply what is so now. */
function eventWords({event, data = {}, author}) {
  const person = author.kind === "agent", mine = person && author.id === me.id;
  const to = data.to ?? null;
  const v = {name: author.name, to: agentName(to), team: team(to)?.name ?? "", priority: priorityName(to), type: requestType(to)?.name ?? "", time: data.until ? moment(data.until)
    : ""};
  const say = (byMe, byOther, byNobody) => mine ? byMe : person ? byOther : byNobody;
  switch (event) {
    case "conversation.opened":
      return data.page ? t("Chat started on {page}", {page: data.page}) : t("Conversation started");
    case "conversation.assigned":
      if (to === null) return say(t("You removed the assignee"), t("{name} removed the assignee", v), t("Nobody is assigned now"));
      if (person && to === author.id) return mine ? t("You took this conversation") : t("{name} took this conversation", v);
      if (to === me.id) return say("", t("{name} assigned this to you", v), t("Assigned to you"));
      return say(t("You assigned this to {to}", v), t("{name} assigned this to {to}", v), t("Assigned to {to}", v));
    case "conversation.team_changed":
      if (!v.team) return say(t("You took this out of the team"), t("{name} took this out of the team", v), t("Taken out of the team"));
      return say(t("You moved this to {team}", v), t("{name} moved this to {team}", v), t("Moved to {team}", v));
    case "conversation.tagged": {
      const added = tagsNamed(data.added), removed = tagsNamed(data.removed);
      return [added && say(t("You tagged this: {tags}", added), t("{name} tagged this: {tags}", {...v, ...added}), t("Tagged: {tags}", added)),
        removed && say(t("You took off tags: {tags}", removed), t("{name} took off tags: {tags}", {...v, ...removed}),
          t("Tags taken off: {tags}", removed))].filter(Boolean).join(" · ");
    }
    case "conversation.prioritised":
      return say(t("You set the priority to {priority}", v), t("{name} set the priority to {priority}", v), t("Priority: {priority}", v));
    case "conversation.snoozed":
      if (v.time) return say(t("You snoozed this until {time}", v), t("{name} snoozed this until {time}", v), t("Snoozed until {time}", v));
      return say(t("You snoozed this until the customer replies"), t("{name} snoozed this until the customer replies", v), t("Snoozed until the customer replies"));
    case "conversation.woken":
      if (data.why === "customer") return t("Back from snooze: the customer has written");
      return data.why === "time" ? t("Back from snooze: the time has come") : t("Back from snooze");
    case "conversation.resolved":
      return say(t("You resolved this"), t("{name} resolved this", v), t("Resolved"));
    case "conversation.reopened":
      if (data.why === "customer") return t("Reopened: the customer has written");
      return say(t("You reopened this"), t("{name} reopened this", v), t("Reopened"));
    case "conversation.joined":
      return t("Somebody was copied in");
    case "conversation.hinted":
      return {token: t("It carried the reply code of another conversation, but its sender takes no part in that one"), old_token: t("It answers something from before the desk was restored"),
        forwarded: t("A colleague’s address sent this on; it was written by the customer named here")}[data.why] ?? null;
    case "conversation.auto_replied":
      return t("An automatic answer came; nobody has to answer it");
    case "conversation.bounced":
      if (data.complaint) return t("The customer’s mail provider says that our mail was unwanted");
      return data.hard ? t("Our mail came back: the address doesn’t exist") : t("Our mail came back for now: the mailbox is full or away");
    case "conversation.typed":
      if (!v.type) return t("Request type removed");
      return say(t("You set the request type to {type}", v), t("{name} set the request type to {type}", v), t("Request type: {type}", v));
    case "conversation.merged":
      return say(t("You merged another conversation into this"), t("{name} merged another conversation into this", v), t("Another conversation was merged into this"));
    case "conversation.merged_away":
      return say(t("You merged this into another conversation"), t("{name} merged this into another conversation", v), t("Merged into another conversation"));
    case "conversation.unmerged":
      return say(t("You separated what was merged"), t("{name} separated what was merged", v), t("Separated again"));
    case "conversation.split":
      if (data.into) return say(t("You split off a conversation"), t("{name} split off a conversation", v), t("A conversation was split off"));
      return t("Split off from another conversation");
    case "conversation.linked":
      return say(t("You linked another conversation"), t("{name} linked another conversation", v), t("Another conversation was linked"));
    case "conversation.unlinked":
      return say(t("You took a link away"), t("{name} took a link away", v), t("A link was taken away"));
    case "conversation.retitled":
      return say(t("You changed the subject"), t("{name} changed the subject", v), t("The subject was changed"));
    case "conversation.described":
      return say(t("You filled in fields"), t("{name} filled in fields", v), t("Fields were filled in"));
    case "conversation.followed":
      if (data.agent === author.id) return data.on ? say(t("You follow this"), t("{name} follows this", v), "") : say(t("You don’t follow this any more"), t("{name} doesn’t follow this any more", v), "");
      return data.on ? t("{name} follows this", {name: agentName(data.agent)}) : t("{name} doesn’t follow this any more", {name: agentName(data.agent)});
    default:
      return null; // a kind this client does not know
  }
}

const listing = new Intl.ListFormat(document.documentElement.lang, {type: "unit", style: "short"});
const tagsNamed = ids => ids?.length ? {tags: listing.format(ids.map(id => tag(id)?.name ?? "?"))} : null;
