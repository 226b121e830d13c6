"""Whose mail is always taken or always held back, and what the desk has learned about spam. It learns only from what people tell it."""

import math
from collections.abc import Callable, Iterable

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from yavar.base import clock, search
from yavar.base.db import sql, transaction
from yavar.base.events import Actor, record
from yavar.base.problem import Problem
from yavar.people.customers import identities

from .events import ReceiptTaught, SenderRuled
from .models import Receipt, SenderRule, SpamWord

ENOUGH = 5  # mails of either kind before a judgement
SPAM = 0.95
STRIKING = 15  # words that decide (P. Graham, "A Plan for Spam", 2002)
WORDS = 300


def pattern_of(text: str) -> str:
    """An address, or `@domain`, in its normal form. Raises Problem 422."""
    typed = text.strip().lower()
    if typed.startswith("@") or "@" not in typed:
        domain = identities.email(f"x@{typed.removeprefix('@')}")
        found = domain and domain.removeprefix("x")
    else:
        found = identities.email(typed)
    if not found:
        raise Problem(422, "sender.invalid", _("Type an address such as name@shop.example, or a domain such as @shop.example."), field="pattern")
    return found


def rule(pattern: str, *, allow: bool, inbox_key: int = 0, by: Actor) -> SenderRule:
    """From now on mail of this sender is always taken, or always held back."""
    with transaction():
        found, _made = SenderRule.objects.update_or_create(
            pattern=pattern_of(pattern), inbox_key=inbox_key, defaults={"allow": allow}, create_defaults={"allow": allow, "created_at": clock.now()}
        )
        record(SenderRuled(inbox_key, allow, False), subject=("sender", found.pk), by=by)
    return found


def remove_rule(found: SenderRule, *, by: Actor) -> None:
    """This sender is judged as any other again."""
    with transaction():
        record(SenderRuled(found.inbox_key, found.allow, True), subject=("sender", found.pk), by=by)
        found.delete()


def ruling(inbox_id: int, address: str) -> bool | None:
    """True: always taken; False: always held back; None: nobody said. The inbox's own rule goes before that of all, an address before its domain."""
    domain = "@" + address.rpartition("@")[2]
    found = sql.pick(SenderRule, "inbox_key IN (0, ?) AND pattern IN (?, ?)", (inbox_id, address, domain))
    rules = {(rule.inbox_key, rule.pattern): rule.allow for rule in found}
    return next((rules[each] for each in ((inbox_id, address), (inbox_id, domain), (0, address), (0, domain)) if each in rules), None)


def words_of(*texts: str) -> set[str]:
    """What of a mail is learned and judged."""
    return {word[:40] for text in texts for word in search.tokens(text[:20_000])[:WORDS] if len(word) > 1}


def is_spam(words: Callable[[], Iterable[str]]) -> bool:
    """What the desk has learned about these words. False, and nobody is asked for them, as long as it has seen too little of either kind."""
    total = next(iter(sql.pick(SpamWord, "word = ''", ())), None)
    if total is None or min(total.spam, total.good) < ENOUGH:
        return False
    known = {row.word: row for row in SpamWord.objects.filter(word__in=[word for word in words() if word])}
    likely = [min(0.99, max(0.01, (row.spam / total.spam) / (row.spam / total.spam + row.good / total.good))) for row in known.values()]
    striking = sorted(likely, key=lambda p: -abs(p - 0.5))[:STRIKING]
    odds = sum(math.log(p) - math.log(1 - p) for p in striking)
    return len(striking) >= 3 and odds > math.log(SPAM / (1 - SPAM))


def teach(receipt: Receipt, words: Iterable[str], *, spam: bool, by: Actor) -> None:
    """Somebody said what this mail is."""
    with transaction():
        for word in sorted({*words, ""}):
            row, _made = SpamWord.objects.get_or_create(word=word)
            SpamWord.objects.filter(pk=row.pk).update(**({"spam": F("spam") + 1} if spam else {"good": F("good") + 1}))
        record(ReceiptTaught(receipt.inbox_id, spam), subject=("receipt", receipt.pk), by=by)
