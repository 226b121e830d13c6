/** Short messages at the foot of the list: what was just done (with Undo for 8 seconds) and what did not work. */
import {html, signal} from "../ui/vendor/ui.js";
import {t} from "../ui/wire.js";
import {Icon, IconButton} from "./parts.js";

/** @typedef {{key: number, text: string, icon: string, bad?: boolean, label?: string, run?: () => void, undo?: boolean, timer?: number}} Toast */
const toasts = signal(/** @type {Toast[]} */ ([]));
let last = 0;

function add(toast, seconds) {
  const key = ++last;
  // A new "done" takes the place of the one before it, and with it the key Z: one undo at a time keeps Z predictable.
  toasts.value = [...toasts.value.filter(each => !(toast.undo && each.undo) && each.text !== toast.text).slice(-2), {...toast, key}];
  setTimeout(() => close(key), seconds * 1000);
  return key;
}

export function close(key) { toasts.value = toasts.value.filter(each => each.key !== key); }

/** @param {string} text @param {() => void} undo */
export const done = (text, undo, icon = "check") => add({text, icon, undo: true, label: t("Undo"), run: undo}, 8);
export const say = (text, icon = "check") => add({text, icon}, 4);
/** What failed, with the server's reason and a way to do it again. */
export const failed = (text, again) => add({text, icon: "circle-alert", bad: true, label: again && t("Try again"), run: again}, 12);

/** The key Z. @returns {boolean} whether there was something to undo */
export function undoLast() {
  const found = toasts.value.findLast(each => each.undo);
  if (!found) return false;
  close(found.key);
  found.run();
  return true;
}

export function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">${toasts.value.map(each => html`
    <div class=${`toast${each.bad ? " is-bad" : ""}${each.undo ? " has-undo" : ""}`} key=${each.key}>
      <${Icon} name=${each.icon} /><span class="grow">${each.text}</span>
      ${each.run && html`<button type="button" class="toast-action" onClick=${() => { close(each.key); each.run(); }}>${each.label}${each.undo && html`<kbd>Z</kbd>`}
        </button>`}
      ${each.bad && html`<${IconButton} icon="x" label=${t("Close")} onClick=${() => close(each.key)} />`}
    </div>`)}</div>`;
}
