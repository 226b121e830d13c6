"""What a new desk promises, until its owner says otherwise."""

from django.utils import translation

from yavar.base.db import transaction
from yavar.base.events import SYSTEM
from yavar.base.events.models import Event
from yavar.channels.families import FAMILIES
from yavar.desk.locales import LOCALES

from .actions import add_policy, change_policy
from .models import Policy
from .terms import HOUR, MINUTE, Match, Step, Targets, Terms

DAY = 24 * HOUR
# families of channels: (first acknowledgement, first answer, next answer), in seconds of working time
PROMISES: dict[str, tuple[int | None, int, int]] = {
    "chat": (None, 30, 2 * MINUTE),
    "mail": (5 * MINUTE, 2 * HOUR, 2 * HOUR),
    "form": (5 * MINUTE, 4 * HOUR, 4 * HOUR),
    "phone": (None, HOUR, HOUR),
    "social": (None, 2 * HOUR, 2 * HOUR),
    "forum": (None, 48 * HOUR, 48 * HOUR),
}


def steps(first: int) -> tuple[Step, ...]:
    """A word to whose it is when a quarter of the time is left, to the supervisors when it is missed."""
    found = [Step(-(first // 4), "notify", ("first", "next"))] if first >= 10 * MINUTE else []
    found += [Step(0, "notify", ("first", "next", "resolution")), Step(0, "alarm", ("first", "next"))]
    return tuple(found) + ((Step(0, "customer", ("first",)),) if first >= HOUR else ())


def _names() -> dict[str, str]:
    return {family: str(words) for family, words in FAMILIES.items()}


def speak(lang: str) -> None:
    """Those that nobody has changed are called in another language: that of a desk's first owner."""
    known: dict[str, str] = {}
    for each in LOCALES:
        with translation.override(each):
            known |= {name: family for family, name in _names().items()}
    with translation.override(lang):
        names = _names()
    for policy in Policy.objects.filter(version=1):
        if policy.name in known and policy.name != names[known[policy.name]]:
            change_policy(policy, name=names[known[policy.name]], by=SYSTEM)


def furnish() -> None:
    """The policies of a desk that has none and never had any. Twice is the same as once."""
    with transaction():
        if not Policy.objects.exists() and not Event.objects.filter(subject_kind="policy").exists():
            add(*PROMISES)


def add(*families: str) -> None:
    """The usual policies of these families of channels."""
    names = _names()
    with transaction():
        for family in families:
            ack, first, following = PROMISES[family]
            targets = Targets(ack=ack, first=first, next=following, resolution=DAY)
            add_policy(names[family], Terms(Match(channels=(family,)), targets, steps(first)), by=SYSTEM)
