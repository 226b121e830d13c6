"""The inbox's lists: named ones and saved ones, by keyset along an index, however narrow the viewer's sight is.

A list is a union of branches (policies.branches), put together by `union`.
"""

from datetime import datetime
from functools import lru_cache

import msgspec
from django.db.models import Q

from yavar.people.models import Agent, Team
from yavar.people.team.powers import Powers

from . import union
from .filters import Filter, condition, key_of, tagged
from .models import Conversation, Inbox, SavedView, Tag
from .policies import READ, branches
from .queries import CAP

PAGE = 50
TABS = {"open": "open", "waiting": "snoozed", "done": "resolved"}
List = list[union.Part]
Place = tuple[datetime, str]  # last_at and public id of the last row of a page


class UnknownView(LookupError):
    """A list nobody has heard of."""


def view(agent: Agent, name: str, tab: str = "open") -> List:
    """A named list. Raises UnknownView."""
    status = TABS.get(tab)
    if status is None:
        raise UnknownView(tab)
    kind, _colon, key = name.partition(":")
    if kind == "view" and key:
        saved = SavedView.objects.filter(Q(owner=agent) | Q(owner__isnull=True), public_id=key).first()
        if saved is None:
            raise UnknownView(name)
        return narrowed(agent, condition(msgspec.convert(saved.filter, Filter), agent))
    if kind == "tag" or any(held.scope == "brand" for held in agent.powers.within(READ)):
        return narrowed(agent, _named(agent, name, kind, key, status))  # depends on what there is at the moment
    return list(_standing(agent.powers, agent.pk, name, status))


@lru_cache(maxsize=5000)
def _standing(powers: Powers, agent_key: int, name: str, status: str) -> tuple[union.Part, ...]:
    """A list that follows from somebody's rights alone: made once, since making it is three quarters of an answer."""
    agent = Agent(pk=agent_key)
    agent.__dict__["powers"] = powers
    return tuple(narrowed(agent, _named(agent, name, *name.partition(":")[::2], status)))


def narrowed(agent: Agent, chosen: Q) -> List:
    """What of a condition an agent may see."""
    return union.parts(branch & chosen for branch in branches(agent))


def _named(agent: Agent, name: str, kind: str, key: str, status: str) -> Q:
    found = Q(status=status)
    named = {
        "all": Q(), "mine": Q(assignee=agent.pk), "unassigned": Q(assignee__isnull=True),
        "mentions": Q(pk__in=agent.mention_set.values("conversation")), "following": Q(pk__in=Conversation.followers.through.objects.filter(agent=agent).values("conversation")),
    }  # fmt: skip
    if name == "drafts":
        return ~Q(status=Conversation.Status.MERGED) & Q(pk__in=agent.draft_set.values("conversation"))
    if name == "snoozed":
        return Q(status="snoozed")
    if name in named:
        return found & named[name]
    if kind == "tag" and key:
        return found & tagged(key_of(Tag, key))
    if kind in ("inbox", "team") and key:
        return found & Q(**{kind: key_of(Inbox if kind == "inbox" else Team, key)})
    raise UnknownView(name)


def page(found: List, before: Place | None = None, size: int = PAGE) -> tuple[list[Conversation], Place | None]:
    """Up to `size`, newest activity first, and the place where the next page begins."""
    after = None
    if before is not None:
        at, public = before
        after = at, Conversation.objects.filter(public_id=public).values_list("pk", flat=True).first() or 0
    rows = union.first(found, size + 1, after)
    more = rows[size - 1] if len(rows) > size else None
    return rows[:size], (more.last_at, more.public_id) if more else None


def count(found: List, cap: int = CAP) -> int:
    """How many there are, counted up to `cap`."""
    return union.count(found, cap)


def counts(agent: Agent) -> dict[str, int]:
    """How many stand in each list."""
    return {name: count(view(agent, name)) for name in ("mine", "unassigned", "mentions", "following", "all", "snoozed", "drafts")}
