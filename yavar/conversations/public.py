"""What a customer may read: their own conversations' public messages. Notes and inside counters cannot be named here."""

from collections.abc import Iterable

from yavar.base.db import sql
from yavar.base.events import Actor
from yavar.people.customers.queries import with_merged
from yavar.people.models import Agent, Customer

from .models import Attachment, Conversation, Message
from .shapes import Author, PublicMessage

PAGE = 50


def conversation_of(customer_id: int, public_id: str) -> Conversation | None:
    """A conversation of this customer by its public id; somebody else's is as absent as none."""
    return Conversation.objects.filter(public_id=public_id, customer__in=with_merged(customer_id)).first()


def latest_conversation(customer_id: int, inbox_id: int) -> Conversation | None:
    """The one a returning visitor goes on with."""
    return Conversation.objects.filter(customer__in=with_merged(customer_id), inbox=inbox_id).order_by("-last_at").first()


def messages(conversation_id: int, *, before: int | None = None, after: int | None = None) -> tuple[list[PublicMessage], bool]:
    """A page of public messages, ascending: the newest, or those before or after a seq. And whether there are more in that direction."""
    found = Message.objects.filter(conversation=conversation_id)
    if after is not None:
        page = list(found.filter(seq__gt=after).order_by("seq")[: PAGE + 1])
        return public_messages(page[:PAGE]), len(page) > PAGE
    if before is not None:
        found = found.filter(seq__lt=before)
    page = list(found.order_by("-seq")[: PAGE + 1])
    return public_messages(page[:PAGE][::-1]), len(page) > PAGE


def public_messages(rows: Iterable[Message]) -> list[PublicMessage]:
    """Messages as customers see them. Three queries for any number."""
    rows = list(rows)
    files = files_of(rows)
    who = authors(Actor.parse(row.author) for row in rows)
    return [PublicMessage(row.public_id, row.client_id, row.seq, who[row.author], row.text, files.get(row.pk, []), row.created_at) for row in rows]


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
