/** The date field: a typed day, and a month to choose from in the reader's calendar. Without this it is a plain field, and the server reads the same ways of writing a day (base/days.py).
 * A day is its midnight in UTC, in milliseconds. */
const root = document.documentElement;
const DAY = 86_400_000, lang = root.lang, locale = root.dataset.locale || lang, rtl = root.dir === "rtl";
const jalali = locale.includes("ca-persian");
const begins = lang === "fa" ? 6 : 1; // the first day of a week, as getUTCDay counts

const counter = calendar => {
  const format = new Intl.DateTimeFormat(`en-u-ca-${calendar}-nu-latn`, {year: "numeric", month: "numeric", day: "numeric", timeZone: "UTC"});
  return day => { const found = Object.fromEntries(format.formatToParts(day).map(each => [each.type, Number(each.value)])); return [found.year, found.month, found.day]; };
};
const inJalali = counter("persian"), inGregorian = counter("gregory");
const parts = jalali ? inJalali : inGregorian;
const digit = [..."0123456789"].map(each => new Intl.NumberFormat(locale).format(each));
const numerals = text => text.replace(/\d/g, each => digit[each]);
const words = (options) => { const format = new Intl.DateTimeFormat(locale, {...options, timeZone: "UTC"}); return day => format.format(day); };
const dayName = words({weekday: "long"}), monthName = words({month: "long"}), inWords = day => `${dayName(day)}${lang === "fa" ? " " : ", "}${numerals(String(parts(day)[2]))} ${monthOf(day)} ${numerals(String(parts(day)[0]))}`;
const genitive = words({day: "numeric", month: "long"}); // "26 ноября": a month's name as it stands beside a day
const monthOf = day => genitive(day).replace(/[\d۰-۹]+\.?/g, "").trim() || monthName(day);
const narrow = words({weekday: lang === "fa" ? "narrow" : "short"});

/** Digits of any script as 0 to 9. @param {string} text */
export const latin = text => text.replace(/[۰-۹٠-٩]/g, each => each.charCodeAt(0) & 15);
/** A number as people type it, as programs read it. @param {string} text */
export const decimal = text => latin(text).replace("٫", ".").trim();

/** A day as people write it: 1405/9/5, ۱۴۰۵/۰۹/۰۵, 2026-11-26, 26.11.2026. @param {string} text @returns {number|null} */
export function read(text) {
  const typed = latin(text).replace(/[\u200e\u200f\u061c\u2066-\u2069]/g, "").trim();
  const found = /^(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})$/.exec(typed);
  if (!found || (found[1].length === 4) === (found[3].length === 4) || found[1].length === 3 || found[3].length === 3) return null;
  const [year, month, day] = (found[1].length === 4 ? found.slice(1) : [found[3], found[2], found[1]]).map(Number);
  const old = year < 1700;
  let at = Date.UTC(year, month - 1, day);
  if (old) {
    at = Date.UTC(year + 621, 2, 18);
    for (let tries = 0; tries < 6 && inJalali(at).join() !== `${year},1,1`; tries++) at += DAY; // the year begins between 19 and 22 March
    at += ((month - 1) * 30 + Math.min(month - 1, 6) + day - 1) * DAY;
  }
  const counted = old ? inJalali(at) : inGregorian(at), gregorian = new Date(at).getUTCFullYear();
  return counted.join() === `${year},${month},${day}` && gregorian >= 1800 && gregorian <= 2200 ? at : null;
}

/** A day as it stands in a field. @param {number} day */
export function written(day) {
  const [year, month, ofMonth] = parts(day), two = number => String(number).padStart(2, "0");
  return numerals(jalali ? `${year}/${two(month)}/${two(ofMonth)}` : lang === "ru" ? `${two(ofMonth)}.${two(month)}.${year}` : new Date(day).toISOString().slice(0, 10));
}

const today = () => { const now = new Date(); return Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()); };
const first = day => day - (parts(day)[2] - 1) * DAY;
const after = day => first(first(day) + 35 * DAY); // no month of either calendar has fewer than 28 or more than 31 days
const length = day => (after(day) - first(day)) / DAY;
const weekStart = day => day - (new Date(day).getUTCDay() - begins + 7) % 7 * DAY;

/** The same day so many months on, or the last of that month. */
function months(day, number) {
  const wanted = parts(day)[2];
  let at = first(day);
  for (let n = 0; n < Math.abs(number); n++) at = number > 0 ? after(at) : first(at - DAY);
  return at + (Math.min(wanted, length(at)) - 1) * DAY;
}

const MOVES = {
  ArrowUp: day => day - 7 * DAY, ArrowDown: day => day + 7 * DAY, ArrowLeft: day => day + (rtl ? DAY : -DAY), ArrowRight: day => day + (rtl ? -DAY : DAY),
  Home: weekStart, End: day => weekStart(day) + 6 * DAY, PageUp: (day, far) => months(day, far ? -12 : -1), PageDown: (day, far) => months(day, far ? 12 : 1),
};

const made = (tag, more, ...children) => { const one = Object.assign(document.createElement(tag), more); one.append(...children); return one; };

/** Give a date field its month. @param {HTMLElement} box */
export function dress(box) {
  const input = box.querySelector("input"), button = box.querySelector("button"), pop = box.querySelector("[popover]");
  const head = pop.querySelector("strong"), grid = pop.querySelector("[role=grid]"), says = box.parentElement.querySelector("output");
  let at = today();

  const say = () => { const day = read(input.value); says.textContent = day === null ? "" : inWords(day); };
  const draw = focus => {
    const chosen = read(input.value), begin = first(at), end = after(at);
    head.textContent = `${monthName(at)} ${numerals(String(parts(at)[0]))}`;
    const rows = [made("span", {role: "row"}, ...Array.from({length: 7}, (_, n) => {
      const day = weekStart(at) + n * DAY, name = made("span", {role: "columnheader", textContent: narrow(day)});
      name.setAttribute("aria-label", dayName(day));
      return name;
    }))];
    for (let week = weekStart(begin); week < end; week += 7 * DAY) rows.push(made("span", {role: "row"}, ...Array.from({length: 7}, (_, n) => {
      const day = week + n * DAY, cell = made("span", {role: "gridcell"});
      if (day < begin || day >= end) return cell;
      const one = made("button", {type: "button", tabIndex: day === at ? 0 : -1, textContent: numerals(String(parts(day)[2]))});
      one.dataset.day = day;
      one.setAttribute("aria-label", inWords(day));
      if (day === today()) one.setAttribute("aria-current", "date");
      cell.setAttribute("aria-selected", String(day === chosen));
      cell.append(one);
      return cell;
    })));
    grid.replaceChildren(...rows);
    if (focus) grid.querySelector('[tabindex="0"]').focus();
  };
  const open = () => {
    at = read(input.value) ?? today();
    pop.showPopover();
    draw(true);
    const near = box.getBoundingClientRect(), size = pop.getBoundingClientRect();
    const below = near.bottom + 4 + size.height <= innerHeight || near.top < size.height + 4;
    pop.style.insetBlockStart = `${Math.max(4, below ? Math.min(near.bottom + 4, innerHeight - size.height - 4) : near.top - size.height - 4)}px`;
    pop.style.insetInlineStart = `${Math.max(8, Math.min(rtl ? innerWidth - near.right : near.left, innerWidth - size.width - 8))}px`;
  };
  const choose = day => {
    input.value = written(day);
    pop.hidePopover();
    input.focus();
    for (const name of ["input", "change"]) input.dispatchEvent(new Event(name, {bubbles: true}));
  };

  button.hidden = false;
  button.addEventListener("click", () => pop.matches(":popover-open") ? pop.hidePopover() : open());
  input.addEventListener("keydown", event => { if (event.key === "ArrowDown") event.preventDefault(), open(); });
  input.addEventListener("input", say);
  pop.addEventListener("toggle", event => button.setAttribute("aria-expanded", String(event.newState === "open")));
  pop.addEventListener("click", event => {
    const pressed = event.target.closest("button");
    if (!pressed) return;
    if (pressed.dataset.step) at = months(at, Number(pressed.dataset.step)), draw(false);
    else choose(pressed.dataset.day ? Number(pressed.dataset.day) : today());
  });
  grid.addEventListener("keydown", event => {
    const move = MOVES[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    at = move(at, event.shiftKey);
    draw(true);
  });
  say();
}

for (const box of document.querySelectorAll("[data-date-field]")) dress(box);
