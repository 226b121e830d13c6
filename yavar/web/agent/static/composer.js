/** Where one writes: to the customer, or a note to the team. */
import {html, signal, useEffect, useLayoutEffect, useRef, useState} from "../ui/vendor/ui.js";
import {t, tn} from "../ui/wire.js";
import {agents, boot, row} from "./state.js";
import {ChannelBadge, Icon, IconButton, dirOf, later, mac, mod, say} from "./parts.js";
import {addresses, draft, letters, send, sendAgain, write} from "./outbox.js";
import {Attachments, isRising, take} from "./files.js";
import {resolve, snooze} from "./actions.js";
import {lastSeq, talk} from "./talks.js";
import {OwnTime, Picker, Popover, snoozeTimes} from "./menus.js";
import {writing} from "./live.js";

/** Reply or note; stays as one goes from conversation to conversation only while it is "reply": a note is meant once. */
export const kind = signal("reply");
let field = null;
/** At once: the next letter is meant for it already. Where it does not stand yet, as soon as it does. */
export function focusComposer(which) { kind.value = which; if (field) field.focus(); else requestAnimationFrame(() => { field?.focus(); }); }

const LIMIT = 10_000;
const Offer = later(() => import("./offer.js").then(found => found.Offer), () => {});
const EmojiGrid = later(() => import("./offer.js").then(found => found.EmojiGrid), () => {});

export function Composer({id}) {
  const each = row(id).value;
  const silent = each && boot.inboxes.find(one => one.id === each.inbox.id)?.sends === false; // the desk cannot answer this way
  const which = silent ? "note" : kind.value, note = which === "note";
  const now = draft(id, which).value;
  const area = useRef(null);
  const offer = useRef(null); // the menu at the caret: it has the first word on keys
  const [typed, setTyped] = useState(null); // what stands before the caret and may call that menu
  const [lack, setLack] = useState(null);
  const [open, setOpen] = useState(null);
  const [over, setOver] = useState(false);
  const sendable = (now.text.trim() || now.files.length) && !isRising(id, which) && now.text.length <= LIMIT;
  const asked = letters.value.find(letter => letter.conversation === id && letter.state === "ask");

  useEffect(() => { kind.value = "reply"; return () => { writing(id, false); field = null; }; }, [id]);
  useLayoutEffect(() => { field = area.current; grow(area.current); });

  const change = text => {
    write(id, which, text.trim() ? {text} : {text, canned: []});
    setLack(null);
    writing(id, Boolean(text.trim()) && !note);
    setTyped(area.current.value.slice(0, area.current.selectionStart));
  };
  const go = (more = {}) => {
    const [lacking] = note ? [] : emptyFields(now.text);
    if (lacking) { setLack(lacking); select(area.current, `{${lacking.name}}`); return; }
    if (!sendable) { if (asked && !now.text.trim()) sendAgain(asked.client_id, lastSeq(id)); return; }
    const mentions = note ? agents.peek().filter(one => now.text.includes(`@${one.name}`)).map(one => one.id) : [];
    send({conversation: id, kind: which, text: now.text.trim(), files: now.files, mentions, resolve: Boolean(more.resolve)
      && !note, after: more.after ?? null, seen: lastSeq(id), envelope: note ? null : now.envelope ?? null, later: more.later ?? null, canned: now.canned ?? []});
    writing(id, false);
    setTyped(null);
    if (note && more.resolve) resolve([id]);
    if (more.after === "snooze") snooze([id], null);
  };
  const put = (text, from, to) => {
    const box = area.current, start = from ?? box.selectionStart, end = to ?? box.selectionEnd;
    box.setRangeText(text, start, end, "end");
    change(box.value);
    box.focus();
  };
  /** Calls a menu by its sign, which counts only at the beginning of a word. */
  const call = sign => put(/\S$/u.test(area.current.value.slice(0, area.current.selectionStart)) ? ` ${sign}` : sign);
  const onKeyDown = event => {
    if (event.isComposing) return;
    if (offer.current?.(event)) { event.preventDefault(); event.stopPropagation(); return; }
    const main = mac ? event.metaKey : event.ctrlKey, wrap = main && !event.altKey && marks[latin(event)];
    if (wrap) { event.preventDefault(); enclose(area.current, ...wrap); change(area.current.value); return; }
    if (event.key === "Enter" && (mac ? event.metaKey : event.ctrlKey)) { event.preventDefault(); go({resolve: event.shiftKey}); }
    else if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); area.current.blur(); }
  };
  const onPaste = event => { const files = [...event.clipboardData.files]; if (files.length) { event.preventDefault(); take(id, which, files); } };
  const onDrop = event => { if (event.dataTransfer.files.length) { event.preventDefault(); setOver(false); take(id, which, event.dataTransfer.files); } };
  const onDragOver = event => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); setOver(true); } };
  const status = {saving: "", saved: t("Draft saved"), device: t("Draft kept on this device")}[now.state] ?? "";
  const label = t("Reply to {name}", {name: each?.customer.name ?? ""});

  return html`<form class=${`composer${note ? " is-note" : ""}${over ? " is-over" : ""}`} onSubmit=${event => { event.preventDefault(); go();
    }} onDrop=${onDrop} onDragOver=${onDragOver} onDragLeave=${() => setOver(false)}>
    <div class="composer-head"><div class="segment" role="tablist" aria-label=${t("Reply or note")}>
      ${[["reply", t("Reply"), "corner-up-left", "R"], ["note", t("Note"), "lock", "N"]].map(([value, label, icon, key]) => html`<button type="button" role="tab" key=${value}
        class="tab" aria-selected=${which === value ? "true" : "false"} disabled=${silent && value === "reply"} title=${silent && value === "reply"
          ? t("Nobody has set up how mail leaves this inbox") : `${label} (${key})`}
        onClick=${() => focusComposer(value)}><${Icon} name=${icon} />${label}${draft(id, value).value.text && which !== value ? html`<span class="dot-mark" />`
          : null}</button>`)}</div>
      <span class="grow" />${note ? html`<span class="composer-hint"><${Icon} name="lock" size=${13} />${silent ? t("This inbox can’t send yet: see Settings, E-mail. A note is for your team")
        : t("Only your team sees this")}</span>` : each && html`<span class="composer-hint"><${ChannelBadge} kind=${each.inbox.kind} /><bdi>${each.inbox.name}</bdi></span>`}</div>
    ${!note && html`<${Recipients} id=${id} given=${now.envelope} />`}
    ${!note && html`<${Lacking} text=${now.text} lack=${lack} find=${field => { setLack(field); select(area.current, `{${field.name}}`); }} />`}
    ${typed !== null && /[/:@]/.test(typed) && html`<${Offer} id=${id} note=${note} typed=${typed} keys=${offer} put=${put} close=${() => setTyped(null)} />`}
    <${Macro} id=${id} kind=${which} canned=${now.canned} />
    <textarea ref=${area} class="composer-text" dir=${dirOf(now.text)} rows="2" value=${now.text} placeholder=${note
      ? t("Write a note; @ mentions a colleague") : label} aria-label=${note ? t("Note") : label}
      onInput=${event => change(event.currentTarget.value)} onKeyDown=${onKeyDown} onPaste=${onPaste} onBlur=${() => setTimeout(() => setTyped(null), 150)}
        onKeyUp=${event => { if (/^Arrow(Left|Right)$/.test(event.key)) setTyped(area.current.value.slice(0, area.current.selectionStart)); }} />
    <${Attachments} id=${id} kind=${which} files=${now.files} />
    <div class="composer-foot">
      ${!note && html`<${IconButton} icon="square-slash" label=${t("Canned replies")} keys="/" onClick=${() => call("/")} />`}
      <label class="icon-button" title=${t("Attach files")}><${Icon} name="paperclip" /><span class="sr">${t("Attach files")}</span>
        <input class="sr" type="file" multiple onChange=${event => { take(id, which, event.currentTarget.files); event.currentTarget.value = ""; }} /></label>
      <${IconButton} icon="smile" label=${t("Emoji")} aria-expanded=${open?.name === "emoji"} onClick=${event => setOpen({name: "emoji", anchor: event.currentTarget})} />
      ${note && html`<${IconButton} icon="at-sign" label=${t("Mention a colleague")} onClick=${() => call("@")} />`}
      <span class="grow" />
      <span class="draft-state" role="status">${now.text.length > LIMIT ? html`<span class="is-bad">${t("Too long by {n} characters", {n: now.text.length - LIMIT})}
        </span>` : status}</span>
      <div class="split"><button type="submit" class=${`button ${note ? "is-note" : "is-primary"}`} disabled=${!sendable && !asked}>${note ? t("Add note")
        : t("Send")}<kbd>${mod}${mac ? "↵" : " ↵"}</kbd></button>
        ${!note && html`<button type="button" class="button is-primary" disabled=${!sendable} aria-label=${t("More ways to send")} aria-haspopup="listbox"
          onClick=${event => setOpen({name: "send", anchor: event.currentTarget.parentElement})}>
          <${Icon} name="chevron-down" size=${14} /></button>`}</div>
    </div>
    ${over && html`<div class="drop-here">${t("Drop files here")}</div>`}
    ${open?.name === "emoji" && html`<${Popover} anchor=${open.anchor} label=${t("Emoji")} onClose=${() => setOpen(null)}>
      <${EmojiGrid} choose=${one => { put(one); setOpen(null); }} /></${Popover}>`}
    ${open?.name === "send" && html`<${Popover} anchor=${open.anchor} label=${t("More ways to send")} onClose=${() => setOpen(null)}>
      <${Picker} filter=${false} placeholder=${t("More ways to send")} onClose=${() => setOpen(null)} options=${[
      {key: "resolve", label: t("Send and resolve"), icon: "check", keys: `${mod} ⇧ ↵`, run: () => go({resolve: true})},
      {key: "snooze", label: t("Send and snooze until reply"), icon: "alarm-clock", run: () => go({after: "snooze"})},
      {key: "later", label: t("Send later…"), icon: "clock", stay: true, run: () => { if (now.canned?.some(each => each.does.length)) { setOpen(null); say(t("A macro acts as soon as you send. Take it out first, or send now."), "zap"); } else setOpen({name: "later", anchor: open.anchor}); }},
    ]} /></${Popover}>`}
    ${open?.name === "later" && html`<${Popover} anchor=${open.anchor} label=${t("Send later…")} onClose=${() => setOpen(null)}>
      <${Picker} filter=${false} placeholder=${t("Send later…")} onClose=${() => setOpen(null)} options=${[
      ...snoozeTimes().map(one => ({key: one.key, label: one.short, icon: "clock", hint: one.hint, run: () => go({later: one.until.toISOString()})})),
      {key: "own", label: t("Choose date and time…"), icon: "calendar", stay: true, run: () => setOpen({name: "own", anchor: open.anchor})},
    ]} /></${Popover}>`}
    ${open?.name === "own" && html`<${Popover} anchor=${open.anchor} label=${t("Send later…")} onClose=${() => setOpen(null)}>
      <${OwnTime} label=${t("Send at")} verb=${t("Send then")} onClose=${() => setOpen(null)} run=${later => go({later})} /></${Popover}>`}
  </form>`;
}

/** Who gets a mail: a line that says it, and on a press the three fields of every mail program. What is typed is part of the draft. */
function Recipients({id, given}) {
  const usual = talk(id).recipients.value, box = useRef(null), pressed = useRef(false);
  useEffect(() => { // what was pressed is gone: the keys belong to what came in its place, not to the list
    if (pressed.current) (given ? box.current?.querySelectorAll("input")[given.to ? 1 : 0] : box.current)?.focus();
    pressed.current = false;
  }, [!given]);
  if (!usual) return null;
  const list = role => (usual[role] ?? []).map(each => each.address).join(", ");
  const change = more => write(id, "reply", {envelope: {...given ?? {to: list("to"), cc: list("cc"), bcc: ""}, ...more}});
  if (!given) {
    const [first] = usual.to, more = usual.to.length + usual.cc.length - 1;
    return html`<button type="button" class="recipients" ref=${box} onClick=${() => { pressed.current = true; change({}); }} title=${t("Choose who gets it")}>
      <span>${t("To")}</span>${first ? html`<bdi class="cut">${first.name || first.address}</bdi>${first.name && html`<bdi class="ltr cut">${first.address}</bdi>`}
      ${more > 0 && html`<span>${t("and {n} more", {n: more})}</span>`}` : html`<span class="is-bad">${t("nobody: the address isn’t known")}</span>`}
      <span class="grow" /><span class="recipients-more">${t("Cc, Bcc")}</span></button>`;
  }
  const field = (role, label) => html`<label class="recipients-field" key=${role}><span>${label}</span><input type="text" dir="ltr" inputMode="email" autocomplete="off" spellcheck=${false}
    value=${given[role]} placeholder="name@shop.example" onInput=${event => change({[role]: event.currentTarget.value})}
    onKeyDown=${event => { if (event.key !== "Escape") event.stopPropagation(); }} /></label>`;
  const number = addresses(given.to).length + addresses(given.cc).length + addresses(given.bcc).length;
  return html`<div class="recipients is-open" ref=${box}>${field("to", t("To"))}${field("cc", t("Cc"))}${field("bcc", t("Bcc"))}
    <p class="composer-hint">${number > 1 ? t("{n} recipients; whoever is in To or Cc takes part from now on", {n: number}) : ""}<span class="grow" />
      <button type="button" class="link" onClick=${() => { pressed.current = true; write(id, "reply", {envelope: null}); }}>${t("As usual")}</button></p></div>`;
}

/** Engines without field-sizing get the height by measure. */
const sizes = CSS.supports("field-sizing", "content");
function grow(box) {
  if (sizes || !box) return;
  box.style.blockSize = "auto";
  box.style.blockSize = `${Math.min(box.scrollHeight, innerHeight * 0.4)}px`;
}

/** Fields that nobody could fill stand in the text as `{customer.first_name}`: they stop the send. */
const emptyFields = text => text.includes("{") ? boot.canned_fields.filter(each => text.includes(`{${each.name}}`)) : [];
function select(box, words) { const at = box.value.indexOf(words); box.focus(); box.setSelectionRange(at, at + words.length); }

function Lacking({text, lack, find}) {
  const list = emptyFields(text);
  return list.length ? html`<p class=${`lacking${lack ? " is-bad" : ""}`} role=${lack ? "alert" : undefined}><${Icon} name="circle-alert" size=${14} />
    <span>${tn("A field is empty. Fill it in or delete it, then send.", "{n} fields are empty. Fill them in or delete them, then send.", list.length)}</span>
    ${list.map(field => html`<button type="button" class="chip" key=${field.name} onClick=${() => find(field)}><bdi>${field.label}</bdi></button>`)}</p>` : null;
}

/** What sending will do besides: the macros that were put in. Each can be taken out again. */
function Macro({id, kind, canned}) {
  const macros = canned?.filter(each => each.does.length);
  return macros?.length ? html`<ul class="macros" aria-label=${t("Also done when you send")}>${macros.map(each => html`<li class="chip is-accent" key=${each.id}><${Icon} name="zap" size=${12} />
    <bdi class="cut">${each.does.join(" · ")}</bdi><button type="button" class="chip-x" aria-label=${t("Don’t do this: {name}", {name: each.name})}
      onClick=${() => write(id, kind, {canned: canned.filter(one => one !== each)})}><${Icon} name="x" size=${12} /></button></li>`)}</ul>` : null;
}

/** Ctrl/⌘ B, I, Shift L put marks around what is selected; a second press takes them away. */
const marks = {b: ["**", "**"], i: ["_", "_"], L: ["[", "](https://)"]};
const latin = event => { const letter = /^[a-z]$/i.test(event.key) ? event.key : event.code.startsWith("Key") ? event.code[3] : ""; return event.shiftKey ? letter.toUpperCase() : letter.toLowerCase(); };
function enclose(box, open, end) {
  const {selectionStart: from, selectionEnd: to, value} = box, words = value.slice(from, to);
  const around = value.slice(from - open.length, from) === open && value.slice(to, to + end.length) === end;
  if (around) box.setRangeText(words, from - open.length, to + end.length, "select");
  else box.setRangeText(open + words + end, from, to, "select");
  const start = around ? from - open.length : from + open.length;
  if (open === "[" && !around && words) box.setSelectionRange(start + words.length + 2, start + words.length + 2 + "https://".length);
  else box.setSelectionRange(start, start + words.length);
}
