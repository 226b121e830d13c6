/** The open conversation: its header, what was said, who else is here. */
import {html, useEffect, useLayoutEffect, useRef, useState} from "../ui/vendor/ui.js";
import {t, tn} from "../ui/wire.js";
import {agent, agentName, me, met, online, row, showDetails} from "./state.js";
import {go, place} from "./routes.js";
import {Avatar, DueTimer, Icon, IconButton, Met, Skeleton, Undelivered, WaitTimer, When, isLost} from "./parts.js";
import {draft, letters, write} from "./outbox.js";
import {copy, markSeen, reopen, resolve} from "./actions.js";
import * as feed from "./feed.js";
import {keyOf, load, loadOlder, open, prefetch, talk, typingIn} from "./talks.js";
import {openMenu} from "./menus.js";
import {useSlow} from "./list.js";
import {Log} from "./items.js";
import {Composer, focusComposer} from "./composer.js";

export function Thread() {
  const {id} = place.value;
  if (!id) return html`<section class="thread is-blank" aria-label=${t("Conversation")}><div class="empty"><${Icon} name="message-circle" size=${24} /><strong>
    ${t("No conversation is open")}</strong>
    <p>${t("Choose one from the list. J and K move, Enter opens.")}</p></div></section>`;
  return html`<${Opened} id=${id} key=${id} />`;
}

function Opened({id}) {
  const one = talk(id);
  useEffect(() => {
    open(id);
    // The neighbours come next: have them here before the key is pressed.
    const timer = setTimeout(() => { prefetch(feed.neighbour(id, 1)); prefetch(feed.neighbour(id, -1)); }, 120);
    return () => clearTimeout(timer);
  }, [id]);
  const each = row(id).value;
  const state = one.state.value;
  const known = one.items.value.length > 0;
  const slow = useSlow(!known && state !== "error");
  const passing = state === "error" && one.problem.value.passing;
  useEffect(() => { if (!passing) return; const timer = setTimeout(() => load(id), 3000); return () => clearTimeout(timer); }, [passing, id, online.value]);
  return html`<section class="thread" aria-label=${t("Conversation")}>
    <${Header} id=${id} each=${each} />
    ${state === "error" && !known ? html`<div class="trouble is-whole"><strong>${one.problem.value.status === 404
      ? t("This conversation isn’t here, or you may not see it") : t("Couldn’t open the conversation")}</strong><p>${one.problem.value.title}</p>
      <button type="button" class="button" onClick=${() => load(id)}><${Icon} name="refresh-cw" />${t("Try again")}</button></div>`
    : !known ? html`<div class="log">${slow && html`<${Skeleton} shape="bubble" rows=${4} />`}</div>`
    : html`<${Scroll} id=${id} one=${one} />`}
    ${each && html`<${People} id=${id} one=${one} /><${Composer} id=${id} key=${id} />`}
  </section>`;
}

function Header({id, each}) {
  if (!each) return html`<header class="bar"><span class="only-phone"><${IconButton} icon="arrow-left" label=${t("Back")} onClick=${() => go({id: null})} /></span>
    </header>`;
  const owner = agent(each.assignee);
  const resolved = each.status === "resolved";
  return html`<header class="bar thread-bar">
    <span class="only-phone"><${IconButton} icon="arrow-left" label=${t("Back")} onClick=${() => go({id: null})} /></span>
    <span class="only-phone"><${Avatar} who=${each.customer} badge=${each.inbox.kind} /></span>
    <div class="bar-who"><h2 class="bar-title"><bdi>${each.customer.name}</bdi></h2>
    <button type="button" class="reference ltr" title=${t("Copy number #{reference}", {reference: each.reference})} onClick=${() => copy(`#${each.reference}`)}>#${each.reference}
      </button>
    <span class="bar-state">${met.value === id ? html`<${Met} />` : resolved ? html`<span class="chip is-good">${t("Resolved")}</span>` : each.status === "snoozed" ? html`<span class="chip">
      ${t("Snoozed")}${each.snoozed_until && html` · <${When} at=${each.snoozed_until} />`}</span>`
      : isLost(each) ? html`<${Undelivered} />` : each.due_at ? html`<${DueTimer} due=${each} whole=${true} />` : each.waiting_since ? html`<${WaitTimer} since=${each.waiting_since} />` : html`<span class="chip is-spare">${t("Waiting for customer")}</span>`}</span></div>
    <span class="grow" />
    <button type="button" class="owner" data-menu="assign" aria-haspopup="listbox" title=${`${t("Assigned to")} (A)`}
      onClick=${event => openMenu("assign", [id], event.currentTarget)}>
      ${owner ? html`<${Avatar} who=${owner} size="s" /><span class="owner-name" dir="auto">${owner.id === me.id ? t("You") : owner.name}</span>`
        : html`<${Icon} name="user-plus" /><span class="owner-name">${t("Assign")}</span>`}</button>
    <span class="bar-tools">
      <${IconButton} icon="alarm-clock" label=${t("Snooze")} keys="H" data-menu="snooze" onClick=${event => openMenu("snooze", [id], event.currentTarget)} />
    <${IconButton} icon="tag" label=${t("Tags")} keys="T" data-menu="tags" onClick=${event => openMenu("tags", [id], event.currentTarget)} /></span>
    <${IconButton} icon="ellipsis" label=${t("More")} data-menu="more priority team type" onClick=${event => openMenu("more", [id], event.currentTarget)} />
    ${resolved ? html`<button type="button" class="button" onClick=${() => reopen([id])}><${Icon} name="rotate-ccw" /><span class="label">${t("Reopen")}</span>
      <kbd>⇧E</kbd></button>`
      : html`<button type="button" class="button" aria-label=${t("Resolve")} onClick=${() => resolve([id])}><${Icon} name="check" /><span class="label">
        ${t("Resolve")}</span><kbd>E</kbd></button>`}
    <span class="open-details"><${IconButton} icon="panel-right" label=${t("Details")} keys="]" onClick=${showDetails} /></span>
  </header>`;
}

function Scroll({id, one}) {
  const box = useRef(null);
  const place = useRef({atEnd: true, height: 0, first: undefined, older: "idle", count: 0, shown: false});
  const [below, setBelow] = useState(0);
  const items = one.items.value;
  const held = one.held.value;
  const own = letters.value.filter(each => each.conversation === id);
  const ours = own.length + held.length; // what is written here and stands below
  const typing = typingIn(id).value;
  const older = one.older.value;

  useLayoutEffect(() => {
    const element = box.current, was = place.current;
    const first = items[0] && keyOf(items[0]), grown = items.length + ours - was.count, {shown} = was;
    const above = first !== was.first || older !== was.older; // older ones, or the sign that they are coming
    Object.assign(was, {first, older, count: items.length + ours, shown: true});
    if (!shown) return; // just opened: the observer below goes to the end once the browser has laid it out, nothing is measured before that
    if (above && !was.atEnd) element.scrollTop += element.scrollHeight - was.height; // what one reads stays
    else if (was.atEnd || grown > 0 && ours) element.scrollTop = element.scrollHeight;
    else if (grown > 0) setBelow(n => n + grown);
    was.height = element.scrollHeight;
  }, [items, ours, typing, older]);
  // Pictures and the growing composer change heights without a new item. It speaks after the layout and before the paint.
  useLayoutEffect(() => {
    const watch = new ResizeObserver(() => {
      if (!box.current) return;
      if (place.current.atEnd) box.current.scrollTop = box.current.scrollHeight;
      place.current.height ||= box.current.scrollHeight;
    });
    watch.observe(box.current); watch.observe(box.current.firstElementChild);
    return () => watch.disconnect();
  }, []);
  // Read means: it stood before a person's eyes for a moment.
  const latest = items.at(-1)?.version ?? 0;
  useEffect(() => {
    let timer = 0;
    const look = () => { clearTimeout(timer);
      if (document.visibilityState === "visible" && place.current.atEnd) timer = setTimeout(() => markSeen(id, one.version), 700); };
    look();
    document.addEventListener("visibilitychange", look);
    return () => { clearTimeout(timer); document.removeEventListener("visibilitychange", look); };
  }, [id, latest, below]);

  const onScroll = () => {
    const {scrollTop, scrollHeight, clientHeight} = box.current;
    place.current.atEnd = scrollHeight - scrollTop - clientHeight < 60;
    place.current.height = scrollHeight;
    if (place.current.atEnd && below) setBelow(0);
    if (scrollTop < 300 && older === "idle" && one.before.peek()) loadOlder(id);
  };
  const toEnd = () => { box.current.scrollTop = box.current.scrollHeight; setBelow(0); };

  return html`<div class="log-box"><div class="log" ref=${box} onScroll=${onScroll} role="log" aria-live="off" aria-label=${t("Messages")} tabIndex="0">
    <div class="log-inner">
      ${row(id).value?.subject && html`<h2 class="subject" dir="auto">${row(id).value.subject}</h2>`}
      ${older === "loading" && html`<${Skeleton} shape="bubble" rows=${1} />`}
      ${older === "error" && html`<div class="trouble"><strong>${t("Couldn’t load older messages")}</strong>
        <button type="button" class="button" onClick=${() => loadOlder(id)}><${Icon} name="refresh-cw" />${t("Try again")}</button></div>`}
      <${Log} id=${id} items=${items} own=${own} held=${held} seen=${one.seen.value} />
      ${typing && html`<div class="typing-line"><${Avatar} who=${row(id).value?.customer} size="s" /><span class="typing"><i /><i /><i /></span><span class="sr">
        ${t("The customer is typing")}</span></div>`}
    </div></div>
    ${below > 0 && html`<button type="button" class="new-pill is-low" onClick=${toEnd}><${Icon} name="arrow-down" size=${13} />${tn("{n} new", "{n} new", below)}
      </button>`}</div>`;
}

/** Who else looks at or writes to this customer. Nobody is ever locked out. */
function People({id, one}) {
  const people = one.people.value;
  const writer = people.find(each => each.state === "writing");
  const words = writer ? t("{name} is writing a reply", {name: agentName(writer.agent)}) : viewersWords(people.map(each => agentName(each.agent)));
  if (writer) return html`<div class="banner is-accent over-composer" role="status"><${Avatar} who=${agent(writer.agent)} size="s" /><span class="grow">${words}
    </span><button type="button" class="banner-action" onClick=${() => writeTo(id, writer.agent)}>${t("Write to {name}", {name: agentName(writer.agent)})}</button></div>`;
  if (!people.length) return null;
  return html`<div class="viewing"><${Avatar} who=${agent(people[0].agent)} size="xs" />${words}</div>`;
}

/** A note that calls the colleague who is writing to the same customer. */
function writeTo(id, colleague) {
  const call = `@${agentName(colleague)} `, {text} = draft(id, "note").peek();
  if (!text.includes(call)) write(id, "note", {text: text ? `${text}\n${call}` : call});
  focusComposer("note");
}

function viewersWords(names) {
  if (!names.length) return "";
  return names.length === 1 ? t("{name} is viewing this conversation", {name: names[0]})
    : tn("{name} and {n} other are viewing this conversation", "{name} and {n} others are viewing this conversation", names.length - 1, {name: names[0]});
}
