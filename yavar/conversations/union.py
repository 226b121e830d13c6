"""The first of several selections of conversations, each read along its own index and cut before they are put together: the newest, or what is due soonest.

One query with OR or IN would be simpler, but no index has its rows in order: it would read and sort everything there is.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db.models import F, Q

from yavar.base.db import run, run_all, sql
from yavar.people.models import Customer

from .models import Conversation, Inbox

Place = tuple[datetime, int]  # last_at (of a list in order of what is due: due_at) and key of the last row of a page
OPEN = Conversation.Status.OPEN.value


class Part(NamedTuple):
    """A selection of conversations, as a statement that lacks only its order and end. To make it costs Django more than the database needs to answer it."""

    statement: str
    values: tuple[Any, ...]


def parts(conditions: Iterable[Q], *, soonest: bool = False) -> list[Part]:
    """A part for each condition that can hold. None may be empty. `soonest`: of these only what has something due, to be read in that order."""
    found, c = [], sql.table(Conversation)
    # said literally: neither engine takes an index with a condition for a value that it does not know yet
    due = f" AND {c}.status = '{OPEN}' AND {c}.due_at IS NOT NULL" if soonest else ""
    for condition in conditions:
        query = Conversation.objects.filter(condition).order_by().annotate(at=F("due_at" if soonest else "last_at"), key=F("pk")).values_list("at", "key").query
        try:
            statement, values = query.sql_with_params()
        except EmptyResultSet:  # one of a list of none
            continue
        found.append(Part(sql.from_django(statement) + due, values))
    return found


def load(wanted: Sequence[int]) -> list[Conversation]:
    """Conversations by their keys, in this order."""
    found = sql.by_key(Conversation, wanted)
    return [found[key] for key in wanted if key in found]


def meet(found: Sequence[Conversation], *beside: sql.Pick[Any]) -> list[list[Any]]:
    """Give conversations their customers (with whom those were merged into) and inboxes, unless they have them, and read what else is wanted `beside` them, all at once.
    Short statements instead of one with three joins, whose building and unpacking costs Django twice as much as all the rest of a list.
    """
    bare = [c for c in found if not {"customer", "inbox"} <= c._state.fields_cache.keys()]
    if not bare:
        return sql.pick_all(*beside)
    customers = sql.Pick(Customer, "id IN (??)", [list({c.customer_id for c in bare})])
    inboxes = sql.Pick(Inbox, "id IN (??)", [list({c.inbox_id for c in bare})])
    people, ways, *read = sql.pick_all(customers, inboxes, *beside)
    survivors = sql.by_key(Customer, (each.merged_into_id for each in people if each.merged_into_id is not None))
    for each in people:
        each.merged_into = survivors.get(each.merged_into_id or 0)
    customer_by_key, inbox_by_key = {each.pk: each for each in people}, {each.pk: each for each in ways}
    for conversation in bare:
        conversation.customer, conversation.inbox = customer_by_key[conversation.customer_id], inbox_by_key[conversation.inbox_id]
    return read


def keys(found: Sequence[Part], size: int, after: Place | None = None, *, soonest: bool = False, anew: bool = True) -> list[int]:
    """The keys of the newest `size`, or of the `soonest` due of parts that were made so. Not `anew`: the same way is best for whoever asks, and need be planned once."""
    way, before, field = ("", ">", "due_at") if soonest else (" DESC", "<", "last_at")
    end = order = f" ORDER BY 1{way}, 2{way} LIMIT {size}"
    place: list[Any] = []
    if after is not None:
        # the first condition says nothing new, but there the index begins: the OR alone would be tried on every row from the first on
        at, c = sql.moment(after[0]), sql.table(Conversation)
        end, place = f" AND {c}.{field} {before}= ? AND ({c}.{field} {before} ? OR {c}.id {before} ?){order}", [at, at, after[1]]
    if not found:
        return []
    if len(found) == 1:
        statement, values = found[0].statement + sql.text(end), [*found[0].values, *place]
    else:
        statement, values = _joined(found, end, place, "UNION")
        statement += order
    return [row[1] for row in run(statement, values, anew=anew).fetchall()]


def count(found: Sequence[Part], cap: int) -> int:
    """How many there are, counted up to `cap`."""
    return int(run(*_counted(found, cap), anew=True).fetchone()[0]) if found else 0


def counts(wanted: Sequence[Sequence[Part]], cap: int) -> list[int]:
    """How many there are of each, at once. For selections of which the same way is best for whoever asks: to plan seven anew takes PostgreSQL as long as to count."""
    numbers = iter(run_all([_counted(each, cap) for each in wanted if each]))
    return [int(next(numbers).fetchone()[0]) if each else 0 for each in wanted]


def _counted(found: Sequence[Part], cap: int) -> tuple[str, list[Any]]:
    statement, values = _joined(found, f" LIMIT {cap}", (), "UNION ALL")
    if len(found) == 1:
        return f"SELECT COUNT(*) FROM ({statement}) AS counted", values
    # DISTINCT and LIMIT stop as soon as there are enough; UNION would first put all parts together
    return f"SELECT COUNT(*) FROM (SELECT DISTINCT key FROM ({statement}) AS parts LIMIT {cap}) AS counted", values


def _joined(found: Sequence[Part], end: str, values: Sequence[Any], by: str) -> tuple[str, list[Any]]:
    """Each part with its own end, put together. Django cannot cut the parts of a union on SQLite, hence this."""
    statements = [f"SELECT * FROM ({part.statement}{sql.text(end)}) AS part{index}" for index, part in enumerate(found)]
    return f" {by} ".join(statements), [value for part in found for value in (*part.values, *values)]
