/** The list pane: tabs, rows, the pill for what is new, the bar for many at once. */
import {html, useComputed, useEffect, useRef, useState} from "../ui/vendor/ui.js";
import {t, tn, digits, fullDate} from "../ui/wire.js";
import {boot, composing, counts, deskNow, me, palette, picked, row, sideCounts, sieve} from "./state.js";
import {address, go, hasTabs, place, viewName, views} from "./routes.js";
import {Avatar, DueTimer, Icon, IconButton, Skeleton, TagMark, Undelivered, WaitTimer, When, dueWords, isLost, measure, shownCount, standing} from "./parts.js";
import {comingDraft} from "./outbox.js";
import * as feed from "./feed.js";
import {assignToMe, resolve, senders} from "./actions.js";
import {openMenu} from "./menus.js";
import {typingIn, prefetch} from "./talks.js";

export function List() {
  const {view, tab} = place.value;
  const name = viewName(view);
  const count = counts.value[view] ?? sideCounts.value[view];
  return html`<section class="list" aria-label=${name} data-view=${view}>
    ${picked.value.size ? html`<${BulkBar} />` : html`<header class="bar">
      <h2 class="bar-title"><bdi>${name}</bdi>${count > 0 && html`<span class="bar-count">${shownCount(count, digits)}</span>`}</h2>
      <span class="grow" />
      <${Order} at=${place.value} />
      ${!["mentions", "following", "drafts"].includes(view) && html`<${IconButton} icon="list-filter" label=${t("Filter")} aria-expanded=${sieve.value ? "true" : "false"} onClick=${event => { sieve.value = event.currentTarget; }} />`}
      ${senders().length > 0 && html`<span class="only-narrow"><${IconButton} icon="square-pen" size=${20} label=${t("New message")} onClick=${() => { composing.value = true; }} /></span>`}
      <span class="only-narrow"><${IconButton} icon="search" size=${20} label=${t("Search or jump to…")} onClick=${() => { palette.value = ""; }} /></span>
    </header>`}
    <${NarrowViews} />
    ${hasTabs(view) && html`<${Tabs} tab=${tab} />`}
    <${Rows} />
  </section>`;
}

/** The other of the two orders; it shows the one that holds. */
export const turnOrder = () => feed.setOrder(feed.order.peek() === "due" ? "newest" : "due");
function Order({at}) {
  if (!feed.ordered(at)) return null;
  const due = feed.order.value === "due", words = due ? t("Due first") : t("Newest first");
  return html`<button type="button" class="order" onClick=${turnOrder} aria-label=${t("Order: {order}", {order: words})}
    title=${`${due ? t("What is due soonest stands first") : t("The newest stand first")} (O)`}><${Icon} name="arrow-down-narrow-wide" /><span>${words}</span></button>`;
}

function Tabs({tab}) {
  const numbers = feed.tabCounts.value;
  const all = [["open", t("Open")], ["waiting", t("Waiting")], ["done", t("Done")]];
  return html`<nav class="tabs" aria-label=${t("Status")}>${all.map(([each, label]) => html`
    <a class="tab" key=${each} href=${address({...place.value, tab: each, id: null})} aria-current=${each === tab ? "true" : undefined}
      onClick=${event => { if (plain(event)) go({tab: each}); }}>${label}${numbers?.[each] > 0 && html`<span class="bar-count">${shownCount(numbers[each], digits)}
        </span>`}</a>`)}</nav>`;
}

/** On a phone the views stand as pills above the list. */
const NarrowViews = () => html`<nav class="pills only-phone" aria-label=${t("Views")}>${views().map(each => html`
  <a class="pill" key=${each.view} href=${address({view: each.view, tab: "open"})} aria-current=${place.value.view === each.view ? "page" : undefined}
    onClick=${event => { if (plain(event)) go({view: each.view, id: null}); }}>${each.name}${counts.value[each.view] > 0 && html`<span class="bar-count">
      ${shownCount(counts.value[each.view], digits)}</span>`}</a>`)}</nav>`;

/** A click that the browser should not handle itself (new tab, new window). */
export function plain(event) {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return false;
  event.preventDefault();
  return true;
}

function BulkBar() {
  const list = [...picked.value];
  return html`<div class="bar bulk" role="toolbar" aria-label=${t("Selected conversations")}>
    <${IconButton} icon="x" label=${t("Clear selection")} keys="Esc" onClick=${() => { picked.value = new Set(); }} />
    <strong class="bulk-count">${tn("{n} selected", "{n} selected", list.length)}</strong><span class="grow" />
    <${IconButton} icon="user-plus" label=${t("Assign to me")} keys="I" onClick=${() => assignToMe(list)} />
    <${IconButton} icon="alarm-clock" label=${t("Snooze")} keys="H" data-menu="snooze" onClick=${event => openMenu("snooze", list, event.currentTarget)} />
    <${IconButton} icon="tag" label=${t("Tags")} keys="T" data-menu="tags" onClick=${event => openMenu("tags", list, event.currentTarget)} />
    <button type="button" class="button" onClick=${() => resolve(list)}>${t("Resolve")}</button>
  </div>`;
}

function Rows() {
  const box = useRef(null);
  const list = feed.ids.value;
  const state = feed.state.value;
  useEffect(() => { if (state !== "error" || !feed.problem.peek().passing) return; const timer = setTimeout(feed.load, 5000); return () => clearTimeout(timer);
    }, [state]);
  const slow = useSlow(state === "loading" && !list.length);

  const onScroll = () => {
    const {scrollTop, scrollHeight, clientHeight} = box.current;
    feed.rest.atTop = scrollTop < 8;
    if (feed.rest.atTop) feed.touch();
    if (scrollTop + clientHeight > scrollHeight * 0.7) feed.more();
  };
  const toTop = () => { feed.settle(); box.current.scrollTop = 0; };
  // A view one enters is shown from its first row.
  useEffect(() => { box.current.scrollTop = 0; feed.rest.atTop = true; }, [place.value.view, place.value.tab, feed.order.value]);
  useEffect(() => { if (list.length && box.current.scrollHeight <= box.current.clientHeight) feed.more(); }, [list.length]);

  return html`<div class="rows-box" onPointerEnter=${() => { feed.rest.pointerInside = true; }} onPointerLeave=${() => { feed.rest.pointerInside = false;
    feed.touch(); }}>
    ${feed.fresh.value > 0 && html`<button type="button" class="new-pill" onClick=${toTop}><${Icon} name="arrow-down" size=${13} />
      ${tn("{n} new", "{n} new", feed.fresh.value)}</button>`}
    <ul class=${picked.value.size ? "rows is-picking" : "rows"} ref=${box} onScroll=${onScroll} aria-label=${t("Conversations")}>
      ${list.map(id => html`<${RowItem} id=${id} key=${id} />`)}
      ${state === "more" && html`<li><${Skeleton} rows=${2} /></li>`}
      ${state === "more-error" && html`<li class="trouble"><p>${t("Couldn’t load more conversations")}</p>
        <button type="button" class="button" onClick=${feed.moreAgain}><${Icon} name="refresh-cw" />${t("Try again")}</button></li>`}
    </ul>
    ${!list.length && state === "loading" && slow && html`<${Skeleton} />`}
    ${!list.length && state === "ready" && html`<${Empty} />`}
    ${state === "error" && html`<div class="trouble"><strong>${t("Couldn’t load the list")}</strong><p>${feed.problem.value.title}</p>
      <button type="button" class="button" onClick=${feed.load}><${Icon} name="refresh-cw" />${t("Try again")}</button></div>`}
  </div>`;
}

/** True once something has lasted 300 ms: before that a placeholder would only flicker. */
export function useSlow(busy) {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!busy) return setSlow(false);
    const timer = setTimeout(() => setSlow(true), 300);
    return () => clearTimeout(timer);
  }, [busy]);
  return slow;
}

/** On a touch screen a row can be pushed aside, and what stands behind it pressed; the same two stand in the open conversation. */
const swipes = matchMedia("(hover: none)").matches;

/** One conversation in the list. Reads only its own signals, so a key press draws two rows and not two hundred. */
function RowItem({id}) {
  const each = row(id).value;
  const current = useComputed(() => place.value.id === id).value;
  const marked = useComputed(() => picked.value.has(id)).value;
  const typing = useComputed(() => typingIn(id).value).value;
  const draft = useComputed(() => comingDraft(id).value).value;
  const reachable = useComputed(() => place.value.id ? place.value.id === id : feed.ids.value[0] === id).value; // one stop for the Tab key, arrows from there
  const link = useRef(null);
  useEffect(() => {
    if (!current || !link.current) return;
    link.current.scrollIntoView({block: "nearest"});
    if (document.activeElement?.closest(".rows")) link.current.focus({preventScroll: true});
  }, [current]);
  if (!each) return null;
  const unread = each.unread > 0;
  const firstTag = each.tags[0];
  const prefix = each.preview_by === "agent" && each.preview_agent === boot.me.id ? t("You:") : each.preview_by === "note" ? t("Note:") : "";
  const both = each.subject && each.preview;
  const pick = () => { const set = new Set(picked.peek()); if (!set.delete(id)) set.add(id); picked.value = set; };
  const select = t("Select {name}", {name: each.customer.name});
  const onClick = event => {
    if ((event.metaKey || event.ctrlKey) && !event.button) { event.preventDefault(); pick(); } else if (plain(event)) go({id});
  };
  // The time in the name goes on, too: now and then, and whenever somebody comes to hear it.
  const tell = () => { const told = rowLabel(row(id).peek() ?? each); if (link.current?.getAttribute("aria-label") !== told) link.current?.setAttribute("aria-label", told); };
  const close = event => { const line = event.currentTarget.closest(".row"); line.scrollTo({left: 0}); return line; };
  return html`<li class=${`row${unread ? " is-unread" : ""}${marked ? " is-picked" : ""}`}>
    <a ref=${link} href=${address({...place.peek(), id})} aria-current=${current ? "true" : undefined} data-id=${id} tabIndex=${reachable || swipes ? 0 : -1}
      onClick=${onClick} onFocus=${tell} onPointerEnter=${() => prefetch(id)} aria-label=${rowLabel(each)}>
      <${Avatar} who=${each.customer} badge=${each.inbox.kind} />
      <span class="row-head"><span class="row-name" dir="auto">${each.customer.name}</span><span class="row-time"><${When} at=${each.last_at} /></span></span>
      <span class="row-text">${prefix && html`<span class="row-by">${prefix}</span>`}${both && html`<b class="row-subject" dir="auto">${each.subject}</b>`}<span class="row-preview" dir="auto">${each.preview || each.subject}</span>
        ${unread && html`<span class="unread" title=${tn("{n} unread", "{n} unread", each.unread)} />`}</span>
      <span class="row-foot">
        <span class="row-tags">${typing ? html`<span class="typing"><i /><i /><i />${t("typing")}</span>` : draft || each.draft ? html`<span class="draft-mark">
          <${Icon} name="pencil-line" size=${12} />${t("Draft")}</span>` : firstTag && html`<${TagMark} id=${firstTag} />`}
        ${each.tags.length > 1 && !typing && !draft && !each.draft && html`<span class="more-tags">+${digits(each.tags.length - 1)}</span>`}</span>
        ${each.priority === "urgent" || each.priority === "high" ? html`<span class=${`priority is-${each.priority}`} title=${each.priority === "urgent"
          ? t("Urgent") : t("High priority")}><${Icon} name="flag" size=${12} /></span>` : null}<${RowState} each=${each} tell=${tell} /></span>
    </a>
    <input type="checkbox" class="row-check" checked=${marked} tabIndex=${-1} aria-label=${select} onChange=${pick} />
    ${swipes && html`<span class="row-acts"><button type="button" class="is-snooze" tabIndex="-1" data-menu="snooze" onClick=${event => openMenu("snooze", [id], close(event))}><${Icon} name="alarm-clock" size=${20} />${t("Snooze")}</button>
      ${each.status !== "resolved" && html`<button type="button" class="is-resolve" tabIndex="-1" onClick=${event => { close(event); resolve([id]); }}><${Icon} name="check" size=${20} />${t("Resolve")}</button>`}</span>`}
  </li>`;
}

function RowState({each, tell}) {
  if (each.status === "snoozed") {
    const until = each.snoozed_until ? html`<${When} at=${each.snoozed_until} />` : t("until reply");
    return html`<span class="row-state"><${Icon} name="alarm-clock" size=${12} />${until}</span>`;
  }
  if (each.status === "resolved") return html`<span class="row-state"><${Icon} name="check" size=${12} />${t("Resolved")}</span>`;
  if (isLost(each)) return html`<${Undelivered} />`;
  if (each.due_at) return html`<${DueTimer} due=${each} onMinute=${tell} />`;
  if (each.waiting_since) return html`<${WaitTimer} since=${each.waiting_since} />`;
  return html`<span class="row-state">${t("Waiting for customer")}</span>`;
}

const rowLabel = each => [each.customer.name, each.inbox.name, each.unread > 0 && t("unread"), isLost(each) ? t("Not delivered") : each.status === "open" && each.due_at ? dueWords(standing(measure(each), deskNow()), each.due_kind, true)
  : each.waiting_since && t("Waiting for a reply since {time}", {time: fullDate(each.waiting_since)}), each.subject, each.preview].filter(Boolean).join(", ");

function Empty() {
  const {view, tab} = place.value;
  const free = counts.value.unassigned;
  if (boot.setup && view === "mine" && tab === "open") return html`<${Setup} steps=${boot.setup.steps} />`;
  const words = {
    mine: [t("All answered"), t("Nothing is waiting for you. The next one appears here by itself.")],
    unassigned: [t("Everything has an owner"), t("New conversations appear here by themselves.")],
    mentions: [t("Nobody has mentioned you"), t("When a colleague writes @{name} in a note, it appears here.", {name: me.name})],
    snoozed: [t("Nothing is snoozed"), t("Snooze what can wait; it comes back on time.")],
    drafts: [t("No drafts"), t("Whatever you begin to write is kept here until you send it.")],
  };
  const [title, text] = /^(filter|view):/.test(view) ? [t("Nothing fits"), t("No conversation meets these conditions just now.")] : tab === "done" ? [t("Nothing resolved yet"), t("Resolved conversations are kept here.")]
    : tab === "waiting" ? [t("Nothing is waiting"), t("Snoozed conversations stand here until they come back.")]
    : words[view] ?? [t("All answered"), t("New conversations appear here by themselves.")];
  return html`<div class="empty"><${Icon} name=${view === "drafts" ? "pencil-line" : view === "snoozed" ? "alarm-clock" : "coffee"} size=${28} />
    <strong>${title}</strong><p>${text}</p>
    ${view === "mine" && tab === "open" && free > 0 && html`<button type="button" class="button" onClick=${() => go({view: "unassigned", id: null})}>
      ${t("Open unassigned")}<span class="bar-count">${shownCount(free, digits)}</span></button>`}</div>`;
}

/** A new shop's first steps, in place of an empty list. The test message arrives while one looks: then its step is done, too. */
function Setup({steps}) {
  const arrived = counts.value.all > 0;
  const shown = steps.map((step, n) => ({...step, done: step.done || arrived && n === steps.length - 1}));
  const next = shown.find(step => !step.done);
  return html`<div class="setup"><strong>${next ? t("Three steps to your first conversation") : t("Everything is ready")}</strong>
    <ol>${shown.map(step => html`<li key=${step.title}><a href=${step.url} class=${step.done ? "is-done" : ""} aria-current=${step === next ? "step" : undefined}>
      <${Icon} name=${step.done ? "circle-check" : "circle-dashed"} size=${18} /><span class="grow"><b>${step.title}</b>${step.done && html`<span class="sr">, ${t("done")}</span>`}
      <small>${step.text}</small></span><${Icon} name="chevron-right" /></a></li>`)}</ol>
    ${arrived && html`<button type="button" class="button is-primary" onClick=${() => go({view: "unassigned", id: null})}>${t("Open unassigned")}
      <span class="bar-count">${shownCount(counts.value.unassigned, digits)}</span></button>`}</div>`;
}
