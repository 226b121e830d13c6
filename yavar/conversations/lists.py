"""The inbox's lists: named ones and saved ones, by keyset along an index, however narrow the viewer's sight is.

A list is a union of branches (policies.branches), put together by `union`. In order of what is due it is two: what has something due, soonest first, and
behind it the rest by newest activity. Where the rest begins, its walk steps over what is due and newer; that much one has read before one gets there.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache, reduce
from operator import or_
from typing import Literal, NamedTuple

import msgspec
from django.db.models import Q

from yavar.people.models import Agent, Team
from yavar.people.team.powers import Powers

from . import union
from .filters import Filter, condition, key_of, tagged
from .models import DUE, Conversation, Inbox, SavedView, Tag
from .policies import branches, is_standing, standing
from .queries import CAP

PAGE = 50
NAMES = ("mine", "unassigned", "all", "snoozed")
OWN = ("mentions", "following", "drafts")  # what an agent has to do with: a few, or some thousands
TABS = {"open": "open", "waiting": "snoozed", "done": "resolved"}
Order = Literal["newest", "due"]
Parts = Sequence[union.Part]


class List(NamedTuple):
    """What is read by newest activity, and what is read before it, soonest due first (None: not in that order)."""

    newest: Parts
    due: Parts | None = None


class Place(NamedTuple):
    """Where a page ended: last_at and public id of its last row; `due`: among what has something due, so its due_at."""

    at: datetime
    id: str
    due: bool = False


class UnknownView(LookupError):
    """A list nobody has heard of."""


def view(agent: Agent, name: str, tab: str = "open", order: Order = "newest") -> List:
    """A named list. Raises UnknownView."""
    status = TABS.get(tab)
    if status is None:
        raise UnknownView(tab)
    kind, _colon, key = name.partition(":")
    if kind == "view" and key:
        saved = SavedView.objects.filter(Q(owner=agent) | Q(owner__isnull=True), public_id=key).first()
        if saved is None:
            raise UnknownView(name)
        return filtered(agent, msgspec.convert(saved.filter, Filter), order)
    if name == "snoozed" or (status != Conversation.Status.OPEN and name != "drafts"):
        order = "newest"  # nothing is due there
    if kind == "tag" or not is_standing(agent):
        return narrowed(agent, _named(agent, name, kind, key, status), order)  # depends on what there is at the moment
    return _standing(agent.powers, agent.pk, name, status, order)


def filtered(agent: Agent, given: Filter, order: Order = "newest") -> List:
    """What fits a filter. One that asks for what is due comes in that order, always: no index has it in another."""
    chosen = condition(given, agent)
    if given.due is not None:
        return List([], union.parts((branch & chosen for branch in branches(agent)), soonest=True))
    return narrowed(agent, chosen, order if given.status in ("open", None) else "newest")


@lru_cache(maxsize=5000)
def _standing(powers: Powers, agent_key: int, name: str, status: str, order: Order) -> List:
    """A list that follows from somebody's rights alone: made once, since making it is three quarters of an answer."""
    agent = standing(agent_key, powers)
    return narrowed(agent, _named(agent, name, *name.partition(":")[::2], status), order)


def narrowed(agent: Agent, chosen: Q, order: Order = "newest") -> List:
    """What of a condition an agent may see."""
    seen = [branch & chosen for branch in branches(agent)]
    if order == "newest":
        return List(union.parts(seen))
    return List(union.parts(each & ~DUE for each in seen), union.parts(seen, soonest=True))


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
    """Up to `size` in the list's order, and the place where the next page begins."""
    after = None
    if before is not None:
        after = before.at, Conversation.objects.filter(public_id=before.id).values_list("pk", flat=True).first() or 0
    due: list[int] = []
    if found.due is not None and (before is None or before.due):
        due, after = union.keys(found.due, size + 1, after, soonest=True), None
    rest = union.keys(found.newest, size + 1 - len(due), after) if len(due) <= size else []
    wanted = [*due, *rest]
    rows = union.load(wanted[:size])
    if len(wanted) <= size or not rows:
        return rows, None
    if len(due) >= size:
        for row in reversed(rows):
            if row.due_at is not None:  # else it was answered between the two statements
                return rows, Place(row.due_at, row.public_id, True)
    return rows, Place(rows[-1].last_at, rows[-1].public_id)


def count(found: List, cap: int = CAP) -> int:
    """How many there are, counted up to `cap`."""
    return min(cap, union.count(found.newest, cap) + (union.count(found.due, cap) if found.due is not None else 0))


def counts(agent: Agent) -> dict[str, int]:
    """How many stand in each list."""
    parts = [_to_count(agent.powers, agent.pk, name) if is_standing(agent) else _selected(agent, name) for name in (*NAMES, *OWN)]
    return dict(zip((*NAMES, *OWN), union.counts(parts, CAP), strict=True))


@lru_cache(maxsize=5000)
def _to_count(powers: Powers, agent_key: int, name: str) -> Parts:
    return _selected(standing(agent_key, powers), name)


def _selected(agent: Agent, name: str) -> Parts:
    """What a list holds, in no order: of the few that are OWN each is looked up once, whichever branch it is seen by."""
    chosen, seen = _named(agent, name, name, "", "open"), branches(agent)
    return union.parts([reduce(or_, seen) & chosen] if seen and name in OWN else [branch & chosen for branch in seen])
