"""What customers may read of the promises of a shop: the promise, whether somebody is there, what was reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from yavar.base import clock
from yavar.conversations.models import Inbox
from yavar.desk.models import Brand, RequestType
from yavar.people.hours.counting import Hours, NeverOpen
from yavar.people.hours.queries import hours_of
from yavar.people.models import Calendar

from .choosing import family, terms_of
from .models import Policy, Reached
from .reached import ENOUGH
from .terms import Terms


@dataclass(frozen=True)
class Presence:
    """Whether somebody is there, until when (None: always), and when they are again (None: never, or now)."""

    open: bool
    until: datetime | None = None
    opens: datetime | None = None


@dataclass(frozen=True)
class Published:
    """One promise of a shop. `inboxes` are where it holds; `reached` by kind (first, resolution), where there were enough."""

    policy: Policy
    terms: Terms
    families: tuple[str, ...]
    types: tuple[RequestType, ...]
    inboxes: tuple[Inbox, ...]
    presence: Presence
    hours: Hours
    reached: dict[str, Reached]


def presence(hours: Hours, now: datetime | None = None) -> Presence:
    """How it stands with working hours just now."""
    now = now or clock.now()
    if hours.is_open(now):
        return Presence(True, hours.closes(now))
    try:
        return Presence(False, opens=hours.next_open(now))
    except NeverOpen:
        return Presence(False)


def hours_for(inbox: Inbox) -> Hours:
    """The hours of an inbox: its own calendar's, or the desk's."""
    return hours_of(inbox.calendar or Calendar.objects.filter(main=True).first())


def promises_of(brand: Brand) -> list[Published]:
    """What a shop promises everybody, in the order of its policies: those that are published, on channels it has. What holds only for some customers or
    priorities is nobody's business outside."""
    inboxes = list(Inbox.objects.filter(brand=brand, active=True).select_related("calendar").order_by("pk"))
    types = {each.public_id: each for each in RequestType.objects.filter(brand=brand)}
    main = Calendar.objects.filter(main=True).first()
    figures: dict[int, dict[str, Reached]] = {}
    for each in Reached.objects.filter(number__gte=ENOUGH):
        figures.setdefault(each.policy_id, {})[each.kind] = each
    found = []
    for policy in Policy.objects.filter(active=True).order_by("position", "pk"):
        made = _published(policy, brand, inboxes, types)
        if made is not None:
            terms, here, about = made
            hours = hours_of(here[0].calendar or main)
            families = tuple(dict.fromkeys(family(each.kind) for each in here))
            found.append(Published(policy, terms, families, about, here, presence(hours), hours, figures.get(policy.pk, {})))
    return found


def _published(
    policy: Policy, brand: Brand, inboxes: Sequence[Inbox], types: dict[str, RequestType]
) -> tuple[Terms, tuple[Inbox, ...], tuple[RequestType, ...]] | None:
    """What it says, where, about what; None for what is not to be read outside."""
    terms = terms_of(policy)
    match = terms.match
    for_all = not match.priorities and not match.segments and (not match.brands or brand.public_id in match.brands)
    here = tuple(each for each in inboxes if not match.channels or family(each.kind) in match.channels)
    about = tuple(types[key] for key in match.request_types if key in types)
    if not terms.published or not for_all or not here or (match.request_types and not about) or not (terms.targets.first or terms.targets.resolution):
        return None
    return terms, here, about


def promised_by(inbox: Inbox, request_type: str, now: datetime) -> datetime | None:
    """By when whoever writes into an inbox just now is answered, about a request type (public id, or ''); None when nothing is promised. Of the customer nothing is known."""
    brand = inbox.brand.public_id
    for policy in Policy.objects.filter(active=True).order_by("position", "pk"):
        match, first = terms_of(policy).match, terms_of(policy).targets.first
        asked = [
            (match.channels, family(inbox.kind)),
            (match.brands, brand),
            (match.request_types, request_type),
            (match.priorities, "normal"),
            (match.segments, ""),
        ]
        if all(not wanted or given in wanted for wanted, given in asked):
            try:
                return hours_for(inbox).add(now, timedelta(seconds=first)) if first else None
            except NeverOpen:
                return None
    return None


def general(inbox: Inbox) -> Published | None:
    """What is promised to whoever writes into an inbox, whatever it is about."""
    found = promises_of(inbox.brand)
    return next((each for each in found if not each.types and inbox in each.inboxes and each.terms.targets.first), None)
