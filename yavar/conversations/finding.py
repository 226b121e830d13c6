"""Newest-first search over what an agent may see: by words of messages and notes, by reference, by person."""

from dataclasses import replace
from typing import Any

from yavar.base import clock, ids, search
from yavar.people.customers.queries import with_merged
from yavar.people.models import Agent

from .models import Conversation, Message
from .policies import visible_to
from .queries import FOR_ROWS, rows
from .shapes import Row

LIMIT = 30


def find(agent: Agent, query: str) -> list[Row]:
    """Up to 30 rows, each with `found` = the text that matched. A reference stands first."""
    hits: dict[int, tuple[str, int]] = {}  # conversation key -> (kind, object key), in the order found
    reference = ids.as_reference(query)
    if reference:
        for key in visible_to(agent).filter(reference=reference).values_list("pk", flat=True):
            hits[key] = ("reference", 0)
    for kind, object_id, group in search.find(query):
        if kind == "customer":
            for key in Conversation.objects.filter(customer__in=with_merged(group)).order_by("-last_at").values_list("pk", flat=True)[:10]:
                hits.setdefault(key, (kind, object_id))
        else:
            hits.setdefault(group, (kind, object_id))
        if len(hits) >= 10 * LIMIT:
            break
    found = visible_to(agent).filter(pk__in=list(hits)).select_related(*FOR_ROWS)
    place = {key: index for index, key in enumerate(hits)}
    shown = sorted(found, key=lambda c: (hits[c.pk][0] != "reference", -c.last_at.timestamp(), place[c.pk]))[:LIMIT]
    texts = {m.pk: m for m in Message.objects.filter(pk__in=[hits[c.pk][1] for c in shown if hits[c.pk][0] == "message"])}
    return [_with_found(row, c, texts.get(hits[c.pk][1]) if hits[c.pk][0] == "message" else None) for row, c in zip(rows(agent, shown), shown, strict=True)]


def _with_found(row: Row, conversation: Conversation, message: Message | None) -> Row:
    found: dict[str, Any] = {"text": conversation.preview, "at": clock.iso(conversation.last_at)}
    if message is not None:
        found = {"text": " ".join(message.text.split())[:200], "at": clock.iso(message.created_at)}
    return replace(row, found=found)
