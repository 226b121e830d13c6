"""Who is on the shops' pages just now. In memory alone, for as long as a page says so: no row, no cookie, no address; a closed page is forgotten."""

import time
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

import msgspec

from yavar.base import clock

FORGOTTEN = 75.0  # seconds without a word: a page speaks every 20 while it is looked at
MOST = 2000


class Invitation(msgspec.Struct, frozen=True):
    """What an agent says first to a visitor. `id` proves it when the visitor answers (channels.greetings)."""

    id: str
    text: str
    name: str
    initials: str
    hue: int


@dataclass(slots=True)
class Visit:
    """A tab on a page of a shop. `id` is random and made by the browser for this tab; `page` has no query."""

    id: str
    inbox: int
    page: str
    title: str
    lang: str
    returning: bool
    chatting: bool
    since: datetime = field(default_factory=clock.now)
    heard: float = field(default_factory=time.monotonic)
    invitation: Invitation | None = None
    told: bool = False  # the invitation has reached the page


class Visits:
    """The visits that are alive, the last heard last."""

    def __init__(self) -> None:
        self._all: OrderedDict[str, Visit] = OrderedDict()
        self._lock = Lock()

    def note(self, visit: Visit) -> Invitation | None:
        """A tab says where it is: answers the invitation that waits for it, once."""
        with self._lock:
            before = self._all.pop(visit.id, None)
            if before is not None and before.inbox == visit.inbox:
                visit.invitation, visit.told = before.invitation, before.told
                visit.since = before.since if before.page == visit.page else visit.since
            self._all[visit.id] = visit
            while len(self._all) > MOST:
                self._all.popitem(last=False)
            if visit.invitation is None or visit.told:
                return None
            visit.told = True
            return visit.invitation

    def here(self, inboxes: Collection[int]) -> list[Visit]:
        """Who is on the pages of these inboxes, who came last first."""
        self._forget()
        return sorted((visit for visit in list(self._all.values()) if visit.inbox in inboxes), key=lambda visit: visit.since, reverse=True)

    def find(self, visit_id: str, inboxes: Collection[int]) -> Visit | None:
        """One of them."""
        return next((visit for visit in self.here(inboxes) if visit.id == visit_id), None)

    def invite(self, visit: Visit, invitation: Invitation) -> None:
        """Left for the tab's next word; a later one replaces one that has not been told."""
        with self._lock:
            visit.invitation, visit.told = invitation, False

    def _forget(self) -> None:
        with self._lock:
            until = time.monotonic() - FORGOTTEN
            while self._all and next(iter(self._all.values())).heard < until:
                self._all.popitem(last=False)


visits = Visits()
