/** The pane beside the thread: who the customer is, what the conversation is about. */
import {html, signal} from "../ui/vendor/ui.js";
import {t, tn, ago, clock, dayLabel, digits, fullDate} from "../ui/wire.js";
import {agent, may, me, now, requestType, row, showDetails, tag, team} from "./state.js";
import {address, go, place} from "./routes.js";
import {Avatar, ChannelBadge, Icon, IconButton, TagMark, When, later} from "./parts.js";
import {copy, setTag} from "./actions.js";
import {priorityName} from "./telling.js";
import {plain} from "./list.js";
import {openMenu} from "./menus.js";
import {talk} from "./talks.js";
import {Ties, apart, reload} from "./ties.js";

const side = signal("customer");
const languages = new Intl.DisplayNames([document.documentElement.lang], {type: "language"});

export function Details() {
  const {id} = place.value;
  const each = id ? row(id).value : null;
  const customer = id ? talk(id).customer.value : null;
  const sides = [["customer", t("Customer")], ["conversation", t("Conversation")]];
  return html`<aside class="details" aria-label=${t("Details")}>
    <header class="bar"><div class="segment" role="tablist">
      ${sides.map(([value, label]) => html`<button type="button" key=${value} role="tab" class="tab" aria-selected=${side.value === value ? "true" : "false"}
        onClick=${() => { side.value = value;
      }}>${label}</button>`)}</div>
      <span class="grow" /><${IconButton} icon="panel-right" label=${t("Hide details")} keys="]" onClick=${showDetails} /></header>
    <div class="details-body">${!each ? null : side.value === "customer" ? html`<${Customer} each=${each} customer=${customer} renew=${() => reload(each.id)} /><${Fields} id=${each.id} on="customer" />` : html`<${About} each=${each} />${talk(each.id).promises.value.length > 0 && html`<${Promises} each=${each} />`}<${Fields} id=${each.id} on="conversation" /><${Ties} id=${each.id} />`}
      </div>
  </aside>`;
}

const Promises = later(() => import("./promises.js").then(found => found.Promises), () => {});
const Fields = later(() => import("./own-fields.js").then(found => found.Fields), () => {});
const Keeping = later(() => import("./keeping.js").then(found => found.Keeping), () => {});

/** The person. `each` is the conversation beside which they stand; without an id they stand by themselves. `renew` reads them anew. */
export function Customer({each, customer, renew}) {
  const who = customer ?? each.customer;
  const onSite = customer?.page && Date.now() - Date.parse(customer.last_seen) < 120_000;
  const lang = who.lang ?? each.lang;
  return html`<section class="part"><div class="person"><${Avatar} who=${who} size="l" online=${onSite} />
      <div class="person-name"><strong dir="auto">${who.name}</strong>${customer && html`<small>${Date.now() - Date.parse(customer.first_seen) < 86_400_000
        ? t("First visit today") : t("Customer since {date}", {date: dayLabel(customer.first_seen)})}${customer.time_zone && html` · <${LocalTime} zone=${customer.time_zone} />`}</small>`}</div></div>
    <div class="chips">${customer?.verified && html`<span class="chip is-good"><${Icon} name="shield-check" size=${13} />${t("Verified")}
      </span>`}${lang && html`<span class="chip">${languages.of(lang)}</span>`}${onSite && html`<span class="chip is-good">${t("On site now")}</span>`}</div>
      </section>
    ${customer && html`<section class="part"><h3>${t("Contact")}</h3><dl class="facts">
      ${customer.identities.map(one => html`<div key=${one.kind + one.value}><dt>
        ${{email: t("E-mail"), phone: t("Phone"), external: t("Shop account")}[one.kind] ?? one.kind}</dt>
        <dd><button type="button" class="copyable ltr" title=${t("Copy")} onClick=${() => copy(one.value)}><span>${one.value}</span>
          <${Icon} name="copy" size=${13} /></button>${one.verified && html`<span class="verified" title=${t("Verified")}><${Icon} name="shield-check" size=${14} />
          <span class="sr">${t("Verified")}</span></span>`}${one.failure && html`<span class="chip is-bad" title=${failures()[one.failure] ?? ""}><${Icon} name="triangle-alert" size=${13} />${t("comes back")}</span>`}</dd></div>`)}
      ${!customer.identities.length && html`<div><dt>${t("E-mail")}</dt><dd class="none">${t("not given")}</dd></div>`}
      ${customer.page && html`<div><dt>${t("Page")}</dt><dd><a class="ltr cut" href=${customer.page} target="_blank" rel="noopener nofollow">${pathOf(customer.page)}
        </a></dd></div>`}
      ${customer.copied.length > 0 && html`<div><dt>${t("Copied in")}</dt><dd dir="auto">${customer.copied.map(one => one.name || "?").join(", ")}</dd></div>`}
      <div><dt>${t("First seen")}</dt><dd title=${fullDate(customer.first_seen)}><${When} at=${customer.first_seen} /></dd></div>
      <div><dt>${t("Last seen")}</dt><dd title=${fullDate(customer.last_seen)}>${ago(customer.last_seen)}</dd></div></dl></section>
    <${Keeping} id=${customer.id} name=${customer.name} />
    ${(may("customer.merge") || customer.merged.length > 0) && html`<section class="part"><div class="chips">${customer.merged.map(one => html`<span class="chip" key=${one.id}><bdi>${one.name || "?"}</bdi>
      ${may("customer.merge") && html`<button type="button" class="chip-x" title=${t("Separate again")} aria-label=${t("Separate again")} onClick=${() => apart(one.id, renew)}><${Icon} name="x" size=${12} /></button>`}</span>`)}
      ${may("customer.merge") && html`<button type="button" class="chip is-add" data-menu="customer" onClick=${event => openMenu("customer", [customer.id], event.currentTarget, renew)}>
        <${Icon} name="users" size=${12} />${t("Merge with another customer…")}</button>`}</div></section>`}
    <section class="part"><h3>${each.id ? t("Earlier conversations") : t("Conversations")}<span class="grow" /><span class="bar-count">
      ${digits(Math.max(customer.conversations - (each.id ? 1 : 0), customer.earlier.length))}</span></h3>
      ${customer.earlier.length ? html`<ul class="earlier">${customer.earlier.map(one => html`<li key=${one.id}>
        <a href=${address({view: each.id ? place.value.view : "all", tab: place.value.tab, id: one.id})} onClick=${event => { if (plain(event)) go({view: each.id ? place.peek().view : "all", id: one.id}); }}>
        <${ChannelBadge} kind=${one.inbox.kind} /><span class="cut grow" dir="auto">${one.subject || one.preview}</span><${When} at=${one.last_at} /></a></li>`)}
          </ul>` : html`<p class="none">${t("This is the first one.")}</p>`}
      ${each.id && html`<a class="link" href=${address({view: "customers", who: customer.id})} onClick=${event => { if (plain(event)) go({view: "customers", who: customer.id}); }}>${t("The whole history")}</a>`}</section>`}`;
}

/** What their clock shows. */
function LocalTime({zone}) {
  return html`<span title=${zone}>${t("{time} local time", {time: clock(now.value, zone)})}</span>`;
}

const failures = () => ({hard: t("Our mail came back: the address doesn’t exist"), soft: t("Our mail came back for now: the mailbox is full or away"),
  complaint: t("The customer’s mail provider says that our mail was unwanted")});

function pathOf(url) { try { const {host, pathname} = new URL(url); return pathname === "/" ? host : decodeURIComponent(pathname); } catch { return url; } }

function About({each}) {
  const ids = [each.id];
  const pick = (name, content) => html`<button type="button" class="pick" data-menu=${name} onClick=${event => openMenu(name, ids, event.currentTarget)}>${content}
    <${Icon} name="chevron-down" size=${13} /></button>`;
  const owner = agent(each.assignee);
  return html`<section class="part"><dl class="facts is-picks">
      <div><dt>${t("Assigned to")}</dt><dd>${pick("assign", owner ? html`<${Avatar} who=${owner} size="xs" /><span dir="auto">${owner.id === me.id
        ? t("You") : owner.name}</span>` : t("Nobody"))}</dd></div>
      <div><dt>${t("Team")}</dt><dd>${pick("team", team(each.team)?.name ?? t("No team"))}</dd></div>
      <div><dt>${t("Priority")}</dt><dd>${pick("priority", html`<span class=${`priority is-${each.priority}`}><${Icon} name="flag" size=${13} /></span>
        ${priorityName(each.priority)}`)}</dd></div>
      <div><dt>${t("Request type")}</dt><dd>${pick("type", requestType(each.request_type)?.name ?? t("Not set"))}</dd></div></dl></section>
    <section class="part"><h3>${t("Tags")}</h3><div class="chips">${each.tags.map(id => tag(id) && html`<span class="chip" key=${id}><${TagMark} id=${id} />
      <button type="button" class="chip-x" aria-label=${t("Remove tag {name}", {name: tag(id).name})} onClick=${() => setTag(ids, id, false)}>
      <${Icon} name="x" size=${12} /></button></span>`)}
      <button type="button" class="chip is-add" data-menu="tags" onClick=${event => openMenu("tags", ids, event.currentTarget)}><${Icon} name="plus" size=${12} />
        ${t("Add tag")}</button></div></section>
    <section class="part"><dl class="facts">
      <div><dt>${t("Number")}</dt><dd><button type="button" class="copyable ltr" title=${t("Copy")} onClick=${() => copy(`#${each.reference}`)}>
        <span>#${each.reference}</span><${Icon} name="copy" size=${13} /></button></dd></div>
      <div><dt>${t("Channel")}</dt><dd><${ChannelBadge} kind=${each.inbox.kind} /> <bdi>${each.inbox.name}</bdi></dd></div>
      ${each.subject && html`<div><dt>${t("Subject")}</dt><dd dir="auto">${each.subject}</dd></div>`}
      <div><dt>${t("Last activity")}</dt><dd title=${fullDate(each.last_at)}>${ago(each.last_at)}</dd></div>
      ${each.unread > 0 && html`<div><dt>${t("Unread")}</dt><dd>${tn("{n} message", "{n} messages", each.unread)}</dd></div>`}</dl></section>`;
}
