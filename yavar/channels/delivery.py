"""The door out: copies of messages leave in slots, each slot one at a time and in order; a slow or dead server holds up nobody but itself.

The rows are the queue of record (`conversations.models.Delivery`). A channel's job `<kind>.send` has a slot to itself. It calls `orphaned`, then for each
copy that is due (`next_due`) `deliveries.begin` before the first byte that cannot be taken back, sends outside any transaction, and calls
`deliveries.settle`; at its end `go_on`.
"""

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from yavar.base import clock, jobs
from yavar.base.db import sql, transaction
from yavar.base.jobs.models import Job
from yavar.base.jobs.queue import leave
from yavar.base.problem import Problem
from yavar.conversations import deliveries
from yavar.conversations.deliveries import Recipient
from yavar.conversations.models import Delivery, Inbox, Message

from .contract import Channel, channel, mail_kinds
from .threads import issue

SLOTS = 4  # copies of one inbox under way at once
State = Delivery.State
AGAIN = timedelta(minutes=10)  # after which a dead job is begun anew
AUTOMATIC_A_DAY = 10  # to one address, of what no person sent
RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 240, 480, 480, 720, 720))  # two days, then it has failed


def hand_out(message: Message, recipients: Sequence[Recipient], inbox: Inbox, *, since: int | None = None, automatic: bool = False) -> list[Delivery]:
    """Copies of a message, each with its own reply token, inside the transaction of the message. What no person sent has a budget for each address."""
    allowed = [each for each in recipients if not automatic or within_budget(each.address)]
    offered, inbox = way(inbox)
    slot = zlib.crc32(str(message.conversation_id).encode()) % SLOTS
    sender = offered.sender(offered.changed(inbox.config, {}))
    made = deliveries.queue(message, allowed, inbox=inbox.pk, sender=sender, slot=slot, since=since, automatic=automatic)
    for each in made:
        issue(message.conversation_id, each.customer_id, message.pk, address=each.address, seed=each.public_id)
    if made:
        wake(inbox.pk, inbox.kind, slot)
    return made


def way(inbox: Inbox) -> tuple[Channel, Inbox]:
    """How and by which inbox answers of an inbox leave: by itself, or by the mail of the same shop. Raises Problem 409 when that is not set up."""
    offered = channel(inbox.kind)
    if offered is not None and offered.by_mail:
        out = mail_of(inbox.brand_id)
        offered, inbox = (channel(out.kind), out) if out else (None, inbox)
    if offered is None or inbox.pk not in offered.able([inbox.pk]):
        raise Problem(409, "channel.sends_nothing", _("This inbox can’t send yet. Somebody has to set up how its mail leaves, in Settings."))
    return offered, inbox


def mail_of(brand: int) -> Inbox | None:
    """The inbox by which a shop's mail leaves: the first that can send."""
    kinds = mail_kinds()
    found = sql.pick(Inbox, "brand_id = ? AND active AND kind IN (??) ORDER BY id", (brand, kinds)) if kinds else []
    return next((each for each in found if each.pk in able(found)), None)


def able(inboxes: Sequence[Inbox]) -> set[int]:
    """Which of these the desk can answer by at present."""
    kinds = {inbox.kind: channel(inbox.kind) for inbox in inboxes}
    found: set[int] = set()
    for kind, offered in kinds.items():
        mine = [inbox for inbox in inboxes if inbox.kind == kind]
        if offered is not None and offered.by_mail:
            found |= {inbox.pk for inbox in mine if mail_of(inbox.brand_id)}
        elif offered is not None:
            found |= set(offered.able([inbox.pk for inbox in mine]))
    return found


def within_budget(address: str) -> bool:
    """Whether one more automatic mail may go to an address today."""
    sent = sql.pick(Delivery, "address = ? AND automatic AND created_at > ?", (address, sql.moment(clock.now() - timedelta(days=1))))
    return len(sent) < AUTOMATIC_A_DAY


def wake(inbox: int, kind: str, slot: int, due: datetime | None = None) -> None:
    """Something is due in a slot: leave its job, unless it has one, inside the open transaction; with `due`, for then."""
    leave(f"{kind}.send", args={"inbox": inbox, "slot": slot}, unique_key=_key(kind, inbox, slot), due=due)


def hasten(inbox: Inbox) -> None:
    """The way out is open again: whoever waited for that need not wait on."""
    deliveries.hasten(inbox.pk)
    jobs.hasten([_key(inbox.kind, inbox.pk, slot) for slot in range(SLOTS)])


def _key(kind: str, inbox: int, slot: int) -> str:
    return f"{kind}.send:{inbox}:{slot}"


def orphaned(inbox: int, slot: int) -> None:
    """Whoever begins with a slot is alone in it: what was under way there has nobody left to finish it, and so an unknown outcome."""
    for key in Delivery.objects.filter(inbox=inbox, slot=slot, state=State.SENDING).values_list("pk", flat=True):
        deliveries.settle(key, State.UNKNOWN, reason="interrupted")


def next_due(inbox: int, slot: int) -> Delivery | None:
    """What is due first in a slot."""
    due = "inbox_id = ? AND slot = ? AND state = 'queued' AND next_at <= ? ORDER BY next_at, id LIMIT 1"
    return next(iter(sql.pick(Delivery, due, (inbox, slot, sql.moment(clock.now())))), None)


def go_on(inbox: int, kind: str, slot: int) -> None:
    """At the end of a job: another, if more is due."""
    if next_due(inbox, slot):
        wake(inbox, kind, slot)


def again_at(attempts: int) -> datetime | None:
    """When the next try is after this many; None when it was the last."""
    return clock.now() + RETRIES[attempts - 1] if attempts <= len(RETRIES) else None


def wake_due() -> None:
    """Each second: slots whose next try is due, and the net under a lost wake, or under a job that died of something that has passed."""
    due = Delivery.objects.filter(state=State.QUEUED, next_at__lte=clock.now()) | Delivery.objects.filter(state=State.SENDING)
    slots = {_key(kind, inbox, slot): (inbox, kind, slot) for inbox, kind, slot in due.values_list("inbox", "inbox__kind", "slot").distinct()}
    found = list(Job.objects.filter(unique_key__in=list(slots))) if slots else []
    if missing := set(slots) - {job.unique_key for job in found}:
        with transaction():
            for key in sorted(missing):
                wake(*slots[key])
    for job in found:
        if job.state == Job.State.DEAD and job.due_at < clock.now() - AGAIN:
            jobs.retry(job.pk)


def oldest_unsent() -> dict[int, datetime]:
    """Since when the oldest copy waits, by inbox."""
    found = Delivery.objects.filter(state__in=(State.QUEUED, State.SENDING)).values_list("inbox").annotate(oldest=Min("created_at")).order_by()
    return dict(found)


def waiting(inbox: int) -> int:
    """How many copies have not left yet, up to 1000."""
    return Delivery.objects.filter(inbox=inbox, state__in=(State.QUEUED, State.SENDING))[:1000].count()
