"""Transactions and plain SQL. The outermost verb opens the transaction; verbs called inside join it; views and jobs never open one."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.db import connection, connections
from django.db import transaction as django_transaction
from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def transaction() -> Iterator[None]:
    """Everything inside happens or nothing does. On SQLite this waits for the write lock; never wait for a network inside."""
    outermost = not _connection().in_atomic_block
    with django_transaction.atomic(savepoint=False):
        if outermost and _here.soft and not is_sqlite():
            run_later("SET LOCAL synchronous_commit TO off")
        yield


@contextmanager
def savepoint() -> Iterator[None]:
    """Inside a transaction: what is in here may fail alone."""
    with django_transaction.atomic():
        yield


class _Here(threading.local):
    db: BaseDatabaseWrapper | None = None
    soft = False  # whether transactions that begin now are replayable


_here = _Here()


def _connection() -> BaseDatabaseWrapper:
    """Django's connection of this thread, looked up once; `django.db.connection` does it at each attribute, 2 µs every time."""
    if _here.db is None:
        _here.db = connections["default"]
    return _here.db


@contextmanager
def replayable() -> Iterator[None]:
    """Transactions inside need not be fsynced: after a power cut they may be gone, together with the note that they happened, and are
    done again. Only for work that a job or a lease repeats by itself; what was acknowledged to someone is never written so.
    """
    if _connection().in_atomic_block or _here.soft:
        yield
        return
    _here.soft = True
    try:
        if is_sqlite():
            run("PRAGMA synchronous=NORMAL")
        yield
    finally:
        _here.soft = False
        if is_sqlite() and _connection().connection is not None:  # a connection that was closed comes back with FULL
            run("PRAGMA synchronous=FULL")


def checkpoint() -> None:
    """SQLite: carry the log over into the database file, here and not in somebody's COMMIT."""
    if is_sqlite():
        run("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def after_commit(call: Callable[[], object]) -> None:
    """Call once after this transaction commits (at once when none is open); never after a rollback. The same callable in a row counts once."""
    waiting = _connection().run_on_commit
    if waiting and waiting[-1][1] is call:
        return
    django_transaction.on_commit(call)


def run(sql: str, values: Sequence[Any] = (), *, anew: bool = False) -> Any:
    """Execute one statement of `base.db.sql` on this thread's connection and answer the driver's cursor.

    This goes round Django's cursor (12 µs a call) and so takes values the driver knows; times through `moment`. On PostgreSQL a statement is planned once for all values,
    unless `anew`: for one whose best way depends on them, as a list of a large inbox and of a small one.
    """
    db = _open()
    cursor = db.connection.cursor().execute(sql, values) if is_sqlite() else db.line.ask(sql, values, anew)  # type: ignore[attr-defined]
    _log(db, sql, values)
    return cursor


def run_all(statements: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
    """Several statements that only read and do not depend on each other, each as `run` answers it. On PostgreSQL they go one way there and back."""
    if is_sqlite():
        return [run(sql, values) for sql, values in statements]
    db = _open()
    found: list[Any] = db.line.ask_all(statements)  # type: ignore[attr-defined]
    for sql, values in statements:
        _log(db, sql, values)
    return found


def run_later(sql: str, values: Sequence[Any] = ()) -> None:
    """Execute one statement at whose answer nobody looks. On PostgreSQL it goes with the next of the transaction, at the latest with its COMMIT or the end of the savepoint, and
    what is wrong with it is raised there: a way there and back less, 20 µs of our processor and 60 of everybody's time. On SQLite it is `run`."""
    db = _open()
    if is_sqlite():
        db.connection.cursor().execute(sql, values)
    else:
        db.line.later(sql, values)  # type: ignore[attr-defined]
    _log(db, sql, values)


def _open() -> BaseDatabaseWrapper:
    db = _connection()
    if db.connection is None or not is_sqlite():
        db.ensure_connection()
    return db


def _log(db: BaseDatabaseWrapper, sql: str, values: Sequence[Any]) -> None:
    """A test counts and reads what is asked."""
    if db.force_debug_cursor:
        asked = db.ops.last_executed_query(db.connection.cursor(), sql.replace("?", "%s"), tuple(values)) if is_sqlite() else db.ops.compose_sql(sql, values)  # type: ignore[attr-defined]
        db.queries_log.append({"sql": asked, "time": "0"})


def run_many(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """SQLite: execute one statement that answers nothing for each of several lists of values, as `run` does. PostgreSQL takes columns as arrays, in one statement."""
    db = _open()
    db.connection.cursor().executemany(sql, rows)
    if db.force_debug_cursor:
        db.queries_log.append({"sql": f"{len(rows)} times: {sql}", "time": "0"})


def run_insert(sql: str, values: Sequence[Any]) -> int:
    """Execute an INSERT made by `base.db.sql.insert` and answer the new row's id. SQLite knows it without RETURNING, which costs it as much as the row."""
    cursor = run(sql, values)
    return int(cursor.lastrowid if is_sqlite() else cursor.fetchone()[0])


def is_away(error: BaseException) -> bool:
    """Whether the database could not be asked: away, locked, full, or two waited for each other. The same again may succeed. False for a statement that
    is beyond the database's limits and so fails each time, though both are OperationalErrors."""
    cause = error.__cause__ or error  # Django's stands for the driver's; `run` raises the driver's
    if type(cause).__name__ == "InterfaceError":
        return True
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorcode & 0xFF != sqlite3.SQLITE_ERROR
    state = getattr(cause, "sqlstate", None) or ""
    return any(each.__name__ == "OperationalError" for each in type(cause).__mro__) and not state.startswith("54")  # program limit exceeded


@cache
def is_sqlite() -> bool:
    """Whether this desk lives in one SQLite file."""
    return connection.vendor == "sqlite"
