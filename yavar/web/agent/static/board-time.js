/** The board's clock: the desk's time on any device, and lengths of time as they are read and heard. */
import {signal} from "../ui/vendor/ui.js";
import {t, tn, clock, dayLabel, digits, unit} from "../ui/wire.js";

const MINUTE = 60_000, HOUR = 3_600_000;

let ahead = 0; // how far the desk's clock is before this device's
/** Learns the desk's time from an answer. @param {string} now its time, read between `sent` and `got` of this device's */
export function learn(now, sent, got) { ahead = Date.parse(now) - (sent + got) / 2; }
export const deskNow = () => Date.now() + ahead;
/** Moves once a second; what shows a length of time reads it. */
export const second = signal(Date.now());
export const beat = () => { second.value = deskNow(); };

/** "1:42", "55 min", "1 h 19", "4 h", "3 days". */
export function shortly(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000)), minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
  if (minutes < 10) return `${digits(minutes)}:${digits(Math.floor(seconds % 60 / 10))}${digits(seconds % 10)}`;
  if (hours < 1) return t("{n} min", {n: minutes});
  if (hours < 10 && minutes % 60) return t("{h} h {m}", {h: hours, m: minutes % 60});
  if (hours < 24) return t("{n} h", {n: hours});
  return tn("{n} day", "{n} days", Math.floor(hours / 24));
}

/** The same for ears, no finer than a minute: a name that changes each second is read by nobody. */
export function aloud(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / MINUTE)), hours = Math.floor(minutes / 60);
  if (minutes < 1) return t("less than a minute");
  return hours < 1 ? unit(minutes, "minute") : hours < 24 ? unit(hours, "hour") : tn("{n} day", "{n} days", Math.floor(hours / 24));
}

/** How a promise stands. Due soon: a quarter of its time is left, though an hour at most, and always the last two minutes. @returns {?{tone: ""|"soon"|"last"|"late", left: number, share: number}} */
export function standing({due_at, due_from}, at) {
  if (!due_at) return null;
  const due = Date.parse(due_at), span = Math.max(1, due - Date.parse(due_from ?? due_at)), left = due - at;
  const soon = left <= Math.max(2 * MINUTE, Math.min(span / 4, HOUR));
  return {tone: left <= 0 ? "late" : left <= MINUTE ? "last" : soon ? "soon" : "", left, share: Math.min(1, Math.max(0, left / span))};
}

/** 18:00 today, else with its day. */
export const moment = iso => new Date(iso).toDateString() === new Date(deskNow()).toDateString() ? clock(iso) : t("{day}, {time}", {day: dayLabel(iso, true), time: clock(iso)});
