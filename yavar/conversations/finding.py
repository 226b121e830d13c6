"""Newest-first search over what an agent may see: by reference, and by the words of messages and notes. A conversation's opening also holds who asks.

The engine answers with the newest entries that hold the words. Where the agent's inboxes are bound, their marks are words too, so hits of other inboxes
are never read. Whoever sees only own or the team's conversations would find few of theirs among the newest hits of all: there the words are looked for
in the agent's newest conversations first, entry by entry, and only if these give too little among everybody's hits that are older than these.
"""

from collections.abc import Generator, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from django.db.models import Q

from yavar.base import clock, ids, search
from yavar.base.db import sql
from yavar.people.models import Agent

from . import union
from .lists import narrowed
from .models import Conversation, Message
from .policies import READ, inboxes_of, seen_among, visible_to
from .queries import rows
from .shapes import Row

LIMIT = 30
NEAR = (60, 300)  # so many of an agent's newest conversations, in which every word is looked at
FAR = 2  # windows of everybody's older hits after that


def find(agent: Agent, query: str) -> list[Row]:
    """Up to 30 rows, each with `found` = the text that matched. A reference stands first."""
    hits = dict[int, search.Hit | None]()
    if reference := ids.as_reference(query):
        hits = dict.fromkeys(visible_to(agent).filter(reference=reference).values_list("pk", flat=True))
    for hit in _hits(agent, query):
        hits.setdefault(hit.group_id, hit)
        if len(hits) >= LIMIT:
            break
    hits = dict(sorted(hits.items(), key=lambda each: -each[1].place if each[1] else float("-inf")))
    shown = union.load(list(hits))
    texts = sql.by_key(Message, [hit.object_id for hit in hits.values() if hit and hit.kind == "message"])
    return [_with_found(row, c, hits[c.pk], texts, query) for row, c in zip(rows(agent, shown), shown, strict=True)]


def _hits(agent: Agent, query: str) -> Iterator[search.Hit]:
    """What the agent may see of what was found, newest first."""
    held = agent.powers.within(READ)
    narrow, before = any(each.sees != "all" or each.scope == "team" for each in held), None
    if narrow:
        last = yield from _near(agent, query)
        if last is None:
            return
        before = search.place_of("message", last)
    bound = [] if any(each.scope in ("desk", "team") for each in held) else [search.mark("inbox", inbox.pk) for inbox in inboxes_of(agent)]
    for window in islice(search.find(query, bound, before=before), FAR if narrow else None):
        told = [hit for hit in window if hit.kind != "customer"]
        seen = seen_among(agent, {hit.group_id for hit in told})
        yield from (hit for hit in told if hit.group_id in seen)


def _near(agent: Agent, query: str) -> Generator[search.Hit, None, int | None]:
    """What stands in the agent's newest conversations; returns the oldest of these if there are others."""
    each_status = [
        part for status in Conversation.Status.values for part in narrowed(agent, Q(status=status)).newest
    ]  # with a status an index has them in order
    first, size = NEAR
    keys = union.keys(each_status, size, anew=False)
    for some in (keys[:first], keys[first:]):
        yield from (hit for hit in search.find_among(query, some) if hit.kind != "customer")
    return keys[-1] if len(keys) == size else None


def _with_found(row: Row, conversation: Conversation, hit: search.Hit | None, texts: dict[int, Message], query: str) -> Row:
    message = texts.get(hit.object_id) if hit and hit.kind == "message" else None
    found: dict[str, Any] = {"text": conversation.preview, "at": clock.iso(conversation.last_at)}
    if message is not None:
        found = {"text": _around(" ".join(message.text.split()), query), "at": clock.iso(message.created_at)}
    return replace(row, found=found)


def _around(text: str, query: str) -> str:
    """As much as a line of results shows, with the first of the words in it; from the beginning where none stands there letter by letter."""
    low = text.lower()
    at = min((place for word in query.lower().split() if len(word) > 1 and (place := low.find(word)) >= 0), default=0)
    start = text.rfind(" ", 0, at - 20) + 1 if at > 40 else 0
    return ("… " if start else "") + text[start : start + 200]
