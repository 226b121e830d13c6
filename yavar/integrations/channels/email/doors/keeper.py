"""Who asks the mailboxes: a thread for each, so that one's trouble is nobody else's; on several machines a lease says whose it is."""

import logging
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

from django.db import DatabaseError, connection

from yavar.base import ids
from yavar.base.db import is_sqlite

from .. import actions
from ..models import Mailbox
from .check import DOORS
from .verdict import Trouble, trouble

log = logging.getLogger("yavar.email")

LEASE = timedelta(seconds=30)  # so long nobody asks a mailbox whose worker was killed, with PostgreSQL
LOOK = 2.0  # seconds between two looks at which mailboxes there are
PAUSES = (2.0, 5.0, 15.0, 60.0, 300.0)  # after failures in a row, with no look that succeeded between them


class Keeper:
    """Keeps a thread for each mailbox that is on."""

    def __init__(self) -> None:
        self._me = ids.public_id()
        self._kept: dict[tuple[int, int], tuple[threading.Thread, threading.Event]] = {}

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set."""
        if is_sqlite():  # the only worker of this desk: whoever held leases is gone
            actions.forget_leases()
        while not stop.is_set():
            try:
                self._look(stop)
            except DatabaseError:  # away for a moment: look again
                log.exception("the mailboxes could not be read")
                connection.close()
            stop.wait(LOOK)
        for _thread, end in self._kept.values():
            end.set()
        until = time.monotonic() + 5  # for all together: one that waits for a server is not worth more
        for thread, _end in self._kept.values():
            thread.join(timeout=max(0.0, until - time.monotonic()))

    def _look(self, stop: threading.Event) -> None:
        wanted = set(Mailbox.objects.filter(active=True, inbox__active=True).values_list("pk", "version"))
        for key in [key for key in self._kept if key not in wanted or not self._kept[key][0].is_alive()]:
            self._kept.pop(key)[1].set()
        for key in wanted - self._kept.keys():
            end = threading.Event()
            thread = threading.Thread(target=self._keep, args=(key[0], end), name=f"mailbox {key[0]}", daemon=True)
            self._kept[key] = thread, end
            thread.start()

    def _keep(self, key: int, stop: threading.Event) -> None:
        failed = 0
        while not stop.is_set():
            try:
                if not actions.lease(key, self._me, LEASE):
                    stop.wait(LOOK)
                    continue
                for _look in self._visit(Mailbox.objects.select_related("inbox").get(pk=key), stop):
                    failed = 0
            except Mailbox.DoesNotExist:
                return
            except Exception as error:
                if stop.is_set():  # the mailbox is another thread's, or nobody's
                    break
                failed += 1
                self._tell(key, error)
                stop.wait(PAUSES[min(failed, len(PAUSES)) - 1])
        connection.close()

    def _visit(self, mailbox: Mailbox, stop: threading.Event) -> Iterator[None]:
        """Connect, then look and wait for as long as nothing breaks; a step for each look that brought all there is."""
        door = DOORS[mailbox.protocol](mailbox)
        renewed = time.monotonic()

        def lost() -> bool:
            nonlocal renewed
            if time.monotonic() - renewed < LEASE.total_seconds() / 3:
                return False
            renewed = time.monotonic()
            return not actions.lease(mailbox.pk, self._me, LEASE)

        try:
            while not stop.is_set() and actions.lease(mailbox.pk, self._me, LEASE):
                door.poll(stop)
                actions.polled(mailbox.pk)
                yield
                door.wait(stop, lost)
        finally:
            door.close()

    def _tell(self, key: int, error: Exception) -> None:
        """Write the failure on the mailbox, for people to read."""
        try:
            found = trouble(error)
        except Exception:  # a fault of ours or of the database: said loudly, and tried again like any other
            log.exception("mailbox %s", key)
            found = Trouble("protocol", type(error).__name__)
        try:
            actions.failed(key, found.code, found.detail)
        except DatabaseError:
            log.exception("mailbox %s: its failure could not be written down", key)
            connection.close()
