"""The ledger of what comes in: stored raw before anybody is told so, once however often it comes, and always in exactly one state.

Whoever fetches or is handed something calls `take_in` and only then says that he has it (deletes it at its source, answers 250). A job named
`<kind>.read` reads what waits, inbox by inbox, and calls `route` or `quarantine` for each; what was not even fetched is refused at the door. So "fetched = routed + quarantined +
refused + waiting" holds at any moment and `account` shows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import NamedTuple

from django.db.models import Count, Min

from yavar.base import clock, files, ids, jobs
from yavar.base.db import is_sqlite, run, sql, transaction
from yavar.base.events import Actor, record
from yavar.base.events.facts import SYSTEM
from yavar.base.files.models import File
from yavar.base.jobs.models import Job
from yavar.base.jobs.queue import leave
from yavar.conversations.append import Appended
from yavar.conversations.models import Inbox

from .events import ReceiptReleased, ReceiptRetried, ReceiptSettled
from .models import Arrival, Receipt

LARGEST = 40 << 20  # bytes of one item
LATE, AGAIN = timedelta(seconds=10), timedelta(minutes=10)
BREATH = timedelta(milliseconds=300)


class Came(NamedTuple):
    """One item at a door. `key` is made of what it says, not of how it came; `source` and `place` name where it lay ('' for what was handed to us).
    Without `raw` it is written down as refused, for the reason `refused`."""

    key: str
    raw: bytes | None
    source: str
    place: str = ""
    size: int = 0
    refused: str = ""


def take_in(inbox: Inbox, came: Sequence[Came], *, mime: str) -> int:
    """Store items: first the bytes, fsynced, then all rows in one transaction. When this returns they are safe; before, nobody was told anything.
    Answers how many had not come before. Never inside a transaction. Raises Problem 507 when the disk is full."""
    ending = "json" if mime == "application/json" else "eml"
    laid = [None if each.raw is None else files.lay(BytesIO(each.raw), name=f"{ids.reference()}.{ending}", limit=LARGEST, mime=mime) for each in came]
    unused: list[File] = []
    try:
        with transaction():
            if not is_sqlite():
                # two doors of one inbox, one after the other; not FOR UPDATE: a reading that stores conversations of this inbox would wait for us, and we for its job
                Inbox.objects.select_for_update(no_key=True).get(pk=inbox.pk)
            new = sum(_enter(inbox, each, file, unused) for each, file in zip(came, laid, strict=True))
            if new:
                wake(inbox.pk, inbox.kind)
    except BaseException:
        unused = [file for file in laid if file]
        raise
    finally:
        for file in unused:
            files.drop(file)
    return new


def _enter(inbox: Inbox, came: Came, file: File | None, unused: list[File]) -> bool:
    """One item's rows; whether it is new."""
    place, now = came.place or ids.public_id(), clock.now()
    known = run(sql.text(f"SELECT id FROM {sql.table(Receipt)} WHERE inbox_id = ? AND key = ?"), (inbox.pk, came.key)).fetchone()
    fetched = run(sql.text(f"SELECT 1 FROM {sql.table(Arrival)} WHERE source = ? AND place = ?"), (came.source, place)).fetchone()
    if (known or fetched) and file:
        unused.append(file)
    if fetched:
        return False
    if known:
        sql.add(Arrival(receipt_id=known[0], source=came.source, place=place, at=now, repeat=True))
        return False
    receipt = Receipt(inbox=inbox, key=came.key, size=came.size or (file.size if file else 0), received_at=now)
    if file is None:
        receipt.state, receipt.reason, receipt.settled_at = Receipt.State.REFUSED, came.refused, now
    else:
        receipt.file = files.keep(file, SYSTEM, attached=True)
    sql.create(receipt)
    sql.add(Arrival(receipt=receipt, source=came.source, place=place, at=now))
    if file is None:
        _told(receipt)
    return True


def wake(inbox_id: int, kind: str, due: datetime | None = None) -> None:
    """Leave the job that reads what waits in an inbox, inside the open transaction. One at a time for each inbox, so none delays another."""
    leave(f"{kind}.read", args={"inbox": inbox_id}, unique_key=f"{kind}.read:{inbox_id}", due=due)


def go_on(inbox_id: int, kind: str) -> None:
    """At the end of a reading, inside the transaction that removes its job: whatever came meanwhile found that job still there and left no other. A heap waits a
    moment when what was read of it is not yet sought, told and promised."""
    free = is_sqlite() or list(Inbox.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=inbox_id).values_list("pk"))
    if not free or waiting(inbox_id, 1):  # not free: somebody takes something in at this moment, which only the next reading can see
        wake(inbox_id, kind, clock.now() + BREATH if jobs.behind() else None)


def nudge() -> None:
    """The net below the jobs: whatever waits has a job that will read it, also after that job died of something that has passed."""
    found = Receipt.objects.filter(state=Receipt.State.RECEIVED, received_at__lt=clock.now() - LATE)
    for inbox_id, kind in set(found.values_list("inbox_id", "inbox__kind")):
        with transaction():
            wake(inbox_id, kind)
        dead = Job.objects.filter(unique_key=f"{kind}.read:{inbox_id}", state=Job.State.DEAD, due_at__lt=clock.now() - AGAIN)
        for key in list(dead.values_list("pk", flat=True)):
            jobs.retry(key)


def oldest_waiting() -> dict[int, datetime]:
    """Since when the oldest item waits that nobody has read, by inbox."""
    found = Receipt.objects.filter(state=Receipt.State.RECEIVED).values_list("inbox").annotate(oldest=Min("received_at")).order_by()
    return dict(found)


def waiting(inbox_id: int, limit: int) -> list[Receipt]:
    """What nobody has read yet, in the order in which it came."""
    return sql.pick(Receipt, "inbox_id = ? AND state = 'received' ORDER BY id LIMIT ?", (inbox_id, limit))


def route(receipt: Receipt, outcome: str, *, conversation: int | None = None, message: Appended | None = None) -> None:
    """It became something: a message, an auto_reply, a bounce or a complaint."""
    receipt.conversation_id = message.conversation_id if message else conversation
    receipt.message_id = message.message_id if message else None
    _settle(receipt, Receipt.State.ROUTED, outcome=outcome)


def quarantine(receipt: Receipt, reason: str, *, error: str = "") -> None:
    """A person has to look at it."""
    _settle(receipt, Receipt.State.QUARANTINED, reason=reason, error=error)


def _settle(receipt: Receipt, state: Receipt.State, *, outcome: str = "", reason: str = "", error: str = "") -> None:
    receipt.state, receipt.outcome, receipt.reason, receipt.error, receipt.settled_at = state, outcome, reason[:40], error[:4000], clock.now()
    receipt.sender, receipt.subject = receipt.sender[:254], receipt.subject[:200]
    sql.update(receipt, "state", "outcome", "reason", "error", "settled_at", "sender", "subject", "conversation_id", "message_id")
    _told(receipt)


def _told(receipt: Receipt) -> None:
    fact = ReceiptSettled(receipt.inbox_id, str(receipt.state), receipt.outcome, receipt.reason, receipt.conversation_id, receipt.message_id)
    record(fact, subject=("receipt", receipt.pk), by=SYSTEM)


def locked(receipt_id: int) -> Receipt:
    """The row, locked until the transaction ends."""
    return sql.pick(Receipt, "id = ?" if is_sqlite() else "id = ? FOR UPDATE", (receipt_id,))[0]


def retry(receipt_id: int, *, by: Actor) -> bool:
    """Have it read again: what was quarantined, or refused and yet stored. False for anything else: a second press changes nothing."""
    with transaction():
        receipt = locked(receipt_id)
        if receipt.state not in (Receipt.State.QUARANTINED, Receipt.State.REFUSED) or receipt.file_id is None:
            return False
        Receipt.objects.filter(pk=receipt.pk).update(state=Receipt.State.RECEIVED, reason="", error="", settled_at=None)
        record(ReceiptRetried(receipt.inbox_id), subject=("receipt", receipt.pk), by=by)
        wake(receipt.inbox_id, receipt.inbox.kind)
    return True


def release(receipt_id: int, *, by: Actor) -> bool:
    """It is a message after all, whatever was thought of its sender or its words. False when it is not in quarantine."""
    with transaction():
        receipt = locked(receipt_id)
        if receipt.state != Receipt.State.QUARANTINED or receipt.file_id is None:
            return False
        Receipt.objects.filter(pk=receipt.pk).update(state=Receipt.State.RECEIVED, reason="released", error="", settled_at=None)
        record(ReceiptReleased(receipt.inbox_id), subject=("receipt", receipt.pk), by=by)
        wake(receipt.inbox_id, receipt.inbox.kind)
    return True


@dataclass(frozen=True, slots=True)
class Account:
    """What was fetched and what became of it; each number counts arrivals."""

    fetched: int
    repeats: int
    waiting: int
    routed: int
    quarantined: int
    refused: int

    @property
    def balanced(self) -> bool:
        """Whether nothing is missing."""
        return self.fetched == self.waiting + self.routed + self.quarantined + self.refused


def account(source: str = "", inbox: Inbox | None = None) -> Account:
    """The sum of a source (a mailbox with all its folders, or one folder), of an inbox, or of the desk."""
    found = Arrival.objects.filter(source__startswith=source) if source else Arrival.objects.all()
    found = found.filter(receipt__inbox=inbox) if inbox else found
    by_state = dict(found.values_list("receipt__state").annotate(number=Count("pk")).order_by())
    states = Receipt.State
    return Account(
        found.count(), found.filter(repeat=True).count(), by_state.get(states.RECEIVED, 0), by_state.get(states.ROUTED, 0), by_state.get(states.QUARANTINED, 0),
        by_state.get(states.REFUSED, 0),
    )  # fmt: skip


class Uncleared(NamedTuple):
    """An arrival that is still to be dealt with at its source: moved or deleted there, if it is `stored` here and the owner wishes so."""

    key: int
    place: str
    stored: bool


def fetched(source: str, places: Sequence[str]) -> set[str]:
    """Which of these places of a source have been fetched."""
    found = set[str]()
    for start in range(0, len(places), 500):
        found.update(Arrival.objects.filter(source=source, place__in=places[start : start + 500]).values_list("place", flat=True))
    return found


def uncleared(source: str, place: str = "") -> list[Uncleared]:
    """What is to be dealt with at a source, oldest first; only places that begin with `place`."""
    found = Arrival.objects.filter(source=source, place__startswith=place, cleared_at__isnull=True).order_by("pk")
    return [Uncleared(key, where, file is not None) for key, where, file in found.values_list("pk", "place", "receipt__file")]


def clear(dealt: Sequence[Uncleared]) -> None:
    """These were dealt with."""
    if dealt:
        with transaction():
            Arrival.objects.filter(pk__in=[each.key for each in dealt]).update(cleared_at=clock.now())
