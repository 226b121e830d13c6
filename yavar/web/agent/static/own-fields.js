/** Custom fields of a conversation and of its customer, changed in place. Read when they are first shown. */
import {html, useEffect, useRef} from "../ui/vendor/ui.js";
import {decimal} from "../ui/date-field.js";
import {t} from "../ui/wire.js";
import {boot, call, may, putRow, row} from "./state.js";
import {failed} from "./parts.js";
import {talk} from "./talks.js";
import {reload} from "./ties.js";
import {OwnDay} from "./own-time.js";

/** What is no number goes as it is, and the desk says so. */
const number = raw => { const found = Number(decimal(raw)); return Number.isNaN(found) ? raw : found; };
/** A custom field: shown, changed in place, sent when it is left. @param {{definition: object, value: any, save: (value: any) => Promise<any>}} props */
function Field({definition, value, save}) {
  const label = definition.label[boot.lang] ?? Object.values(definition.label)[0];
  const send = raw => { const next = raw === "" ? null : definition.kind === "number" ? number(raw) : raw; if (next !== (value ?? null)) save(next); };
  const id = `field-${definition.key}`, box = useRef(null), typing = useRef(false), kept = String(value ?? "");
  const change = event => { typing.current = false; send(event.currentTarget.value); };
  useEffect(() => { if (box.current && !typing.current) box.current.value = kept; }, [kept]); // what is just being typed stays, whatever comes meanwhile
  const field = definition.kind === "choice" ? html`<select id=${id} onChange=${change}><option value="" />${definition.choices.map(each => html`<option key=${each} selected=${each === value}>${each}</option>`)}</select>`
    : definition.kind === "yesno" ? html`<input id=${id} type="checkbox" checked=${value === true} onChange=${event => save(event.currentTarget.checked)} />`
    : definition.kind === "date" ? html`<${OwnDay} id=${id} value=${value} save=${send} />`
    : html`<input id=${id} type=${definition.kind === "url" ? "url" : "text"} inputmode=${definition.kind === "number" ? "decimal" : null} dir=${definition.kind === "text" ? "auto" : "ltr"} ref=${box} onInput=${() => { typing.current = true; }} onChange=${change} />`;
  return html`<div><dt><label for=${id}>${label}</label></dt><dd class="field-in-place">${field}</dd></div>`;
}

/** The custom fields of a conversation or its customer. */
export function Fields({id, on}) {
  const one = talk(id), each = row(id).value;
  const known = boot.fields.filter(field => field.on === on && (!field.request_type || field.request_type === each?.request_type) && (!field.brand || field.brand === boot.inboxes.find(box => box.id === each?.inbox.id)?.brand_id));
  const values = on === "conversation" ? one.fields.value : one.customer.value?.fields ?? {};
  if (!known.length || !may(on === "conversation" ? "conversation.edit" : "customer.edit")) return null;
  const save = key => async value => {
    try {
      if (on === "conversation") putRow((await call("POST", `conversations/${id}/describe`, {fields: {[key]: value}})).row);
      else await call("PATCH", `customers/${one.customer.peek().id}`, {fields: {[key]: value}});
      await reload(id);
    } catch (problem) { failed(problem.title, () => save(key)(value)); }
  };
  return html`<section class="part"><h3>${t("Fields")}</h3><dl class="facts">${known.map(field => html`<${Field} key=${id + field.key} definition=${field} value=${values[field.key]} save=${save(field.key)} />`)}</dl></section>`;
}
