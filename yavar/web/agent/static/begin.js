/** A message that begins a conversation. What is typed stays on this device until it is sent. Loaded when it is first wanted. */
import {html, useEffect, useRef, useState} from "../ui/vendor/ui.js";
import {t} from "../ui/wire.js";
import {composing} from "./state.js";
import {Icon, IconButton, dirOf, done, mac, mod} from "./parts.js";
import {NEW, addresses, begin, clearDraft, draft, write} from "./outbox.js";
import {Attachments, isRising, take} from "./files.js";
import {recall, senders} from "./actions.js";
import * as feed from "./feed.js";
import {go as goTo} from "./routes.js";
import {OwnTime, Popover} from "./menus.js";

const LIMIT = 10_000;

export function Begin() {
  const box = useRef(null), area = useRef(null);
  const now = draft(NEW, "reply").value, envelope = now.envelope ?? {to: "", cc: "", bcc: ""}, inbox = now.inbox ?? senders()[0]?.id;
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const [later, setLater] = useState(null);
  useEffect(() => { box.current.showModal(); box.current.querySelector(now.about ? "textarea" : "input")?.focus(); if (now.about) area.current.setSelectionRange(0, 0); }, []);
  const change = more => { setProblem(null); write(NEW, "reply", {envelope, inbox, ...more, ...(now.client_id && {client_id: undefined})}); };
  const shut = () => { composing.value = false; };
  const number = addresses(envelope.to).length, ready = number > 0 && (now.text.trim() || now.files.length || now.copies?.length) && !isRising(NEW, "reply") && !busy;
  const go = async at => {
    if (!ready) return;
    setBusy(true);
    const kept = {...now, envelope, inbox, client_id: undefined};
    try {
      const begun = await begin(at);
      shut();
      for (const each of begun) feed.hear(each.row);
      if (begun.length === 1) goTo({id: begun[0].row.id});
      const undo = async () => { for (const each of begun) { await recall(each.row.id, {...each.held, author: {}}); feed.forget(each.row.id); } goTo({id: null}); write(NEW, "reply", kept); composing.value = true; };
      done(at ? t("Will be sent at the time you chose") : number > 1 ? t("{n} messages sent, each in a conversation of its own", {n: number}) : t("Message sent"), undo, "send-horizontal");
    } catch (error) { setProblem(error); setBusy(false); }
  };
  const field = (role, label) => html`<label class="recipients-field" key=${role}><span>${label}</span><input type="text" dir="ltr" inputMode="email" autocomplete="off" spellcheck=${false} value=${envelope[role]}
    placeholder="name@shop.example" aria-invalid=${problem?.field === role ? "true" : undefined} onInput=${event => change({envelope: {...envelope, [role]: event.currentTarget.value}})} /></label>`;
  const keys = event => { if (event.key === "Enter" && (mac ? event.metaKey : event.ctrlKey)) { event.preventDefault(); go(null); } if (event.key !== "Escape") event.stopPropagation(); };
  return html`<dialog class="sheet new-message" ref=${box} aria-labelledby="new-title" onClose=${shut} onKeyDown=${keys}>
    <header class="bar"><h2 class="bar-title" id="new-title">${now.about ? t("Forward") : t("New message")}</h2><span class="grow" />
      ${(now.text || envelope.to) && html`<button type="button" class="link is-plain" onClick=${() => { clearDraft(NEW, "reply"); shut(); }}>${t("Discard")}</button>`}
      <${IconButton} icon="x" label=${t("Close")} onClick=${() => box.current.close()} /></header>
    <div class="sheet-body">
      ${problem && html`<p class="banner is-bad" role="alert"><${Icon} name="circle-alert" /><span>${problem.title}</span></p>`}
      ${senders().length > 1 && html`<label class="recipients-field"><span>${t("From")}</span><select value=${inbox} onChange=${event => change({inbox: event.currentTarget.value})}>
        ${senders().map(each => html`<option key=${each.id} value=${each.id}>${each.name}</option>`)}</select></label>`}
      ${field("to", t("To"))}${number < 2 && html`${field("cc", t("Cc"))}${field("bcc", t("Bcc"))}`}
      ${number > 1 && html`<p class="composer-hint">${t("{n} recipients, each in a conversation of their own", {n: number})}</p>`}
      <label class="recipients-field"><span>${t("Subject")}</span><input type="text" dir="auto" maxlength="200" value=${now.subject ?? ""} onInput=${event => change({subject: event.currentTarget.value})} /></label>
      <textarea ref=${area} class="composer-text" dir=${dirOf(now.text)} rows="8" value=${now.text} maxlength=${LIMIT} aria-label=${t("Message")} placeholder=${t("Message")} onInput=${event => change({text: event.currentTarget.value})} />
      ${now.copies?.length ? html`<ul class="attachments" aria-label=${t("Files that go along")}>${now.copies.map(each => html`<li key=${each.key} class="attachment"><span class="thumb"><${Icon} name="file" /></span>
        <span class="file-name"><bdi>${each.name}</bdi></span><${IconButton} icon="x" size=${14} label=${t("Remove {name}", {name: each.name})}
          onClick=${() => change({copies: now.copies.filter(one => one.key !== each.key)})} /></li>`)}</ul>` : null}
      <${Attachments} id=${NEW} kind="reply" files=${now.files} />
    </div>
    <div class="composer-foot"><label class="icon-button" title=${t("Attach files")}><${Icon} name="paperclip" /><span class="sr">${t("Attach files")}</span>
        <input class="sr" type="file" multiple onChange=${event => { take(NEW, "reply", event.currentTarget.files); event.currentTarget.value = ""; }} /></label><span class="grow" />
      <div class="split"><button type="button" class="button is-primary" disabled=${!ready} onClick=${() => go(null)}>${t("Send")}<kbd>${mod}${mac ? "↵" : " ↵"}</kbd></button>
        <button type="button" class="button is-primary" disabled=${!ready} aria-label=${t("Send later…")} onClick=${event => setLater(event.currentTarget.parentElement)}><${Icon} name="chevron-down" size=${14} /></button></div></div>
    ${later && html`<${Popover} anchor=${later} label=${t("Send later…")} onClose=${() => setLater(null)}><${OwnTime} label=${t("Send at")} verb=${t("Send then")} onClose=${() => setLater(null)} run=${go} /></${Popover}>`}
  </dialog>`;
}
