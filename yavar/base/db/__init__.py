"""Transactions and plain SQL. The outermost verb opens the transaction; verbs called inside join it; views and jobs never open one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db import transaction as django_transaction


@contextmanager
def transaction() -> Iterator[None]:
    """Everything inside happens or nothing does. On SQLite this waits for the write lock; never wait for a network inside."""
    with django_transaction.atomic(savepoint=False):
        yield


@contextmanager
def savepoint() -> Iterator[None]:
    """Inside a transaction: what is in here may fail alone."""
    with django_transaction.atomic():
        yield


def after_commit(call: Callable[[], object]) -> None:
    """Call once after this transaction commits (at once when none is open); never after a rollback. The same callable in a row counts once."""
    waiting = connection.run_on_commit
    if waiting and waiting[-1][1] is call:
        return
    django_transaction.on_commit(call)


def run(sql: str, values: Sequence[Any] = ()) -> Any:
    """Execute one statement of `base.db.sql` on this thread's connection and answer the driver's cursor.

    This goes round Django's cursor (12 µs a call) and so takes values the driver knows; times through `moment`.
    """
    if connection.connection is None:
        connection.ensure_connection()
    return connection.connection.execute(sql, values)


def is_sqlite() -> bool:
    """Whether this desk lives in one SQLite file."""
    return connection.vendor == "sqlite"
