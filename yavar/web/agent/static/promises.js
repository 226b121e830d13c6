/** All that was promised to a conversation's customer, beside the conversation. Read when there is something to show. */
import {html, useEffect, useRef} from "../ui/vendor/ui.js";
import {t} from "../ui/wire.js";
import {DueTimer, Icon, Met, When, dueWords} from "./parts.js";
import {load, talk} from "./talks.js";
import {promiseName} from "./telling.js";

/** @typedef {{kind: string, state: "open"|"paused"|"met"|"missed", due_at: ?string, started_at: string, ended_at: ?string, target: number, late: number}} Promised `target` and `late` in seconds */

/** All that was promised here, and how it stands: what runs, what stands still, what was kept or not. */
export function Promises({each}) {
  const list = talk(each.id).promises.value, told = useRef(null), now = `${each.due_at} ${each.due_kind} ${each.status}`;
  useEffect(() => { if (told.current !== null && told.current !== now) load(each.id); told.current = now; }, [now]);
  return html`<section class="part promises"><h3>${t("Promises")}</h3><dl class="facts">${list.map(one => html`<div key=${`${one.kind} ${one.started_at}`}><dt>${promiseName(one.kind)}</dt>
    <dd>${one.state === "open" ? html`<${DueTimer} due=${{due_at: one.due_at, due_from: one.started_at, due_kind: one.kind}} /><small><${When} at=${one.due_at} exact=${true} /></small>`
      : one.state === "paused" ? html`<span class="timer"><${Icon} name="alarm-clock" size=${13} />${t("Stands still")}</span>`
      : one.state === "met" ? html`<${Met} /><small><${When} at=${one.ended_at} /></small>`
      : html`<span class="timer is-due is-late"><${Icon} name="circle-alert" size=${13} />${one.late > 0 ? dueWords({tone: "late", seconds: one.late}) : t("Not kept")}</span>`}</dd></div>`)}</dl></section>`;
}
