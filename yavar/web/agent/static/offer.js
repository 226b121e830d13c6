/** The menu at the composer's upper edge: `/` canned replies, `:` emoji, `@` colleagues. Read when one of these is first typed. */
import {html, signal, useEffect, useLayoutEffect, useState} from "../ui/vendor/ui.js";
import {t, tn, regionOf} from "../ui/wire.js";
import {agentName, agents, boot, call, me, requestType, row, tag, team} from "./state.js";
import {Avatar, Icon} from "./parts.js";
import {draft, write} from "./outbox.js";
import {priorityName} from "./telling.js";
import {applyCanned} from "./actions.js";
import {talk} from "./talks.js";

/** @typedef {{id: string, name: string, shortcut: string, texts: Record<string, string>, actions: object, uses: number}} Canned */
const known = signal(/** @type {?Canned[]} */ (null));
let read = 0;
/** Canned replies, read anew when they are a minute old. */
export async function loadCanned() {
  if (Date.now() - read < 60_000) return;
  read = Date.now();
  try { known.value = await call("GET", "canned"); } catch { read = 0; known.value ??= []; }
}
export const cannedReplies = known;

/** For comparing what people type: Persian is typed with either ي or ی, ك or ک; ё is often typed as е. */
export const folded = text => text.toLocaleLowerCase().replace(/ي/g, "ی").replace(/ك/g, "ک").replace(/[\u200c\u064b-\u0652]/g, "").replace(/ё/g, "е");
const calls = /(?:^|\s)(?:\/([^\s/]{0,40})|:([\p{L}\p{N}_+-]{1,30})|@([^\s@]{0,30}))$/u;

/** What the text before the caret calls for. @returns {?{from: number, options: object[], head?: string}} */
function offered(typed, id, note, canned, act) {
  const hit = calls.exec(typed);
  if (!hit) return null;
  const [, slash, colon, at] = hit, from = typed.length - (slash ?? colon ?? at).length - 1;
  if (slash !== undefined) {
    if (note) return null;
    if (!canned) return {from, options: [], busy: true};
    const wanted = folded(slash);
    const rank = one => folded(one.shortcut).startsWith(wanted) ? 0 : folded(one.name).includes(wanted) ? 1 : folded(textFor(one, id)).includes(wanted) ? 2 : 3;
    const fitting = canned.map(one => [rank(one), one]).filter(([n]) => n < 3).sort((a, b) => a[0] - b[0] || b[1].uses - a[1].uses).slice(0, 8);
    return {from, options: fitting.map(([, one]) => ({key: one.id, canned: one, run: () => act.canned(one, from)})), none: canned.length ? t("No canned reply fits") : null};
  }
  if (colon !== undefined) {
    const wanted = folded(colon);
    return {from, options: emoji().filter(([, words]) => words.some(word => folded(word).startsWith(wanted))).slice(0, 8).map(([sign, words]) => ({key: sign, sign, label: words[0], run: () => act.put(sign, from)}))};
  }
  if (!note) return null;
  const wanted = folded(at);
  const found = agents.peek().filter(one => one.id !== me.id && folded(one.name).split(/\s+/).some(word => word.startsWith(wanted))).slice(0, 6);
  return {from, options: found.map(one => ({key: one.id, who: one, label: one.name, run: () => act.put(`@${one.name} `, from)}))};
}

/** The language of its text: the customer's, else the agent's, else any. */
const langFor = (one, id) => [row(id).peek()?.lang, boot.lang].find(lang => lang in one.texts) ?? Object.keys(one.texts)[0];
const textFor = (one, id) => one.texts[langFor(one, id)] ?? "";

/** What a field of the desk's own holds, in the language of a text. */
function worded(kind, value, lang) {
  const place = regionOf(lang);
  if (kind === "date") return new Intl.DateTimeFormat(lang === "fa" ? "fa-IR-u-ca-persian" : place, {dateStyle: "long", timeZone: "UTC"}).format(Date.parse(value));
  if (kind === "number") return new Intl.NumberFormat(place, {useGrouping: false, maximumFractionDigits: 10}).format(value);
  return kind === "yesno" ? boot.yes_no[lang][value ? 1 : 0] : value;
}

/** Fills the fields that are known; what is not stays as `{field}`, which stops the send. */
function fill(text, id, lang) {
  const each = row(id).peek(), customer = talk(id).customer.peek(), inbox = boot.inboxes.find(one => one.id === each.inbox.id);
  const first = name => name?.split(/\s+/)[0];
  const facts = {"customer.name": each.customer.name, "customer.first_name": first(each.customer.name), "customer.email": customer?.identities.find(one => one.kind === "email")?.value,
    "conversation.reference": each.reference, "conversation.subject": each.subject, "agent.name": me.name, "agent.first_name": first(me.name), "shop.name": inbox?.names[lang] ?? inbox?.brand ?? boot.brand.name};
  const own = (on, key) => {
    const value = (on === "customer" ? customer?.fields : talk(id).fields.peek())?.[key], kind = boot.fields.find(one => one.on === on && one.key === key)?.kind;
    return value === undefined || value === null || value === "" ? value : worded(kind, value, lang);
  };
  return text.replace(/\{([a-z][a-z0-9_.]*)\}/g, (whole, name) => {
    const value = name in facts ? facts[name] : name.includes(".field.") ? own(...name.split(".field.")) : undefined;
    return value === undefined || value === null || value === "" ? whole : String(value);
  });
}

/** What a macro does, in words. */
export function doing({assignee, team: group, priority, add_tags = [], remove_tags = [], request_type, then}) {
  const names = list => list.map(id => tag(id)?.name ?? "?").join(", ");
  return [assignee && (assignee === "nobody" ? t("Nobody is assigned now") : t("Assign to {name}", {name: assignee === "me" ? me.name : agentName(assignee)})), group && (group === "none" ? t("No team") : t("Move to {team}", {team: team(group)?.name ?? "?"})),
    priority && t("Priority: {priority}", {priority: priorityName(priority)}), add_tags.length > 0 && t("Tag {name}", {name: names(add_tags)}), remove_tags.length > 0 && t("Tag {name} removed", {name: names(remove_tags)}),
    request_type && (request_type === "none" ? t("No request type") : t("Request type: {name}", {name: requestType(request_type)?.name ?? "?"})), {resolve: t("Resolve"), snooze_reply: t("Snooze until the customer replies"), snooze_day: t("Snooze until tomorrow, 9:00")}[then]].filter(Boolean);
}

/** Puts a canned reply into the composer; one without words acts at once. */
function insert(one, from, {id, kind, put}) {
  const text = fill(textFor(one, id), id, langFor(one, id));
  put(text, from);
  if (!text) return applyCanned([id], one, doing(one.actions).join(" · "));
  const had = draft(id, kind).peek().canned ?? [];
  write(id, kind, {canned: [...had.filter(each => each.id !== one.id), {id: one.id, name: one.name, does: doing(one.actions)}]});
}

/** From elsewhere than the composer: behind what stands there. A macro without words acts at once, on many too. */
export function useHere(one, list) {
  if (!Object.keys(one.texts).length) return applyCanned(list, one, doing(one.actions).join(" · "));
  const [id] = list;
  insert(one, 0, {id, kind: "reply", put: text => { const had = draft(id, "reply").peek().text; write(id, "reply", {text: had ? `${had}\n${text}` : text}); }});
}

/** @param {{id: string, note: boolean, typed: string, keys: {current: ?Function}, put: (text: string, from: number) => void, close: () => void}} props `keys` gets who has the first word on a key */
export function Offer({id, note, typed, keys, put, close}) {
  const [at, setAt] = useState(0);
  const act = {put, canned: (one, from) => insert(one, from, {id, kind: note ? "note" : "reply", put})};
  const found = offered(typed, id, note, known.value, act), options = found?.options ?? [], chosen = options[Math.min(at, options.length - 1)];
  useEffect(() => { if (/(?:^|\s)\/\S*$/.test(typed)) loadCanned(); }, [typed]);
  useEffect(() => { setAt(0); }, [typed]);
  useLayoutEffect(() => {
    const box = document.querySelector(".composer-text");
    keys.current = event => {
      const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
      if (!options.length) return false;
      if (step) setAt((at + step + options.length) % options.length);
      else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && !event.metaKey) chosen.run();
      else if (event.key === "Escape") close();
      else return false;
      return true;
    };
    if (chosen) { box?.setAttribute("aria-controls", "offer"); box?.setAttribute("aria-activedescendant", `offer-${chosen.key}`); }
    return () => { keys.current = null; box?.removeAttribute("aria-controls"); box?.removeAttribute("aria-activedescendant"); };
  });
  if (!found || !options.length && !found.none) return null;
  return html`<ul class="mention-menu" id="offer" role="listbox" aria-label=${t("Suggestions")}>
    ${options.map((each, n) => html`<li key=${each.key} id=${`offer-${each.key}`} class="menu-item" role="option" aria-selected=${each === chosen ? "true" : "false"}
      onPointerMove=${() => setAt(n)} onPointerDown=${event => { event.preventDefault(); each.run(); }}>${each.canned ? html`<${CannedLine} one=${each.canned} id=${id} />`
        : html`${each.who ? html`<${Avatar} who=${each.who} size="s" online=${each.who.online} />` : html`<span class="emoji-sign">${each.sign}</span>`}<span dir="auto">${each.label}</span>`}</li>`)}
    ${!options.length && html`<li class="menu-none" role="presentation">${found.none}</li>`}</ul>`;
}

function CannedLine({one, id}) {
  const does = doing(one.actions);
  return html`<${Icon} name=${does.length ? "zap" : "square-slash"} /><span class="canned grow"><span class="canned-name"><bdi>${one.name}</bdi>${one.shortcut && html`<span class="ltr">/${one.shortcut}</span>`}</span>
    <small class="cut" dir="auto">${fill(textFor(one, id), id, langFor(one, id)).split("\n").join(" ") || does.join(" · ")}</small></span>
    ${one.uses > 0 && html`<span class="menu-hint">${tn("used once", "used {n} times", one.uses)}</span>`}`;
}

/** Each with the words by which it is found: the reader’s, and the English one that many know by heart. */
const emoji = () => [["😊", "smile", t("smile")], ["🙂", "friendly", t("friendly")], ["😀", "happy", t("happy")], ["😂", "laugh", t("laugh")], ["😉", "wink", t("wink")], ["😍", "love it", t("love it")], ["🤗", "hug", t("hug")], ["🤔", "thinking", t("thinking")], ["😅", "phew", t("phew")], ["😢", "sad", t("sad")],
  ["😮", "surprised", t("surprised")], ["🙏", "thanks", t("thanks")], ["👍", "thumbs up", t("thumbs up")], ["👎", "thumbs down", t("thumbs down")], ["👌", "perfect", t("perfect")], ["👏", "applause", t("applause")], ["🙌", "hooray", t("hooray")], ["💪", "strong", t("strong")], ["🤝", "deal", t("deal")], ["👋", "wave", t("wave")],
  ["❤️", "heart", t("heart")], ["💙", "blue heart", t("blue heart")], ["🌹", "rose", t("rose")], ["🌸", "blossom", t("blossom")], ["🎉", "party", t("party")], ["🎁", "gift", t("gift")], ["⭐", "star", t("star")], ["✨", "sparkles", t("sparkles")], ["🔥", "fire", t("fire")], ["✅", "done", t("done")], ["❌", "cross", t("cross")],
  ["⚠️", "warning", t("warning")], ["❓", "question", t("question")], ["❗", "exclamation", t("exclamation")], ["📦", "parcel", t("parcel")], ["🚚", "delivery", t("delivery")], ["💳", "card", t("card")], ["🧾", "receipt", t("receipt")], ["📷", "camera", t("camera")], ["📎", "clip", t("clip")], ["📞", "phone", t("phone")], ["⏰", "alarm", t("alarm")],
  ["☕", "coffee", t("coffee")], ["🫖", "teapot", t("teapot")]].map(([sign, english, word]) => [sign, [word, ...word.split(" "), english]]);

/** All of them, to choose with the mouse. */
export const EmojiGrid = ({choose}) => html`<div class="emoji-grid" onKeyDown=${event => { if (event.key !== "Escape") event.stopPropagation(); }}>
  ${emoji().map(([sign, [word]]) => html`<button type="button" key=${sign} title=${word} aria-label=${word} onClick=${() => choose(sign)}>${sign}</button>`)}</div>`;
