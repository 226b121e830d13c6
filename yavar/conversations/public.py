"""What a customer may read: their own conversations' public messages. Notes and inside counters cannot be named here."""

from collections.abc import Iterable
from datetime import datetime

from yavar.base.db import sql
from yavar.base.events import Actor
from yavar.people.customers.queries import with_merged
from yavar.people.models import Agent, Customer

from .merging import merged_into, survivor_of
from .models import Attachment, Conversation, Message
from .shapes import Author, PublicMessage

PAGE = 50
MOST_MERGED = 500  # messages of merged conversations within one page's stretch of time


def conversation_of(customer_id: int, public_id: str) -> Conversation | None:
    """A conversation of this customer by its public id, or what it was merged into; somebody else's is as absent as none."""
    found = one_of(customer_id, public_id)
    return survivor_of(found) if found else None


def one_of(customer_id: int, public_id: str) -> Conversation | None:
    """The same, itself even when it was merged."""
    return Conversation.objects.filter(public_id=public_id, customer__in=with_merged(customer_id)).first()


def latest_conversation(customer_id: int, inbox_id: int) -> Conversation | None:
    """The one a returning visitor goes on with."""
    theirs = Conversation.objects.filter(customer__in=with_merged(customer_id), inbox=inbox_id)
    return theirs.exclude(status=Conversation.Status.MERGED).order_by("-last_at").first()


def messages(conversation_id: int, *, before: int | None = None, after: int | None = None) -> tuple[list[PublicMessage], bool]:
    """A page of public messages, ascending: the newest, or those before or after a seq. And whether there are more in that direction.

    What was merged into the conversation stands between its own messages by time, with a `seq` of 0: the cursor counts the survivor's alone.
    """
    found = Message.objects.filter(conversation=conversation_id)
    if after is not None:
        page = list(found.filter(seq__gt=after).order_by("seq")[: PAGE + 1])
        return public_messages(page[:PAGE]), len(page) > PAGE
    older = found if before is None else found.filter(seq__lt=before)
    page = list(older.order_by("-seq")[: PAGE + 1])
    more, page = len(page) > PAGE, page[:PAGE][::-1]
    if keys := merged_into(conversation_id):
        end = None if before is None else found.filter(seq=before).values_list("created_at", flat=True).first()
        merged = Message.objects.filter(conversation__in=keys, **between(page[0].created_at if more else None, end, "created_at")).order_by("created_at", "pk")
        page = sorted([*page, *merged[:MOST_MERGED]], key=lambda message: (message.created_at, message.pk))
    return public_messages(page, of=conversation_id), more


def between(begin: datetime | None, end: datetime | None, field: str) -> dict[str, datetime]:
    """A stretch of time as a filter: from `begin` on, before `end`."""
    return {f"{field}__{word}": moment for word, moment in (("gte", begin), ("lt", end)) if moment is not None}


def public_messages(rows: Iterable[Message], *, of: int | None = None) -> list[PublicMessage]:
    """Messages as customers see them; seen from the conversation `of`, those of others have no seq. Three queries for any number."""
    rows = list(rows)
    files = files_of(rows)
    who = authors(Actor.parse(row.author) for row in rows)
    return [
        PublicMessage(
            row.public_id, row.client_id, row.seq if of in (None, row.conversation_id) else 0, who[row.author], row.text, files.get(row.pk, []), row.created_at
        )
        for row in rows
    ]


def files_of(rows: list[Message]) -> dict[int, list[dict[str, object]]]:
    """The files of messages, by message key."""
    found: dict[int, list[dict[str, object]]] = {}
    keys = [row.pk for row in rows if row.attached]
    for link in Attachment.objects.filter(message__in=keys).select_related("file").order_by("id") if keys else []:
        found.setdefault(link.message_id, []).append(link.file.facts())
    return found


def authors(actors: Iterable[Actor]) -> dict[str, Author]:
    """Authors as customers see them: agents by first name, themselves by name."""
    wanted = set(actors)
    agents = sql.by_key(Agent, [actor.id for actor in wanted if actor.kind == "agent"])
    customers = sql.by_key(Customer, [actor.id for actor in wanted if actor.kind == "customer"])
    found = {}
    for actor in wanted:
        if actor.kind == "agent" and (agent := agents.get(actor.id)):
            found[str(actor)] = Author("agent", agent.first_name(), agent.initials(), agent.hue)
        elif actor.kind == "customer" and (customer := customers.get(actor.id)):
            found[str(actor)] = Author("customer", customer.name, customer.initials(), customer.hue)
        else:
            found[str(actor)] = Author(actor.kind, "", "", 1)
    return found


def team_faces(limit: int = 3) -> list[Author]:
    """A few of the team for the head of the chat."""
    return [Author("agent", agent.first_name(), agent.initials(), agent.hue) for agent in Agent.objects.filter(is_active=True).order_by("pk")[:limit]]
