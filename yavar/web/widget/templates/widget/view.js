{#- What the chat shows: a module inside the page, see the note in static/panel.js. It is included, so only the imports are filled in. #}
import {html, render, computed, signal, useEffect, useLayoutEffect, useRef, useState} from "{{ static("ui/vendor/ui.js") }}";
import {t, tn, clock, dayLabel, fullDate, bytes, styled} from "{{ static("ui/wire.js") }}";
import {config, BIGGEST, messages, older, loading, outbox, draft, chips, busy, seen, known, greeting, lang, mailable, conversation, notice, online, writer, shown, fresh, spoken, asking, fault, note, emojiOpen,
  call, start, loadOlder, look, typing, retry, edit, write, send, introduce, attach, begin, drop, tell} from "{{ static("widget/panel.js") }}";
{% raw %}
const PICTURES = /^image\/(png|jpeg|gif|webp|avif)$/;
const EMOJI = ["😀", "😊", "😄", "😂", "😉", "😍", "🤔", "😅", "😢", "😮", "😡", "🙏", "👍", "👎", "👌", "👏", "💪", "❤️", "🎉", "🔥", "⭐", "✅", "❌", "☕"];

const Icon = ({name: which, turns}) => html`<svg class=${turns ? "turns" : "icon"} aria-hidden="true"><use href=${`#i-${which}`} /></svg>`;
const Face = ({author}) => (author.kind === "bot" ? html`<span class="face bot" aria-hidden="true"><${Icon} name="sparkles" /></span>`
  : html`<span class="face" data-hue=${author.hue || 1} aria-hidden="true">${author.initials}</span>`);
const Faces = () => html`<div class="faces" aria-hidden="true">${(config.team.length ? config.team.slice(0, 3) : [config.brand]).map((one) => html`<${Face} author=${one} />`)}</div>`;
const pace = (away) => config.pace || (config.online ? t("We’re here") : away);
const linked = (text) => text.split(/(https?:\/\/[^\s<>"'«»]*[^\s<>"'«».,:;!?)\]،؛؟])/).map((part, at) => (at % 2
  ? html`<a href=${part} target="_blank" rel="noopener nofollow" dir="ltr">${part}</a>` : part));
const piece = ({text, as, href}) => (as === "a" ? html`<a href=${href} target="_blank" rel="noopener nofollow">${text}</a>` : as === "strong" ? html`<strong>${linked(text)}</strong>`
  : as === "em" ? html`<em>${linked(text)}</em>` : linked(text));
const Text = ({text, mine}) => html`<div class="bubble">${text.split("\n").map((line) => html`<p dir="auto">${mine ? linked(line) : styled(line).map(piece)}</p>`)}</div>`;
const fit = ({width, height}) => (width && height ? [width, height].map((side) => Math.max(24, Math.round(side * Math.min(1, 240 / width, 240 / height)))) : []);
const Attached = ({file}) => (PICTURES.test(file.mime)
  ? html`<a class="picture" href=${file.url} target="_blank" rel="noopener"><img src=${file.url} alt=${file.name} width=${fit(file)[0]} height=${fit(file)[1]} /></a>`
  : html`<a class="attached" href=${file.url} target="_blank" rel="noopener" download=${file.name}><${Icon} name="file" /><span><b dir="auto">${file.name}</b><small>${bytes(file.size)}</small></span></a>`);
function Said({item, first, last, mine, read}) {
  const state = item.reason ? "failed" : item.seq ? "" : "waiting";
  const who = !mine && html`<bdi>${item.author.kind === "bot" ? t("Automatic answer") : item.author.name}</bdi><span>·</span>`;
  const meta = {
    failed: () => html`<div class="meta" role="alert"><${Icon} name="circle-alert" /><span>${t("Not sent.")}</span> <span dir="auto">${item.reason}</span>
      <span class="acts"><button type="button" onClick=${() => retry(item)}>${t("Try again")}</button>·<button type="button" onClick=${() => edit(item)}>${t("Edit")}</button></span></div>`,
    waiting: () => html`<div class="meta">${t("Sending…")}</div>`,
    "": () => last && html`<div class="meta">${who}<time datetime=${item.at} title=${fullDate(item.at)}>${clock(item.at)}</time>${read && html`<span>·</span><${Icon} name="check-check" />${t("Seen")}`}</div>`,
  };
  return html`<div class=${["said", mine && "mine", first && "first", last && "last", state].filter(Boolean).join(" ")}>
    ${!mine && last && html`<${Face} author=${item.author} />`}
    <div>${item.text && html`<${Text} text=${item.text} mine=${mine} />`}${item.files.map((file) => html`<${Attached} key=${file.key} file=${file} />`)}${meta[state]()}</div></div>`;
}
const thread = computed(() => {
  if (!lang.value) return []; // its words and dates follow the language
  const hail = greeting.value && !messages.value.some(({client_id}) => client_id === "hello") && (!messages.value.length || messages.value[0].seq === 2);
  const all = [...(hail ? [{...greeting.value, seq: -1, files: []}] : []), ...messages.value, ...outbox.value.map((item) => ({...item, author: {kind: "customer"}}))];
  const lastMine = messages.value.findLast(({author}) => author.kind === "customer");
  const near = (item, one) => one && one.author.kind === item.author.kind && (item.author.kind === "customer" || one.author.name === item.author.name)
    && !one.reason && Math.abs(new Date(one.at) - new Date(item.at)) < 3e5 && dayLabel(one.at) === dayLabel(item.at);
  return all.flatMap((item, at) => [
    (!at || dayLabel(all[at - 1].at) !== dayLabel(item.at)) && html`<div class="day" key=${`day ${item.at}`}>${dayLabel(item.at)}</div>`,
    item.author.kind === "system" ? html`<div class="event" dir="auto" key=${item.id}>${item.text}</div>`
      : html`<${Said} key=${item.client_id || item.id} item=${item} mine=${item.author.kind === "customer"} first=${!near(item, all[at - 1])}
          last=${!near(item, all[at + 1])} read=${item === lastMine && seen.value.agent >= item.seq} />`]);
});
function Log() {
  const box = useRef(null), was = useRef({height: 0, atEnd: true}).current;
  const newest = outbox.value.at(-1)?.client_id || messages.value.at(-1)?.client_id || messages.value.at(-1)?.id, oldest = messages.value[0]?.id;
  const toEnd = () => { if (box.current) box.current.scrollTop = box.current.scrollHeight; }; // not there any more: another language has come
  const measure = () => {
    const {scrollTop, scrollHeight, clientHeight} = box.current;
    was.atEnd = scrollHeight - scrollTop - clientHeight < 40;
    if (was.atEnd) fresh.value = 0;
    look(was.atEnd);
    if (scrollTop < 120 && scrollHeight > clientHeight && older.value !== "failed") loadOlder();
  };
  useLayoutEffect(() => {
    const grown = newest !== was.newest;
    if (was.atEnd || !was.newest || (grown && outbox.value.length)) toEnd();
    else if (oldest !== was.oldest) box.current.scrollTop += box.current.scrollHeight - was.height;
    else if (grown && messages.value.at(-1)?.author.kind !== "customer") fresh.value++;
    Object.assign(was, {oldest, newest, height: box.current.scrollHeight});
    look(was.atEnd);
  }, [oldest, newest, writer.value, shown.value]);
  useEffect(() => { // pictures and the phone's keyboard change the height; who was at the end stays there
    const watch = new ResizeObserver(() => was.atEnd && toEnd());
    watch.observe(box.current);
    box.current.addEventListener("load", () => was.atEnd && toEnd(), true);
    return () => watch.disconnect();
  }, []);
  const author = messages.value.findLast((one) => one.author.name === writer.value)?.author || config.team.find((one) => one.name === writer.value) || {initials: writer.value.slice(0, 1)};
  return html`<div class="stage" onClick=${() => { emojiOpen.value = false; }}><div class="log" ref=${box} role="log" aria-live="off" aria-label=${t("Messages")} tabindex="0" onScroll=${measure}>
      ${!thread.value.length && (loading.value ? html`<div class="bones" aria-hidden="true"><i /><i /><i /></div>`
        : html`<div class="hello"><${Faces} /><h2>${t("Hello! How can we help?")}</h2><p>${pace(t("Leave a message, we’ll answer when we’re back."))}</p></div>`)}
      ${older.value === "failed" && html`<div class="older">${t("Couldn’t load older messages")}<button type="button" onClick=${loadOlder}>${t("Load again")}</button></div>`}
      ${thread.value}<${Line} />
      ${writer.value && html`<div class="said first last" key="typing"><${Face} author=${author} />
        <div><div class="bubble typing" role="img" aria-label=${t("{name} is writing a reply", {name: writer.value})}><i /><i /><i /></div></div></div>`}
    </div>
    ${fresh.value > 0 && html`<button type="button" class="pill" onClick=${toEnd}><${Icon} name="arrow-down" />${tn("{n} new message", "{n} new messages", fresh.value)}</button>`}
    <div class="sr" role="status">${spoken.value}</div></div>`;
}
// Where one stands who waits; while the desk can't be asked, what it said last.
function Line() {
  const [words, say] = useState(""), id = conversation.value?.id;
  const waits = shown.value && id && messages.value.findLast((one) => one.author.kind !== "bot")?.author.kind === "customer";
  useEffect(() => {
    if (!waits) return say("");
    const ask = async () => say((await call("GET", `/chat/line?conversation=${id}`).catch(() => ({words}))).words);
    const soon = setTimeout(ask, 1500), timer = setInterval(ask, 15000);
    return () => { clearTimeout(soon); clearInterval(timer); };
  }, [waits, id]);
  return words && html`<p class="line" role="status">${words}</p>`;
}
function Who() {
  const form = useRef(null);
  useEffect(() => form.current.querySelector("input").focus(), []);
  const submit = async (event) => {
    event.preventDefault();
    const typed = Object.fromEntries([...new FormData(form.current)].map(([field, value]) => [field, value.trim()]));
    const lacking = ["name", "email"].find((field) => config.prechat[field] === "require" && !typed[field]);
    if (lacking) return void (fault.value = {field: lacking, title: lacking === "name" ? t("Please tell us your name.") : t("Please tell us your e-mail.")});
    if (typed.email && !/^\S+@\S+\.\S+$/.test(typed.email)) return void (fault.value = {field: "email", title: t("This address looks incomplete.")});
    try { await introduce(typed); } catch (problem) { return void (fault.value = problem); }
    fault.value = null;
    document.querySelector("textarea").focus();
  };
  const fields = [["name", t("Name"), "text", "auto"], ["email", t("E-mail"), "email", "ltr"]].filter(([field]) => config.prechat[field] !== "off");
  const Wrong = () => html`<span class="error" role="alert"><${Icon} name="circle-alert" /><span>${fault.value.title}</span></span>`;
  return html`<form class="who" ref=${form} onSubmit=${submit} novalidate><h2>${t("Who should we answer?")}</h2>
    ${fields.map(([field, label, type, way]) => html`<label key=${field}><b>${label}${config.prechat[field] === "ask" && html` <i>${t("(optional)")}</i>`}</b>
      <input name=${field} type=${type} dir=${way} autocomplete=${field} maxlength="200" defaultValue=${known.value[field]} aria-invalid=${fault.value?.field === field} />
      ${fault.value?.field === field && html`<${Wrong} />`}</label>`)}
    ${fault.value && !fields.some(([field]) => field === fault.value.field) && html`<${Wrong} />`}
    <footer><button type="button" class="button" onClick=${() => { asking.value = false; }}>${t("Back")}</button><button class="button primary">${t("Send message")}</button></footer></form>`;
}
const ChipRow = ({chip}) => html`<div class=${chip.reason ? "attached bad" : "attached"}><${Icon} name="file" />
  <span><b dir="auto">${chip.name}</b><small role=${chip.reason && "alert"}>${chip.reason || bytes(chip.blob.size)}${!chip.reason && !chip.file && !chip.sending && ` · ${t("goes with your message")}`}</small></span>
  ${chip.reason && chip.blob.size <= BIGGEST && html`<button type="button" class="tool" aria-label=${t("Try again")} title=${t("Try again")} onClick=${() => begin(chip)}><${Icon} name="refresh" /></button>`}
  <button type="button" class="tool" aria-label=${t("Remove {name}", {name: chip.name})} onClick=${() => drop(chip)}><${Icon} name="x" /></button>
  ${chip.part > 0 && chip.part < 1 && html`<progress value=${chip.part} aria-label=${t("Uploading")} />`}</div>`;
function Composer() {
  const area = useRef(null), picker = useRef(null), frame = useRef(null);
  useLayoutEffect(() => {
    area.current.style.blockSize = "auto";
    area.current.style.blockSize = `${area.current.scrollHeight}px`;
  }, [draft.value]);
  const insert = (text) => {
    area.current.setRangeText(text, area.current.selectionStart, area.current.selectionEnd, "end");
    write(area.current.value);
    emojiOpen.value = false;
    area.current.focus();
  };
  const key = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  const paste = (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    attach(event.clipboardData.files);
  };
  const dragged = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    frame.current.classList.toggle("over", event.type === "dragover");
    if (event.type === "drop") attach(event.dataTransfer.files);
  };
  const Tool = ({icon, label, turns, ...rest}) => html`<button type="button" class="tool" aria-label=${label} title=${label} ...${rest}><${Icon} name=${icon} turns=${turns} /></button>`;
  return html`<div class="bar" onDragOver=${dragged} onDragLeave=${dragged} onDrop=${dragged}>
    ${asking.value && html`<${Who} />`}
    ${emojiOpen.value && html`<div class="emoji" role="group" aria-label=${t("Emoji")}>${EMOJI.map((one) => html`<button type="button" key=${one} onClick=${() => insert(one)}>${one}</button>`)}</div>`}
    <div class="composer" ref=${frame}>
      ${chips.value.length > 0 && html`<div class="chips">${chips.value.map((chip) => html`<${ChipRow} key=${chip.id} chip=${chip} />`)}</div>`}
      <textarea ref=${area} rows="1" dir=${draft.value ? "auto" : config.dir} aria-label=${t("Write a message")} placeholder=${t("Write a message")} value=${draft.value} enterkeyhint="send"
        onInput=${(event) => { write(event.target.value); typing(Boolean(event.target.value)); }} onKeyDown=${key} onPaste=${paste} />
      <div class="tools">
        ${Tool({icon: "smile", label: t("Emoji"), "aria-expanded": emojiOpen.value, onClick: () => { emojiOpen.value = !emojiOpen.value; }})}
        ${Tool({icon: "paperclip", label: t("Attach a file"), onClick: () => picker.current.click()})}
        <input type="file" multiple hidden ref=${picker} onChange=${(event) => { attach(event.target.files); event.target.value = ""; }} />
        ${Tool({icon: "send", label: t("Send"), turns: true, class: "tool send", "aria-disabled": busy.value || (!draft.value.trim() && !chips.value.length), onClick: send})}
      </div></div>
    ${note.value && html`<div class="note" role="alert">${note.value}</div>`}${notice.value && html`<div class="note good" role="status">${notice.value}</div>`}</div>`;
}
const Way = ({way}) => html`<a class="way" href=${way.href} target=${way.href[0] === "h" ? "_blank" : undefined} rel="noopener"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${way.icon} /></svg><span dir="auto">${way.words}</span></a>`;
/** What is wanted now and then is read when it is first wanted. */
const later = () => import("{% endraw %}{{ static("widget/more.js") }}{% raw %}");
const menu = signal(null);
function More() {
  const box = useRef(null), Menu = menu.value;
  const close = (event) => {
    menu.value = null;
    if (event?.type !== "focusout") box.current.firstElementChild.focus();
  };
  const open = async () => { menu.value = menu.value ? null : (await later()).Menu; };
  useEffect(() => { box.current.querySelector(".menu button")?.focus(); }, [Menu]);
  return html`<div class="more" ref=${box} onFocusOut=${(event) => event.relatedTarget && !box.current.contains(event.relatedTarget) && close(event)}>
    <button type="button" class="tool" aria-label=${t("More")} title=${t("More")} aria-expanded=${Boolean(Menu)} onClick=${open}><${Icon} name="ellipsis" /></button>
    ${Menu && html`<${Menu} close=${close} Way=${Way} />`}</div>`;
}
const App = () => html`<header class="head"><${Faces} /><div><h1><bdi>${config.brand.name}</bdi></h1><p class=${config.online ? "" : "away"}>${pace(t("Away right now"))}</p></div><${More} />
    ${parent !== self && html`<button type="button" class="tool" aria-label=${t("Close the chat")} title=${t("Close the chat")} onClick=${() => tell({yavar: "close"})}><${Icon} name="chevron-down" /></button>`}</header>
  ${!online.value && html`<div class="banner" role="status"><${Icon} name="wifi-off" /><span>${t("You’re offline. Keep writing, we’ll send it when you’re back.")}</span>
    ${outbox.value.length > 0 && html`<small>${tn("{n} waiting", "{n} waiting", outbox.value.length)}</small>`}</div>`}
  <${Log} /><div class="foot"><${Composer} />${(config.ways.length > 0 || (mailable.value && conversation.value)) && html`<nav class="ways" aria-label=${t("Contact us")}>${config.ways.slice(0, mailable.value && conversation.value ? 1 : 2).map((way) => html`<${Way} key=${way.href} way=${way} />`)}
    ${mailable.value && conversation.value && html`<button type="button" class="way" onClick=${async () => (await later()).mailChat()}><${Icon} name="mail" /><span>${t("E-mail me the chat")}</span></button>`}</nav>`}</div>`;
const Whole = () => html`<${App} key=${lang.value} />`;

addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  if (menu.value) {
    menu.value = null;
    document.querySelector(".more button").focus();
  } else if (emojiOpen.value || asking.value) emojiOpen.value = asking.value = false;
  else tell({yavar: "close"});
});
document.title = config.brand.name;
if (config.brand.accent) for (const [property, part] of [["--hue", "h"], ["--chroma", "c"]]) document.documentElement.style.setProperty(property, config.brand.accent[part]);
const place = document.getElementById("panel");
place.replaceChildren(); // what stood there for the case that nothing comes
render(html`<${Whole} />`, place);
document.addEventListener("pointerdown", ({target}) => { if (!target.closest(".more")) menu.value = null; });
start(later);
{% endraw %}
