"""Reads for the bell, the pushes and the mails: notifications with what is said of them. All of them start at the viewer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Q, QuerySet

from yavar.base.db import run, sql
from yavar.base.events import Actor
from yavar.base.events.models import Event
from yavar.conversations.models import Conversation, Message
from yavar.conversations.notes.models import Note
from yavar.conversations.notes.timeline import staff_authors
from yavar.conversations.policies import READ, is_standing, standing, visible_to
from yavar.conversations.shapes import Author
from yavar.people.models import Agent, Customer
from yavar.people.team.powers import Powers

from . import shared, words
from .models import Notification

CAP = 100  # unseen ones beyond are said as "99+"
LONGEST = 160  # characters of the line that was said
Place = tuple[datetime, str]  # at and public id of the last of a page


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification as its reader gets it. `who` did it, of the team or the customer; `url` is a path on this desk."""

    id: str
    kind: str
    title: str
    preview: str
    conversation: str
    reference: str
    who: Author
    count: int
    at: datetime
    seen: bool
    url: str


def page(agent: Agent, before: Place | None = None, size: int = 20) -> tuple[list[Notice], Place | None]:
    """What stands behind somebody's bell, newest first, and where the next page begins. A fixed number of queries for any number."""
    below = Q()
    if before is not None:
        at, public = before
        key = Notification.objects.filter(Q(agent=agent) | Q(agent__isnull=True), public_id=public).values_list("pk", flat=True).first() or 0
        below = Q(at__lt=at) | Q(at=at, pk__lt=key)
    own, general = (
        list(found.filter(below, listed=True).order_by("-at", "-pk")[: size + 1]) for found in (_of(agent), shared.told_to(agent, shared.wanted(agent)))
    )
    rows = sorted([*own, *general], key=lambda each: (each.at, each.pk), reverse=True)
    more = (rows[size - 1].at, rows[size - 1].public_id) if len(rows) > size else None
    return shown(rows[:size], shared.glanced(agent, general)), more


def unseen(agent: Agent) -> int:
    """How many are new to them, up to CAP."""
    make = _unseen if is_standing(agent) else _unseen.__wrapped__
    found = make(agent.powers, agent.pk, agent.created_at, shared.wanted(agent))
    return int(run(*found, anew=True).fetchone()[0])


@lru_cache(maxsize=5000)
def _unseen(powers: Powers, agent_key: int, since: datetime, kinds: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    """The statement that counts them: made once, since every page asks it after each fact, and making it is five times what the rest of that answer costs."""
    agent = standing(agent_key, powers)
    agent.created_at = since
    own, general = _of(agent).filter(listed=True, seen_at__isnull=True), shared.told_to(agent, kinds).filter(shared.unseen_by(agent))
    try:
        statement, values = own.values("pk").union(general.values("pk"), all=True)[:CAP].query.sql_with_params()
    except EmptyResultSet:  # they may see nothing any more
        return "SELECT 0", ()
    return sql.from_django(f"SELECT COUNT(*) FROM ({statement}) AS unseen"), values


def _of(agent: Agent) -> QuerySet[Notification]:
    """Somebody's own, as far as they may still see the conversations."""
    mine = Notification.objects.filter(agent=agent)
    return mine if agent.powers.all_of(READ) else mine.filter(conversation__in=visible_to(agent).values("pk"))


def shown(found: Sequence[Notification], glanced: Collection[int] = ()) -> list[Notice]:
    """Notifications in words of the language that is active, in their order; `glanced`: what of everybody's the reader has seen."""
    talks = sql.by_key(Conversation, [each.conversation_id for each in found]) if found else {}
    customers = _people([talk.customer_id for talk in talks.values()])
    events = sql.by_key(Event, [each.event for each in found])
    who = staff_authors({Actor.parse(each.actor) for each in found}, customers.values())
    said = _said(list(events.values()))
    answer = []
    for each in found:
        talk = talks[each.conversation_id]
        person, by = customers[talk.customer_id].survivor(), who[each.actor]
        title = words.title(each, by.name if by.kind == "agent" else "", person.name)
        line = said.get(each.event, talk.preview)
        answer.append(Notice(
            each.public_id, each.kind, title, " ".join(line.split())[:LONGEST], talk.public_id, talk.reference, by, each.count, each.at,
            each.seen_at is not None or each.pk in glanced, words.path(each, talk.public_id),
        ))  # fmt: skip
    return answer


def _people(keys: Sequence[int]) -> dict[int, Customer]:
    """Customers by key, each with whom they were merged into at hand."""
    found = sql.by_key(Customer, keys)
    survivors = sql.by_key(Customer, [each.merged_into_id for each in found.values() if each.merged_into_id is not None])
    for each in found.values():
        each.merged_into = survivors.get(each.merged_into_id or 0)
    return found


def _said(events: Sequence[Event]) -> dict[int, str]:
    """What was said in the facts that are about a message or a note, by event. A file without words leaves it to the conversation's own preview."""
    messages = sql.by_key(Message, [each.payload["message"] for each in events if each.payload.get("message")])
    written = [each.payload["note"] for each in events if each.name == "note.written"]
    notes = dict(Note.objects.filter(pk__in=written).values_list("pk", "text")) if written else {}
    found = {}
    for each in events:
        message = messages.get(each.payload.get("message") or 0)
        text = notes.get(each.payload["note"], "") if each.name == "note.written" else message.text if message else ""
        if text.strip() or each.name == "note.written":
            found[each.pk] = text
    return found
