/** Forwarding: what was said goes into a new message, which one addresses. Read when it is first wanted. */
import {fullDate} from "../ui/wire.js";
import {composing, row} from "./state.js";
import {nameOf} from "./parts.js";
import {NEW, write} from "./outbox.js";
import {senders} from "./actions.js";
import {talk} from "./talks.js";

/** Sends on what was said here: to somebody else, in a conversation of its own that is linked with this one. */
export function forward(id) {
  const one = talk(id), said = one.items.peek().filter(each => each.kind === "message" && !each.origin);
  const quoted = said.slice(-10).map(each => `\u2068${nameOf(each.author)}\u2069, \u2068${fullDate(each.at)}\u2069:\n${each.text.split("\n").map(line => `> ${line}`).join("\n")}`).join("\n\n");
  const subject = row(id).peek().subject, [first] = senders();
  const own = senders().find(each => each.id === row(id).peek().inbox.id);
  write(NEW, "reply", {text: `\n\n${quoted}`, files: [], envelope: {to: "", cc: "", bcc: ""}, subject: subject ? `Fwd: ${subject}` : "", inbox: (own ?? first)?.id, about: id,
    copies: said.flatMap(each => each.files).slice(-10), client_id: undefined});
  composing.value = true;
}
