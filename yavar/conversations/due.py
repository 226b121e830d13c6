"""What is promised next, as a conversation's row shows it. Whoever measures promises says it here; this room only keeps and orders it."""

from datetime import datetime
from typing import NamedTuple

from yavar.base.db import sql

from .models import Conversation


class Due(NamedTuple):
    """When, since when that runs, and what: `ack`, `first`, `next`, `resolution` or `ownership`."""

    at: datetime
    since: datetime
    kind: str


def set_due(conversation: Conversation, due: Due | None) -> bool:
    """Keep it on the row, which must be locked; whether anything changed. It is nobody's fact: the measurer records what it means."""
    wanted = due or (None, None, "")
    if (conversation.due_at, conversation.due_from, conversation.due_kind) == tuple(wanted):
        return False
    conversation.due_at, conversation.due_from, conversation.due_kind = wanted
    sql.update(conversation, "due_at", "due_from", "due_kind")
    return True
