/** A filter put together by hand: the list shows at once what fits, and it can be kept under a name. Read when it is first opened. */
import {html, useState} from "../ui/vendor/ui.js";
import {decimal} from "../ui/date-field.js";
import {t} from "../ui/wire.js";
import {agents, boot, call, may, me, savedViews, tags} from "./state.js";
import {countSide} from "./actions.js";
import * as feed from "./feed.js";
import {go, place} from "./routes.js";
import {Icon, done, failed, say} from "./parts.js";
import {Popover} from "./menus.js";
import {OwnDay} from "./own-time.js";
import {priorityName} from "./telling.js";

/** @typedef {Record<string, string>} Chosen by the names of the API's filters; a custom field is `field.<key>` */

/** What the list shows now, as a filter. @returns {Chosen} */
function chosenNow() {
  const {view, tab} = place.peek(), [kind, key] = view.split(":");
  if (kind === "filter") return Object.fromEntries(new URLSearchParams(view.slice(7)));
  const status = {waiting: "snoozed", done: "resolved"}[tab] ?? "open";
  if (kind === "view") {
    const {status: of = "open", priority = [], fields = {}, ...rest} = savedViews.peek().find(each => each.id === key)?.filter ?? {};
    return {status: of ?? "any", ...rest, ...priority.length && {priority: priority.join(",")}, ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [`field.${name}`, String(value)]))};
  }
  return {status, ...{mine: {assignee: "me"}, unassigned: {assignee: "none"}, snoozed: {status: "snoozed"}}[view], ...["inbox", "team", "tag"].includes(kind) && key && {[kind]: key}};
}

/** As a saved view keeps it. */
function kept(chosen) {
  const filter = {status: chosen.status === "any" ? null : chosen.status, fields: {}};
  for (const [name, value] of Object.entries(chosen)) {
    if (name === "priority") filter.priority = value.split(",");
    else if (name.startsWith("field.")) filter.fields[name.slice(6)] = valueOf(boot.fields.find(each => each.key === name.slice(6)), value);
    else if (name !== "status") filter[name] = value;
  }
  return filter;
}
const valueOf = (definition, text) => definition?.kind === "yesno" ? text === "true" : definition?.kind === "number" ? Number(text) : text;

const named = list => list.map(each => [each.id, each.name]);
/** What can be asked: name, label, choices (null: typed), and a typed field's kind. */
const questions = extra => [
  ["status", t("Status"), [["open", t("Open")], ["snoozed", t("Snoozed")], ["resolved", t("Resolved")], ["any", t("Any")]]],
  ["assignee", t("Assigned to"), [["", t("Anybody or nobody")], ["me", t("Whoever looks")], ["none", t("Nobody")], ...named(agents.value.filter(each => each.id !== me.id))]],
  ["team", t("Team"), [["", t("Any")], ["none", t("No team")], ...named(boot.teams)]],
  ["inbox", t("Channel"), [["", t("Any")], ...named(boot.inboxes)]],
  ["tag", t("Tag"), [["", t("Any")], ...named(tags.value)]],
  ["priority", t("Priority"), [["", t("Any")], ...["urgent", "urgent,high", "high", "normal", "low", ...extra].map(each => [each, each.split(",").map(priorityName).join(" + ")])]],
  ["due", t("Promised"), [["", t("Any")], ["soon", t("Within the hour, or overdue")], ["late", t("Overdue")]]],
  ["request_type", t("Request type"), [["", t("Any")], ...named(boot.request_types)]],
  ...boot.fields.filter(each => each.on === "conversation" && each.filter).map(each => [`field.${each.key}`, each.label[boot.lang] ?? Object.values(each.label)[0],
    each.kind === "choice" ? [["", t("Any")], ...each.choices.map(one => [one, one])] : each.kind === "yesno" ? [["", t("Any")], ["true", t("Yes")], ["false", t("No")]] : null, each.kind]),
].filter(([, , choices]) => !choices || choices.length > 1);

let origin = null; // the saved view that is being changed, also when the filter was closed meanwhile
function originNow() {
  const {view} = place.peek();
  if (!view.startsWith("filter:")) origin = savedViews.peek().find(each => view === `view:${each.id}` && (!each.shared || may("view.share"))) ?? null;
  return origin;
}

/** @param {{anchor: Element, onClose: () => void}} props */
export function Sieve({anchor, onClose}) {
  const [chosen, setChosen] = useState(chosenNow);
  const [from] = useState(originNow);
  const [name, setName] = useState(null), [shared, setShared] = useState(false);
  const odd = chosen.priority?.includes(",") && chosen.priority !== "urgent,high" ? [chosen.priority] : []; // what a settings page or a program has put together
  const change = (key, value) => {
    const next = {...chosen, [key]: value};
    if (!value) delete next[key];
    setChosen(next);
    go({view: `filter:${new URLSearchParams(next)}`, id: null, tab: "open"});
  };
  const save = async event => {
    event.preventDefault();
    try {
      const view = await call("POST", "views", {name: name.trim(), filter: kept(chosen), shared});
      savedViews.value = [...savedViews.peek(), view];
      countSide(0);
      onClose();
      go({view: `view:${view.id}`, id: null});
      done(t("The view {name} stands on the side", {name: view.name}), () => remove(view), "list-filter");
    } catch (problem) { failed(problem.title); }
  };
  const keepChange = async () => { if (await put(from, kept(chosen))) { onClose(); go({view: `view:${from.id}`, id: null}); done(t("Saved"), async () => { await put(from, from.filter); feed.load(); }, "list-filter"); } };
  return html`<${Popover} anchor=${anchor} label=${t("Filter")} wide=${true} onClose=${onClose}><div class="menu-form sieve" onKeyDown=${event => { if (event.key !== "Escape") event.stopPropagation(); }}>
    <dl>${questions(odd).map(([key, label, choices, kind]) => html`<div key=${key}><dt><label for=${`sieve-${key}`}>${label}</label></dt><dd>${choices
      ? html`<select id=${`sieve-${key}`} value=${chosen[key] ?? ""} onChange=${event => change(key, event.currentTarget.value)}>${choices.map(([value, words]) => html`<option key=${value} value=${value} selected=${value === (chosen[key] ?? "")}>${words}</option>`)}</select>`
      : kind === "date" ? html`<${OwnDay} id=${`sieve-${key}`} value=${chosen[key]} save=${day => change(key, day)} />`
      : html`<input id=${`sieve-${key}`} type="text" dir="auto" value=${chosen[key] ?? ""} onChange=${({currentTarget: {value}}) => change(key, kind === "number" ? decimal(value) : value.trim())} />`}</dd></div>`)}</dl>
    ${from && place.value.view.startsWith("filter:") && html`<button type="button" class="button is-primary" onClick=${keepChange}>${t("Change the view {name}", {name: from.name})}</button>`}
    ${name === null ? html`<button type="button" class="button" onClick=${() => setName("")}><${Icon} name="plus" />${t("Keep as a view…")}</button>`
      : html`<form class="sieve-save" onSubmit=${save}><label class="field"><span>${t("Name of the view")}</span><input type="text" dir="auto" maxlength="60" required autofocus value=${name} onInput=${event => setName(event.currentTarget.value)} /></label>
        ${may("view.share") && html`<label class="check"><input type="checkbox" checked=${shared} onChange=${event => setShared(event.currentTarget.checked)} /><span>${t("For everyone")}</span></label>`}
        <button class="button is-primary" disabled=${!name.trim()}>${t("Keep")}</button></form>`}</div></${Popover}>`;
}

async function put(view, filter) {
  try {
    const saved = await call("PUT", `views/${view.id}`, {name: view.name, filter, shared: view.shared});
    savedViews.value = savedViews.peek().map(each => each.id === view.id ? saved : each);
    return true;
  } catch (problem) { failed(problem.title); return false; }
}

async function remove(view) {
  try {
    await call("DELETE", `views/${view.id}`);
    savedViews.value = savedViews.peek().filter(each => each.id !== view.id);
    if (place.peek().view === `view:${view.id}`) go({view: "mine", id: null});
    say(t("The view is gone. Its conversations stay."), "list-filter");
  } catch (problem) { failed(problem.title, () => remove(view)); }
}
