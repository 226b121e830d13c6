"""Notes about a person, and all that was ever said with them on one line."""

from typing import NamedTuple

from yavar.base import clock
from yavar.base.db import sql, transaction
from yavar.base.events import record
from yavar.base.events.models import Event
from yavar.people.models import Agent, Customer

from ..models import Conversation
from ..shapes import Item
from .events import CustomerNoted, CustomerNoteRemoved
from .models import CustomerNote
from .timeline import SAID, items

SHOWN = 20  # notes, and lines of one conversation


def note_customer(customer: Customer, *, by: Agent, client_id: str, text: str) -> CustomerNote:
    """Write down what the team should know of a person. A repeated client id answers the stored note."""
    with transaction():
        note, made = CustomerNote.objects.get_or_create(customer=customer, client_id=client_id, defaults={"agent": by, "text": text, "created_at": clock.now()})
        if made:
            record(CustomerNoted(note.pk), subject=("customer", customer.pk), by=by.actor)
    return note


def remove_customer_note(note: CustomerNote, *, by: Agent) -> None:
    """It is no longer true, or never should have been written."""
    with transaction():
        record(CustomerNoteRemoved(note.pk, note.agent_id), subject=("customer", note.customer_id), by=by.actor)
        note.delete()


def customer_notes(keys: list[int]) -> list[CustomerNote]:
    """About one person under all their names, newest first."""
    return list(CustomerNote.objects.filter(customer__in=keys).select_related("agent").order_by("-created_at", "-pk")[:SHOWN])


class Told(NamedTuple):
    """The last lines of one conversation, ascending, and whether there is more above them."""

    items: list[Item]
    more: bool


def last_said(conversations: list[Conversation]) -> list[Told]:
    """Of each conversation what was said last, messages and notes alike. Two queries for each, and a fixed number besides."""
    marks = ", ".join("?" * (len(SAID) + 1))
    line = f"subject_kind = 'conversation' AND subject_id = ? AND name IN ({marks}) AND seq IS NOT NULL ORDER BY seq DESC LIMIT {SHOWN + 1}"
    found = [sql.pick(Event, line, (c.pk, *SAID, "note.written")) for c in conversations]
    shown = iter(items([event for events in found for event in events[:SHOWN][::-1]], [c.customer for c in conversations]))
    return [Told([next(shown) for _each in events[:SHOWN]], len(events) > SHOWN) for events in found]
