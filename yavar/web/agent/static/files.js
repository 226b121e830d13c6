/** Files on their way into a message: taken from the clip, the clipboard or a drop, sent up with progress, kept with the draft. */
import {html, signal} from "../ui/vendor/ui.js";
import {t, bytes, newId, upload} from "../ui/wire.js";
import {boot} from "./state.js";
import {Icon, IconButton, say} from "./parts.js";
import {draft, write} from "./outbox.js";

const LIMIT = 10, SIZE = 10 * 1024 * 1024;

/** @typedef {{key: string, place: string, file: File, part: number, problem: ?string, stop: AbortController}} Rising */
/** Uploads that are not done; `place` is "conversation kind". */
const rising = signal(/** @type {Rising[]} */ ([]));
const pictures = new Map();
const placeOf = (id, kind) => `${id} ${kind}`;
const change = (key, more) => { rising.value = rising.peek().map(each => each.key === key ? {...each, ...more} : each); };
export const isRising = (id, kind) => rising.value.some(each => each.place === placeOf(id, kind) && !each.problem);

/** @param {string} id @param {string} kind @param {Iterable<File>} list */
export function take(id, kind, list) {
  for (const file of list) {
    const here = draft(id, kind).peek().files.length + rising.peek().filter(each => each.place === placeOf(id, kind)).length;
    if (here >= LIMIT) { say(t("A message takes up to {n} files", {n: LIMIT}), "circle-alert"); return; }
    if (file.size > SIZE) { say(t("{name} is larger than {size}", {name: file.name, size: bytes(SIZE)}), "circle-alert"); continue; }
    const one = {key: newId(), place: placeOf(id, kind), file, part: 0, problem: null, stop: new AbortController()};
    rising.value = [...rising.peek(), one];
    rise(one, id, kind);
  }
}

async function rise(one, id, kind) {
  change(one.key, {problem: null, part: 0});
  try {
    const headers = {"X-CSRFToken": boot.csrf, "X-Lang": boot.lang, "Content-Type": one.file.type || "application/octet-stream", "X-Name": encodeURIComponent(one.file.name
      || "file")};
    const done = await upload("/api/v1/files", one.file, {headers, signal: one.stop.signal, onProgress: part => change(one.key, {part})});
    if (one.file.type.startsWith("image/")) pictures.set(done.key, URL.createObjectURL(one.file));
    write(id, kind, {files: [...draft(id, kind).peek().files, done]});
    drop(one.key);
  } catch (problem) {
    if (problem.name === "AbortError") drop(one.key); else change(one.key, {problem: problem.title ?? t("Not uploaded")});
  }
}

const drop = key => { rising.value = rising.peek().filter(each => each.key !== key); };

/** The files above the composer's tools. */
export function Attachments({id, kind, files}) {
  const up = rising.value.filter(each => each.place === placeOf(id, kind));
  if (!files.length && !up.length) return null;
  return html`<ul class="attachments" aria-label=${t("Attached files")}>
    ${files.map(file => html`<li key=${file.key} class="attachment"><${Thumb} url=${file.mime.startsWith("image/") ? pictures.get(file.key) ?? file.url : null} />
      <span class="file-name"><bdi>${file.name}</bdi><small>${bytes(file.size)}</small></span>
      <${IconButton} icon="x" size=${14} label=${t("Remove {name}", {name: file.name})}
        onClick=${() => write(id, kind, {files: draft(id, kind).peek().files.filter(each => each.key !== file.key)})} />
        </li>`)}
    ${up.map(each => html`<${Going} key=${each.key} each=${each} id=${id} kind=${kind} />`)}
  </ul>`;
}

/** A file on its way. */
function Going({each, id, kind}) {
  const uploading = t("Uploading {name}", {name: each.file.name}), remove = t("Remove {name}", {name: each.file.name});
  return html`<li class=${`attachment${each.problem ? " is-bad" : ""}`}><${Thumb} /><span class="file-name"><bdi>${each.file.name}</bdi>
      ${each.problem ? html`<small role="alert">${each.problem} <button type="button" class="link" onClick=${() => rise(each, id, kind)}>${t("Try again")}</button>
        </small>` : html`<progress value=${each.part} max="1" aria-label=${uploading} />`}</span>
      <${IconButton} icon="x" size=${14} label=${remove} onClick=${() => { each.stop.abort(); drop(each.key); }} /></li>`;
}

const Thumb = ({url}) => url ? html`<img class="thumb" src=${url} alt="" />` : html`<span class="thumb"><${Icon} name="file" /></span>`;
