"""How long the database works for a read: each statement from its start until its last row is fetched, at the driver, whichever way the desk asks."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, connections


@dataclass
class Reading:
    """What one read cost."""

    seconds: float = 0.0
    statements: int = 0


_now: Reading | None = None
_inside = False


def _timed(call: Callable[..., Any], statement: bool) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        global _inside
        if _now is None or _inside:
            return call(*args, **kwargs)
        _inside = True
        started = time.perf_counter()
        try:
            return call(*args, **kwargs)
        finally:
            _now.seconds += time.perf_counter() - started
            _now.statements += statement
            _inside = False

    return timed


NAMES = {"execute": True, "fetchone": False, "fetchmany": False, "fetchall": False, "__next__": False}


class Cursor(sqlite3.Cursor):
    """What the desk's own `run` gets on SQLite."""


class Connection(sqlite3.Connection):
    """SQLite's connection, whose cursors can be timed."""

    def cursor(self, factory: Any = Cursor) -> Any:
        return super().cursor(factory)


def attach() -> None:
    """From now on statements of this process can be measured."""
    if connection.vendor == "sqlite":
        from django.db.backends.sqlite3.base import SQLiteCursorWrapper

        connections["default"].settings_dict["OPTIONS"]["factory"] = Connection
        kinds: tuple[type, ...] = (Cursor, SQLiteCursorWrapper)
    else:
        import psycopg

        from yavar.base.db.postgres.line import Line

        for name in ("ask", "ask_all"):
            setattr(Line, name, _timed(getattr(Line, name), True))
        kinds = (psycopg.Cursor,)
    for kind in kinds:
        for name, statement in NAMES.items():
            setattr(kind, name, _timed(getattr(kind, name), statement))
    connections["default"].close()


@contextmanager
def reading() -> Iterator[Reading]:
    """Measure what is read inside."""
    global _now
    _now = found = Reading()
    try:
        yield found
    finally:
        _now = None
