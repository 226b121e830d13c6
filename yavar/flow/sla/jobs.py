"""What promises need done later: a conversation is looked at when something happened in it, all open ones when policies or calendars changed."""

from collections.abc import Sequence

from yavar.base.db import run, sql
from yavar.base.events.models import Event
from yavar.base.jobs import job, leave
from yavar.conversations.models import Conversation
from yavar.people.customers.queries import with_merged

from .course import advance

FOLLOW, REVIEW, PERSON = "sla.follow", "sla.review", "sla.person"
CHANGES = ("policy.saved", "policy.ordered", "policy.removed", "calendar.changed", "calendar.removed", "team.changed", "team.removed", "inbox.changed")
PORTION, WINDOW = 10, 5000  # conversations looked at in one transaction; keys walked over to find them
OPEN = "status IN ('open', 'snoozed')"


@job(FOLLOW, together=True)
def follow(event_ids: Sequence[int]) -> None:
    """Something happened in conversations."""
    advance({event.subject_id for event in sql.by_key(Event, event_ids).values()})


@job(PERSON)
def person(event_id: int) -> None:
    """A customer belongs to other segments now: their open conversations may fall under another policy."""
    customer = Event.objects.values_list("subject_id", flat=True).get(pk=event_id)
    keys = with_merged(customer)
    advance([row.pk for row in sql.pick(Conversation, f"customer_id IN (??) AND {OPEN} LIMIT 100", [keys])], afresh=True)


@job("sla.changed")
def changed(event_id: int) -> None:
    """A policy or a calendar says something else, or somebody follows another one: the open conversations that it concerns are reckoned anew, a portion at
    a time, in the background."""
    event = Event.objects.get(pk=event_id)
    if event.name == "inbox.changed" and "calendar" not in event.payload["fields"]:
        return
    where = {"inbox.changed": "inbox", "team.changed": "team"}.get(event.name, "")
    leave(REVIEW, args={"after": 0, "where": where, "key": event.subject_id if where else 0})


@job(REVIEW)
def review(after: int, where: str, key: int) -> None:
    """A portion, and the next one left behind it. `where`: only those of one inbox or team."""
    table = sql.table(Conversation)
    last = run(sql.text(f"SELECT MAX(id) FROM {table}"), ()).fetchone()[0] or 0
    if after >= last:
        return
    end = min(after + WINDOW, last)
    found = run(
        sql.text(f"SELECT id FROM {table} WHERE id > ? AND id <= ? AND {OPEN}{f' AND {where}_id = ?' if where else ''} ORDER BY id LIMIT {PORTION}"),
        (after, end, key) if where else (after, end),
        anew=True,
    ).fetchall()
    advance([key for (key,) in found], afresh=True)
    leave(REVIEW, args={"after": found[-1][0] if len(found) == PORTION else end, "where": where, "key": key})
