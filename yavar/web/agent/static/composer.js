/** Where one writes: to the customer, or a note to the team. */
import {html, signal, useEffect, useLayoutEffect, useRef, useState} from "../ui/vendor/ui.js";
import {t} from "../ui/wire.js";
import {agents, boot, me, row} from "./state.js";
import {Avatar, ChannelBadge, Icon, IconButton, dirOf, mac, mod, moment} from "./parts.js";
import {addresses, draft, letters, send, sendAgain, write} from "./outbox.js";
import {Attachments, isRising, take} from "./files.js";
import {resolve, snooze} from "./actions.js";
import {lastSeq, talk} from "./talks.js";
import {OwnTime, Picker, Popover, snoozeTimes} from "./menus.js";
import {writing} from "./live.js";

/** Reply or note; stays as one goes from conversation to conversation only while it is "reply": a note is meant once. */
export const kind = signal("reply");
let field = null;
export function focusComposer(which) { kind.value = which; requestAnimationFrame(() => { field?.focus(); }); }

const LIMIT = 10_000;
const emoji = "😊 🙂 😀 😂 😉 😍 🤗 🤔 😅 😢 😔 😮 🙏 👍 👎 👌 👏 🙌 💪 🤝 👋 ✌️ ❤️ 💙 💚 🧡 🌹 🌸 🎉 🎁 ⭐ ✨ 🔥 ✅ ❌ ⚠️ ❓ ❗ 📦 🚚 💳 🧾 📷 📎 📞 ⏰ ☕ 🫖".split(" ");

export function Composer({id}) {
  const each = row(id).value;
  const silent = each && boot.inboxes.find(one => one.id === each.inbox.id)?.sends === false; // the desk cannot answer this way
  const which = silent ? "note" : kind.value, note = which === "note";
  const now = draft(id, which).value;
  const area = useRef(null);
  const [mention, setMention] = useState(null);
  const [open, setOpen] = useState(null);
  const [over, setOver] = useState(false);
  const sendable = (now.text.trim() || now.files.length) && !isRising(id, which) && now.text.length <= LIMIT;
  const asked = letters.value.find(letter => letter.conversation === id && letter.state === "ask");

  useEffect(() => { kind.value = "reply"; return () => { writing(id, false); field = null; }; }, [id]);
  useLayoutEffect(() => { field = area.current; grow(area.current); });

  const change = text => {
    write(id, which, {text});
    writing(id, Boolean(text.trim()) && !note);
    setMention(note ? mentionAt(area.current) : null);
  };
  const go = (more = {}) => {
    if (!sendable) { if (asked && !now.text.trim()) sendAgain(asked.client_id, lastSeq(id)); return; }
    const mentions = note ? agents.peek().filter(one => now.text.includes(`@${one.name}`)).map(one => one.id) : [];
    send({conversation: id, kind: which, text: now.text.trim(), files: now.files, mentions, resolve: Boolean(more.resolve)
      && !note, after: more.after ?? null, seen: lastSeq(id), envelope: note ? null : now.envelope ?? null, later: more.later ?? null});
    writing(id, false);
    setMention(null);
    if (note && more.resolve) resolve([id]);
    if (more.after === "snooze") snooze([id], null);
  };
  const put = (text, from, to) => {
    const box = area.current, start = from ?? box.selectionStart, end = to ?? box.selectionEnd;
    box.setRangeText(text, start, end, "end");
    change(box.value);
    box.focus();
  };
  const onKeyDown = event => {
    if (event.isComposing) return;
    if (mention && mention.found.length) {
      const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
      if (step) { event.preventDefault(); setMention({...mention, at: (mention.at + step + mention.found.length) % mention.found.length}); return; }
      if (event.key === "Enter" || event.key === "Tab") { event.preventDefault(); choose(mention.found[mention.at]); return; }
      if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); setMention(null); return; }
    }
    if (event.key === "Enter" && (mac ? event.metaKey : event.ctrlKey)) { event.preventDefault(); go({resolve: event.shiftKey}); }
    else if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); area.current.blur(); }
  };
  const choose = one => { put(`@${one.name} `, mention.from, area.current.selectionStart); setMention(null); };
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
    ${mention?.found.length ? html`<ul class="mention-menu" role="listbox" aria-label=${t("Mention a colleague")}>
      ${mention.found.map((one, n) => html`<li key=${one.id} class="menu-item" role="option" aria-selected=${n === mention.at ? "true" : "false"}
        onPointerDown=${event => { event.preventDefault();
      choose(one); }}><${Avatar} who=${one} size="s" online=${one.online} /><span dir="auto">${one.name}</span></li>`)}</ul>` : null}
    <textarea ref=${area} class="composer-text" dir=${dirOf(now.text)} rows="2" value=${now.text} placeholder=${note
      ? t("Write a note; @ mentions a colleague") : label} aria-label=${note ? t("Note") : label}
      onInput=${event => change(event.currentTarget.value)} onKeyDown=${onKeyDown} onPaste=${onPaste} onBlur=${() => setTimeout(() => setMention(null), 150)}
        onKeyUp=${event => { if (note && /^Arrow(Left|Right)$/.test(event.key)) setMention(mentionAt(area.current));
        }} />
    <${Attachments} id=${id} kind=${which} files=${now.files} />
    <div class="composer-foot">
      <label class="icon-button" title=${t("Attach files")}><${Icon} name="paperclip" /><span class="sr">${t("Attach files")}</span>
        <input class="sr" type="file" multiple onChange=${event => { take(id, which, event.currentTarget.files); event.currentTarget.value = ""; }} /></label>
      <${IconButton} icon="smile" label=${t("Emoji")} aria-expanded=${open?.name === "emoji"} onClick=${event => setOpen({name: "emoji", anchor: event.currentTarget})} />
      ${note && html`<${IconButton} icon="at-sign" label=${t("Mention a colleague")} onClick=${() => put("@")} />`}
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
      <div class="emoji-grid" onKeyDown=${event => { if (event.key !== "Escape") event.stopPropagation(); }}>
      ${emoji.map(one => html`<button type="button" key=${one} onClick=${() => { put(one); setOpen(null); }}>${one}</button>`)}</div></${Popover}>`}
    ${open?.name === "send" && html`<${Popover} anchor=${open.anchor} label=${t("More ways to send")} onClose=${() => setOpen(null)}>
      <${Picker} filter=${false} placeholder=${t("More ways to send")} onClose=${() => setOpen(null)} options=${[
      {key: "resolve", label: t("Send and resolve"), icon: "check", keys: `${mod} ⇧ ↵`, run: () => go({resolve: true})},
      {key: "snooze", label: t("Send and snooze until reply"), icon: "alarm-clock", run: () => go({after: "snooze"})},
      {key: "later", label: t("Send later…"), icon: "clock", stay: true, run: () => setOpen({name: "later", anchor: open.anchor})},
    ]} /></${Popover}>`}
    ${open?.name === "later" && html`<${Popover} anchor=${open.anchor} label=${t("Send later…")} onClose=${() => setOpen(null)}>
      <${Picker} filter=${false} placeholder=${t("Send later…")} onClose=${() => setOpen(null)} options=${[
      ...snoozeTimes().map(one => ({key: one.key, label: one.short, icon: "clock", hint: one.key === "tomorrow" ? "" : moment(one.until.toISOString()), run: () => go({later: one.until.toISOString()})})),
      {key: "own", label: t("Choose date and time…"), icon: "calendar", stay: true, run: () => setOpen({name: "own", anchor: open.anchor})},
    ]} /></${Popover}>`}
    ${open?.name === "own" && html`<${Popover} anchor=${open.anchor} label=${t("Send later…")} onClose=${() => setOpen(null)}>
      <${OwnTime} label=${t("Send at")} verb=${t("Send then")} onClose=${() => setOpen(null)} run=${later => go({later})} /></${Popover}>`}
  </form>`;
}

/** Who gets a mail: a line that says it, and on a press the three fields of every mail program. What is typed is part of the draft. */
function Recipients({id, given}) {
  const usual = talk(id).recipients.value;
  if (!usual) return null;
  const list = role => (usual[role] ?? []).map(each => each.address).join(", ");
  const change = more => write(id, "reply", {envelope: {...given ?? {to: list("to"), cc: list("cc"), bcc: ""}, ...more}});
  if (!given) {
    const [first] = usual.to, more = usual.to.length + usual.cc.length - 1;
    return html`<button type="button" class="recipients" onClick=${() => change({})} title=${t("Choose who gets it")}>
      <span>${t("To")}</span>${first ? html`<bdi class="cut">${first.name || first.address}</bdi>${first.name && html`<bdi class="ltr cut">${first.address}</bdi>`}
      ${more > 0 && html`<span>${t("and {n} more", {n: more})}</span>`}` : html`<span class="is-bad">${t("nobody: the address isn’t known")}</span>`}
      <span class="grow" /><span class="recipients-more">${t("Cc, Bcc")}</span></button>`;
  }
  const field = (role, label) => html`<label class="recipients-field" key=${role}><span>${label}</span><input type="text" dir="ltr" inputMode="email" autocomplete="off" spellcheck=${false}
    value=${given[role]} placeholder="name@shop.example" onInput=${event => change({[role]: event.currentTarget.value})}
    onKeyDown=${event => { if (event.key !== "Escape") event.stopPropagation(); }} /></label>`;
  const number = addresses(given.to).length + addresses(given.cc).length + addresses(given.bcc).length;
  return html`<div class="recipients is-open">${field("to", t("To"))}${field("cc", t("Cc"))}${field("bcc", t("Bcc"))}
    <p class="composer-hint">${number > 1 ? t("{n} recipients; whoever is in To or Cc takes part from now on", {n: number}) : ""}<span class="grow" />
      <button type="button" class="link" onClick=${() => write(id, "reply", {envelope: null})}>${t("As usual")}</button></p></div>`;
}

/** Engines without field-sizing get the height by measure. */
const sizes = CSS.supports("field-sizing", "content");
function grow(box) {
  if (sizes || !box) return;
  box.style.blockSize = "auto";
  box.style.blockSize = `${Math.min(box.scrollHeight, innerHeight * 0.4)}px`;
}

/** The colleagues that fit the "@…" before the caret. */
function mentionAt(box) {
  const before = box.value.slice(0, box.selectionStart);
  const hit = /(?:^|\s)@([^\s@]{0,30})$/u.exec(before);
  if (!hit) return null;
  const wanted = hit[1].toLocaleLowerCase();
  const found = agents.peek().filter(one => one.id !== me.id && one.name.toLocaleLowerCase().split(/\s+/).some(word => word.startsWith(wanted))).slice(0, 6);
  return {from: before.length - hit[1].length - 1, found, at: 0};
}
