/** What the board is made of: the strip of numbers, what presses, who is here, the inboxes, the teams. */
import {html} from "../ui/vendor/ui.js";
import {t, tn, digits, fullDate} from "../ui/wire.js";
import {aloud, moment, second, shortly, standing} from "./board-time.js";

const sprite = new URL("../ui/icons.svg", import.meta.url).pathname;
export const Icon = ({name, size = 16}) => html`<svg class="icon" width=${size} height=${size} aria-hidden="true"><use href=${`${sprite}#${name}`} /></svg>`;

/** Counts stop at 999: beyond that only "many" matters. */
export const many = n => n > 999 ? `${digits(999)}+` : digits(n);
const since = iso => second.value - Date.parse(iso);

const channelIcon = {chat: "message-circle", email: "mail", phone: "phone", form: "file"};
const Channel = ({kind}) => html`<span class=${`channel is-${kind in channelIcon ? kind : "chat"}`} aria-hidden="true"><${Icon} name=${channelIcon[kind] ?? "message-circle"} size=${10} /></span>`;
const Avatar = ({who, size = "m", here, kind}) => html`<span class=${`avatar size-${size} hue-${who.hue}`} aria-hidden="true"><span dir="auto">${who.initials}</span>${here && html`<span class="presence" />`}${kind && html`<${Channel} kind=${kind} />`}</span>`;

// ── the strip ──

const Fact = ({icon, n, name, more, tone = ""}) => html`<li class=${`fact ${tone}`}><b class="fact-n">${n}</b><span class="fact-words"><span class="fact-name"><${Icon} name=${icon} size=${14} />${name}</span><small>${more}</small></span></li>`;

/** @param {{board: object, calls: Set<string>}} props `calls`: which alarms are crossed */
export function Strip({board, calls}) {
  const {total} = board, waits = calls.has("wait") || calls.has("waiting"), nobody = board.open && !board.agents.length;
  return html`<ul class="strip" aria-label=${t("Numbers")}>
    <${Fact} icon=${waits ? "triangle-alert" : "clock"} n=${many(total.waiting)} name=${t("waiting")} tone=${waits ? "is-warn" : ""} more=${total.longest ? t("longest {time}", {time: shortly(since(total.longest))}) : t("nobody waits")} />
    <${Fact} icon="inbox" n=${many(total.assigned)} name=${t("in work")} more=${t("{n} unassigned", {n: many(total.unassigned)})} />
    <${Fact} icon="timer" n=${many(total.soon)} name=${t("due soon")} tone=${total.soon ? "is-warn" : ""} more=${total.nearest ? t("nearest in {time}", {time: shortly(-since(total.nearest))}) : t("none")} />
    <${Fact} icon="circle-alert" n=${many(total.late)} name=${t("late")} tone=${total.late ? "is-bad" : ""} more=${total.worst ? t("worst {time} late", {time: shortly(since(total.worst))}) : t("none")} />
    <${Fact} icon=${nobody ? "triangle-alert" : "users"} n=${t("{n} of {all}", {n: digits(board.agents.length), all: digits(board.people)})} name=${t("here now")} tone=${nobody ? "is-warn" : ""} more=${nobody ? t("it is working hours") : t("{n} with people away", {n: many(board.away)})} />
  </ul>`;
}

// ── what presses ──

const ROUND = 36;
const Ring = ({share}) => html`<svg class="ring" viewBox="0 0 14 14" width="13" height="13" aria-hidden="true"><circle class="ring-way" cx="7" cy="7" r="5.75" /><circle class="ring-rest" cx="7" cy="7" r="5.75" pathLength=${ROUND} stroke-dasharray=${`${Math.ceil(share * ROUND)} ${ROUND}`} transform="rotate(-90 7 7)" /></svg>`;

function Due({row}) {
  const now = standing(row, second.value);
  if (!now) return null;
  const late = now.tone === "late", time = shortly(Math.abs(now.left));
  return html`<span class=${`timer is-due${now.tone && ` is-${now.tone}`}`} title=${t("Promised until {time}", {time: fullDate(row.due_at)})}>${late ? html`<${Icon} name="circle-alert" size=${13} />` : html`<${Ring} share=${now.share} />`}<span>${late ? t("{time} late", {time}) : time}</span></span>`;
}

/** What a screen reader says of a row. */
function nameOf(row, owner, gone) {
  const now = standing(row, second.value);
  const due = !now ? "" : now.tone === "late" ? t("{time} late", {time: aloud(-now.left)}) : t("due in {time}", {time: aloud(now.left)});
  const waits = row.waiting_since ? t("waiting {time}", {time: aloud(since(row.waiting_since))}) : "";
  return [row.customer.name, row.inbox.name, `#${row.reference}`, owner?.name ?? t("nobody has it"), gone ? t("settled") : waits, gone ? "" : due].filter(Boolean).join(", ");
}

/** @param {{shown: {row: object, gone?: boolean}[], at: ?string, people: Map<string, object>, onAt: (id: string) => void}} props `at`: where Tab comes in */
export function Pressing({shown, at, people, onAt}) {
  if (!shown.length) return html`<div class="empty"><${Icon} name="circle-check" size=${22} /><strong>${t("Nothing presses")}</strong><p>${t("Nobody waits, and nothing is due within the hour. What comes stands here by itself.")}</p></div>`;
  const entry = shown.some(each => each.row.id === at) ? at : shown[0].row.id;
  return html`<ul class="press">${shown.map(({row, gone}) => { const owner = people.get(row.assignee); return html`<li key=${row.id} class=${gone ? "press-row is-gone" : "press-row"}>
    <a href=${`/inbox/all/${row.id}`} data-id=${row.id} tabindex=${row.id === entry ? 0 : -1} aria-label=${nameOf(row, owner, gone)} onFocus=${() => onAt(row.id)}>
      <${Avatar} who=${row.customer} kind=${row.inbox.kind} />
      <span class="press-who"><span class="press-head"><b class="cut" dir="auto">${row.customer.name}</b><small class="ltr">#${row.reference}</small></span><span class="press-line cut" dir="auto">${row.preview}</span></span>
      <span class="press-owner">${owner ? html`<${Avatar} who=${owner} size="xs" /><span class="cut" dir="auto">${owner.name}</span>` : html`<${Icon} name="circle-dashed" size=${14} /><span>${t("Nobody")}</span>`}</span>
      <span class="press-wait">${gone ? html`<span class="timer"><${Icon} name="check" size=${13} />${t("settled")}</span>` : row.waiting_since && html`<span class="timer" title=${t("Waiting for a reply since {time}", {time: fullDate(row.waiting_since)})}><${Icon} name="clock" size=${12} />${shortly(since(row.waiting_since))}</span>`}</span>
      <span class="press-due">${!gone && html`<${Due} row=${row} />`}</span></a></li>`; })}</ul>`;
}

// ── who is here, inboxes, teams ──

const Judged = ({n, tone, icon}) => n ? html`<span class=${tone}><${Icon} name=${icon} size=${13} />${many(n)}</span>` : digits(0);
const time = iso => iso ? shortly(since(iso)) : "–";

export function Shift({agents}) {
  if (!agents.length) return html`<p class="none">${t("Nobody is here just now.")}</p>`;
  return html`<div class="wide" role="group" tabindex="0" aria-labelledby="shift-title"><table class="figures"><thead><tr><th scope="col">${t("Agent")}</th><th scope="col">${t("Open")}</th><th scope="col">${t("Waiting now")}</th><th scope="col">${t("Overdue")}</th><th scope="col">${t("Longest")}</th></tr></thead>
    <tbody>${agents.map(each => html`<tr key=${each.id}><th scope="row"><span class="figure-who"><${Avatar} who=${each} size="s" here=${true} /><span class="cut" dir="auto">${each.name}</span></span></th>
      <td>${many(each.assigned)}</td><td>${many(each.waiting)}</td><td><${Judged} n=${each.late} tone="is-bad" icon="circle-alert" /></td><td>${time(each.longest)}</td></tr>`)}</tbody></table></div>`;
}

/** Open or closed, and until when. */
const hours = each => each.open ? each.until ? t("open until {time}", {time: moment(each.until)}) : t("open around the clock") : each.opens ? t("closed, opens {time}", {time: moment(each.opens)}) : t("closed");

export function Inboxes({inboxes}) {
  const columns = [t("Inbox"), t("Waiting now"), t("Longest"), t("Due soon"), t("Overdue"), t("In work"), t("Unassigned")];
  return html`<div class="wide" role="group" tabindex="0" aria-labelledby="inboxes-title"><table class="figures"><thead><tr>${columns.map(each => html`<th scope="col" key=${each}>${each}</th>`)}</tr></thead>
    <tbody>${inboxes.map(({numbers, ...each}) => html`<tr key=${each.id}><th scope="row"><span class="figure-who"><${Channel} kind=${each.kind} /><span class="figure-name"><span class="cut" dir="auto">${each.name}</span><small>${hours(each)}</small></span></span></th>
      <td>${many(numbers.waiting)}</td><td>${time(numbers.longest)}</td><td><${Judged} n=${numbers.soon} tone="is-warn" icon="timer" /></td><td><${Judged} n=${numbers.late} tone="is-bad" icon="circle-alert" /></td><td>${many(numbers.assigned)}</td><td>${many(numbers.unassigned)}</td></tr>`)}</tbody></table></div>`;
}

export const Teams = ({teams}) => html`<ul class="teams">${teams.map(each => html`<li key=${each.id}><b class="cut" dir="auto">${each.name}</b><span>${tn("{n} of {all} here", "{n} of {all} here", each.here, {n: each.here, all: digits(each.members)})}</span><small>${hours(each)}</small></li>`)}</ul>`;
