"""A filled-in form comes in: it becomes a conversation of its own at once, or, where there is doubt, an item of the ledger that a person decides about.
Whoever sent it cannot tell which."""

import hashlib
import re
from typing import NamedTuple

import msgspec
from django.utils.translation import gettext_lazy as _

from yavar.base import files, ids
from yavar.base.db import is_away, savepoint, sql, transaction
from yavar.base.events import Actor
from yavar.base.events.facts import SYSTEM
from yavar.base.files.models import File
from yavar.base.jobs import job
from yavar.base.problem import Problem
from yavar.conversations.models import Conversation, Inbox, Original
from yavar.desk.models import FieldDefinition, RequestType
from yavar.people.customers import tending
from yavar.people.customers.queries import with_merged
from yavar.people.models import Customer, Identity

from . import claims, ledger, senders
from .form import KIND
from .intake import About, Appended, Inbound, bring
from .models import Claim, Receipt
from .slip import Slip

MIME = "application/json"
BATCH = 20
MOST_LINKS = 4
_LINK = re.compile(r"https?://|www\.|\[url", re.IGNORECASE)


class Sent(NamedTuple):
    """What its sender is told: the same whether or not a person looks at it first."""

    reference: str
    held: bool
    repeated: bool


def owner(inbox: Inbox) -> Actor:
    """Who owns a file that somebody brought to a form, until it is sent."""
    return Actor(KIND, inbox.pk)


def submit(inbox: Inbox, slip: Slip) -> Sent:
    """Take a form in; the same one again answers what became of the first. Never inside a transaction. Raises Problem 429 beyond an address's budget,
    422 with `field` for files that are gone, 507 when the disk is full."""
    key = key_of(slip)
    if known := Conversation.objects.filter(start_key=_start_key(inbox.pk, key)).first():
        return Sent(known.reference, False, True)
    if Receipt.objects.filter(inbox=inbox, key=key).exists():
        return Sent(_reference(key), True, True)
    if doubt(inbox, slip):  # the reason is found again when it is read: until then somebody may have said that this sender is welcome
        _hold(inbox, slip, key)
        return Sent(_reference(key), True, False)
    with transaction():
        stored = _deliver(inbox, slip, key, claims.take(slip.address))
    return Sent(stored.reference, False, stored.repeated)


def key_of(slip: Slip) -> str:
    """Which form it is, and what it says: a form that went back and says something else is another one. Files count by their bytes."""
    digests = sorted(File.objects.filter(key__in=slip.files).values_list("sha256", flat=True))
    said = msgspec.json.encode(
        [slip.nonce, slip.address, slip.name, slip.phone, slip.subject, slip.text, slip.request_type, sorted(slip.fields.items()), digests]
    )
    return hashlib.sha256(said).hexdigest()


def _start_key(inbox: int, key: str) -> str:
    return f"form:{inbox}:{key[:40]}"


def _reference(key: str) -> str:
    """The number it is told by: the same at every repeat."""
    return ids.reference(int(key[-10:], 16))


def doubt(inbox: Inbox, slip: Slip) -> str:
    """Why a person should look at it first; '' for nothing. Whom the desk always takes may send links and odd words, and yet has to be a person."""
    ruling = senders.ruling(inbox.pk, slip.address)
    if slip.doubt or ruling is False:
        return slip.doubt or "blocked"
    if ruling:
        return ""
    if len(_LINK.findall(slip.text)) > MOST_LINKS or _LINK.search(f"{slip.name} {slip.subject}"):
        return "links"
    return "spam" if senders.is_spam(lambda: _said(slip)) else ""


def _said(slip: Slip) -> set[str]:
    return senders.words_of(slip.subject, slip.text, slip.address)


def words_of(receipt: Receipt) -> set[str]:
    """What the desk learns a form by. Empty for one that cannot be read."""
    try:
        return _said(_read(receipt))
    except (FileNotFoundError, msgspec.MsgspecError):
        return set()


def _hold(inbox: Inbox, slip: Slip, key: str) -> None:
    """Into the ledger, with its files kept from the sweep."""
    with transaction():
        claims.take(slip.address)
        _pass_on(inbox, slip, owner(inbox), held=True)
    ledger.take_in(inbox, [ledger.Came(key, msgspec.json.encode(slip), KIND)], mime=MIME)


def _pass_on(inbox: Inbox, slip: Slip, taker: Actor, *, held: bool = False) -> tuple[str, ...]:
    found = tuple(files.pass_on(slip.files, owner(inbox), taker, held=held))
    if len(found) != len(set(slip.files)):
        raise Problem(422, "file.unknown", _("One of the files is no longer here. Please attach it again."), field="files")
    return found


def _deliver(inbox: Inbox, slip: Slip, key: str, claim: Claim) -> Appended:
    """A conversation of its own, inside the open transaction; then its address is asked, if it may be."""

    def inbound() -> Inbound:
        customer = _customer(slip)
        kept = _pass_on(inbox, slip, Actor("customer", customer.pk))
        return Inbound(inbox.pk, customer.pk, None, f"{Original.FORM_ID}{key[:40]}", slip.text, kept, slip.lang, slip.at)

    definitions = list(FieldDefinition.objects.filter(on="conversation", key__in=slip.fields))
    kind = RequestType.objects.filter(brand=inbox.brand_id, public_id=slip.request_type).first() if slip.request_type else None
    about = About(slip.subject, kind, slip.fields, definitions, _reference(key))
    stored = bring(_start_key(inbox.pk, key), inbound, about=about)
    if not stored.repeated:
        head = {
            "subject": slip.subject,
            "from": slip.address,
            "name": slip.name,
            "phone": slip.phone,
            "fields": slip.fields | slip.unasked,
            "date": slip.at.isoformat(),
        }
        sql.add(Original(message_id=stored.message_id, text=slip.text, head=head))
        claims.ask(claim, inbox, Conversation.objects.select_related("customer").get(pk=stored.conversation_id).customer, slip.lang)
    return stored


def _customer(slip: Slip) -> Customer:
    """Whom the address is said to belong to. What else was typed is noted of somebody new or as unproven as it is; of somebody proven only with the message."""
    customer = tending.customer_by({"email": slip.address}, name=slip.name, lang=slip.lang, by=SYSTEM)
    if not Identity.objects.filter(customer__in=with_merged(customer.pk), verified_at__isnull=False).exists():
        if slip.name and not customer.name:
            customer = tending.change_customer(customer, name=slip.name, by=SYSTEM)
        if slip.phone:
            tending.add_identity(customer, "phone", slip.phone, by=SYSTEM)
    return customer


def _read(receipt: Receipt) -> Slip:
    if receipt.file is None:
        raise FileNotFoundError(receipt.key)
    return msgspec.json.decode(files.read(receipt.file), type=Slip)


@job(f"{KIND}.read")
def read_inbox(inbox: int) -> None:
    """Decide about what waits in the ledger: what somebody released becomes a conversation, the rest is held back with the reason."""
    found = Inbox.objects.get(pk=inbox)
    for waiting in ledger.waiting(inbox, BATCH):
        receipt = ledger.locked(waiting.pk)
        if receipt.state == Receipt.State.RECEIVED:
            _settle(found, receipt)
    ledger.go_on(inbox, KIND)


def _settle(inbox: Inbox, receipt: Receipt) -> None:
    """One form in its savepoint; what fails is held back with the reason."""
    try:
        with savepoint():
            slip = _read(receipt)
            receipt.sender, receipt.subject = slip.address, slip.subject or " ".join(slip.text.split())[:80]
            why = "" if receipt.reason == "released" else doubt(inbox, slip)
            if why:
                ledger.quarantine(receipt, why)
            else:
                ledger.route(receipt, "message", message=_deliver(inbox, slip, receipt.key, claims.named(slip.address)))
    except Exception as error:
        if is_away(error):
            raise
        reason = error.code if isinstance(error, Problem) else "file_missing" if isinstance(error, FileNotFoundError) else "failed"
        ledger.quarantine(ledger.locked(receipt.pk), reason, error=str(error))
