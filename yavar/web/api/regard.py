"""What the team keeps about a customer: tags, notes, consent; and their whole history on one line, over all channels."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from yavar.base import ids
from yavar.base.problem import Problem
from yavar.conversations.append import check_body
from yavar.conversations.lists import narrowed, page
from yavar.conversations.models import Conversation, Tag
from yavar.conversations.notes.models import CustomerNote
from yavar.conversations.notes.regarding import customer_notes, last_said, note_customer, remove_customer_note
from yavar.conversations.notes.timeline import agent_author
from yavar.conversations.queries import customer_card, rows
from yavar.conversations.setup import tag_customer
from yavar.conversations.shapes import Author, Item, Row
from yavar.people.customers.consent import consents_of, note_consent
from yavar.people.customers.queries import with_merged
from yavar.people.models import Agent, Customer

from . import answers
from .customers import customer_for
from .frame import Doors, Strict, client_id
from .reading import one, place, read_place
from .verbs import Tags

doors = Doors(tags=["customers"])
AT_ONCE = 10  # conversations a page


@dataclass
class CustomerNoteFacts:
    id: str
    author: Author
    text: str
    at: datetime


@dataclass
class ConsentFacts:
    purpose: Literal["email", "sms", "phone", "messenger"]
    given: bool
    source: str
    at: datetime


@dataclass
class Kept:
    tags: list[str]
    notes: list[CustomerNoteFacts]
    consents: list[ConsentFacts]


@dataclass
class Part:
    row: Row
    items: list[Item]
    more: bool
    seen: answers.SeenBy


@dataclass
class History:
    parts: list[Part]
    next: str | None


class NoteGiven(Strict):
    text: Annotated[str, Field(min_length=1, max_length=4000)]
    client_id: Annotated[str, Field(max_length=64)] | None = None


class ConsentGiven(Strict):
    purpose: Literal["email", "sms", "phone", "messenger"]
    given: bool | None
    source: Annotated[str, Field(max_length=120)] = ""


class HistoryQuery(Strict):
    before: Annotated[str, Field(max_length=200)] = ""


def kept_of(customer: Customer) -> dict[str, Any]:
    """Tags, notes and consents of a person under all their names."""
    keys = with_merged(customer.pk)
    tags = Tag.customers.through.objects.filter(customer__in=keys).order_by("pk").values_list("tag", flat=True)
    return {
        "tags": list(dict.fromkeys(ids.public_id_of(Tag, key) for key in tags)),
        "notes": [{"id": note.public_id, "author": agent_author(note.agent), "text": note.text, "at": note.created_at} for note in customer_notes(keys)],
        "consents": [{"purpose": each.purpose, "given": each.given, "source": each.source, "at": each.at} for each in consents_of(keys)],
    }


@doors.door("GET", "/customers/{id}/card", needs="customer.read", shape=answers.CustomerCard)
def get_card_of_customer(request: HttpRequest, agent: Agent, id: str) -> Any:
    """The person as they stand beside a conversation, with their latest conversations."""
    return customer_card(agent, customer_for(agent, id), apart_from=0)


@doors.door("GET", "/customers/{id}/kept", needs="customer.read", shape=Kept)
def get_kept(request: HttpRequest, agent: Agent, id: str) -> Any:
    """What the team keeps about them: tags, notes, and what news they agreed to."""
    return kept_of(customer_for(agent, id))


@doors.door("POST", "/customers/{id}/tags", needs="customer.edit", shape=Kept)
def tag_a_customer(request: HttpRequest, agent: Agent, id: str, given: Tags) -> Any:
    """Put tags on a person and take tags off."""
    customer = customer_for(agent, id, "customer.edit")
    tag_customer(customer, add=[one(Tag, key) for key in given.add], remove=[one(Tag, key) for key in given.remove], by=agent)
    return kept_of(customer)


@doors.door("POST", "/customers/{id}/notes", needs="customer.edit", shape=Kept, status=201)
def note_a_customer(request: HttpRequest, agent: Agent, id: str, given: NoteGiven) -> Any:
    """Write down what the team should know of a person. They never see it."""
    customer, key = customer_for(agent, id, "customer.edit"), client_id(request, given.client_id)
    check_body(key, given.text, ())
    note_customer(customer, by=agent, client_id=key, text=given.text.strip())
    return kept_of(customer)


@doors.door("DELETE", "/customers/{id}/notes/{key}", needs="customer.edit", shape=Kept)
def remove_note_of_customer(request: HttpRequest, agent: Agent, id: str, key: str) -> Any:
    """Take a note away. The audit log keeps who did."""
    customer = customer_for(agent, id, "customer.edit")
    found = CustomerNote.objects.filter(public_id=key, customer__in=with_merged(customer.pk)).first()
    if found is None:
        raise Problem(404, "note.unknown", _("There is nothing here, or it is not yours to see."))
    remove_customer_note(found, by=agent)
    return kept_of(customer)


@doors.door("PUT", "/customers/{id}/consents", needs="customer.edit", shape=Kept)
def put_consent(request: HttpRequest, agent: Agent, id: str, given: ConsentGiven) -> Any:
    """They agreed to get news this way, refused, or (null) were never asked."""
    customer = customer_for(agent, id, "customer.edit")
    note_consent(customer, given.purpose, given.given, by=agent.actor, source=" ".join(given.source.split()))
    return kept_of(customer)


@doors.door("GET", "/customers/{id}/history", needs="customer.read", shape=History)
def get_history(request: HttpRequest, agent: Agent, id: str, query: Query[HistoryQuery]) -> Any:
    """All that was said with them on any channel, as far as you may see it: conversations by their latest activity, newest first, ten a page, each with its last lines."""
    theirs = narrowed(agent, Q(customer__in=with_merged(customer_for(agent, id).pk)) & ~Q(status=Conversation.Status.MERGED))
    found, more = page(theirs, read_place(query.before), AT_ONCE)
    told = zip(found, rows(agent, found), last_said(found), strict=True)
    parts = [
        {"row": row, "items": said.items, "more": said.more, "seen": {"agent": each.agent_seen, "customer": each.customer_seen}} for each, row, said in told
    ]
    return {"parts": parts, "next": place(*more) if more else None}
