"""Django's PostgreSQL backend with a line for the desk's own statements."""

import time
from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql import base
from psycopg.abc import Buffer
from psycopg.adapt import Loader

from yavar.base.db.postgres.line import Line

FRESH = 5  # seconds for which a connection that answered is not asked whether it lives


class Moment(Loader):
    """A time in UTC, whichever zone is asked for; Django's goes by a pattern, 9 µs each."""

    timezone = UTC

    def load(self, data: Buffer) -> datetime:
        return datetime.fromisoformat(str(data, "ascii"))


class DatabaseWrapper(base.DatabaseWrapper):
    """`line` asks at the same connection and in the same transaction as Django."""

    line: Line
    _answered = 0.0

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.adapters.register_loader("timestamptz", Moment)
        self.line, self._answered = Line(connection), time.monotonic()
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        """Django is about to ask something: what waits comes first."""
        with self.wrap_database_errors:
            self.line.send()
        return super().create_cursor(name)

    def _commit(self) -> None:
        if self.connection is not None:
            with self.wrap_database_errors:
                self.line.commit()

    def _rollback(self) -> None:
        if self.connection is not None:
            self.line.forget()
        super()._rollback()  # type: ignore[misc]

    def _savepoint(self, sid: str) -> None:
        with self.wrap_database_errors:
            self.line.mark(sid)

    def _savepoint_commit(self, sid: str) -> None:
        with self.wrap_database_errors:
            self.line.release(sid)

    def _savepoint_rollback(self, sid: str) -> None:
        with self.wrap_database_errors:
            self.line.back_to(sid)

    def ensure_connection(self) -> None:
        """Called before whatever is asked. A line that fell is opened anew, whoever's thread it is: the database may have been restarted while it slept."""
        idle = self.connection is not None and not self.in_atomic_block and (self.connection.closed or self.connection.autocommit)  # not one that is being made
        if idle and not self.is_usable():
            self.close()
        super().ensure_connection()

    def is_usable(self) -> bool:
        """Asked of the server once in a while only: it is a statement more."""
        now = time.monotonic()
        if self.errors_occurred or now - self._answered > FRESH or self.connection is None or self.connection.closed:
            if not super().is_usable():
                return False
            self.errors_occurred = False
        self._answered = now
        return True
