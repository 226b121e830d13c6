"""An event as programs see it: public ids and small facts, no inside key, no word that anybody wrote."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model

from yavar.base import clock
from yavar.base.events import Actor, schema
from yavar.base.events.models import Event
from yavar.channels.models import Receipt
from yavar.conversations import events as conversation_events
from yavar.conversations.canned import events as canned_events
from yavar.conversations.canned.models import CannedReply
from yavar.conversations.models import Conversation, Delivery, HeldReply, Inbox, Message, Tag
from yavar.conversations.notes import events as note_events
from yavar.conversations.notes.models import CustomerNote, Note
from yavar.desk.models import RequestType
from yavar.flow.sla import events as promise_events
from yavar.people import events as people_events
from yavar.people.models import Agent, Customer, Team

ROOMS_WITH_FACTS = (conversation_events, note_events, canned_events, people_events, promise_events)  # importing them registers what is told of
FAMILIES = ("conversation", "message", "note", "customer", "tag", "inbox", "promise")  # who may do what, and the desk's settings, are nobody's business outside
SUBJECTS: dict[str, type[Model]] = {"conversation": Conversation, "customer": Customer, "tag": Tag, "inbox": Inbox}
ACTORS: dict[str, type[Model]] = {"agent": Agent, "customer": Customer}
# fields that hold keys, the most exact name first: event.field, family.field, field
KEYS: dict[str, type[Model] | None] = {
    "conversation.assigned.before": Agent, "conversation.assigned.after": Agent,
    "conversation.team_changed.before": Team, "conversation.team_changed.after": Team,
    "customer.tagged.added": Tag, "customer.tagged.removed": Tag, "customer.noted.note": CustomerNote, "customer.note_removed.note": CustomerNote,
    "conversation.typed.before": RequestType, "conversation.typed.after": RequestType, "conversation.tagged.added": Tag, "conversation.tagged.removed": Tag,
    "conversation.into": Conversation, "conversation.out_of": Conversation, "customer.into": Customer,
    "conversation": Conversation, "customer": Customer, "visitor": Customer, "message": Message, "note": Note, "inbox": Inbox, "tag": Tag, "agent": Agent,
    "mentions": Agent, "receipt": Receipt, "held": HeldReply, "delivery": Delivery, "canned": CannedReply, "conversation.hinted.others": Conversation,
    "webhook.message": None,  # the id under which it was posted
}  # fmt: skip
NUMBERS = {"seq", "unread", "conversations", "count", "at", "cycle"}  # and those that are just numbers; what is neither is not told
NAMES = {"before": "from", "after": "to"}


def names() -> list[str]:
    """Every event that programs may hear of."""
    return sorted({key.partition("@")[0] for key in schema() if key.partition(".")[0] in FAMILIES})


def told(events: Sequence[Event]) -> list[dict[str, Any]]:
    """`{"type", "timestamp", "data"}` for each event, in their order; `timestamp` is when it happened. A fixed number of queries for any number of events.

    `data` has the subject's public id under its kind, `version` (the conversation's event counter) where there is one, the actor, and the facts;
    another row of the subject's kind is `other`. A row that is gone has the id ''.
    """
    known = _public_ids(events)

    def one(model: type[Model], key: Any) -> Any:
        return None if key is None else known[model].get(key, "")

    found = []
    for event in events:
        actor = Actor.parse(event.actor)
        data: dict[str, Any] = {event.subject_kind: one(SUBJECTS[event.subject_kind], event.subject_id)} if event.subject_kind in SUBJECTS else {}
        if event.seq is not None:
            data["version"] = event.seq
        data["actor"] = {"kind": actor.kind, "id": one(ACTORS[actor.kind], actor.id) if actor.kind in ACTORS else None}
        for field, value in event.payload.items():
            if field == event.subject_kind and value == event.subject_id:
                continue
            model, name = model_of(event.name, field), "other" if field == event.subject_kind else NAMES.get(field, field)
            if model is not None:
                data[name] = [one(model, key) for key in value] if isinstance(value, list) else one(model, value)
            elif field in NUMBERS or _is_words(value):
                data[name] = value
        found.append({"type": event.name, "timestamp": clock.iso(event.at), "data": data})
    return found


def model_of(name: str, field: str) -> type[Model] | None:
    """Whose key a field of an event holds."""
    exact = (f"{name}.{field}", f"{name.partition('.')[0]}.{field}", field)
    return next((KEYS[each] for each in exact if each in KEYS), None)


def _is_words(value: Any) -> bool:
    return all(each is None or isinstance(each, (str, bool)) for each in (value if isinstance(value, list) else [value]))


def _public_ids(events: Iterable[Event]) -> dict[type[Model], dict[int, str]]:
    wanted: dict[type[Model], set[int]] = defaultdict(set)
    for event in events:
        actor = Actor.parse(event.actor)
        if event.subject_kind in SUBJECTS:
            wanted[SUBJECTS[event.subject_kind]].add(event.subject_id)
        if actor.kind in ACTORS:
            wanted[ACTORS[actor.kind]].add(actor.id)
        for field, value in event.payload.items():
            model = model_of(event.name, field)
            if model is not None:
                wanted[model].update(key for key in (value if isinstance(value, list) else [value]) if key is not None)
    return defaultdict(dict, {model: dict(model._default_manager.filter(pk__in=keys).values_list("pk", "public_id")) for model, keys in wanted.items()})
