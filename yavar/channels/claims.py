"""Addresses that were typed into forms. They may be anybody's: so each has a budget, and is asked at most once a week whether its reader wrote to the shop,
in a mail that holds nothing of what was typed."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from yavar.base import clock, crypto, ids
from yavar.base.db import is_sqlite, transaction
from yavar.base.events import Actor
from yavar.base.jobs import leave
from yavar.base.problem import Problem
from yavar.conversations.models import Inbox
from yavar.people.customers import tending
from yavar.people.models import Customer, Identity

from . import delivery
from .models import Claim
from .single import begins

PURPOSE = "confirm address"
A_DAY = 20  # forms that may name one address
QUIET = timedelta(days=7)  # between two questions to one address; the link is good for as long
MAILS_A_DAY = 500  # questions that a desk mails
KEPT = timedelta(days=30)
DAY = timedelta(days=1)


def take(address: str) -> Claim:
    """One more form names this address, inside the open transaction: its row, locked until the end. Raises Problem 429 beyond its budget."""
    now, claim = clock.now(), named(address)
    if now - claim.since >= DAY:
        claim.since, claim.forms = now, 0
    if claim.forms >= A_DAY:
        wait = int((claim.since + DAY - now).total_seconds()) + 1
        raise Problem(
            429, "address.busy", _("Many messages came from this address today. Please write again tomorrow; what you typed stays here."), retry_after=wait
        )
    claim.forms += 1
    claim.save(update_fields=["since", "forms"])
    return claim


def named(address: str) -> Claim:
    """The row of an address, locked until the open transaction ends; made if it is new. Its `address` is this one, unless another spelling is being asked."""
    mailbox = mailbox_of(address)
    Claim.objects.bulk_create([Claim(mailbox=mailbox, since=clock.now())], ignore_conflicts=True)
    claim = _locked(mailbox=mailbox)
    if claim.asked_at is None or clock.now() - claim.asked_at >= QUIET:
        claim.address = address
    return claim


def mailbox_of(address: str) -> str:
    """Where all spellings of an address arrive: without an extension (RFC 5233), at Google without dots. Who is asked as a+1@, a+2@ … is one person."""
    local, _at, domain = address.partition("@")
    local = local.partition("+")[0] or local
    if domain in ("gmail.com", "googlemail.com"):
        local, domain = local.replace(".", "") or local, "gmail.com"
    return f"{local}@{domain}"


def _locked(**which: Any) -> Claim:
    return (Claim.objects.all() if is_sqlite() else Claim.objects.select_for_update(of=("self",))).get(**which)


def ask(claim: Claim, inbox: Inbox, customer: Customer, lang: str) -> bool:
    """Leave the question whether this address belongs to whoever wrote, if it may be asked: not when that is proven, when it was asked within the week, when
    mail to it came back, when the shop has no way to send mail. The row is locked by the caller's transaction. Answers whether it was left."""
    now = clock.now()
    if claim.asked_at is not None and now - claim.asked_at < QUIET:
        return False
    theirs = Identity.objects.filter(kind="email", scope="", value=claim.address)
    if theirs.filter(verified_at__isnull=False).exists() or theirs.filter(failure__in=("hard", "complaint")).exists():
        return False
    out = delivery.mail_of(inbox.brand_id)
    if out is None or Claim.objects.filter(asked_at__gt=now - DAY).count() >= MAILS_A_DAY:
        return False
    claim.inbox, claim.customer, claim.lang, claim.state, claim.asked_at, claim.seed = inbox, customer, lang, Claim.State.LEFT, now, ids.public_id()
    claim.token_hash = crypto.token_hash(token_of(claim), PURPOSE)
    claim.save()
    wake(claim, out)
    return True


def wake(claim: Claim, out: Inbox, *, due: timedelta | None = None) -> None:
    """Leave the job `<kind>.confirm` that mails the question by the inbox `out`, inside the open transaction; with `due`, for after that."""
    args = {"inbox": out.pk, "claim": claim.pk}
    leave(f"{out.kind}.confirm", args=args, unique_key=f"{out.kind}.confirm:{claim.pk}", due=clock.now() + due if due else None)


def token_of(claim: Claim) -> str:
    """What stands in the link: it belongs to the row's random seed and this desk's key, so no row keeps it in the clear."""
    return crypto.hmac_sha256(settings.SECRET_KEY, f"{PURPOSE}\0{claim.seed}")


def begin(claim_id: int) -> Claim | None:
    """The question goes out now (see `single.begins`); None when it must not."""
    with transaction():
        claim = _locked(pk=claim_id)
        return claim if begins(claim) else None


def settle(claim_id: int, state: str) -> None:
    """What came of it: sent, failed, unknown, or left to be tried again."""
    Claim.objects.filter(pk=claim_id, state=Claim.State.SENDING).update(state=state)


def give_up(claim_id: int) -> None:
    """It could not be sent for so long that nobody waits for it any more."""
    Claim.objects.filter(pk=claim_id, state=Claim.State.LEFT).update(state=Claim.State.FAILED)


def by_token(token: str) -> Claim | None:
    """The question that a link belongs to, for as long as it is good."""
    found = (
        Claim.objects.select_related("inbox__brand", "customer").filter(token_hash=crypto.token_hash(token, PURPOSE), asked_at__gt=clock.now() - QUIET).first()
    )
    return found if found and found.inbox and found.customer else None


def confirm(claim: Claim) -> None:
    """Whoever reads there said that they wrote: the address is theirs. Twice is the same as once."""
    if claim.customer is not None:
        customer = claim.customer.survivor()
        tending.prove(customer, "email", claim.address, by=Actor("customer", customer.pk))


def forget_old() -> None:
    """What was named long ago counts no more."""
    before = clock.now() - KEPT
    Claim.objects.filter(since__lt=before).exclude(asked_at__gt=before).delete()
