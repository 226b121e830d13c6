/** What ties conversations and people together: merging, splitting, linking, following, custom fields. All of it can be undone. */
import {html, useEffect, useRef, useState} from "../ui/vendor/ui.js";
import {t, tn, clock} from "../ui/wire.js";
import {agent, boot, call, may, me, menu, putRow, row} from "./state.js";
import {address, go, place} from "./routes.js";
import {Avatar, ChannelBadge, Icon, IconButton, When, done, failed, say} from "./parts.js";
import * as feed from "./feed.js";
import {Picker, Popover, openMenu} from "./menus.js";
import {load, talk} from "./talks.js";

/** One verb on a conversation, then the thread as it is now. */
async function tie(method, path, body, id) {
  try {
    const answer = await call(method, `conversations/${path}`, body);
    putRow(answer.row);
    talk(id).state.value = "empty";
    await load(id);
    return answer;
  } catch (problem) { failed(problem.title, () => tie(method, path, body, id)); return null; }
}

export async function merge(other, into) {
  const name = row(other).peek()?.reference ?? "";
  if (!await tie("POST", `${other}/merge`, {into}, into)) return;
  feed.forget(other);
  if (place.peek().id !== into) go({id: into}, {replace: true});
  done(t("Merged with #{reference}", {reference: name}), () => separate(other, into));
}

/** Undo of a merge. */
export async function separate(other, from) {
  talk(from).items.value = [];
  if (await tie("POST", `${other}/unmerge`, {}, from)) { await load(from); say(t("They are two again"), "rotate-ccw"); }
}

async function split(id, messages, subject) {
  const answer = await tie("POST", `${id}/split`, {messages, subject, client_id: crypto.randomUUID()}, id);
  if (answer) { go({id: answer.row.id}); say(t("A conversation of its own: #{reference}", {reference: answer.row.reference}), "check"); }
}

async function link(id, other) { if (await tie("POST", `${id}/links`, {conversation: other}, id)) done(t("Linked"), () => unlink(id, other)); }
async function unlink(id, other) { await tie("DELETE", `${id}/links?conversation=${other}`, undefined, id); }

export async function follow(id, on) {
  if (await tie(on ? "PUT" : "DELETE", `${id}/followers/me`, undefined, id)) say(on ? t("You follow this now") : t("You don’t follow this any more"), "eye");
}

/** Conversations to choose from: this customer's others, and whatever a search finds. */
function TieMenu({id, name, onClose}) {
  const [found, setFound] = useState([]), [text, setText] = useState("");
  const who = talk(id).customer.value, [theirs, setTheirs] = useState(who?.earlier ?? []);
  useEffect(() => { // all of them, also what came since the thread was opened
    if (name === "merge" && who) call("GET", `customers/${who.id}/conversations`).then(answer => setTheirs(answer.rows.filter(each => each.id !== id)), () => {});
  }, []);
  useEffect(() => {
    if (text.trim().length < 2 || name === "merge") { setFound([]); return; }
    const stop = new AbortController();
    const timer = setTimeout(() => call("GET", `search?q=${encodeURIComponent(text)}`, undefined, {signal: stop.signal}).then(answer => setFound(answer.rows), () => {}), 200);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [text]);
  const seen = new Set([id]);
  const choices = [...theirs, ...found].filter(each => !seen.has(each.id) && seen.add(each.id) && each.status !== "merged");
  const act = each => { putRow(each); if (name === "merge") merge(each.id, id); else link(id, each.id); };
  return html`<div onInput=${event => setText(event.target.value)}>
    <${Picker} onClose=${onClose} placeholder=${name === "merge" ? t("Merge which of their conversations into this one?") : t("Link with which conversation?")}
      options=${choices.map(each => ({key: each.id, label: `${each.subject || each.preview} #${each.reference}`, icon: "message-circle", hint: each.customer.name, run: () => act(each)}))} />
    ${name === "merge" && !theirs.length && html`<p class="menu-none">${t("This customer has no other conversation. If somebody else’s belongs here, merge the customers first.")}</p>`}</div>`;
}

/** Ticking the messages that get a conversation of their own. */
function SplitMenu({id, onClose}) {
  const [ticked, setTicked] = useState(new Set());
  const subject = useRef(null);
  const messages = talk(id).items.value.filter(each => each.kind === "message" && !each.origin && each.seq).slice(-30);
  const toggle = seq => setTicked(was => { const next = new Set(was); if (!next.delete(seq)) next.add(seq); return next; });
  const go = event => { event.preventDefault(); if (!ticked.size) return; onClose(); split(id, [...ticked].sort((a, b) => a - b), subject.current.value); };
  return html`<form class="menu-form split-off" onSubmit=${go} onKeyDown=${event => { if (event.key !== "Escape") event.stopPropagation(); }}>
    <p>${t("Tick what belongs to another matter. It is copied; this conversation stays as it is.")}</p>
    <ul>${messages.map(each => html`<li key=${each.seq}><label class="check"><input type="checkbox" checked=${ticked.has(each.seq)} onChange=${() => toggle(each.seq)} />
      <span class="grow cut"><bdi>${each.author.name}</bdi>: <span dir="auto">${each.text || each.files[0]?.name}</span></span><time>${clock(each.at)}</time></label></li>`)}</ul>
    <label class="field"><span>${t("Subject")}</span><input ref=${subject} type="text" dir="auto" maxlength="200" /></label>
    <button class="button is-primary" disabled=${!ticked.size}>${tn("Split off {n} message", "Split off {n} messages", ticked.size)}</button></form>`;
}

/** Two customers beside each other, and what they will be together. */
function CustomerMenu({id, onClose}) {
  const mine = talk(id).customer.value;
  const [people, setPeople] = useState([]), [shown, setShown] = useState(null), [text, setText] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => call("GET", `customers?q=${encodeURIComponent(text)}&size=20`).then(answer => setPeople(answer.customers), () => {}), 200);
    return () => clearTimeout(timer);
  }, [text]);
  const look = async other => { try { setShown(await call("GET", `customers/${other}/merge?into=${mine.id}`)); } catch (problem) { failed(problem.title); } };
  const go = async () => {
    onClose();
    try {
      await call("POST", `customers/${shown.customer.id}/merge`, {into: mine.id});
      await reload(id);
      done(t("{name} is merged into {into}", {name: shown.customer.name, into: shown.result.name}), () => apart(shown.customer.id, id));
    } catch (problem) { failed(problem.title); }
  };
  if (!shown) return html`<div onInput=${event => setText(event.target.value)}><${Picker} onClose=${onClose} placeholder=${t("Who is the same person?")}
    options=${people.filter(each => each.id !== mine.id).map(each => ({key: each.id, label: each.name || each.identities[0]?.value || t("No name"), who: each, hint: each.identities[0]?.value ?? "", stay: true, run: () => look(each.id)}))} /></div>`;
  const card = (who, title) => html`<section class="merge-card"><h4>${title}</h4><p><${Avatar} who=${who} size="s" /><strong dir="auto">${who.name || t("No name")}</strong></p>
    <ul>${who.identities.map(each => html`<li class="ltr cut" key=${each.kind + each.value}>${each.value}</li>`)}</ul></section>`;
  return html`<div class="menu-form merge-preview">
    <div class="merge-two">${card(shown.customer, t("This customer"))}${card(shown.into, t("goes into"))}</div>${card(shown.result, t("Together"))}
    <p>${tn("{n} conversation moves along.", "{n} conversations move along.", shown.conversations)}</p>
    ${!shown.possible && html`<p class="banner is-warn"><${Icon} name="triangle-alert" /><span>${shown.why}</span></p>`}
    <button type="button" class="button is-primary" data-first disabled=${!shown.possible} onClick=${go}>${t("Merge the customers")}</button>
    <button type="button" class="button is-ghost" onClick=${() => setShown(null)}>${t("Choose somebody else")}</button></div>`;
}

async function reload(id) { talk(id).state.value = "empty"; await load(id); }
export async function apart(customer, id) {
  try { await call("POST", `customers/${customer}/unmerge`, {}); await reload(id); say(t("They are two again"), "rotate-ccw"); } catch (problem) { failed(problem.title); }
}

/** The menus of this module, opened with `openMenu`. */
export function TieMenus() {
  const now = menu.value;
  const Kind = now && {merge: TieMenu, link: TieMenu, split: SplitMenu, customer: CustomerMenu}[now.name];
  if (!Kind) return null;
  const close = () => { if (menu.peek() === now) menu.value = null; };
  const words = {merge: t("Merge"), link: t("Link"), split: t("Split off"), customer: t("Merge customers")}[now.name];
  return html`<${Popover} wide=${true} key=${now.name + now.ids[0]} anchor=${now.anchor} label=${words} onClose=${close}><${Kind} id=${now.ids[0]} name=${now.name} onClose=${close} /></${Popover}>`;
}

/** A custom field: shown, changed in place, sent when it is left. @param {{definition: object, value: any, save: (value: any) => Promise<any>}} props */
function Field({definition, value, save}) {
  const label = definition.label[boot.lang] ?? Object.values(definition.label)[0];
  const send = raw => { const next = raw === "" ? null : definition.kind === "number" ? Number(raw) : raw; if (next !== (value ?? null)) save(next); };
  const change = event => send(event.currentTarget.value);
  const field = definition.kind === "choice" ? html`<select onChange=${change}><option value="" />${definition.choices.map(each => html`<option key=${each} selected=${each === value}>${each}</option>`)}</select>`
    : definition.kind === "yesno" ? html`<input type="checkbox" checked=${value === true} onChange=${event => save(event.currentTarget.checked)} />`
    : html`<input type=${{number: "number", date: "date", url: "url"}[definition.kind] ?? "text"} step="any" dir=${definition.kind === "text" ? "auto" : "ltr"} value=${value ?? ""} onChange=${change} />`;
  return html`<div><dt><label>${label}</label></dt><dd class="field-in-place">${field}</dd></div>`;
}

/** The custom fields of a conversation or its customer. */
export function Fields({id, on}) {
  const one = talk(id), each = row(id).value;
  const known = boot.fields.filter(field => field.on === on && (!field.request_type || field.request_type === each?.request_type) && (!field.brand || field.brand === boot.inboxes.find(box => box.id === each?.inbox.id)?.brand_id));
  const values = on === "conversation" ? one.fields.value : one.customer.value?.fields ?? {};
  if (!known.length || !may(on === "conversation" ? "conversation.edit" : "customer.edit")) return null;
  const save = key => async value => {
    try {
      if (on === "conversation") putRow((await call("POST", `conversations/${id}/describe`, {fields: {[key]: value}})).row);
      else await call("PATCH", `customers/${one.customer.peek().id}`, {fields: {[key]: value}});
      await reload(id);
    } catch (problem) { failed(problem.title, () => save(key)(value)); }
  };
  return html`<section class="part"><h3>${t("Fields")}</h3><dl class="facts">${known.map(field => html`<${Field} key=${field.key} definition=${field} value=${values[field.key]} save=${save(field.key)} />`)}</dl></section>`;
}

/** What was merged into a conversation, what it is linked with, who follows it. */
export function Ties({id}) {
  const one = talk(id), {linked, merged, followers} = one.ties.value;
  const following = followers.includes(me.id), able = may("conversation.merge");
  return html`<section class="part"><h3>${t("Followers")}</h3><div class="chips">${followers.map(key => agent(key) && html`<span class="chip" key=${key}><bdi>${agent(key).name}</bdi></span>`)}
      <button type="button" class="chip is-add" aria-pressed=${following ? "true" : "false"} onClick=${() => follow(id, !following)}><${Icon} name="eye" size=${12} />${following ? t("Stop following") : t("Follow")}</button></div></section>
    ${(linked.length > 0 || able) && html`<section class="part"><h3>${t("Linked")}</h3>${linked.length > 0 && html`<ul class="earlier">${linked.map(each => html`<li key=${each.id}>
      <a href=${address({...place.value, id: each.id})} onClick=${event => { if (!event.ctrlKey && !event.metaKey) { event.preventDefault(); go({id: each.id}); } }}><${ChannelBadge} kind=${each.inbox.kind} />
      <span class="cut grow" dir="auto">${each.subject || each.preview}</span><${When} at=${each.last_at} /></a>
      ${able && html`<${IconButton} icon="x" size=${12} label=${t("Take the link away")} onClick=${() => unlink(id, each.id)} />`}</li>`)}</ul>`}
      ${able && html`<button type="button" class="chip is-add" data-menu="link" onClick=${event => openMenu("link", [id], event.currentTarget)}><${Icon} name="plus" size=${12} />${t("Link")}</button>`}</section>`}
    ${merged.length > 0 && html`<section class="part"><h3>${t("Merged into this")}</h3><ul class="earlier">${merged.map(each => html`<li key=${each.id}><span class="ltr">#${each.reference}</span>
      <span class="cut grow" dir="auto">${each.subject}</span>${able && html`<button type="button" class="link" onClick=${() => separate(each.id, id)}>${t("Separate again")}</button>`}</li>`)}</ul></section>`}`;
}
