"""A customer asks for their chat by mail: what was said until then, to an address that is proven theirs, once a day for a conversation."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from yavar.base import clock
from yavar.base.db import is_sqlite, transaction
from yavar.base.events import Actor, record
from yavar.base.jobs import leave
from yavar.base.problem import Problem
from yavar.conversations.actions import locked
from yavar.conversations.models import Conversation, Inbox
from yavar.people.customers.queries import with_merged
from yavar.people.models import Identity

from . import delivery
from .events import TranscriptAsked
from .models import Transcript
from .single import begins

DAY = timedelta(days=1)


def possible(customer_id: int, brand_id: int) -> bool:
    """Whether this customer could be mailed: an address is proven theirs, and the shop has a way to send mail."""
    return bool(proven(customer_id)) and delivery.mail_of(brand_id) is not None


def proven(customer_id: int) -> str:
    """The customer's newest proven address that takes mail, or ''."""
    theirs = Identity.objects.filter(customer__in=with_merged(customer_id), kind="email", scope="", verified_at__isnull=False)
    return theirs.exclude(failure__in=("hard", "complaint")).order_by("-verified_at", "-pk").values_list("value", flat=True).first() or ""


def ask(conversation: Conversation, *, customer_id: int, lang: str) -> Transcript:
    """Leave the mail to be sent. Raises Problem 409 where no address is proven or the shop sends no mail, 429 within a day of the last one."""
    now = clock.now()
    with transaction():
        talk = locked(conversation.pk)
        address, out = proven(customer_id), delivery.mail_of(talk.inbox.brand_id)
        if not address or out is None:
            raise Problem(409, "transcript.unable", _("We can’t mail this chat: your e-mail address isn’t confirmed yet."))
        last = Transcript.objects.filter(conversation=talk, asked_at__gt=now - DAY).exclude(state=Transcript.State.FAILED).order_by("-pk").first()
        if last is not None:
            wait = int((last.asked_at + DAY - now).total_seconds()) + 1
            raise Problem(429, "transcript.sent", _("We mailed this chat to you today. Look into your inbox, also among spam."), retry_after=wait)
        row = Transcript.objects.create(conversation=talk, customer_id=customer_id, address=address, lang=lang, until=talk.seq, asked_at=now)
        record(TranscriptAsked(talk.pk), subject=("transcript", row.pk), by=Actor("customer", customer_id))
        wake(row, out)
    return row


def wake(row: Transcript, out: Inbox, *, due: timedelta | None = None) -> None:
    """Leave the job `<kind>.transcript` that mails it by the inbox `out`, inside the open transaction; with `due`, for after that."""
    args = {"inbox": out.pk, "transcript": row.pk}
    leave(f"{out.kind}.transcript", args=args, unique_key=f"{out.kind}.transcript:{row.pk}", due=clock.now() + due if due else None)


def begin(key: int) -> Transcript | None:
    """It goes out now (see `single.begins`); None when it must not."""
    with transaction():
        row = (Transcript.objects.all() if is_sqlite() else Transcript.objects.select_for_update(of=("self",))).get(pk=key)
        return row if begins(row) else None


def settle(key: int, state: str) -> None:
    """What came of it: sent, failed, unknown, or left to be tried again."""
    Transcript.objects.filter(pk=key, state=Transcript.State.SENDING).update(state=state)


def give_up(key: int) -> None:
    """It could not be sent for so long that nobody waits for it any more."""
    Transcript.objects.filter(pk=key, state=Transcript.State.LEFT).update(state=Transcript.State.FAILED)
