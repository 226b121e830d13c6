/** What the team keeps about a person: tags, notes, consent to news. Read when a person is first shown. */
import {html, signal, useEffect, useRef, useState} from "../ui/vendor/ui.js";
import {t, ago, dayLabel, fullDate, newId} from "../ui/wire.js";
import {call, device, loadTags, may, tag, tags} from "./state.js";
import {Avatar, Icon, IconButton, Prose, TagMark, dirOf, done, failed} from "./parts.js";
import {Picker, Popover} from "./menus.js";

/** @typedef {{tags: string[], notes: {id: string, author: object, text: string, at: string}[], consents: {purpose: string, given: boolean, source: string, at: string}[]}} Kept */
const known = new Map();
/** @returns {import("../ui/vendor/ui.js").Signal<?Kept>} */
function keptOf(id) {
  if (!known.has(id)) known.set(id, signal(null));
  return known.get(id);
}

async function load(id) { try { keptOf(id).value = await call("GET", `customers/${id}/kept`); } catch { /* the next time this person is shown asks again */ } }

/** One change, then what is kept as it is now. @returns {Promise<boolean>} */
async function change(id, method, path, body, again = () => change(id, method, path, body)) {
  try { keptOf(id).value = await call(method, `customers/${id}/${path}`, body); return true; } catch (problem) { failed(problem.title, again); return false; }
}

export function Keeping({id, name}) {
  const kept = keptOf(id).value;
  useEffect(() => { load(id); }, [id]);
  if (!kept) return null;
  const able = may("customer.edit");
  return html`<${Tags} id=${id} list=${kept.tags} able=${able} /><${Notes} id=${id} name=${name} list=${kept.notes} able=${able} key=${id} /><${News} id=${id} list=${kept.consents} able=${able} />`;
}

function Tags({id, list, able}) {
  const [anchor, setAnchor] = useState(null);
  if (!list.length && !able) return null;
  const set = async (key, on) => {
    const put = (add, remove) => change(id, "POST", "tags", {add, remove});
    if (await (on ? put([key], []) : put([], [key]))) done(on ? t("Tagged {name}", {name: tag(key)?.name ?? ""}) : t("Tag {name} removed", {name: tag(key)?.name ?? ""}), () => on ? put([], [key]) : put([key], []), "tag");
  };
  const make = async name => { try { const made = await call("POST", "tags", {name}); await loadTags(); set(made.id, true); } catch (problem) { failed(problem.title, () => make(name)); } };
  return html`<section class="part"><h3>${t("Tags of this person")}</h3><div class="chips">${list.map(key => tag(key) && html`<span class="chip" key=${key}><${TagMark} id=${key} />
      ${able && html`<button type="button" class="chip-x" aria-label=${t("Remove tag {name}", {name: tag(key).name})} onClick=${() => set(key, false)}><${Icon} name="x" size=${12} /></button>`}</span>`)}
      ${able && html`<button type="button" class="chip is-add" aria-haspopup="listbox" onClick=${event => setAnchor(event.currentTarget)}><${Icon} name="plus" size=${12} />${t("Add tag")}</button>`}</div>
    ${anchor && html`<${Popover} anchor=${anchor} label=${t("Tags…")} onClose=${() => setAnchor(null)}><${Picker} placeholder=${t("Tags…")} onClose=${() => setAnchor(null)}
      options=${tags.value.map(each => ({key: each.id, label: each.name, hue: each.hue, checked: list.includes(each.id), stay: true, run: () => set(each.id, !list.includes(each.id))}))}
      make=${text => ({key: "new", label: t("New tag “{name}”", {name: text}), icon: "plus", stay: true, run: () => make(text)})} /></${Popover}>`}</section>`;
}

/** What is typed stays on this device until it is kept. */
function Notes({id, name, list, able}) {
  const place = `customer-note.${id}`, [text, setText] = useState(() => device.get(place) ?? ""), key = useRef(newId());
  const write = value => { setText(value); device.set(place, value || null); key.current = newId(); }; // other words are another note
  const save = async event => {
    event?.preventDefault();
    const said = (device.get(place) ?? "").trim();
    if (said && await change(id, "POST", "notes", {text: said, client_id: key.current}, save)) { write(""); key.current = newId(); }
  };
  const remove = async note => {
    if (await change(id, "DELETE", `notes/${note.id}`)) done(t("Note removed"), () => change(id, "POST", "notes", {text: note.text, client_id: newId()}), "lock");
  };
  if (!list.length && !able) return null;
  return html`<section class="part"><h3>${t("Notes about this person")}</h3>
    ${list.length > 0 && html`<ul class="person-notes">${list.map(note => html`<li class="note" key=${note.id}><header class="note-head"><${Avatar} who=${note.author} size="xs" /><bdi>${note.author.name}</bdi><span class="grow" />
      <time dateTime=${note.at} title=${fullDate(note.at)}>${ago(note.at)}</time>${able && html`<${IconButton} icon="x" size=${12} label=${t("Remove this note")} onClick=${() => remove(note)} />`}</header>
      <${Prose} text=${note.text} team=${true} /></li>`)}</ul>`}
    ${able && html`<form class="person-note" onSubmit=${save} onKeyDown=${event => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save(event); if (event.key !== "Escape") event.stopPropagation(); }}>
      <textarea rows="1" dir=${dirOf(text)} maxlength="4000" value=${text} aria-label=${t("A note about {name}", {name})} placeholder=${t("Only your team sees this")} onInput=${event => write(event.currentTarget.value)} />
      ${text.trim() && html`<button class="button is-note">${t("Add note")}</button>`}</form>`}</section>`;
}

const ways = () => [["email", t("By e-mail")], ["sms", t("By SMS")], ["phone", t("By phone")], ["messenger", t("By messenger")]];
function News({id, list, able}) {
  const of = purpose => list.find(each => each.purpose === purpose);
  const agreed = ways().filter(([purpose]) => of(purpose)?.given).map(([, words]) => words);
  const shown = purpose => of(purpose) ? of(purpose).given ? "yes" : "no" : "";
  const set = async (purpose, box) => { if (!await change(id, "PUT", "consents", {purpose, given: {yes: true, no: false}[box.value] ?? null})) box.value = shown(purpose); };
  return html`<section class="part"><details class="consents"><summary><h3>${t("News of the shop")}</h3><span class="grow" /><span class="bar-count">${agreed.length ? agreed.join(", ") : t("no consent")}</span></summary>
    <p class="none">${t("Answers need no consent; advertising does. Note here what the customer said.")}</p>
    <dl class="facts">${ways().map(([purpose, words]) => html`<div key=${purpose}><dt><label for=${`news-${purpose}`}>${words}</label></dt><dd class="field-in-place"><select id=${`news-${purpose}`} disabled=${!able} onChange=${event => set(purpose, event.currentTarget)}>
      ${[["", t("not asked")], ["yes", t("agreed")], ["no", t("refused")]].map(([value, label]) => html`<option key=${value} value=${value} selected=${value === shown(purpose)}>${label}</option>`)}</select>
      ${of(purpose) && html`<small title=${fullDate(of(purpose).at)}>${dayLabel(of(purpose).at)}</small>`}</dd></div>`)}</dl></details></section>`;
}
