"""What the team does about customers: adds them, corrects them, merges two who are one. Merging moves no rows, so it can be undone."""

import secrets
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from yavar.base import clock
from yavar.base.db import is_sqlite, sql, transaction
from yavar.base.events import Actor, record
from yavar.base.problem import Problem
from yavar.desk.fields import changed, definitions, folded
from yavar.desk.locales import LOCALES

from ..events import CustomerAdded, CustomerChanged, CustomerMerged, CustomerNamed, CustomerUnmerged, CustomerUnreachable
from . import identities
from .models import Customer, CustomerValue, Identity, VisitorSession
from .queries import with_merged

LONGEST_NAME = 120


def add_customer(*, name: str, lang: str = "en", by: Actor, ways: Mapping[str, str] | None = None) -> Customer:
    """A new customer, with ways to reach them ({kind: value}, unverified). Raises Problem 422 for a way that is none."""
    now = clock.now()
    with transaction():
        customer = sql.create(Customer(name=_name(name), lang=_lang(lang), created_at=now, seen_at=now, hue=secrets.randbelow(6) + 1))
        for kind, value in (ways or {}).items():
            sql.add(Identity(customer_id=customer.pk, kind=kind, scope="", value=_normal(kind, value)))
        record(CustomerAdded(customer.pk), subject=("customer", customer.pk), by=by)
    return customer


def customer_by(ways: Mapping[str, str], *, name: str, lang: str, by: Actor) -> Customer:
    """Whom a program means by these ways ({kind: value}): who has one of them verified, else who was never at a browser (a visitor may have typed
    somebody else's address, and must not come to read their mail), else a new customer, called by the beginning of their address if nobody knows a name.
    Raises Problem 422 for a way that is none."""
    with transaction():
        for kind, value in ways.items():
            normal = identities.normal(kind, value)
            if found := sql.pick(Customer, _known_by(), (kind, normal or "")):
                return found[0].survivor()
        return add_customer(name=name or ways.get("email", "").partition("@")[0][:LONGEST_NAME], lang=lang, by=by, ways=ways)


@cache
def _known_by() -> str:
    i, v, c = sql.table(Identity), sql.table(VisitorSession), sql.table(Customer)
    verified, typed = "i.verified_at IS NOT NULL", f"NOT EXISTS (SELECT 1 FROM {v} v WHERE v.customer_id = i.customer_id)"
    known = f"SELECT i.customer_id FROM {i} i WHERE i.kind = ? AND i.scope = '' AND i.value = ? AND ({verified} OR {typed})"
    return f"{c}.id = ({known} ORDER BY CASE WHEN {verified} THEN 0 ELSE 1 END, i.id LIMIT 1)"


def change_customer(customer: Customer, *, by: Actor, name: str | None = None, lang: str | None = None, fields: Mapping[str, Any] | None = None) -> Customer:
    """Correct what is known of someone; None leaves it. Raises Problem 422."""
    with transaction():
        customer = _locked(customer)
        known = definitions("customer") if fields else []
        after = {
            "name": customer.name if name is None else _name(name),
            "lang": customer.lang if lang is None else _lang(lang),
            "fields": changed(known, customer.fields, fields) if fields else customer.fields,
        }
        touched = sorted(key for key, value in after.items() if value != getattr(customer, key))
        if not touched:
            return customer
        for key in touched:
            setattr(customer, key, after[key])
        customer.save(update_fields=touched)
        for definition in known:
            if definition.filter:
                CustomerValue.objects.filter(customer=customer, definition=definition).delete()
                if definition.key in customer.fields:
                    CustomerValue.objects.create(customer=customer, definition=definition, folded=folded(definition, customer.fields[definition.key]))
        record(CustomerChanged(customer.pk, touched), subject=("customer", customer.pk), by=by)
        if "name" in touched:
            record(CustomerNamed(customer.pk), subject=("customer", customer.pk), by=by)
    return customer


def add_identity(customer: Customer, kind: str, value: str, *, by: Actor) -> Identity:
    """One more way to reach someone, unverified: what the team types proves nothing. Raises Problem 422."""
    with transaction():
        identity, made = Identity.objects.get_or_create(customer=customer, kind=kind, scope="", value=_normal(kind, value))
        if made:
            record(CustomerChanged(customer.pk, ["identities"]), subject=("customer", customer.pk), by=by)
            record(CustomerNamed(customer.pk), subject=("customer", customer.pk), by=by)
    return identity


def _normal(kind: str, value: str) -> str:
    normal = identities.normal(kind, value)
    if normal is None:
        raise Problem(422, "identity.invalid", _("This address isn’t complete. Please check it."), field=kind)
    return normal


def prove(customer: Customer, kind: str, value: str, *, by: Actor) -> bool:
    """They have shown that this way is theirs. False, and nothing changes, when it is proven already, theirs or somebody else's."""
    with transaction():
        if Identity.objects.filter(kind=kind, scope="", value=value, verified_at__isnull=False).exists():
            return False
        mine = Identity.objects.filter(customer__in=with_merged(customer.pk), kind=kind, scope="", value=value).order_by("pk").first()
        if mine is None:
            mine = Identity(customer=customer, kind=kind, scope="", value=value)
        mine.verified_at = clock.now()
        mine.save()
        record(CustomerChanged(customer.pk, ["identities"]), subject=("customer", customer.pk), by=by)
    return True


def remove_identity(identity: Identity, *, by: Actor) -> None:
    """This way does not lead to them."""
    with transaction():
        key = identity.customer_id
        identity.delete()
        record(CustomerChanged(key, ["identities"]), subject=("customer", key), by=by)
        record(CustomerNamed(key), subject=("customer", key), by=by)


def mark_failed(customer_id: int, kind: str, value: str, failure: str, *, by: Actor) -> None:
    """What was sent to a customer this way came back (`failure`: hard, soft or complaint); if the way is not theirs, nothing happens. A soft failure does not hide a hard one."""
    with transaction():
        for identity in Identity.objects.filter(customer__in=with_merged(customer_id), kind=kind, scope="", value=identities.normal(kind, value) or ""):
            if failure != "soft" or identity.failure in ("", "soft"):
                identity.failure = failure
            identity.failed_at = clock.now()
            identity.save(update_fields=["failure", "failed_at"])
            record(CustomerUnreachable(identity.customer_id, identity.failure), subject=("customer", identity.customer_id), by=by)


def merge(customer: Customer, into: Customer, *, by: Actor) -> Customer:
    """Two are one person: from now on all of `customer` is `into`'s. Twice is the same as once. Answers who remains.

    Raises Problem 422 for one with themselves, 409 when the shop itself knows them as two.
    """
    with transaction():
        rows = {key: _locked(Customer(pk=key)) for key in sorted((customer.pk, into.pk))}
        gone, kept = rows[customer.pk], rows[into.pk]
        if gone != kept and gone.survivor() == kept.survivor():
            return kept.survivor()
        if problem := why_not(gone, kept):
            raise problem
        gone.merged_into = kept
        gone.save(update_fields=["merged_into"])
        if not kept.name and gone.name:
            kept.name = gone.name
            kept.save(update_fields=["name"])
        record(CustomerMerged(gone.pk, kept.pk), subject=("customer", gone.pk), by=by)
    return kept


def why_not(one: Customer, into: Customer) -> Problem | None:
    """Why two cannot be merged."""
    if one.pk == into.pk:
        return Problem(422, "merge.self", _("A customer can’t be merged with themselves."), field="into")
    if one.merged_into_id or into.merged_into_id:
        return Problem(409, "merge.merged", _("One of them has been merged already. Please reload the page."), field="into")
    if _known_twice(one, into):
        return Problem(409, "merge.known", _("Your shop knows them as two different customers."), field="into")
    return None


def _known_twice(one: Customer, other: Customer) -> bool:
    """Whether one shop vouched for both, under two ids."""
    vouched = [set(Identity.objects.filter(customer=each, kind="external", verified_at__isnull=False).values_list("scope", flat=True)) for each in (one, other)]
    return bool(vouched[0] & vouched[1])


def unmerge(customer: Customer, *, by: Actor) -> Customer:
    """They were two after all: what was theirs is theirs again."""
    with transaction():
        gone = _locked(customer)
        if gone.merged_into_id is None:
            return gone
        into, gone.merged_into = gone.merged_into_id, None
        gone.save(update_fields=["merged_into"])
        record(CustomerUnmerged(gone.pk, into), subject=("customer", gone.pk), by=by)
    return gone


def _locked(customer: Customer) -> Customer:
    found = Customer.objects.all() if is_sqlite() else Customer.objects.select_for_update(of=("self",))
    return found.get(pk=customer.pk)


def _name(name: str) -> str:
    shown = " ".join(name.split())
    if len(shown) > LONGEST_NAME or "\0" in shown:
        raise Problem(422, "name.too_long", _("The name is too long."), field="name")
    return shown


def _lang(lang: str) -> str:
    if lang not in LOCALES:
        raise Problem(422, "locale.unknown", _("Please choose one of the languages."), field="lang")
    return lang
