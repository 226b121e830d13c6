"""The inbox's lists: named ones and saved ones, by keyset along an index, however narrow the viewer's sight is.

A list is a union of branches (policies.branches): each is read along its own index and cut, then they are put together in one statement.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import connection
from django.db.models import Q, QuerySet

from yavar.people.models import Agent

from .filters import Filter, condition
from .models import Conversation, SavedView
from .policies import branches
from .queries import FOR_ROWS

PAGE = 50
CAP = 1000  # a count above is said as "999+"
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
        return found & Q(pk__in=Conversation.tags.through.objects.filter(tag__public_id=key).values("conversation"))
    if kind in ("inbox", "team") and key:
        return found & Q(**{f"{kind}__public_id": key})
    raise UnknownView(name)


def page(found: List, before: Place | None = None, size: int = PAGE) -> tuple[list[Conversation], Place | None]:
    """Up to `size`, newest activity first, and the place where the next page begins."""
    cut: List = found
    if before is not None:
        at, public = before
        key = Conversation.objects.filter(public_id=public).values_list("pk", flat=True).first() or 0
        cut = [each.filter(Q(last_at__lt=at) | Q(last_at=at, pk__lt=key)) for each in found]
    if len(cut) == 1:
        rows = list(cut[0].select_related(*FOR_ROWS).order_by("-last_at", "-pk")[: size + 1])
    else:
        keys = _union([each.order_by("-last_at", "-pk").values_list("last_at", "pk")[: size + 1] for each in cut], size + 1)
        rows = list(Conversation.objects.filter(pk__in=keys).select_related(*FOR_ROWS).order_by("-last_at", "-pk"))
    more = rows[size - 1] if len(rows) > size else None
    return rows[:size], (more.last_at, more.public_id) if more else None


def count(found: List, cap: int = CAP) -> int:
    """How many there are, counted up to `cap`."""
    if len(found) == 1:
        return found[0].order_by()[:cap].count()
    return len(_union([each.order_by().values_list("last_at", "pk")[:cap] for each in found], cap))


def counts(agent: Agent) -> dict[str, int]:
    """How many stand in each list."""
    sight = branches(agent)
    return {name: count(view(agent, name, sight=sight)) for name in ("mine", "unassigned", "mentions", "following", "all", "snoozed", "drafts")}


def _union(parts: Sequence[QuerySet[Conversation, tuple[datetime, int]]], size: int) -> list[int]:
    """Keys of the newest `size` of several cut selections of (last_at, pk). Django cannot cut the parts of a union on SQLite, hence this."""
    if not parts:
        return []
    statements, values = zip(*(part.query.sql_with_params() for part in parts), strict=True)
    union = " UNION ".join(f"SELECT * FROM ({statement}) AS part{index}" for index, statement in enumerate(statements))
    with connection.cursor() as cursor:
        cursor.execute(f"{union} ORDER BY 1 DESC, 2 DESC LIMIT {size}", [value for part in values for value in part])
        return [row[1] for row in cursor.fetchall()]
