"""The board's statements: for each inbox (or agent) one walk along an index that stops at CAP, all of a kind in one statement.

One GROUP BY would be simpler, but it reads everything that is open at each look, and there is one every few seconds for each board.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import Q

from yavar.base.db import run, sql
from yavar.conversations.models import Conversation
from yavar.conversations.policies import sight
from yavar.conversations.queries import CAP
from yavar.people.models import Agent

HOUR = timedelta(hours=1)
AT_ONCE = 100  # SQLite puts no more than 500 together
Found = list[tuple[Any, ...]]
WAITS = "status = 'open' AND waiting_since IS NOT NULL"
DUE = "status = 'open' AND due_at IS NOT NULL AND due_at <= ?"
TAKEN = "status = 'open' AND assignee_id IS NOT NULL"
FREE = "status = 'open' AND assignee_id IS NULL"


@dataclass(frozen=True)
class Walks:
    """What one viewer may see, perhaps of one team alone, as the end of a condition; None when that is nothing."""

    more: tuple[str, tuple[Any, ...]] | None

    @classmethod
    def of(cls, agent: Agent, narrowed: Q) -> "Walks":
        """What this agent may see of a selection."""
        query = Conversation.objects.filter(sight(agent) & narrowed).order_by().query
        try:
            text, values = query.where.as_sql(query.get_compiler("default"), connection)
        except EmptyResultSet:
            return cls(None)
        except FullResultSet:
            text, values = "", ()
        return cls((f" AND ({sql.from_django(text)})" if text else "", tuple(values)))

    def counted(self, keys: Sequence[int], condition: str, values: Sequence[Any] = (), *, walk: str = "") -> dict[int, tuple[int, Any]]:
        """How many there are in each inbox, up to CAP, with the least of the column `walk`: the order of the index that is meant, where there are several to choose from."""
        inner = (
            f"SELECT {walk or 'id'} AS first FROM {{table}} WHERE inbox_id = {{key}} AND {condition}{{more}}{f' ORDER BY {walk}' if walk else ''} LIMIT {CAP}"
        )
        return {row[0]: (row[1], row[2]) for row in self._each(keys, f"SELECT {{key}}, COUNT(*), MIN(first) FROM ({inner}) AS part{{key}}", values)}

    def listed(self, keys: Sequence[int], columns: str, condition: str, values: Sequence[Any], *, order: str, size: int) -> Found:
        """Columns of the first `size` of each inbox, the inbox before them."""
        inner = f"SELECT {{key}} AS place, {columns} FROM {{table}} WHERE inbox_id = {{key}} AND {condition}{{more}} ORDER BY {order}, id LIMIT {size}"
        return self._each(keys, f"SELECT * FROM ({inner}) AS part{{key}}", values)

    def carried(self, agents: Sequence[int], now: datetime) -> Found:
        """For each agent: their key, how many open conversations they have, of how many the customer waits, since when the longest, how many are late."""
        late = "CASE WHEN due_at <= ? THEN 1 ELSE 0 END"
        inner = f"SELECT waiting_since, {late} AS late FROM {{table}} WHERE assignee_id = {{key}} AND status = 'open'{{more}} LIMIT {CAP}"
        statement = f"SELECT {{key}}, COUNT(*), COUNT(waiting_since), MIN(waiting_since), COALESCE(SUM(late), 0) FROM ({inner}) AS part{{key}}"
        return self._each(agents, statement, [sql.moment(now)])

    def _each(self, keys: Sequence[int], statement: str, values: Sequence[Any]) -> Found:
        if self.more is None:
            return []
        more, theirs = self.more
        found: Found = []
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            text = " UNION ALL ".join(sql.text(statement).format(key=int(key), table=sql.table(Conversation), more=more) for key in some)
            found += run(text, [*values, *theirs] * len(some), anew=True).fetchall()
        return found


def moment(value: Any) -> datetime | None:
    """A time as either driver answers it from within a statement: SQLite's is naive, and text after MIN."""
    if value is None:
        return None
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def is_soon(due_at: datetime, due_from: datetime | None, now: datetime) -> bool:
    """Whether what is not late yet is due soon: a quarter of its time is left, though an hour at most, and always the last two minutes."""
    return due_at - now <= max(timedelta(minutes=2), min((due_at - (due_from or due_at)) / 4, HOUR))
