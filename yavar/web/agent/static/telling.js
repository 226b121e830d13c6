/** What happened to a conversation, as a sentence: for the timeline, and for whoever was slower than a colleague. */
import {t} from "../ui/wire.js";
import {agentName, me, requestType, tag, team} from "./state.js";
import {moment} from "./parts.js";

export const priorityName = value => ({low: t("Low"), normal: t("Normal"), high: t("High"), urgent: t("Urgent")})[value] ?? value;

/** @param {string} kind of a timer */
export const promiseName = kind => ({ack: t("First word"), first: t("First answer"), next: t("Next answer"), resolution: t("Resolution"), ownership: t("The team’s part")})[kind] ?? kind;

export const eventIcon = {"conversation.opened": "globe", "conversation.assigned": "user", "conversation.team_changed": "users", "conversation.tagged": "tag",
  "conversation.prioritised": "flag", "conversation.snoozed": "alarm-clock", "conversation.woken": "alarm-clock", "conversation.resolved": "check", "conversation.reopened": "rotate-ccw", "conversation.typed": "hash", "conversation.merged_away": "layers", "conversation.unmerged": "rotate-ccw", "conversation.split": "copy", "conversation.linked": "external-link", "conversation.unlinked": "x",
  "conversation.retitled": "pencil-line", "conversation.described": "pencil-line", "conversation.followed": "eye", "conversation.merged": "corner-up-left", "conversation.joined": "user-plus", "conversation.hinted": "external-link", "conversation.auto_replied": "mail-open", "conversation.bounced": "triangle-alert", "promise.near": "alarm-clock", "promise.missed": "triangle-alert", "promise.late": "triangle-alert"};

/** An event as a sentence: who did it, or simply what is so now. */
export function eventWords({event, data = {}, author}) {
  const person = author.kind === "agent", mine = person && author.id === me.id;
  const to = data.to ?? null;
  const v = {name: author.name, to: agentName(to), team: team(to)?.name ?? "", priority: priorityName(to), type: requestType(to)?.name ?? "", time: data.until ? moment(data.until)
    : ""};
  const say = (byMe, byOther, byNobody) => mine ? byMe : person ? byOther : byNobody;
  switch (event) {
    case "conversation.opened":
      return data.page ? t("Chat started on {page}", {page: data.page}) : t("Conversation started");
    case "conversation.assigned":
      if (to === null) return say(t("You removed the assignee"), t("{name} removed the assignee", v), t("Nobody is assigned now"));
      if (person && to === author.id) return mine ? t("You took this conversation") : t("{name} took this conversation", v);
      if (to === me.id) return say("", t("{name} assigned this to you", v), t("Assigned to you"));
      return say(t("You assigned this to {to}", v), t("{name} assigned this to {to}", v), t("Assigned to {to}", v));
    case "conversation.team_changed":
      if (!v.team) return say(t("You took this out of the team"), t("{name} took this out of the team", v), t("Taken out of the team"));
      return say(t("You moved this to {team}", v), t("{name} moved this to {team}", v), t("Moved to {team}", v));
    case "conversation.tagged": {
      const added = tagsNamed(data.added), removed = tagsNamed(data.removed);
      return [added && say(t("You tagged this: {tags}", added), t("{name} tagged this: {tags}", {...v, ...added}), t("Tagged: {tags}", added)),
        removed && say(t("You took off tags: {tags}", removed), t("{name} took off tags: {tags}", {...v, ...removed}),
          t("Tags taken off: {tags}", removed))].filter(Boolean).join(" · ");
    }
    case "conversation.prioritised":
      return say(t("You set the priority to {priority}", v), t("{name} set the priority to {priority}", v), t("Priority: {priority}", v));
    case "conversation.snoozed":
      if (v.time) return say(t("You snoozed this until {time}", v), t("{name} snoozed this until {time}", v), t("Snoozed until {time}", v));
      return say(t("You snoozed this until the customer replies"), t("{name} snoozed this until the customer replies", v), t("Snoozed until the customer replies"));
    case "conversation.woken":
      if (data.why === "customer") return t("Back from snooze: the customer has written");
      return data.why === "time" ? t("Back from snooze: the time has come") : t("Back from snooze");
    case "conversation.resolved":
      return say(t("You resolved this"), t("{name} resolved this", v), t("Resolved"));
    case "conversation.reopened":
      if (data.why === "customer") return t("Reopened: the customer has written");
      return say(t("You reopened this"), t("{name} reopened this", v), t("Reopened"));
    case "conversation.joined":
      return t("Somebody was copied in");
    case "conversation.hinted":
      return {token: t("It carried the reply code of another conversation, but its sender takes no part in that one"), old_token: t("It answers something from before the desk was restored"),
        forwarded: t("A colleague’s address sent this on; it was written by the customer named here")}[data.why] ?? null;
    case "conversation.auto_replied":
      return t("An automatic answer came; nobody has to answer it");
    case "conversation.bounced":
      if (data.complaint) return t("The customer’s mail provider says that our mail was unwanted");
      return data.hard ? t("Our mail came back: the address doesn’t exist") : t("Our mail came back for now: the mailbox is full or away");
    case "conversation.typed":
      if (!v.type) return t("Request type removed");
      return say(t("You set the request type to {type}", v), t("{name} set the request type to {type}", v), t("Request type: {type}", v));
    case "conversation.merged":
      return say(t("You merged another conversation into this"), t("{name} merged another conversation into this", v), t("Another conversation was merged into this"));
    case "conversation.merged_away":
      return say(t("You merged this into another conversation"), t("{name} merged this into another conversation", v), t("Merged into another conversation"));
    case "conversation.unmerged":
      return say(t("You separated what was merged"), t("{name} separated what was merged", v), t("Separated again"));
    case "conversation.split":
      if (data.into) return say(t("You split off a conversation"), t("{name} split off a conversation", v), t("A conversation was split off"));
      return t("Split off from another conversation");
    case "conversation.linked":
      return say(t("You linked another conversation"), t("{name} linked another conversation", v), t("Another conversation was linked"));
    case "conversation.unlinked":
      return say(t("You took a link away"), t("{name} took a link away", v), t("A link was taken away"));
    case "promise.near":
      return t("Due soon: {promise}, {time}", {promise: promiseName(data.kind), time: moment(data.due)});
    case "promise.missed":
      return t("Missed: {promise}, due {time}", {promise: promiseName(data.kind), time: moment(data.due)});
    case "promise.late":
      return t("Still open: {promise}, due {time}", {promise: promiseName(data.kind), time: moment(data.due)});
    case "conversation.retitled":
      return say(t("You changed the subject"), t("{name} changed the subject", v), t("The subject was changed"));
    case "conversation.described":
      return say(t("You filled in fields"), t("{name} filled in fields", v), t("Fields were filled in"));
    case "conversation.followed":
      if (data.agent === author.id) return data.on ? say(t("You follow this"), t("{name} follows this", v), "") : say(t("You don’t follow this any more"), t("{name} doesn’t follow this any more", v), "");
      return data.on ? t("{name} follows this", {name: agentName(data.agent)}) : t("{name} doesn’t follow this any more", {name: agentName(data.agent)});
    default:
      return null; // a kind this client does not know
  }
}

const listing = new Intl.ListFormat(document.documentElement.lang, {type: "unit", style: "short"});
const tagsNamed = ids => ids?.length ? {tags: listing.format(ids.map(id => tag(id)?.name ?? "?"))} : null;
