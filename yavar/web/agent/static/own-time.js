/** A day and a time of one's own, in the calendar one reads. Read when it is first wanted, and its looks with it. */
import {html, useEffect, useRef} from "../ui/vendor/ui.js";
import {dress, latin, read, written} from "../ui/date-field.js";
import {t, digits} from "../ui/wire.js";
import {IconButton} from "./parts.js";

await new Promise(done => document.head.append(Object.assign(document.createElement("link"), {
  rel: "stylesheet", href: new URL("../ui/date-field.css", import.meta.url).pathname, onload: done, onerror: done,
})));

const NINE = `${digits(0)}${digits(9)}:${digits(0)}${digits(0)}`;
/** 9, 9:30, ۱۸:۰۰ as [hour, minute]; null for what is no time of day. */
function clockTime(text) {
  const found = /^([01]?\d|2[0-3])(?:[:.٫]?([0-5]\d))?$/.exec(latin(text).trim());
  return found && [Number(found[1]), Number(found[2] ?? 0)];
}
const tomorrow = () => { const now = new Date(); return Date.UTC(now.getFullYear(), now.getMonth(), now.getDate() + 1); };

/** The field itself, and the month it opens. */
function DayBox({id, of, first, onChange}) {
  const box = useRef(null);
  useEffect(() => dress(box.current), []);
  return html`<span class="date-field" ref=${box}><input id=${id} ref=${of} dir="ltr" inputmode="numeric" maxlength="20" autocomplete="off" spellcheck=${false} defaultValue=${first} onChange=${onChange} />
    <${IconButton} icon="calendar" label=${t("Choose a day")} aria-haspopup="dialog" aria-expanded="false" hidden />
    <span class="date-pop" popover="auto" role="dialog" aria-label=${t("Choose a day")}><span class="date-head">
      <${IconButton} icon="chevron-left" label=${t("The month before")} data-step="-1" /><strong aria-live="polite" />
      <${IconButton} icon="chevron-right" label=${t("The month after")} data-step="1" /></span>
      <span class="date-grid" role="grid" aria-label=${t("Choose a day")} /><span class="date-foot"><button type="button" class="link" data-today>${t("Today")}</button></span></span></span>`;
}

/** A day that is kept: 2026-11-26, or "" for none. @param {{id: string, value: string|null, save: (day: string) => void}} props */
export function OwnDay({id, value, save}) {
  const day = useRef(null);
  useEffect(() => { if (day.current === document.activeElement) return; day.current.value = value ? written(Date.parse(value)) : ""; day.current.dispatchEvent(new Event("input")); }, [value ?? ""]);
  const change = () => {
    const typed = day.current.value.trim(), found = typed && read(typed);
    day.current.setCustomValidity(found === null ? t("Write a day, like {example}.", {example: written(tomorrow())}) : "");
    if (day.current.reportValidity()) save(found === "" ? "" : new Date(found).toISOString().slice(0, 10));
  };
  return html`<div class="grow"><${DayBox} id=${id} of=${day} first="" onChange=${change} /><output class="hint date-says" for=${id} /></div>`;
}

/** Something still to come. @param {{label: string, verb: string, run: (at: string) => void, onClose: () => void}} props */
export function OwnTime({label, verb, run, onClose}) {
  const day = useRef(null), time = useRef(null);
  useEffect(() => { day.current.focus(); day.current.select(); }, []);
  const refuse = (field, words) => { field.setCustomValidity(words); field.reportValidity(); };
  const forget = () => { for (const field of [day.current, time.current]) field.setCustomValidity(""); };
  const go = event => {
    event.preventDefault();
    const chosen = read(day.current.value);
    if (chosen === null) return refuse(day.current, t("Write a day, like {example}.", {example: written(tomorrow())}));
    const typed = clockTime(time.current.value);
    if (!typed) return refuse(time.current, t("Write a time, like {example}.", {example: NINE}));
    const date = new Date(chosen), at = new Date(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), ...typed);
    if (at <= new Date()) return refuse(time.current, t("Choose a time to come"));
    onClose();
    run(at.toISOString());
  };
  return html`<form class="menu-form" noValidate onSubmit=${go} onInput=${forget} onChange=${forget} onKeyDown=${event => { if (event.key !== "Escape") event.stopPropagation(); }}>
    <div class="field"><label for="own-day">${label}</label>
      <${DayBox} id="own-day" of=${day} first=${written(tomorrow())} />
      <output class="hint date-says" for="own-day" /></div>
    <label class="field"><span>${t("Time")}</span><input id="own-time" ref=${time} dir="ltr" inputmode="numeric" maxlength="5" autocomplete="off" defaultValue=${NINE} /></label>
    <button class="button is-primary">${verb}</button></form>`;
}
