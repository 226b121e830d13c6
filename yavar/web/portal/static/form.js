/** The form works without this. Here are: files that are brought while one types, fields that belong to one choice, a frame as high as the form. */
const form = document.getElementById("form");
const language = document.documentElement.lang === "fa" ? "fa-IR" : document.documentElement.lang;

// In a frame on the shop's page: the page gives it the height. Only a number leaves, and only allowed pages can frame us.
if (parent !== window) {
  const box = document.querySelector("main");
  const tell = (top = false) => parent.postMessage({yavar: "form", height: box.getBoundingClientRect().height + 2, top}, "*");
  new ResizeObserver(() => tell()).observe(box);
  tell(!form || Boolean(document.querySelector("[role=alert]")));
}

if (form) {
  // What belongs to one request type alone stands there only with it; what is hidden is not sent.
  const type = form.elements.type;
  const fit = () => { for (const part of form.querySelectorAll("fieldset[data-type]")) part.hidden = part.disabled = part.dataset.type !== type.value; };
  if (type) { type.addEventListener("change", fit); fit(); }

  files(document.getElementById("files-part"));
  keep();

  let sent = false;
  form.addEventListener("submit", event => {
    if (sent) return event.preventDefault();
    const part = document.getElementById("files-part");
    if (part?.querySelector("progress")) { event.preventDefault(); document.getElementById("files-said").textContent = part.dataset.wait; return undefined; }
    sent = true;
    const words = form.querySelector(".send button span");
    words.dataset.words ??= words.textContent;
    words.textContent = form.dataset.sending;
    return undefined;
  });
  // Back from the next page: the form is as it was left, and can be sent again.
  addEventListener("pageshow", ({persisted}) => { if (persisted) { sent = false; const words = form.querySelector(".send button span"); words.textContent = words.dataset.words ?? words.textContent; } });
}

/** Another language is another page: what was typed goes along. */
function keep() {
  const shelf = `yavar.form:${location.pathname}`, controls = () => [...form.elements].filter(each => each.name && !["hidden", "file", "submit"].includes(each.type));
  for (const link of document.querySelectorAll("a[data-keep]")) link.addEventListener("click", () => {
    const typed = controls().map(each => [each.name, each.type === "checkbox" ? each.checked : each.value]);
    const brought = [...form.querySelectorAll(".kept [name=kept]")].map(each => [each.value, each.closest("li").innerText.trim()]);
    try { sessionStorage.setItem(shelf, JSON.stringify({typed, brought, stamp: form.elements.stamp.value})); } catch { /* storage is forbidden: the browser's own memory must do */ }
  });
  try {
    const {typed, brought, stamp} = JSON.parse(sessionStorage.getItem(shelf)) ?? {typed: [], brought: []};
    sessionStorage.removeItem(shelf);
    for (const [name, value] of typed) {
      const found = form.elements[name];
      if (!found || name === "kept" || found.length > 1 && found.tagName !== "SELECT") continue;
      if (found.type === "checkbox") found.checked = value; else found.value = value;
    }
    if (stamp) form.elements.stamp.value = stamp;
    for (const [key, name] of brought) form.querySelector(".kept")?.append(row(name, key));
    chosen();
  } catch { /* a page of another version */ }
}

function chosen() { form.elements.type?.dispatchEvent(new Event("change")); }

function said(words, values) { return words.replace(/\{(\w+)\}/g, (_all, name) => `\u2068${values[name]}\u2069`); }

function row(name, key = "") {
  const part = document.getElementById("files-part"), line = document.createElement("li"), words = document.createElement("bdi"), off = document.createElement("button");
  const picture = document.querySelector("#files-part template").content;
  words.textContent = name;
  words.className = "grow cut";
  off.type = "button";
  off.className = "icon-button";
  off.setAttribute("aria-label", said(part.dataset.remove, {name}));
  off.append(picture.children[1].cloneNode(true));
  off.addEventListener("click", () => { line.cancel?.(); line.remove(); document.getElementById("files").focus(); });
  line.append(picture.children[0].cloneNode(true), words, off);
  if (key) line.append(hidden(key));
  return line;
}

function hidden(key) {
  const kept = document.createElement("input");
  kept.type = "hidden";
  kept.name = "kept";
  kept.value = key;
  return kept;
}

function files(part) {
  const input = document.getElementById("files"), list = part?.querySelector(".kept"), told = document.getElementById("files-said");
  if (!input) return;
  input.removeAttribute("name"); // they go ahead of the form
  input.classList.add("sr"); // its words are the browser's, in the browser's language
  document.getElementById("files-pick").hidden = false;
  for (const line of list.querySelectorAll("li")) line.replaceWith(row(line.querySelector("bdi").textContent, line.querySelector("input").value));
  const tell = words => { told.textContent = ""; requestAnimationFrame(() => { told.textContent = words; }); };
  const refuse = (line, words) => {
    const shown = line.querySelector("bdi");
    line.classList.add("is-bad");
    shown.classList.remove("cut");
    shown.dir = document.documentElement.dir;
    shown.textContent = words;
    line.querySelector("progress")?.remove();
    tell(words);
  };
  const bring = file => {
    const line = row(file.name), {large, many, failed, bringing, size, most, url} = part.dataset;
    list.append(line);
    if (file.size > +size) return refuse(line, said(large, {name: file.name, n: new Intl.NumberFormat(language).format(+size >> 20)}));
    if (list.querySelectorAll("li:not(.is-bad)").length > +most) return refuse(line, many);
    const bar = document.createElement("progress"), call = new XMLHttpRequest();
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", said(bringing, {name: file.name}));
    line.append(bar);
    line.cancel = () => call.abort();
    call.open("POST", url);
    call.responseType = "json";
    call.setRequestHeader("X-Name", encodeURIComponent(file.name));
    call.upload.onprogress = ({loaded, total}) => { bar.value = total ? loaded / total : 0; };
    call.onload = () => {
      if (call.status !== 201) return refuse(line, call.response?.problem?.title ?? said(failed, {name: file.name}));
      bar.remove();
      line.append(hidden(call.response.key));
      return tell(file.name);
    };
    call.onerror = () => refuse(line, said(failed, {name: file.name}));
    call.send(file);
    return undefined;
  };
  input.addEventListener("change", () => { for (const file of input.files) bring(file); input.value = ""; });
  form.addEventListener("paste", ({clipboardData}) => { for (const file of clipboardData?.files ?? []) bring(file); });
  form.addEventListener("dragover", event => { if ([...event.dataTransfer.types].includes("Files")) event.preventDefault(); });
  form.addEventListener("drop", event => { if (event.dataTransfer.files.length) { event.preventDefault(); for (const file of event.dataTransfer.files) bring(file); } });
}
