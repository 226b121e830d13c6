"""What becomes of each copy of a message: the only writer of Delivery. Every state a person should see is a fact of its conversation."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from yavar.base import clock
from yavar.base.db import run, sql, transaction
from yavar.base.events import Actor
from yavar.base.events.facts import SYSTEM
from yavar.base.problem import Problem

from .actions import locked, tell
from .events import DeliveryChanged
from .models import Conversation, Delivery, Message

State = Delivery.State
OPEN = (State.QUEUED, State.SENDING)
LOST = (State.FAILED, State.BOUNCED, State.UNKNOWN)


class Recipient(NamedTuple):
    """One who gets a copy: their customer row, the address it goes to, and in which capacity (Delivery.Role)."""

    customer: int
    address: str
    role: str = "to"


def queue(
    message: Message, recipients: Sequence[Recipient], *, inbox: int, sender: str, slot: int, since: int | None = None, automatic: bool = False
) -> list[Delivery]:
    """A copy for each recipient, from an address of ours, due at once, inside the transaction of the message itself; it is part of that fact. Twice is the same as once."""
    now, made = clock.now(), []
    have = {each.address for each in sql.pick(Delivery, "message_id = ?", (message.pk,))}
    for each in recipients:
        if each.address not in have:
            have.add(each.address)
            made.append(sql.create(Delivery(
                message=message, since=since or message.seq, inbox_id=inbox, customer_id=each.customer, sender=sender, address=each.address, role=each.role,
                automatic=automatic, slot=slot, next_at=now, created_at=now,
            )))  # fmt: skip
    return made


def begin(delivery: Delivery) -> bool:
    """It is handed to the wire now: from here on nobody can be sure until `settle`. False when it is not waiting any more."""
    with transaction():
        begins = f"UPDATE {sql.table(Delivery)} SET state = 'sending', next_at = NULL WHERE id = ? AND state = 'queued'"
        return bool(run(sql.text(begins), (delivery.pk,)).rowcount)


def settle(key: int, state: str, *, reason: str = "", detail: str = "", again_at: datetime | None = None, counts: bool = True) -> None:
    """What came of a try: `sent`, `failed`, `unknown`, or `queued` again until `again_at` (UTC); `counts` unless it was not this copy's fault.
    A copy that is no longer under way is left as it is; the same delay twice is told once."""
    with transaction():
        [delivery] = sql.pick(Delivery, "id = ?", (key,))
        conversation = locked(sql.pick(Message, "id = ?", (delivery.message_id,))[0].conversation_id)
        sent_at = sql.moment(clock.now()) if state == State.SENT else None
        values = (str(state), reason[:40], detail[:300], sql.moment(again_at), delivery.attempts + counts, sent_at, key)
        if run(_ends(), values).rowcount and (state != State.QUEUED or reason[:40] != delivery.reason):
            _tell(conversation, delivery, state, reason)


@cache
def _ends() -> str:
    """A try is over, unless somebody said so before."""
    changes = "state = ?, reason = ?, detail = ?, next_at = ?, attempts = ?, sent_at = ?"
    return sql.text(f"UPDATE {sql.table(Delivery)} SET {changes} WHERE id = ? AND state = 'sending'")


def doubt_all(*, by: Actor) -> int:
    """This desk is a copy: the one it was copied from may have sent what waits here. So nobody knows, and a person decides. Answers how many."""
    waiting = list(Delivery.objects.filter(state__in=OPEN).select_related("message").order_by("pk"))
    with transaction():
        for delivery in waiting:
            Delivery.objects.filter(pk=delivery.pk).update(state=State.UNKNOWN, reason="restored", next_at=None)
            _tell(locked(delivery.message.conversation_id), delivery, State.UNKNOWN, "restored", by)
    return len(waiting)


def hasten(inbox: int) -> None:
    """The way out of an inbox is open again: what was put off is due now."""
    with transaction():
        Delivery.objects.filter(inbox=inbox, state=State.QUEUED, next_at__gt=clock.now()).update(next_at=clock.now())


def bounced(message: int, customers: Sequence[int], reason: str, detail: str = "") -> None:
    """Copies that came back: those of one message to these customers. `reason`: hard, soft or complaint."""
    with transaction():
        found = list(Delivery.objects.filter(message=message, customer__in=customers).select_related("message"))
        for delivery in found:
            if delivery.state not in OPEN and (delivery.state, delivery.reason) != (State.BOUNCED, reason):
                Delivery.objects.filter(pk=delivery.pk).update(state=State.BOUNCED, reason=reason, detail=detail[:300])
                _tell(locked(delivery.message.conversation_id), delivery, State.BOUNCED, reason)


def arrived(message: int, customers: Sequence[int]) -> None:
    """Somebody answered it: what nobody could know about their copy is known now."""
    with transaction():
        for delivery in Delivery.objects.filter(message=message, customer__in=customers, state=State.UNKNOWN).select_related("message"):
            Delivery.objects.filter(pk=delivery.pk).update(state=State.SENT, reason="", detail="", sent_at=clock.now())
            _tell(locked(delivery.message.conversation_id), delivery, State.SENT)


def decide(delivery: Delivery, *, again: bool, by: Actor) -> None:
    """A person decides about a copy that failed, came back or is unknown: send it `again` (the same mail, under the same Message-ID), or call it sent.

    Raises Problem 409 when it is in no such state, also because somebody decided before.
    """
    with transaction():
        conversation = locked(delivery.message.conversation_id)
        found = Delivery.objects.get(pk=delivery.pk)
        if found.state not in LOST or (not again and found.state != State.UNKNOWN):
            raise Problem(409, "delivery.decided", _("Somebody changed this meanwhile. Please reload the page."))
        state, now = (State.QUEUED if again else State.SENT), clock.now()
        found.state, found.reason, found.detail, found.attempts = state, "", "", 0
        found.next_at, found.sent_at = (now, None) if again else (None, now)
        found.save(update_fields=["state", "reason", "detail", "attempts", "next_at", "sent_at"])
        _tell(conversation, delivery, state, by=by)


def _tell(conversation: Conversation, delivery: Delivery, state: str, reason: str = "", by: Actor = SYSTEM) -> None:
    """The fact; and whether somebody did not get what was said last, or by itself since."""
    if state in LOST or conversation.undelivered:
        conversation.undelivered = bool(run(_lost(), (conversation.pk, sql.moment(conversation.last_at), *LOST)).fetchone())
    fact = DeliveryChanged(delivery.message_id, delivery.customer_id, delivery.pk, str(state), reason[:40])
    tell(conversation, fact, by, "undelivered")


@cache
def _lost() -> str:
    joined = f"{sql.table(Delivery)} d JOIN {sql.table(Message)} m ON m.id = d.message_id"
    return sql.text(f"SELECT 1 FROM {joined} WHERE m.conversation_id = ? AND m.created_at >= ? AND d.state IN ({sql.marks(LOST)}) LIMIT 1")
