"""What customers agreed to: news of the shop on one way or another. Answers to what they ask need none."""

from yavar.base import clock
from yavar.base.db import transaction
from yavar.base.events import Actor, record

from ..events import CustomerConsented
from .models import Consent, Customer


def note_consent(customer: Customer, purpose: str, given: bool | None, *, by: Actor, source: str = "") -> None:
    """They agreed, refused or (None) were never asked. `source` says where it was said. Noting the same again changes nothing but the source."""
    with transaction():
        known = Consent.objects.filter(customer=customer, purpose=purpose).first()
        if given is None:
            if known is None:
                return
            known.delete()
        elif known is not None and known.given is given:
            known.source = source[:120] or known.source
            known.save(update_fields=["source"])
            return
        else:
            Consent.objects.update_or_create(customer=customer, purpose=purpose, defaults={"given": given, "source": source[:120], "at": clock.now()})
        record(CustomerConsented(customer.pk, purpose, given), subject=("customer", customer.pk), by=by)


def consents_of(keys: list[int]) -> list[Consent]:
    """What one person said under all their names, newest first: the newest word of each purpose holds."""
    newest: dict[str, Consent] = {}
    for each in Consent.objects.filter(customer__in=keys).order_by("-at", "-pk"):
        newest.setdefault(each.purpose, each)
    return list(newest.values())
