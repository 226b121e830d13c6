"""The inbox's lists: named ones and saved ones, by keyset along an index, however narrow the viewer's sight is.

A list is a union of branches (policies.branches), put together by `union`.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db.models import Q, QuerySet

from yavar.people.models import Agent, Team

from . import union
from .filters import Filter, condition, key_of, tagged
from .models import Conversation, Inbox, SavedView, Tag
from .policies import branches
from .queries import CAP

PAGE = 50
TABS = {"open": "open", "waiting": "snoozed", "done": "resolved"}
List = list[QuerySet[Conversation]]
Place = tuple[datetime, str]  # last_at and public id of the last row of a page


class UnknownView(LookupError):
    """A list nobody has heard of."""


def view(agent: Agent, name: str, tab: str = "open", sight: Sequence[Q] | None = None) -> List:
    """A named list. `sight` saves asking for the agent's branches again. Raises UnknownView."""
    status = TABS.get(tab)
    if status is None:
        raise UnknownView(tab)
    kind, _colon, key = name.partition(":")
    if kind == "view" and key:
        saved = SavedView.objects.filter(Q(owner=agent) | Q(owner__isnull=True), public_id=key).first()
        if saved is None:
            raise UnknownView(name)
        chosen = condition(msgspec.convert(saved.filter, Filter), agent)
    else:
        chosen = _named(agent, name, kind, key, status)
    return narrowed(agent, chosen, sight)


def narrowed(agent: Agent, chosen: Q, sight: Sequence[Q] | None = None) -> List:
    """What of a condition an agent may see."""
    return [Conversation.objects.filter(branch & chosen) for branch in (branches(agent) if sight is None else sight)]


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
    cut: List = found
    if before is not None:
        at, public = before
        key = Conversation.objects.filter(public_id=public).values_list("pk", flat=True).first() or 0
        # the first condition says nothing new, but there the index begins: the OR alone would be tried on every row from the newest on
        cut = [each.filter(Q(last_at__lte=at) & (Q(last_at__lt=at) | Q(pk__lt=key))) for each in found]
    rows = union.first(cut, size + 1)
    more = rows[size - 1] if len(rows) > size else None
    return rows[:size], (more.last_at, more.public_id) if more else None


def count(found: List, cap: int = CAP) -> int:
    """How many there are, counted up to `cap`."""
    return union.count(found, cap)


def counts(agent: Agent) -> dict[str, int]:
    """How many stand in each list."""
    sight = branches(agent)
    return {name: count(view(agent, name, sight=sight)) for name in ("mine", "unassigned", "mentions", "following", "all", "snoozed", "drafts")}
