"""The team's view of a conversation: messages, notes and events in one line, ordered by the conversation's event counter."""

from collections.abc import Iterable, Sequence
from typing import Any

from yavar.base import ids
from yavar.base.db import sql
from yavar.base.events import Actor
from yavar.base.events.models import Event
from yavar.base.files.models import File
from yavar.desk.models import RequestType
from yavar.people.models import Agent, Customer, Team

from ..canned.models import CannedReply
from ..merging import merged_into
from ..models import Conversation, Delivery, HeldReply, Message, Original, Tag
from ..public import MOST_MERGED, between, files_of
from ..shapes import Author, Copy, Held, Item
from .models import Note

PAGE = 50
SAID = ("message.received", "message.sent", "message.copied")
# facts whose payload holds keys: all of one kind of row, or by field; clients get their public ids
_KEYS: dict[str, Any] = {
    "conversation.assigned": Agent, "conversation.team_changed": Team, "conversation.typed": RequestType, "conversation.tagged": Tag, "conversation.followed": Agent,
    **dict.fromkeys((f"conversation.{name}" for name in ("merged", "merged_away", "unmerged", "split", "linked", "unlinked", "hinted")), Conversation),
    "conversation.joined": Customer, "conversation.auto_replied": {"customer": Customer}, "conversation.bounced": {"customer": Customer, "message": Message},
    "message.delivery": {"message": Message, "customer": Customer, "delivery": Delivery},
    "conversation.reply_held": {}, "conversation.reply_recalled": {}, "conversation.reply_stopped": {}, "conversation.canned_used": CannedReply,
    "promise.near": {}, "promise.missed": {}, "promise.late": {},
}  # fmt: skip


def timeline(
    conversation_id: int, *, before: int | None = None, after: int | None = None, merged: Sequence[int] | None = None
) -> tuple[list[Item], int | None]:  # fmt: skip
    """A page of items, ascending, and the version to ask for the page before it (or, with `after`, the one behind it).

    What was `merged` into the conversation (looked up unless it is given) stands between its own items by time, with its `origin`; the cursor counts the survivor's alone.
    """
    line = "subject_kind = 'conversation' AND subject_id = ? AND "
    if after is not None:
        events = sql.pick(Event, f"{line}seq > ? ORDER BY seq LIMIT {PAGE + 1}", (conversation_id, after))
        return items(events[:PAGE]), events[PAGE - 1].seq if len(events) > PAGE else None
    events = sql.pick(Event, f"{line}seq < ? ORDER BY seq DESC LIMIT {PAGE + 1}", (conversation_id, 2**31 - 1 if before is None else before))
    more, events = len(events) > PAGE, events[:PAGE][::-1]
    edge = events[0].seq if more else None
    if keys := merged_into(conversation_id) if merged is None else merged:
        after_it = sql.pick(Event, f"{line}seq = ?", (conversation_id, before)) if before is not None else []
        end = after_it[0].at if after_it else None
        theirs = Event.objects.filter(subject_kind="conversation", subject_id__in=keys, seq__isnull=False, **between(events[0].at if more else None, end, "at"))
        events = sorted([*events, *theirs.order_by("at", "pk")[:MOST_MERGED]], key=lambda event: (event.at, event.pk))
    return items(events, of=conversation_id), edge


def items(events: Sequence[Event], customers: Iterable[Customer] = (), *, of: int | None = None) -> list[Item]:
    """Events as timeline items, `of` one conversation's or of many. A fixed number of queries for any number of events; `customers` are those the caller has at hand."""
    messages = sql.by_key(Message, [e.payload["message"] for e in events if e.name in SAID])
    written = [e.payload["note"] for e in events if e.name == "note.written"]
    notes = {n.pk: n for n in Note.objects.filter(pk__in=written).prefetch_related("files")} if written else {}
    files, copies = files_of(list(messages.values())), _copies([m.pk for m in messages.values() if not m.author.startswith("customer:")])
    mails = [m.pk for m in messages.values() if m.client_id.startswith((Original.CLIENT_ID, Original.FORM_ID))]
    whole = dict(Original.objects.filter(message__in=mails).values_list("message", "head__withheld")) if mails else {}
    speakers = {*(event.actor for event in events), *(message.author for message in messages.values())}  # whoever splits copies what others said
    who = staff_authors(map(Actor.parse, speakers), customers)
    found = []
    for event in events:
        version, author = event.seq or 0, who[event.actor]
        origin = None if of in (None, event.subject_id) else ids.public_id_of(Conversation, event.subject_id)
        if event.name in SAID:
            m = messages[event.payload["message"]]
            author = who[m.author]
            original = _original(event, m) if m.pk in whole else None
            found.append(Item(
                version, "message", author, m.created_at, m.public_id, m.client_id, m.seq, m.text, files.get(m.pk, []),
                copies=copies.get(m.pk, []), original=original, withheld=whole.get(m.pk) or [], origin=origin,
            ))  # fmt: skip
        elif event.name == "note.written":
            n = notes[event.payload["note"]]
            mentions = [ids.public_id_of(Agent, key) for key in event.payload["mentions"]]
            shown = [file.facts() for file in n.files.all()]
            found.append(Item(version, "note", author, n.created_at, n.public_id, n.client_id, None, n.text, shown, data={"mentions": mentions}, origin=origin))
        else:
            found.append(Item(version, "event", author, event.at, event=event.name, data=_data(event), origin=origin))
    return found


def _copies(messages: Sequence[int]) -> dict[int, list[Copy]]:
    """The copies of messages, by message key."""
    found: dict[int, list[Copy]] = {}
    rows = sql.pick(Delivery, "message_id IN (??) ORDER BY id", [messages]) if messages else []
    people = sql.by_key(Customer, {row.customer_id for row in rows}) if rows else {}
    for row in rows:
        found.setdefault(row.message_id, []).append(copy_of(row, people[row.customer_id]))
    return found


def copy_of(row: Delivery, customer: Customer) -> Copy:
    """A copy as clients see it."""
    person = customer.survivor()
    return Copy(row.public_id, person.public_id, person.name, row.address, row.role, row.state, row.reason, row.detail, row.sent_at or row.next_at)


def held_in(conversations: Sequence[int]) -> list[Held]:
    """What is written in conversations and has not left yet; what leaves first first."""
    rows = sql.pick(HeldReply, "conversation_id IN (??) ORDER BY due_at, id", [conversations])
    return [held_facts(row) for row in rows]


def held_facts(row: HeldReply) -> Held:
    """A held answer as clients see it."""
    files = {file.key: file.facts() for file in File.objects.filter(key__in=row.files)} if row.files else {}
    shown = [files[key] for key in row.files if key in files]
    return Held(
        row.public_id, row.client_id, agent_author(row.agent), row.text, shown, row.envelope, row.resolving, row.scheduled, row.state, row.why, row.due_at,
    )  # fmt: skip


def _original(event: Event, message: Message) -> str:
    return f"/inbox-original/{ids.public_id_of(Conversation, event.subject_id)}/{message.public_id}"


def staff_authors(actors: Iterable[Actor], at_hand: Iterable[Customer] = ()) -> dict[str, Author]:
    """Authors by their full names."""
    wanted = set(actors)
    agents = sql.by_key(Agent, [a.id for a in wanted if a.kind == "agent"])
    customers = {customer.pk: customer for customer in at_hand}
    customers |= sql.by_key(Customer, [a.id for a in wanted if a.kind == "customer" and a.id not in customers])
    found = {str(actor): Author(actor.kind, "", "", 1) for actor in wanted}
    for key, agent in agents.items():
        found[f"agent:{key}"] = agent_author(agent)
    for key, customer in customers.items():
        found[f"customer:{key}"] = customer_author(customer)
    return found


def agent_author(agent: Agent) -> Author:
    """An agent as who said something."""
    return Author("agent", agent.name, agent.initials(), agent.hue, agent.public_id)


def customer_author(customer: Customer) -> Author:
    """A customer, as they are known after merging."""
    person = customer.survivor()
    return Author("customer", person.name, person.initials(), person.hue, person.public_id)


def _data(event: Event) -> dict[str, Any]:
    """The payload for clients: keys as public ids, `before`/`after` as `from`/`to`."""
    models = _KEYS.get(event.name)

    def shown(value: Any, model: Any) -> Any:
        if isinstance(value, list):
            return [shown(each, model) for each in value]
        return ids.public_id_of(model, value) if model is not None and type(value) is int else value

    if event.name == "conversation.opened":
        return {}
    if not isinstance(models, dict):
        return {{"before": "from", "after": "to"}.get(key, key): shown(value, models) for key, value in event.payload.items()}
    return {key: shown(value, models.get(key)) for key, value in event.payload.items() if type(value) is not int or key in models}
