/** Menus in which one chooses what is joined or parted: merging, linking, splitting off, two customers who are one. Read when the first is opened. */
import {html, useEffect, useRef, useState} from "../ui/vendor/ui.js";
import {t, tn, clock} from "../ui/wire.js";
import {call, menu, putRow} from "./state.js";
import {Avatar, Icon, done, failed, nameOf} from "./parts.js";
import {Picker, Popover} from "./menus.js";
import {talk} from "./talks.js";
import {apart, link, merge, split} from "./ties.js";

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
  const hits = new Set(found.map(each => each.id));
  const act = each => { putRow(each); if (name === "merge") merge(each.id, id); else link(id, each.id); };
  return html`<div onInput=${event => setText(event.target.value)}>
    <${Picker} onClose=${onClose} placeholder=${name === "merge" ? t("Which one is merged into this?") : t("Link with which conversation?")}
      options=${choices.map(each => ({key: each.id, label: `${each.subject || each.preview} #${each.reference}`, icon: "message-circle", hint: each.customer.name, found: hits.has(each.id), run: () => act(each)}))} />
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
      <span class="grow cut"><bdi>${nameOf(each.author)}</bdi>: <span dir="auto">${each.text || each.files[0]?.name}</span></span><time>${clock(each.at)}</time></label></li>`)}</ul>
    <label class="field"><span>${t("Subject")}</span><input ref=${subject} type="text" dir="auto" maxlength="200" /></label>
    <button class="button is-primary" disabled=${!ticked.size}>${tn("Split off {n} message", "Split off {n} messages", ticked.size)}</button></form>`;
}

/** Two customers beside each other, and what they will be together. */
function CustomerMenu({id, renew, onClose}) {
  const [people, setPeople] = useState([]), [shown, setShown] = useState(null), [text, setText] = useState(""), box = useRef(null);
  useEffect(() => { box.current.querySelector("[data-first]:not(:disabled), .is-ghost")?.focus(); }, [!shown]); // what one was in is gone
  useEffect(() => {
    const timer = setTimeout(() => call("GET", `customers?q=${encodeURIComponent(text)}&size=20`).then(answer => setPeople(answer.customers), () => {}), 200);
    return () => clearTimeout(timer);
  }, [text]);
  const look = async other => { try { setShown(await call("GET", `customers/${other}/merge?into=${id}`)); } catch (problem) { failed(problem.title); } };
  const go = async () => {
    onClose();
    try {
      await call("POST", `customers/${shown.customer.id}/merge`, {into: id});
      await renew();
      done(t("{name} is merged into {into}", {name: shown.customer.name, into: shown.result.name}), () => apart(shown.customer.id, renew));
    } catch (problem) { failed(problem.title); }
  };
  if (!shown) return html`<div ref=${box} onInput=${event => setText(event.target.value)}><${Picker} onClose=${onClose} placeholder=${t("Who is the same person?")}
    options=${people.filter(each => each.id !== id).map(each => ({key: each.id, label: each.name || each.identities[0]?.value || t("No name"), who: each, hint: each.identities[0]?.value ?? "", found: true, stay: true, run: () => look(each.id)}))} /></div>`;
  const card = (who, title) => html`<section class="merge-card"><h4>${title}</h4><p><${Avatar} who=${who} size="s" /><strong dir="auto">${who.name || t("No name")}</strong></p>
    <ul>${who.identities.map(each => html`<li class="ltr cut" key=${each.kind + each.value}>${each.value}</li>`)}</ul></section>`;
  return html`<div class="menu-form merge-preview" ref=${box}>
    <div class="merge-two">${card(shown.customer, t("This customer"))}${card(shown.into, t("goes into"))}</div>${card(shown.result, t("Together"))}
    <p>${tn("{n} conversation moves along.", "{n} conversations move along.", shown.conversations)}</p>
    ${!shown.possible && html`<p class="banner is-warn"><${Icon} name="triangle-alert" /><span>${shown.why}</span></p>`}
    <button type="button" class="button is-primary" data-first disabled=${!shown.possible} onClick=${go}>${t("Merge the customers")}</button>
    <button type="button" class="button is-ghost" onClick=${() => setShown(null)}>${t("Choose somebody else")}</button></div>`;
}

/** The one that `openMenu` has asked for. */
export function TieMenus({now}) {
  const Kind = {merge: TieMenu, link: TieMenu, split: SplitMenu, customer: CustomerMenu}[now.name];
  const close = () => { if (menu.peek() === now) menu.value = null; };
  const words = {merge: t("Merge"), link: t("Link"), split: t("Split off"), customer: t("Merge customers")}[now.name];
  return html`<${Popover} wide=${true} key=${now.name + now.ids[0]} anchor=${now.anchor} label=${words} onClose=${close}><${Kind} id=${now.ids[0]} name=${now.name} renew=${now.renew} onClose=${close} /></${Popover}>`;
}
