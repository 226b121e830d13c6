/** What ties conversations and people together: merging, splitting, linking, following. All of it can be undone. */
import {html} from "../ui/vendor/ui.js";
import {t} from "../ui/wire.js";
import {agent, call, may, me, putRow, row} from "./state.js";
import {address, go, place} from "./routes.js";
import {ChannelBadge, Icon, IconButton, When, done, failed, say} from "./parts.js";
import * as feed from "./feed.js";
import {openMenu} from "./menus.js";
import {load, talk} from "./talks.js";

/** One verb on a conversation, then the thread as it is now. */
async function tie(method, path, body, id) {
  try {
    const answer = await call(method, `conversations/${path}`, body);
    putRow(answer.row);
    talk(id).state.value = "empty";
    await load(id);
    return answer;
  } catch (problem) { failed(problem.title, () => tie(method, path, body, id)); return null; }
}

export async function merge(other, into) {
  const name = row(other).peek()?.reference ?? "";
  if (!await tie("POST", `${other}/merge`, {into}, into)) return;
  feed.forget(other);
  if (place.peek().id !== into) go({id: into}, {replace: true});
  done(t("Merged with #{reference}", {reference: name}), () => separate(other, into));
}

/** Undo of a merge. */
async function separate(other, from) {
  talk(from).items.value = [];
  if (await tie("POST", `${other}/unmerge`, {}, from)) { await load(from); say(t("They are two again"), "rotate-ccw"); }
}

export async function split(id, messages, subject) {
  const answer = await tie("POST", `${id}/split`, {messages, subject, client_id: crypto.randomUUID()}, id);
  if (answer) { go({id: answer.row.id}); say(t("A conversation of its own: #{reference}", {reference: answer.row.reference}), "check"); }
}

export async function link(id, other) { if (await tie("POST", `${id}/links`, {conversation: other}, id)) done(t("Linked"), () => unlink(id, other)); }
async function unlink(id, other) { await tie("DELETE", `${id}/links?conversation=${other}`, undefined, id); }

export async function follow(id, on) {
  if (await tie(on ? "PUT" : "DELETE", `${id}/followers/me`, undefined, id)) say(on ? t("You follow this now") : t("You don’t follow this any more"), "eye");
}

export async function reload(id) { talk(id).state.value = "empty"; await load(id); }
/** Undo of merging a customer; `renew` shows whom it was merged into anew. */
export async function apart(customer, renew) {
  try { await call("POST", `customers/${customer}/unmerge`, {}); await renew(); say(t("They are two again"), "rotate-ccw"); } catch (problem) { failed(problem.title); }
}

/** What was merged into a conversation, what it is linked with, who follows it. */
export function Ties({id}) {
  const one = talk(id), {linked, merged, followers} = one.ties.value;
  const following = followers.includes(me.id), able = may("conversation.merge");
  return html`<section class="part"><h3>${t("Followers")}</h3><div class="chips">${followers.map(key => agent(key) && html`<span class="chip" key=${key}><bdi>${agent(key).name}</bdi></span>`)}
      <button type="button" class="chip is-add" aria-pressed=${following ? "true" : "false"} onClick=${() => follow(id, !following)}><${Icon} name="eye" size=${12} />${following ? t("Stop following") : t("Follow")}</button></div></section>
    ${(linked.length > 0 || able) && html`<section class="part"><h3>${t("Linked")}</h3>${linked.length > 0 && html`<ul class="earlier">${linked.map(each => html`<li key=${each.id}>
      <a href=${address({...place.value, id: each.id})} onClick=${event => { if (!event.ctrlKey && !event.metaKey) { event.preventDefault(); go({id: each.id}); } }}><${ChannelBadge} kind=${each.inbox.kind} />
      <span class="cut grow" dir="auto">${each.subject || each.preview}</span><${When} at=${each.last_at} /></a>
      ${able && html`<${IconButton} icon="x" size=${12} label=${t("Take the link away")} onClick=${() => unlink(id, each.id)} />`}</li>`)}</ul>`}
      ${able && html`<button type="button" class="chip is-add" data-menu="link" onClick=${event => openMenu("link", [id], event.currentTarget)}><${Icon} name="plus" size=${12} />${t("Link")}</button>`}</section>`}
    ${merged.length > 0 && html`<section class="part"><h3>${t("Merged into this")}</h3><ul class="earlier">${merged.map(each => html`<li key=${each.id}><span class="ltr">#${each.reference}</span>
      <span class="cut grow" dir="auto">${each.subject}</span>${able && html`<button type="button" class="link" onClick=${() => separate(each.id, id)}>${t("Separate again")}</button>`}</li>`)}</ul></section>`}`;
}
