/** Customers: who they are, and all that was ever said with one of them, over every channel. Read when the page is first opened. */
import {effect, html, signal, useEffect, useRef, useState} from "../ui/vendor/ui.js";
import {t, digits} from "../ui/wire.js";
import {call, putRows, row, showDetails, shownPeople} from "./state.js";
import {address, go, place} from "./routes.js";
import {Avatar, ChannelBadge, Icon, IconButton, Skeleton, When, dirOf} from "./parts.js";
import {plain, useSlow} from "./list.js";
import {Customer} from "./details.js";
import {Log} from "./items.js";
import {onNews} from "./live.js";

const found = signal({text: "", list: null, next: null, state: "loading", problem: null});
effect(() => { shownPeople.value = (found.value.list ?? []).map(each => each.id); });

async function look(text) {
  found.value = {...found.peek(), text, state: "loading"};
  try {
    const answer = await call("GET", `customers?q=${encodeURIComponent(text)}`);
    if (found.peek().text === text) found.value = {text, list: answer.customers, next: answer.next, state: "ready", problem: null};
  } catch (problem) { if (found.peek().text === text) found.value = {...found.peek(), state: "error", problem}; }
}

async function more() {
  const {text, list, next, state} = found.peek();
  if (!next || state !== "ready") return;
  found.value = {...found.peek(), state: "more"};
  try {
    const answer = await call("GET", `customers?q=${encodeURIComponent(text)}&before=${encodeURIComponent(next)}`);
    if (found.peek().text === text) found.value = {text, list: [...list, ...answer.customers.filter(each => !list.some(one => one.id === each.id))], next: answer.next, state: "ready", problem: null};
  } catch { if (found.peek().text === text) found.value = {...found.peek(), state: "ready"}; } // further down it is asked for again
}

/** The panes of the view "customers". */
export function Customers() {
  return html`<${Finder} />${place.value.who ? html`<${Person} id=${place.value.who} key=${place.value.who} />`
    : html`<section class="thread is-blank" aria-label=${t("History")}><div class="empty"><${Icon} name="users" size=${24} /><strong>${t("Nobody is chosen")}</strong><p>${t("Choose a customer: everything you ever said to each other stands here, whichever channel it took.")}</p></div></section>`}`;
}

function Finder() {
  const {text, list, state, problem} = found.value, timer = useRef(0), slow = useSlow(state === "loading" && !list);
  useEffect(() => { look(found.peek().text); }, []);
  const type = event => { const value = event.currentTarget.value; clearTimeout(timer.current); timer.current = setTimeout(() => look(value), 200); };
  const onScroll = event => { const {scrollTop, clientHeight, scrollHeight} = event.currentTarget; if (scrollTop + clientHeight > scrollHeight * 0.7) more(); };
  return html`<section class="list" aria-label=${t("Customers")}><header class="bar"><h2 class="bar-title">${t("Customers")}</h2></header>
    <div class="finder"><${Icon} name="search" /><input type="search" dir=${dirOf(text)} autocomplete="off" aria-label=${t("Name, address or number")} placeholder=${t("Name, address or number")} defaultValue=${text} onInput=${type} /></div>
    <div class="rows-box"><ul class="rows" aria-label=${t("Customers")} onScroll=${onScroll}>${(list ?? []).map(each => html`<li class="row" key=${each.id}><a href=${address({view: "customers", who: each.id})}
      aria-current=${place.value.who === each.id ? "true" : undefined} onClick=${event => { if (plain(event)) go({who: each.id}); }}><${Avatar} who=${each} />
      <span class="row-head"><span class="row-name" dir="auto">${each.name || t("No name")}</span><span class="row-time"><${When} at=${each.last_seen} /></span></span>
      <span class="row-text"><span class="row-preview ltr">${each.identities[0]?.value ?? ""}</span></span></a></li>`)}</ul>
    ${!list && slow && html`<${Skeleton} />`}
    ${list?.length === 0 && state === "ready" && html`<div class="empty"><${Icon} name="users" size=${24} /><strong>${text ? t("Nobody found") : t("No customers yet")}</strong>
      <p>${text ? t("Try a part of the name, the address or the number.") : t("Whoever writes to you stands here.")}</p></div>`}
    ${state === "error" && html`<div class="trouble"><strong>${t("Couldn’t load the list")}</strong><p>${problem.title}</p><button type="button" class="button" onClick=${() => look(text)}><${Icon} name="refresh-cw" />${t("Try again")}</button></div>`}</div></section>`;
}

function Person({id}) {
  const [told, setTold] = useState({card: null, parts: [], next: null, state: "loading", problem: null});
  const slow = useSlow(told.state === "loading");
  const ask = async (card, before) => {
    const found = await Promise.all([card ?? call("GET", `customers/${id}/card`), call("GET", `customers/${id}/history${before ? `?before=${encodeURIComponent(before)}` : ""}`)]);
    putRows(found[1].parts.map(each => each.row));
    return found;
  };
  const read = async before => {
    setTold(was => ({...was, state: "loading"}));
    try {
      const [card, page] = await ask(told.card, before);
      setTold(was => ({card, parts: before ? [...was.parts, ...page.parts] : page.parts, next: page.next, state: "ready", problem: null}));
    } catch (problem) { setTold(was => ({...was, state: "error", problem})); }
  };
  /** What was said meanwhile; the pages that were read further down stay. A read that fails leaves what is shown: the next news tries again. `other`: it is another person now, whose pages those are not. */
  const renew = async other => {
    try {
      const [card, page] = await ask(null, null);
      const newer = new Set(page.parts.map(each => each.row.id));
      setTold(was => !was.card ? was : {...was, card, parts: [...page.parts, ...other ? [] : was.parts.filter(each => !newer.has(each.row.id))], next: !other && was.parts.length > page.parts.length ? was.next : page.next});
    } catch { /* see above */ }
  };
  useEffect(() => {
    let soon = 0;
    onNews.run = conversation => { if (!conversation || row(conversation).peek()?.customer.id === id) soon ||= setTimeout(() => { soon = 0; renew(); }, 300); };
    read(null);
    return () => { clearTimeout(soon); onNews.run = () => {}; };
  }, []);
  const {card, parts, next, state, problem} = told;
  return html`<section class="thread" aria-label=${t("History")}><header class="bar thread-bar"><span class="only-phone"><${IconButton} icon="arrow-left" label=${t("Back")} onClick=${() => go({who: null})} /></span>
      <h2 class="bar-title"><bdi>${card?.name ?? ""}</bdi>${card && html`<span class="bar-count">${digits(card.conversations)}</span>`}</h2><span class="grow" /><span class="open-details"><${IconButton} icon="panel-right" label=${t("Details")} keys="]" onClick=${showDetails} /></span></header>
    <div class="log-box"><div class="log" tabIndex="0" aria-label=${t("History")}><div class="log-inner history">
      ${parts.map(part => html`<section key=${part.row.id} class="history-part" aria-label=${part.row.subject || part.row.preview}><header class="history-head"><${ChannelBadge} kind=${part.row.inbox.kind} />
        <strong class="cut grow" dir="auto">${part.row.subject || part.row.inbox.name}</strong>${part.row.status === "resolved" && html`<span class="chip is-good">${t("Resolved")}</span>`}<${When} at=${part.row.last_at} />
        <a class="button" href=${address({view: "all", id: part.row.id})} onClick=${event => { if (plain(event)) go({view: "all", id: part.row.id, who: null}); }}>${t("Open it")}</a></header>
        ${part.more && html`<p class="none">${t("Earlier lines stand in the conversation.")}</p>`}<${Log} id=${part.row.id} items=${part.items} own=${[]} held=${[]} seen=${part.seen} /></section>`)}
      ${state === "loading" && slow && html`<${Skeleton} shape="bubble" rows=${3} />`}
      ${state === "ready" && !parts.length && html`<p class="none">${t("Nothing was said yet, or it isn’t yours to see.")}</p>`}
      ${state === "error" && html`<div class="trouble"><strong>${t("Couldn’t load the history")}</strong><p>${problem.title}</p><button type="button" class="button" onClick=${() => read(next)}><${Icon} name="refresh-cw" />${t("Try again")}</button></div>`}
      ${next && state === "ready" && html`<button type="button" class="button history-more" onClick=${() => read(next)}>${t("Earlier conversations")}</button>`}</div></div></div></section>
    <aside class="details" aria-label=${t("Customer")}><header class="bar"><h2 class="bar-title">${t("Customer")}</h2></header><div class="details-body">${card && html`<${Customer} each=${{id: null, customer: card, lang: card.lang}} customer=${card} renew=${() => { look(found.peek().text); return renew(true); }} />`}</div></aside>`;
}
