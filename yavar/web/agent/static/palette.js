/** Ctrl/⌘ K: every command with its key, and search through the conversations. It acts on the selection. Read when it is first opened. */
import {html, useEffect, useMemo, useRef, useState} from "../ui/vendor/ui.js";
import {t, tn, digits} from "../ui/wire.js";
import {agents, boot, call, composing, counts, may, me, palette, putRows, row, sheet, showDetails, singleKeys, tags} from "./state.js";
import {go, views} from "./routes.js";
import * as feed from "./feed.js";
import {turnOrder} from "./list.js";
import {Avatar, Icon, Kbd, When, dirOf} from "./parts.js";
import {assign, assignToMe, copy, markUnread, reopen, resolve, senders, setPriority, setTag, setTeam, snooze} from "./actions.js";
import {priorityName} from "./telling.js";
import {focusComposer} from "./composer.js";
import {openMenu, snoozeTimes} from "./menus.js";
import {cannedReplies, doing, folded, loadCanned, useHere} from "./offer.js";
import {targets} from "./keys.js";
import {setSingleKeys, setTheme, signOut} from "./sidebar.js";

/** @typedef {{key: string, group: string, label: string, icon: string, keys?: string, hint?: string, run: () => void, quiet?: boolean}} Command */

/** @returns {Command[]} `quiet` ones are found by typing only */
function commands(ids) {
  const one = ids.length === 1 ? row(ids[0]).peek() : null;
  const here = ids.length > 1 ? t("Selected conversations") : t("This conversation");
  const on = !ids.length ? [] : [
    ...(one?.status === "resolved" ? [] : [{key: "resolve", label: t("Resolve"), icon: "check", keys: "E", run: () => resolve(ids)}]),
    ...(one?.status === "open" ? [] : [{key: "reopen", label: t("Reopen"), icon: "rotate-ccw", keys: "⇧ E", run: () => reopen(ids)}]),
    ...(ids.length === 1 ? [{key: "reply", label: t("Reply"), icon: "corner-up-left", keys: "R", run: () => focusComposer("reply")},
      {key: "note", label: t("Write a note"), icon: "lock", keys: "N", run: () => focusComposer("note")}] : []),
    {key: "me", label: t("Assign to me"), icon: "user-plus", keys: "I", run: () => assignToMe(ids)},
    {key: "assign", label: t("Assign…"), icon: "user", keys: "A", run: () => openMenu("assign", ids)},
    ...snoozeTimes().map(each => ({key: `snooze ${each.key}`, label: each.label, icon: "alarm-clock", keys: each.key === "tomorrow" ? "H" : "", hint: each.hint, run: () => snooze(ids, each.until.toISOString())})),
    {key: "snooze reply", label: t("Snooze until the customer replies"), icon: "alarm-clock", keys: "⇧ H", run: () => snooze(ids, null)},
    {key: "tags", label: t("Tags…"), icon: "tag", keys: "T", run: () => openMenu("tags", ids)},
    {key: "priority", label: t("Priority…"), icon: "flag", keys: "P", run: () => openMenu("priority", ids)},
    {key: "team", label: t("Team…"), icon: "users", keys: "⇧ T", run: () => openMenu("team", ids)},
    {key: "type", label: t("Request type…"), icon: "hash", run: () => openMenu("type", ids)},
    {key: "unread", label: t("Mark as unread"), icon: "mail-open", keys: "U", run: () => markUnread(ids)},
    ...(one ? [{key: "copy", label: t("Copy number #{reference}", {reference: one.reference}), icon: "copy", run: () => copy(`#${one.reference}`)}] : []),
    ...agents.peek().filter(each => each.id !== me.id).map(each => ({key: `to ${each.id}`, label: t("Assign to {name}", {name: each.name}), icon: "user", quiet: true, run: () => assign(ids, each.id)})),
    ...boot.teams.map(each => ({key: `team ${each.id}`, label: t("Move to {team}", {team: each.name}), icon: "users", quiet: true, run: () => setTeam(ids, each.id)})),
    ...tags.peek().map(each => ({key: `tag ${each.id}`, label: t("Tag {name}", {name: each.name}), icon: "tag", quiet: true, run: () => setTag(ids, each.id, true)})),
    ...(cannedReplies.peek() ?? []).filter(each => ids.length === 1 || !Object.keys(each.texts).length).map(each => ({key: `canned ${each.id}`, label: each.name, icon: doing(each.actions).length ? "zap" : "square-slash", hint: each.shortcut && `/${each.shortcut}`, quiet: true,
      run: () => { useHere(each, ids); if (Object.keys(each.texts).length) focusComposer("reply"); }})),
    ...["urgent", "high", "normal", "low"].map(each => ({key: `priority ${each}`, label: t("Priority: {priority}", {priority: priorityName(each)}), icon: "flag", quiet: true, run: () => setPriority(ids, each)})),
  ].map(each => ({...each, group: here}));
  const to = [
    ...(senders().length ? [{key: "new", label: t("New message"), icon: "pencil-line", run: () => { composing.value = true; }}] : []),
    ...views().map(each => ({key: `go ${each.view}`, label: each.name, icon: each.icon, keys: `G ${each.key}`, hint: counts.peek()[each.view] ? digits(Math.min(999, counts.peek()[each.view]))
      : "", run: () => go({view: each.view, id: null})})),
    ...[["team", boot.teams, "users"], ["tag", tags.peek(), "tag"],
      ["inbox", boot.inboxes, "message-circle"]].flatMap(([kind, list, icon]) => list.map(each => ({key: `${kind}:${each.id}`, label: each.name, icon, quiet: true, run: () => go({view: `${kind}:${each.id}`, id: null})}))),
    ...(boot.visitors ? [{key: "visitors", label: t("Visitors"), icon: "globe", keys: "G V", run: () => go({view: "visitors"})}] : []),
    {key: "customers", label: t("Customers"), icon: "users", keys: "G C", run: () => go({view: "customers", who: null})},
    ...(may("desk.supervise") ? [{key: "board", label: t("Board"), icon: "monitor", keys: "G B", run: () => location.assign("/board")}] : []),
  ].map(each => ({...each, group: t("Go to")}));
  const more = [
    ...(!feed.elsewhere() && feed.ordered() ? [{key: "order", label: feed.order.peek() === "due" ? t("Show the newest first") : t("Show what is due first"), icon: "arrow-down-narrow-wide", keys: "O", run: turnOrder}] : []),
    {key: "details", label: t("Show or hide details"), icon: "panel-right", keys: "]", run: showDetails},
    {key: "keys", label: t("All shortcuts"), icon: "keyboard", keys: "?", run: () => { sheet.value = true; }},
    ...[["system", t("Theme: system"), "monitor"], ["light", t("Theme: light"), "sun"], ["dark",
      t("Theme: dark"), "moon"]].map(([value, label, icon]) => ({key: `theme ${value}`, label, icon, quiet: true, run: () => setTheme(value)})),
    {key: "single", label: singleKeys.peek() ? t("Switch single-key shortcuts off")
      : t("Switch single-key shortcuts on"), icon: "keyboard", quiet: true, run: () => setSingleKeys(!singleKeys.peek())},
    {key: "settings", label: t("Settings"), icon: "settings", quiet: true, run: () => location.assign("/settings")},
    {key: "out", label: t("Sign out"), icon: "log-out", quiet: true, run: signOut},
  ].map(each => ({...each, group: t("More")}));
  return [...on, ...to, ...more];
}

/** @param {{start: string}} props what stands in the field at first */
export function Palette({start}) {
  const box = useRef(null), list = useRef(null);
  const [text, setText] = useState(start);
  const [at, setAt] = useState(0);
  const [found, setFound] = useState({query: "", rows: [], state: "idle"});
  const ids = useMemo(targets, []);
  const all = useMemo(() => commands(ids), [cannedReplies.value]);
  useEffect(() => { if (ids.length && may("conversation.reply")) loadCanned(); }, []);
  const wanted = folded(text.trim()).split(/\s+/).filter(Boolean);
  const fitting = all.filter(each => wanted.length ? wanted.every(word => folded(each.label).includes(word)) : !each.quiet).slice(0, wanted.length ? 12 : 60);
  const results = found.rows.map(each => ({key: `row ${each.id}`, group: t("Conversations"), each, run: () => go({id: each.id})}));
  const shown = [...fitting, ...(wanted.length ? results : [])];
  const close = () => { palette.value = null; };

  useEffect(() => { const before = document.activeElement; box.current.showModal();
    return () => { if (!document.querySelector(":popover-open")) before?.focus?.({preventScroll: true}); }; }, []);
  useEffect(() => {
    const query = text.trim();
    if (query.length < 2) return setFound({query: "", rows: [], state: "idle"});
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      setFound(was => ({...was, state: "busy"}));
      try {
        const answer = await call("GET", `search?q=${encodeURIComponent(query)}`, undefined, {signal: stop.signal});
        putRows(answer.rows.map(({found: _, ...each}) => each));
        setFound({query, rows: answer.rows, state: "idle"});
      } catch (problem) { if (!stop.signal.aborted) setFound({query, rows: [], state: problem.title}); }
    }, 180);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [text]);
  useEffect(() => { list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({block: "nearest"}); }, [at, shown.length]);

  const choose = each => { if (!each) return; close(); setTimeout(each.run); };
  const onKeyDown = event => {
    if (event.isComposing) return;
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (step) { event.preventDefault(); setAt((at + step + shown.length) % Math.max(1, shown.length)); }
    else if (event.key === "Enter") { event.preventDefault(); choose(shown[at]); }
    else if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") { event.preventDefault(); close(); }
    event.stopPropagation();
  };
  const subject = ids.length > 1 ? tn("{n} selected", "{n} selected", ids.length) : ids.length ? row(ids[0]).peek()?.customer.name : null;
  return html`<dialog class="palette" ref=${box} aria-label=${t("Search or jump to…")} onClose=${close} onClick=${event => { if (event.target === box.current) close();
    }} onKeyDown=${onKeyDown}>
    <div class="palette-head"><${Icon} name="search" size=${18} />
      <input type="text" dir=${dirOf(text)} autocomplete="off" autofocus role="combobox" aria-expanded="true" aria-controls="palette-list"
        aria-activedescendant=${shown[at] ? `palette-${at}` : undefined}
      aria-label=${t("Search or jump to…")} placeholder=${t("Search conversations, or type a command")} value=${text} onInput=${event => { setText(event.currentTarget.value);
        setAt(0); }} />${subject && html`<span class="chip"><bdi class="cut">${subject}</bdi></span>`}</div>
    <ul class="palette-list" id="palette-list" role="listbox" ref=${list} aria-label=${t("Commands and results")}>
      ${shown.map((each, n) => html`${each.group !== shown[n - 1]?.group && html`<li class="menu-head" role="presentation" key=${`head ${each.group}`}>${each.group}
        </li>`}
        <li key=${each.key} id=${`palette-${n}`} class=${`menu-item${each.each ? " is-result" : ""}`} role="option" aria-selected=${n === at ? "true" : "false"}
          onPointerMove=${() => { if (at !== n) setAt(n);
          }} onClick=${() => choose(each)}>
          ${each.each ? html`<${Found} each=${each.each} words=${found.query} />` : html`<${Icon} name=${each.icon} /><span class="grow" dir="auto">${each.label}
            </span>${each.hint && html`<span class="menu-hint">${each.hint}</span>`}${each.keys && html`<${Kbd} keys=${each.keys} />`}`}</li>`)}
      ${found.state === "busy" && !results.length && html`<li class="menu-none">${t("Searching…")}</li>`}
      ${!["busy", "idle"].includes(found.state) && html`<li class="menu-none is-bad">${found.state}</li>`}
      ${!shown.length && found.state === "idle" && html`<li class="menu-none">${t("Nothing found")}</li>`}
    </ul>
    <footer class="palette-foot"><kbd>↑↓</kbd>${t("move")}<kbd>↵</kbd>${t("run")}<kbd>Esc</kbd>${t("close")}</footer>
  </dialog>`;
}

function Found({each, words}) {
  return html`<${Avatar} who=${each.customer} size="s" badge=${each.inbox.kind} /><span class="found grow"><span class="found-name"><bdi>${each.customer.name}</bdi>
    <span class="reference ltr">#${each.reference}</span>${each.status === "resolved" && html`<${Icon} name="check" size=${12} />`}</span>
    <span class="cut" dir="auto">${lit(each.found?.text || each.preview, words)}</span></span><${When} at=${each.found?.at ?? each.last_at} />`;
}

/** Marks the words that were looked for. */
function lit(text, words) {
  const list = words.split(/\s+/).filter(word => word.length > 1).map(word => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (!list.length) return text;
  return text.split(new RegExp(`(${list.join("|")})`, "iu")).map((part, n) => n % 2 ? html`<mark>${part}</mark>` : part);
}
