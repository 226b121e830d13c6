"""Verbs about customers."""

import secrets
from datetime import timedelta

from yavar.base import clock, crypto
from yavar.base.db import transaction
from yavar.base.events import Actor, record

from ..events import CustomerNamed, CustomerRecognised
from .models import Customer, Identity, VisitorSession

SESSION_LIFE = timedelta(days=400)
PURPOSE = "visitor session"


def open_session(token: str, *, brand: str, inbox: str, lang: str, page: str, name: str = "", email: str = "", time_zone: str = "") -> VisitorSession:
    """A visitor begins (or, with a known token, goes on). What they say of themselves is kept and not believed.

    `email` is normalised, `time_zone` an IANA name. The same token twice is one session.
    """
    now, hashed = clock.now(), crypto.token_hash(token, PURPOSE)
    with transaction():
        session = VisitorSession.objects.select_related("customer").filter(token_hash=hashed).first()
        if session is None:
            customer = Customer.objects.create(lang=lang, page=page[:500], created_at=now, seen_at=now, hue=secrets.randbelow(6) + 1)
            session = VisitorSession.objects.create(
                customer=customer, brand=brand, inbox=inbox, token_hash=hashed, lang=lang, created_at=now, expires_at=now + SESSION_LIFE
            )
        describe(session.customer.survivor(), name=name, email=email, lang=lang, page=page, time_zone=time_zone)
    return session


def describe(customer: Customer, *, name: str = "", email: str = "", lang: str = "", page: str = "", time_zone: str = "") -> None:
    """Note what a customer says of themselves: an empty value leaves what is known. Unverified."""
    with transaction():
        changed = bool(name and name != customer.name)
        customer.name = name[:120] or customer.name
        customer.lang = lang or customer.lang
        customer.page = page[:500] or customer.page
        customer.time_zone = time_zone or customer.time_zone
        customer.seen_at = clock.now()
        customer.save(update_fields=["name", "lang", "page", "time_zone", "seen_at"])
        if email:
            _, made = Identity.objects.get_or_create(customer=customer, kind="email", scope="", value=email)
            changed = changed or made
        if changed:
            record(CustomerNamed(customer.pk), subject=("customer", customer.pk), by=Actor("customer", customer.pk))


def recognise(session: VisitorSession, *, external: str, name: str = "", email: str = "") -> Customer:
    """The shop signed that this visitor is its customer `external`: bind the session to them and merge the nameless visitor into them.

    Merging moves no rows: the visitor points to the customer. Answers the customer.
    """
    now = clock.now()
    with transaction():
        visitor = session.customer.survivor()
        known = Identity.objects.select_related("customer").filter(kind="external", scope=session.brand, value=external, verified_at__isnull=False).first()
        if known is not None:
            customer = known.customer.survivor()
        elif Identity.objects.filter(customer=visitor, kind="external", verified_at__isnull=False).exists():
            # this browser was somebody else before: a shared computer must not join two people
            customer = Customer.objects.create(lang=visitor.lang, page=visitor.page, created_at=now, seen_at=now, hue=secrets.randbelow(6) + 1)
        else:
            customer = visitor
        if known is None:
            Identity.objects.create(customer=customer, kind="external", scope=session.brand, value=external, verified_at=now)
        if customer != visitor and not Identity.objects.filter(customer=visitor, verified_at__isnull=False).exists():
            visitor.merged_into = customer
            visitor.save(update_fields=["merged_into"])
        if session.customer_id != customer.pk:
            session.customer = customer
            session.save(update_fields=["customer"])
            record(CustomerRecognised(customer.pk, visitor.pk), subject=("customer", customer.pk), by=Actor("customer", customer.pk))
        if email and not Identity.objects.filter(kind="email", scope="", value=email, verified_at__isnull=False).exists():
            Identity.objects.update_or_create(customer=customer, kind="email", scope="", value=email, defaults={"verified_at": now})
        describe(customer, name=name)
    return customer
