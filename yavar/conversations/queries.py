"""Reads for the inbox: rows, and the person beside the conversation. All of them start at the viewer."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model, Q

from yavar.base import ids
from yavar.base.db import sql
from yavar.base.events import Actor
from yavar.desk.models import RequestType
from yavar.people.customers.queries import with_merged
from yavar.people.models import Agent, Customer, Identity, Team

from . import union
from .models import Conversation, ConversationTag, Draft, Participant, Tag
from .policies import customers_of, sight, visible_to
from .shapes import InboxOfRow, Person, Row

CAP = 1000  # a count above is said as "999+"
EARLIER = 10
MANY = 8  # visitors merged into one customer; more have few conversations each, which may be sorted
FOR_ROWS = ("customer__merged_into", "inbox")  # what `rows` reads of a conversation's neighbours


def rows(agent: Agent | None, conversations: Sequence[Conversation]) -> list[Row]:
    """Conversations as rows for this agent, or for all (None: `draft` is left open). A fixed number of queries for any number."""
    if not conversations:
        return []
    keys = [c.pk for c in conversations]
    tags: dict[int, list[str]] = {}
    drafted = [sql.Pick(Draft, "agent_id = ? AND conversation_id IN (??)", [agent.pk, keys])] if agent else []
    links, *typed = union.meet(conversations, sql.Pick(ConversationTag, "conversation_id IN (??) ORDER BY id", [keys]), *drafted)
    for link in links:
        tags.setdefault(link.conversation_id, []).append(ids.public_id_of(Tag, link.tag_id))
    drafts = {draft.conversation_id for found in typed for draft in found}
    people = survivors(c.customer for c in conversations)
    return [_row(c, people[c.customer_id], tags.get(c.pk, []), c.pk in drafts if agent else None) for c in conversations]


def row_of_new(conversation: Conversation) -> Row:
    """One that has just begun, as a row for whoever began it: nobody can have tagged it yet, or drafted an answer."""
    return _row(conversation, conversation.customer, [], False)


def survivors(customers: Iterable[Customer]) -> dict[int, Customer]:
    """Each customer after merging, by the key before."""
    return {customer.pk: customer.survivor() for customer in customers}


def person(customer: Customer) -> Person:
    """A customer's name and avatar."""
    return Person(customer.public_id, customer.name, customer.initials(), customer.hue)


def _row(c: Conversation, customer: Customer, tags: list[str], draft: bool | None) -> Row:
    speaker = Actor.parse(c.preview_by)
    return Row(
        id=c.public_id, reference=c.reference, customer=person(customer), inbox=InboxOfRow(c.inbox.public_id, c.inbox.kind, c.inbox.name),
        status=c.status, priority=c.priority, assignee=_public(Agent, c.assignee_id), team=_public(Team, c.team_id),
        tags=tags, subject=c.subject, preview=c.preview, preview_by=speaker.kind,
        preview_agent=_public(Agent, speaker.id) if speaker.kind == "agent" else None, last_at=c.last_at, waiting_since=c.waiting_since, unread=c.unread,
        snoozed_until=c.snoozed_until, lang=c.lang, draft=draft, request_type=_public(RequestType, c.request_type_id), version=c.event_seq,
        merged_into=_public(Conversation, c.merged_into_id), due_at=c.due_at, due_from=c.due_from, due_kind=c.due_kind, undelivered=c.undelivered,
    )  # fmt: skip


def _public(model: type[Model], key: int | None) -> str | None:
    return None if key is None else ids.public_id_of(model, key)


def rows_by_id(agent: Agent, public_ids: Sequence[str]) -> list[Row]:
    """Rows of named conversations; what the agent may not see is absent."""
    found = visible_to(agent).filter(public_id__in=public_ids[:100]).select_related(*FOR_ROWS)
    return rows(agent, list(found))


def customer_card(agent: Agent, customer: Customer, *, apart_from: int) -> dict[str, Any]:
    """The person beside the conversation, with their earlier conversations. Addresses and fields are for those who may see customers."""
    customer = customer.survivor()
    keys = with_merged(customer.pk)
    theirs = sight(agent) & ~Q(status=Conversation.Status.MERGED)
    parts = union.parts([theirs & Q(customer=key) for key in keys] if len(keys) <= MANY else [theirs & Q(customer__in=keys)])
    together = parts if len(parts) == 1 else union.parts([theirs & Q(customer__in=keys)])  # in no order, to be counted
    earlier = union.load([key for key in union.keys(parts, EARLIER + 1) if key != apart_from][:EARLIER])
    known, copied = sql.pick_all(
        sql.Pick(Identity, "customer_id IN (??) ORDER BY id", [keys]),
        sql.Pick(Customer, f"id IN (SELECT customer_id FROM {sql.table(Participant)} WHERE conversation_id = ?) ORDER BY id LIMIT 50", (apart_from,)),
    )
    open_ = agent.powers.everywhere("customer.read") or customers_of(agent).filter(pk__in=keys).exists()
    identities = [{"kind": i.kind, "value": i.value, "verified": i.verified_at is not None, "failure": i.failure} for i in known]
    return {
        "id": customer.public_id, "name": customer.name, "initials": customer.initials(), "hue": customer.hue, "lang": customer.lang,
        "verified": any(i["verified"] for i in identities), "identities": identities if open_ else [], "first_seen": customer.created_at, "last_seen": customer.seen_at,
        "page": (customer.page or None) if open_ else None, "time_zone": customer.time_zone, "fields": customer.fields if open_ else {},
        "copied": [person(each) for each in copied],
        "merged": [person(each) for each in Customer.objects.filter(pk__in=keys[1:])] if open_ and len(keys) > 1 else [], "earlier": rows(agent, earlier), "conversations": union.counts([together], CAP)[0],
    }  # fmt: skip
