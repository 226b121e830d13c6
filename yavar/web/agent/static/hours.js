/** Working hours: more spells and fewer, a day's hours copied to the others, "until the next morning" as one types. The page works without this; then each save offers one more spell. */
import {latin} from "../ui/date-field.js";

/** Minutes from midnight of a typed time, or NaN. @param {string} text */
function minutes(text) {
  const found = /^([01]?\d|2[0-4])(?:[:.٫]?([0-5]\d))?$/.exec(latin(text).trim());
  return found ? Number(found[1]) * 60 + Number(found[2] ?? 0) : NaN;
}

const fields = spell => spell.querySelectorAll("input");
const shown = spells => [...spells.querySelectorAll(".spell:not(.is-spare)")];
const spare = spells => spells.querySelector(".spell.is-spare");

function tell(spell) {
  const [from, to] = fields(spell);
  spell.querySelector("[data-night]").hidden = !(minutes(to.value) <= minutes(from.value));
}

/** A spell more, of these times, before the spare one. */
function add(spells, from = "", to = "") {
  const last = spare(spells), one = last.cloneNode(true);
  one.classList.remove("is-spare");
  const [begin, end] = fields(one);
  begin.value = from;
  end.value = to;
  for (const each of [begin, end]) each.removeAttribute("aria-invalid");
  last.before(one);
  tell(one);
  return one;
}

/** An open day has at least one pair of fields. */
function fit(day) {
  const spells = day.querySelector(".spells");
  if (day.querySelector("select").value === "open" && !shown(spells).length) add(spells);
}

for (const spells of document.querySelectorAll(".spells")) {
  const day = spells.parentElement;
  for (const hidden of spells.querySelectorAll("[data-add], [data-drop]")) hidden.hidden = false;
  day.addEventListener("change", () => fit(day));
  spells.closest("form").addEventListener("reset", () => setTimeout(() => fit(day)));
  fit(day);
  spells.addEventListener("input", event => tell(event.target.closest(".spell")));
  spells.addEventListener("click", event => {
    if (event.target.closest("[data-add]")) {
      fields(add(spells))[0].focus();
    } else if (event.target.closest("[data-drop]")) {
      event.target.closest(".spell").remove();
      fit(day);
      (shown(spells).at(-1)?.querySelector("input") ?? day.querySelector("select")).focus();
    }
  });
}

for (const button of document.querySelectorAll(".copies")) button.addEventListener("click", event => {
  event.preventDefault();
  const from = button.closest("[data-day]"), times = shown(from.querySelector(".spells")).map(each => [...fields(each)].map(one => one.value));
  for (const day of document.querySelectorAll(".week > [data-day]")) {
    const select = day.querySelector("select"), spells = day.querySelector(".spells");
    if (day === from || select.value === "closed") continue;
    select.value = from.querySelector("select").value;
    for (const each of shown(spells)) each.remove();
    for (const [begin, end] of times) add(spells, begin, end);
    day.classList.remove("is-copied");
    void day.offsetWidth; // the mark begins anew
    day.classList.add("is-copied");
  }
});
