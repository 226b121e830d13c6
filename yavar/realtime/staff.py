"""What the team hears: each new line of a conversation together with its row, or that a row changed.

A frame is sent to every agent's feed and checked at each door; rows carry what the agent would fetch, so state before + frames = state fetched.
"""

from collections.abc import Sequence

import msgspec

from yavar.base.db import sql
from yavar.base.edge.feed import frame
from yavar.base.events.models import Event
from yavar.base.instance import life
from yavar.conversations.models import Conversation
from yavar.conversations.notes.timeline import items
from yavar.conversations.queries import rows

from .hub import TEAM, Frame, hub


def cursor(event_id: int) -> str:
    """An event as a mark in the stream, bound to this life of the desk: given back by the client after a break."""
    return f"{event_id}.{life()}"


def read_cursor(text: str) -> int | None:
    """The inverse; None for what is no mark, or one of another life (the desk was restored: the state must be fetched anew)."""
    number, _dot, of = text.partition(".")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 19 and of == life() else None


def voice(events: Sequence[Event]) -> list[Frame]:
    """Frames for the team."""
    if not hub().heard(TEAM):
        return []
    return [Frame(TEAM, data, about) for about, data in frames(events)]


def frames(events: Sequence[Event]) -> list[tuple[int, bytes]]:
    """(conversation key, frame) for each event about a conversation. A fixed number of queries for any number of events."""
    about = [e for e in events if e.subject_kind == "conversation"]
    talks = list(sql.by_key(Conversation, (e.subject_id for e in about)).values())
    # drafts are each agent's own: a frame for all leaves the mark open, clients keep the one they know
    shown = dict(zip((c.pk for c in talks), rows(None, talks), strict=True))
    lines = [e for e in about if e.seq is not None]
    told = dict(zip((e.pk for e in lines), items(lines, [c.customer for c in talks]), strict=True))
    found = []
    for event in about:
        row, mark = shown.get(event.subject_id), cursor(event.pk)
        if event.name == "conversation.discarded":
            found.append((0, frame("gone", msgspec.json.encode({"conversation": event.payload["id"]}), mark)))
            continue
        if row is None:
            continue
        if event.pk in told:
            data = frame("item", msgspec.json.encode({"conversation": row.id, "item": told[event.pk], "row": row}), mark)
        elif event.name == "conversation.seen" and event.payload["by_customer"]:
            data = frame("seen", msgspec.json.encode({"conversation": row.id, "customer": event.payload["seq"]}), mark)
        else:
            data = frame("row", msgspec.json.encode({"conversation": row.id, "row": row}), mark)
        found.append((event.subject_id, data))
    return found
