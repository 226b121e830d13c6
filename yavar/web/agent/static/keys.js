/** The keyboard: every action of the inbox without a mouse, on any layout. */
import {boot, drawer, may, menu, palette, picked, row, sheet, showDetails, shownPeople, singleKeys} from "./state.js";
import {go, place, views} from "./routes.js";
import {mac, undoLast} from "./parts.js";
import * as feed from "./feed.js";
import {assignToMe, markUnread, reopen, resolve, snooze} from "./actions.js";
import {openMenu} from "./menus.js";
import {focusComposer} from "./composer.js";
import {turnOrder} from "./list.js";
import {foldSidebar} from "./sidebar.js";

/** What an action is meant for: the selection, else the open conversation. */
export function targets() {
  if (feed.elsewhere()) return [];
  if (picked.peek().size) return [...picked.peek()];
  const {id} = place.peek();
  return id && row(id).peek() ? [id] : [];
}

function move(step) {
  if (place.peek().view === "customers") {
    const list = shownPeople.peek(), who = list[list.indexOf(place.peek().who) + step] ?? list.at(step > 0 ? -1 : 0);
    if (who) go({who}, {replace: Boolean(place.peek().who)});
    return;
  }
  const next = feed.neighbour(place.peek().id, step);
  if (next) go({id: next}, {replace: Boolean(place.peek().id)});
}

function pick(id) {
  if (!id) return;
  const set = new Set(picked.peek());
  if (!set.delete(id)) set.add(id);
  picked.value = set;
}

function extend(step) {
  const from = place.peek().id, next = feed.neighbour(from, step);
  picked.value = new Set([...picked.peek(), ...(from ? [from] : []), ...(next ? [next] : [])]);
  if (next) go({id: next}, {replace: true});
}

function back() {
  if (drawer.peek()) drawer.value = null;
  else if (picked.peek().size) picked.value = new Set();
  else if (place.peek().id || place.peek().who) go({id: null, who: null});
}

const on = run => () => { const ids = targets(); if (ids.length) run(ids); };
const commands = {
  "j": () => move(1), "k": () => move(-1), "ArrowDown": () => move(1), "ArrowUp": () => move(-1), "J": () => extend(1), "K": () => extend(-1),
  "Enter": () => place.peek().id ? focusComposer("reply") : move(1), "Escape": back,
  "e": on(resolve), "E": on(reopen), "h": on(ids => openMenu("snooze", ids)), "H": on(ids => snooze(ids, null)),
  "a": on(ids => openMenu("assign", ids)), "i": on(assignToMe), "t": on(ids => openMenu("tags", ids)), "T": on(ids => openMenu("team", ids)), "p": on(ids => openMenu("priority", ids)),
  "u": on(markUnread), "x": () => pick(place.peek().id ?? feed.ids.peek()[0]), "z": undoLast,
  "r": () => { if (place.peek().id) focusComposer("reply"); }, "n": () => { if (place.peek().id) focusComposer("note"); },
  "o": turnOrder, "/": () => { palette.value = ""; }, "?": () => { sheet.value = true; }, "[": foldSidebar, "]": showDetails,
};

/** What moves in the list of conversations, and so does nothing where there is none. */
const LISTED = new Set(["J", "K", "o", "x", "Enter"]);
const signs = {Slash: ["/", "?"], BracketLeft: ["[", "{"], BracketRight: ["]", "}"]};
/** The Latin letter of a key: as typed on a Latin layout, else by the key's place. */
function letterOf(event) {
  if (event.key.length > 1) return event.key;
  if (/^[a-z]$/i.test(event.key)) return event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase();
  if (event.code.startsWith("Key")) return event.shiftKey ? event.code[3] : event.code[3].toLowerCase();
  if (event.key in commands) return event.key;
  return signs[event.code]?.[Number(event.shiftKey)] ?? event.key;
}

let awaited = 0; // G was pressed: until when its second letter counts

function onKeyDown(event) {
  if (event.isComposing || event.defaultPrevented || event.altKey) return;
  const main = mac ? event.metaKey : event.ctrlKey;
  const letter = letterOf(event);
  if (main && letter.toLowerCase() === "k") { event.preventDefault(); palette.value = palette.peek() === null ? "" : null; return; }
  if (palette.peek() !== null && !document.querySelector("dialog.palette") && event.key.length === 1 && !main) { event.preventDefault(); palette.value += event.key; return; } // typed before it stood there
  if (palette.peek() !== null || sheet.peek() || menu.peek() || document.querySelector(":popover-open")) return;
  const inField = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (inField) return;
  if (main && letter === "a" && !feed.elsewhere() && feed.ids.peek().length) { event.preventDefault(); picked.value = new Set(feed.ids.peek()); return; }
  if (main || event.metaKey || event.ctrlKey) return;
  const named = letter.length > 1;
  if (!named && !singleKeys.peek()) return;
  // Enter and the arrows belong to the button or the text they stand on.
  if (letter === "Enter" && event.target.closest?.("a, button, summary, label")?.matches(":not(.row a)")) return;
  if (letter.startsWith("Arrow") && event.target.closest?.(".log, [role=tablist]")) return;
  if (awaited > Date.now()) {
    awaited = 0;
    const view = views().find(each => each.key === letter.toUpperCase());
    if (letter.toUpperCase() === "V" && boot.visitors) { event.preventDefault(); go({view: "visitors"}); }
    if (letter.toUpperCase() === "B" && may("desk.supervise")) { event.preventDefault(); location.assign("/board"); }
    if (letter.toUpperCase() === "C") { event.preventDefault(); go({view: "customers", who: null}); }
    if (view) { event.preventDefault(); go({view: view.view, id: null, tab: "open"}); }
    return;
  }
  if (letter === "g") { awaited = Date.now() + 1500; return; }
  const run = feed.elsewhere() && LISTED.has(letter) ? null : commands[letter];
  if (!run) return;
  event.preventDefault();
  run();
}
addEventListener("keydown", onKeyDown);
