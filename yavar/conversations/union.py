"""The newest of several selections of conversations, each read along its own index and cut before they are put together.

One query with OR or IN would be simpler, but no index has its rows in order: it would read and sort everything there is.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from yavar.base.db import sql
from yavar.people.models import Customer

from .models import Conversation, Inbox

Parts = Sequence[QuerySet[Conversation]]


def first(parts: Parts, size: int) -> list[Conversation]:
    """The newest `size`, loaded."""
    return load(keys(parts, size))


def load(wanted: Sequence[int]) -> list[Conversation]:
    """Conversations by their keys, in this order, with the neighbours that `rows` reads: four short statements instead of one with three joins, whose
    building and unpacking costs Django twice as much as all the rest of a list.
    """
    found = sql.by_key(Conversation, wanted)
    customers = sql.by_key(Customer, (c.customer_id for c in found.values()))
    survivors = sql.by_key(Customer, (c.merged_into_id for c in customers.values() if c.merged_into_id is not None))
    inboxes = sql.by_key(Inbox, (c.inbox_id for c in found.values()))
    for customer in customers.values():
        customer.merged_into = survivors.get(customer.merged_into_id or 0)
    for conversation in found.values():
        conversation.customer, conversation.inbox = customers[conversation.customer_id], inboxes[conversation.inbox_id]
    return [found[key] for key in wanted if key in found]


def keys(parts: Parts, size: int) -> list[int]:
    """The keys of the newest `size`."""
    if len(parts) == 1:
        return list(parts[0].order_by("-last_at", "-pk").values_list("pk", flat=True)[:size])
    if not parts:
        return []
    statement, values = _joined([each.order_by("-last_at", "-pk").values_list("last_at", "pk")[:size] for each in parts])
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} ORDER BY 1 DESC, 2 DESC LIMIT {size}", values)
        return [row[1] for row in cursor.fetchall()]


def count(parts: Parts, cap: int) -> int:
    """How many there are, counted up to `cap`."""
    if not parts:
        return 0
    if len(parts) == 1:
        return parts[0].order_by()[:cap].count()
    statement, values = _joined([each.order_by().values_list("id")[:cap] for each in parts], "UNION ALL")
    with connection.cursor() as cursor:
        # DISTINCT and LIMIT stop as soon as there are enough; UNION would first put all parts together
        cursor.execute(f"SELECT COUNT(*) FROM (SELECT DISTINCT id FROM ({statement}) AS parts LIMIT {cap}) AS counted", values)
        return int(cursor.fetchone()[0])


def _joined(parts: Sequence[QuerySet[Conversation, Any]], by: str = "UNION") -> tuple[str, list[Any]]:
    """Django cannot cut the parts of a union on SQLite, hence this."""
    statements, values = zip(*(part.query.sql_with_params() for part in parts), strict=True)
    union = f" {by} ".join(f"SELECT * FROM ({statement}) AS part{index}" for index, statement in enumerate(statements))
    return union, [value for part in values for value in part]
