/** What one has been told: who, what, where, when. Read when the bell is first pressed. */
import {html, useEffect, useRef, useState} from "../ui/vendor/ui.js";
import {t, ago, fullDate} from "../ui/wire.js";
import {call, counts, drawer} from "./state.js";
import {go} from "./routes.js";
import {Avatar, Icon} from "./parts.js";
import {plain} from "./list.js";
import {Popover} from "./menus.js";

const icons = {assigned: "user-plus", mentioned: "at-sign", message: "message-circle", new: "circle-dashed", followed: "eye", snoozed: "alarm-clock", due: "timer", late: "triangle-alert", failed: "circle-alert"};

export function News({anchor, onClose}) {
  const box = useRef(null), told = useRef(null), unseen = counts.value.notifications;
  const [rows, setRows] = useState(null);
  const [next, setNext] = useState(null);
  const [problem, setProblem] = useState(null);
  const tell = number => { told.current = number; counts.value = {...counts.peek(), notifications: number}; };
  const load = async before => {
    setProblem(null);
    try {
      const page = await call("GET", `notifications${before ? `?before=${encodeURIComponent(before)}` : ""}`);
      setRows(known => before ? [...known, ...page.notifications] : page.notifications);
      setNext(page.next);
      tell(page.unseen);
    } catch (error) { setProblem(error); }
  };
  useEffect(() => { if (unseen !== told.current) load(""); }, [unseen]); // at first, and when something new comes while it is open
  const seeAll = async () => {
    const before = rows;
    setRows(rows.map(each => ({...each, seen: true})));
    try { tell((await call("POST", "notifications/seen", {all: true})).unseen); } catch (error) { setRows(before); setProblem(error); }
    box.current?.querySelector("a")?.focus();
  };
  const open = each => {
    const [, , view, id] = each.url.split("/");
    onClose();
    drawer.value = null;
    if (!each.seen) call("POST", "notifications/seen", {ids: [each.id]}).then(answer => tell(answer.unseen), () => {}); // opening it says the same again
    go({view, id, tab: "open"});
  };
  const onKeyDown = event => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (event.key !== "Escape") event.stopPropagation();
    if (!step) return;
    event.preventDefault();
    const links = [...box.current.querySelectorAll(".news-row")], at = links.indexOf(document.activeElement);
    links[Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
  };
  return html`<${Popover} wide=${true} anchor=${anchor} label=${t("Notifications")} onClose=${onClose}><div class="news" ref=${box} onKeyDown=${onKeyDown}>
    <header class="news-head"><h2>${t("Notifications")}</h2><span class="grow" />
      ${rows?.some(each => !each.seen) && html`<button type="button" class="link" onClick=${seeAll}>${t("Mark all as seen")}</button>`}</header>
    ${problem && html`<p class="banner is-bad" role="alert"><span class="grow">${problem.title}</span><button type="button" class="banner-action" onClick=${() => load(rows ? next : "")}>${t("Load again")}</button></p>`}
    ${rows?.length === 0 && html`<div class="empty"><${Icon} name="bell" size=${22} /><strong>${t("Nothing new")}</strong><p>${t("When something concerns you, it stands here.")}</p></div>`}
    <ul>${rows?.map(each => html`<li key=${each.id}><a class=${each.seen ? "news-row" : "news-row is-new"} href=${each.url} onClick=${event => { if (plain(event)) open(each); }}>
      <span class="news-who"><${Avatar} who=${each.who} /><span class=${`news-kind is-${each.kind}`}><${Icon} name=${icons[each.kind]} size=${10} /></span></span>
      <span class="news-text"><span class="news-title">${each.title}</span>${each.preview && html`<span class="news-line" dir="auto">${each.preview}</span>`}
        <span class="news-at"><bdi class="ltr">#${each.reference}</bdi> · <time datetime=${each.at} title=${fullDate(each.at)}>${ago(each.at)}</time></span></span>
      ${!each.seen && html`<span class="unread-dot"><span class="sr">${t("not seen yet")}</span></span>`}</a></li>`)}</ul>
    ${next && !problem && html`<button type="button" class="menu-item" onClick=${() => load(next)}>${t("Show older")}</button>`}
    <footer class="news-foot"><a class="link" href="/settings/profile#notify">${t("Choose what you’re told of")}</a></footer></div></${Popover}>`;
}
