"""Django's SQLite backend with our write lock around every transaction (see yavar.base.db.lock)."""

import sqlite3
from datetime import datetime
from typing import Any

from django.db.backends.sqlite3 import base

from yavar.base.db.lock import WriteLock, write_lock

sqlite3.register_converter("datetime", lambda text: datetime.fromisoformat(text.decode()))  # Django's goes by a pattern: 6 times as long


class DatabaseWrapper(base.DatabaseWrapper):
    """A transaction takes the lock before BEGIN IMMEDIATE and gives it back after COMMIT, ROLLBACK or close."""

    _lock: WriteLock | None = None

    def _start_transaction_under_autocommit(self) -> None:
        lock = write_lock(str(self.settings_dict["NAME"]))
        lock.acquire()
        self._lock = lock
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_back()
            raise

    def _commit(self) -> Any:
        # when COMMIT fails the transaction is still open: the rollback that follows gives the lock back
        super()._commit()  # type: ignore[misc]
        self._give_back()

    def _rollback(self) -> Any:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._give_back()

    def _close(self) -> Any:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._give_back()

    def _give_back(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()
