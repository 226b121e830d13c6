"""Newest-first search over what an agent may see: by reference, and by the words of messages and notes. A conversation's opening also holds who asks.

The engine answers with the newest entries that hold the words. Where the agent's inboxes are bound, their marks are words too, so hits of other inboxes
are never read. Where only own or the team's conversations are seen, hits are looked through window by window; what lies further back is found in the
agent's newest conversations alone.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet

from yavar.base import clock, ids, search
from yavar.base.db import sql
from yavar.people.models import Agent

from . import union
from .lists import narrowed
from .models import Conversation, Message
from .policies import READ, inboxes_of, visible_to
from .queries import rows
from .shapes import Row

LIMIT = 30
NEAR = 300  # an agent's newest conversations, in which every word is looked at


def find(agent: Agent, query: str) -> list[Row]:
    """Up to 30 rows, each with `found` = the text that matched. A reference stands first."""
    visible, hits = visible_to(agent), dict[int, search.Hit | None]()
    if reference := ids.as_reference(query):
        hits = dict.fromkeys(visible.filter(reference=reference).values_list("pk", flat=True))
    for hit in _hits(agent, visible, query):
        hits.setdefault(hit.group_id, hit)
        if len(hits) >= LIMIT:
            break
    shown = union.load(list(hits))
    texts = sql.by_key(Message, [hit.object_id for hit in hits.values() if hit and hit.kind == "message"])
    return [_with_found(row, c, hits[c.pk], texts) for row, c in zip(rows(agent, shown), shown, strict=True)]


def _hits(agent: Agent, visible: QuerySet[Conversation], query: str) -> Iterator[search.Hit]:
    """What the agent may see of what was found, newest first."""
    held = agent.powers.within(READ)
    bound = [] if any(each.scope in ("desk", "team") for each in held) else [search.mark("inbox", inbox.pk) for inbox in inboxes_of(agent)]
    last: search.Hit | None = None
    for window in search.find(query, bound):
        told = [hit for hit in window if hit.kind != "customer"]
        seen = set(visible.filter(pk__in={hit.group_id for hit in told}).values_list("pk", flat=True))
        yield from (hit for hit in told if hit.group_id in seen)
        last = window[-1] if window else None
    if last and any(each.sees != "all" or each.scope == "team" for each in held):
        near = search.find_among(query, union.keys(narrowed(agent, Q()), NEAR), before=last.place)
        yield from (hit for hit in near if hit.kind != "customer")


def _with_found(row: Row, conversation: Conversation, hit: search.Hit | None, texts: dict[int, Message]) -> Row:
    message = texts.get(hit.object_id) if hit and hit.kind == "message" else None
    found: dict[str, Any] = {"text": conversation.preview, "at": clock.iso(conversation.last_at)}
    if message is not None:
        found = {"text": " ".join(message.text.split())[:200], "at": clock.iso(message.created_at)}
    return replace(row, found=found)
