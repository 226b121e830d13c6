/** What the board calls for: judged by the reader's own limits, said and sounded once when one is crossed, and not again until it was below. */
import {html, signal, useRef, useState} from "../ui/vendor/ui.js";
import {t, tn, digits} from "../ui/wire.js";
import {chime, isQuiet} from "./chime.js";
import {Icon, many} from "./board-parts.js";
import {shortly} from "./board-time.js";

/** @typedef {{wait: ?number, waiting: ?number, late: boolean, nobody: boolean}} Alarms */

/** What is crossed, in words. @param {Alarms} alarms @param {number} at the desk's time @param {string} me the reader does not stand in for the team @returns {[string, string][]} */
export function crossed(board, alarms, at, me) {
  const {total} = board, longest = total.longest ? at - Date.parse(total.longest) : 0;
  return [
    alarms.late && total.late > 0 && ["late", total.late > 999 ? t("{n} promises are overdue", {n: many(total.late)}) : tn("{n} promise is overdue", "{n} promises are overdue", total.late)],
    alarms.wait && longest > alarms.wait * 60_000 && ["wait", t("Somebody has been waiting for {time}", {time: shortly(longest)})],
    alarms.waiting && total.waiting > alarms.waiting && ["waiting", total.waiting > 999 ? t("{n} customers are waiting", {n: many(total.waiting)}) : tn("{n} customer is waiting", "{n} customers are waiting", total.waiting)],
    alarms.nobody && board.open && !board.agents.some(each => each.id !== me) && ["nobody", t("It is working hours and nobody of the team is here")],
  ].filter(Boolean);
}

/** What a screen reader is told; said once. */
export const spoken = signal("");
const KEPT = "yavar.board.called", RANG = "yavar.board.rang";
const read = () => { try { return JSON.parse(sessionStorage.getItem(KEPT)) ?? []; } catch { return []; } };
let called = read();

/** Calls for what was not crossed at the last look. Several boards of one browser sound once. */
export function call(now, notify) {
  const fresh = now.filter(([kind]) => !called.includes(kind)), kinds = now.map(([kind]) => kind);
  if (kinds.join() !== called.join()) try { sessionStorage.setItem(KEPT, JSON.stringify(kinds)); } catch { /* storage is forbidden: a reload calls again */ }
  called = kinds;
  if (!now.length) spoken.value = ""; // else the same words again would be no news
  if (!fresh.length) return;
  spoken.value = fresh.map(([, words]) => words).join(". ");
  if (isQuiet(notify)) return;
  try {
    if (Date.now() - Number(localStorage.getItem(RANG)) < 3000) return;
    localStorage.setItem(RANG, String(Date.now()));
  } catch { /* then each sounds */ }
  chime();
}

export const Banner = ({now}) => now.length ? html`<div class="banner is-bad board-call"><${Icon} name="bell" /><ul>${now.map(([kind, words]) => html`<li key=${kind}>${words}</li>`)}</ul></div>` : null;

/** In the reader's digits, as one types it. */
const written = value => String(value).replace(/\d/g, one => digits(Number(one)));
const number = value => { const typed = Number(String(value).replace(/[۰-۹]/g, one => one.charCodeAt(0) - 1776).replace(/[٠-٩]/g, one => one.charCodeAt(0) - 1632)); return Number.isInteger(typed) && typed > 0 ? typed : null; };

/** The limits, behind a button. @param {{alarms: Alarms, save: (wanted: Alarms) => Promise<void>}} props */
export function Limits({alarms, save}) {
  const box = useRef(null), form = useRef(null);
  const [problem, setProblem] = useState("");
  const keep = async event => {
    event.preventDefault();
    const {late, nobody, waitOn, wait, waitingOn, waiting} = form.current.elements;
    const wanted = {late: late.checked, nobody: nobody.checked, wait: waitOn.checked ? number(wait.value) : null, waiting: waitingOn.checked ? number(waiting.value) : null};
    if (waitOn.checked && !(wanted.wait <= 1440 && wanted.wait) || waitingOn.checked && !(wanted.waiting <= 999 && wanted.waiting)) return setProblem(t("Write a whole number: up to 1440 minutes, up to 999 customers."));
    setProblem("");
    try { await save(wanted); box.current.hidePopover(); } catch (error) { setProblem(error.title); }
  };
  const limit = (name, value, before, after, ordinary) => html`<div class="limit"><label><input type="checkbox" name=${`${name}On`} defaultChecked=${value !== null} /><span>${before}</span></label><input class="limit-n" name=${name} inputmode="numeric" maxlength="4" autocomplete="off" aria-label=${`${before} ${after}`} defaultValue=${written(value ?? ordinary)} /><span>${after}</span></div>`;
  return html`<button type="button" class="button" popovertarget="limits"><${Icon} name="bell" />${t("Alarms")}</button>
    <div class="menu is-wide limits" id="limits" popover ref=${box} role="dialog" aria-labelledby="limits-title"><form ref=${form} class="menu-form" onSubmit=${keep} key=${JSON.stringify(alarms)}>
      <h2 id="limits-title">${t("Call me when")}</h2>
      <div class="limit"><label><input type="checkbox" name="late" defaultChecked=${alarms.late} /><span>${t("a promise is overdue")}</span></label></div>
      ${limit("wait", alarms.wait, t("somebody waits longer than"), t("minutes"), 10)}
      ${limit("waiting", alarms.waiting, t("more wait at once than"), t("customers"), 10)}
      <div class="limit"><label><input type="checkbox" name="nobody" defaultChecked=${alarms.nobody} /><span>${t("nobody else is here in working hours")}</span></label></div>
      <small>${t("A line on the board, a mark in the title and one sound; again only after it was over. They watch what this board shows.")}</small>
      ${problem && html`<p class="field-error" role="alert"><${Icon} name="circle-alert" />${problem}</p>`}
      <button class="button is-primary">${t("Save")}</button></form></div>`;
}
