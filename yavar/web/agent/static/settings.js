/** The settings page works without this; here are the copy buttons, the colour and the canned reply as they will look, and what was typed elsewhere on the page. */
const {locale} = document.documentElement.dataset;
const number = new Intl.NumberFormat(locale, {maximumFractionDigits: 0});

// The server writes times in UTC; the reader has a zone and a calendar.
const clock = new Intl.DateTimeFormat(locale, {dateStyle: "medium", timeStyle: "short"});
for (const time of document.querySelectorAll("time[data-when]")) time.textContent = clock.format(new Date(time.dateTime));

for (const button of document.querySelectorAll("[data-copy]")) {
  const words = button.querySelector("span"), before = words.textContent, code = document.getElementById(button.dataset.copy);
  button.hidden = false;
  let timer = 0;
  button.addEventListener("click", async () => {
    // Without a secure connection there is no clipboard: then the text is at least selected, ready for Ctrl C.
    try { await navigator.clipboard.writeText(code.textContent); } catch { getSelection().selectAllChildren(code); return; }
    words.textContent = button.dataset.done;
    clearTimeout(timer);
    timer = setTimeout(() => { words.textContent = before; }, 2000);
  });
}

// A long list is narrowed down while one types.
for (const box of document.querySelectorAll("input[data-narrows]")) {
  const rows = [...document.getElementById(box.dataset.narrows).children];
  const folded = text => text.normalize("NFKC").toLocaleLowerCase().replaceAll("ي", "ی").replaceAll("ك", "ک").replaceAll("\u200c", "");
  const narrow = () => { for (const row of rows) row.hidden = !folded(row.textContent).includes(folded(box.value.trim())); };
  box.addEventListener("input", narrow);
  narrow();
}

// What belongs to one choice alone stands there only with it.
for (const part of document.querySelectorAll("[data-only]")) {
  const [name, ...values] = part.dataset.only.split(" "), form = part.closest("form");
  const fit = () => { part.hidden = !values.includes(form.elements[name].value); };
  form.addEventListener("change", fit);
  fit();
}

// A canned reply: a field is put in where the cursor stands, and beside it stands what the customer will read.
for (const part of document.querySelectorAll(".writes")) {
  const samples = JSON.parse(part.dataset.samples), areas = [...part.querySelectorAll("textarea")];
  const read = () => {
    for (const area of areas) {
      const shown = document.getElementById(`${area.id}-reads`), text = area.value.trim();
      shown.textContent = text.replace(/\{([a-z][a-z0-9_.]*)\}/g, (whole, name) => samples[area.lang][name] || whole);
      shown.parentElement.hidden = !text;
    }
  };
  part.addEventListener("input", read);
  part.closest("form").addEventListener("change", read); // what was typed before comes back with it
  part.querySelector(".puts").hidden = false;
  for (const button of part.querySelectorAll("[data-puts]")) button.addEventListener("click", () => {
    const area = areas.find(each => each.offsetParent);
    area.setRangeText(`{${button.dataset.puts}}`, area.selectionStart, area.selectionEnd, "end");
    area.focus();
    read();
  });
  read();
}

const look = document.querySelector(".look");
let paint = () => {};
if (look) {
  const {hue, strength, colour} = look.querySelector("form").elements;
  paint = () => {
    const own = colour.value === "own";
    look.style.setProperty("--hue", own ? hue.value : 205);
    look.style.setProperty("--chroma", own ? strength.value / 100 : 0.088);
    look.querySelector("output").textContent = number.format(strength.value);
  };
  look.addEventListener("input", ({target}) => {
    if (target === hue || target === strength) colour.value = "own";
    paint();
  });
  paint();
}

// One form is saved and the page comes anew: what stands unsaved in the others must not be lost by that, nor what was sent when nobody was signed in any more.
const kept = "yavar.settings";
const forms = [...document.querySelectorAll("form[data-form]")];
const controls = form => [...form.elements].filter(each => each.name && each.type !== "hidden" && each.type !== "submit");
const changed = each => each.type === "radio" || each.type === "checkbox" ? each.checked !== each.defaultChecked
  : each.options ? !each.selectedOptions[0].defaultSelected : each.value !== each.defaultValue;
const here = location.pathname + location.search;
for (const form of forms) form.addEventListener("submit", () => {
  const typed = forms.flatMap(each => controls(each).flatMap((one, index) =>
    one.type === "password" || !changed(one) ? [] : [[each.dataset.form, index, one.name, one.value, one.checked, each === form]]));
  try { sessionStorage.setItem(kept, JSON.stringify({here, typed})); } catch { /* storage is forbidden: the browser's own memory must do */ }
});
try {
  const {here: at, typed} = JSON.parse(sessionStorage.getItem(kept)) ?? {typed: []};
  sessionStorage.removeItem(kept);
  const answered = "answered" in document.querySelector("main").dataset;
  for (const [name, index, field, value, checked, sent] of at === here ? typed : []) {
    if (sent && answered) continue;
    const form = document.querySelector(`form[data-form="${CSS.escape(name)}"]`), found = form && controls(form)[index];
    const ticked = found?.type === "radio" || found?.type === "checkbox";
    if (found?.name !== field || (ticked && found.value !== value)) continue; // the form has other rows now
    if (ticked) found.checked = checked; else found.value = value;
    form.dispatchEvent(new Event("change"));
  }
  paint();
} catch { /* a page of another version */ }

for (const side of document.querySelectorAll("[name=step_side]")) {
  const follow = () => side.closest("li").classList.toggle("is-at", side.value === "at");
  side.addEventListener("change", follow);
  follow();
}

// A policy has room for several things that follow; empty rows come one by one.
const more = document.querySelector("[data-more-steps]");
if (more) {
  for (const row of document.querySelectorAll("[data-later]")) row.hidden = true;
  const rest = () => document.querySelectorAll("[data-later][hidden]");
  more.hidden = !rest().length;
  more.querySelector("button").addEventListener("click", () => {
    const next = rest()[0];
    next.hidden = false;
    next.querySelector("[name=step_side]").focus();
    more.hidden = !rest().length;
  });
}
