"""A filter over conversations: what the API's list takes and what a saved view keeps. Only shapes that an index serves."""

import time
from datetime import timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec
from django.db import connection
from django.db.models import Exists, F, Lookup, Model, OuterRef, Q, QuerySet, Value
from django.db.models.lookups import Exact, In
from django.utils.translation import gettext_lazy as _

from yavar.base import clock
from yavar.base.db import is_sqlite
from yavar.base.problem import Problem
from yavar.desk.fields import folded
from yavar.desk.models import FieldDefinition, RequestType
from yavar.people.customers.queries import with_merged
from yavar.people.models import Agent, Customer, Team

from .models import Conversation, ConversationTag, ConversationValue, Inbox, Tag

SOON = timedelta(hours=1)
# how many conversations have a tag, by engine, measured on a list of a million: up to FEW they are looked up and sorted; beyond, the list is walked until there are
# enough, and each of its rows is looked for among all that have the tag (put together first), or, of more than MANY, in the table of all tags
FEW, MANY = {"sqlite": 1000, "postgresql": 2000}, {"sqlite": 10_000, "postgresql": 20_000}

Key = Annotated[str, msgspec.Meta(max_length=22)]
Status = Literal["open", "snoozed", "resolved"]


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All conditions hold together; within a list any of its values will do. Keys are public ids; `me` and `none` are words for people."""

    status: Status | None = "open"
    assignee: Key | None = None  # an agent, me, or none
    team: Key | None = None  # a team, or none
    inbox: Key | None = None
    brand: Key | None = None
    tag: Key | None = None
    priority: tuple[Literal["low", "normal", "high", "urgent"], ...] = ()
    request_type: Key | None = None
    customer: Key | None = None
    due: Literal["soon", "late"] | None = None  # what is promised within the hour or was before now; only the latter. Of open ones, by their nature
    fields: dict[Annotated[str, msgspec.Meta(max_length=40)], str | int | float | bool] = {}


def condition(given: Filter, agent: Agent) -> Q:
    """The filter as a condition, seen by `agent`. Raises Problem 400 for a field that does not exist or is not ticked "filter"."""
    found = Q(status=given.status) if given.status else ~Q(status=Conversation.Status.MERGED)
    if given.assignee is not None:
        mine, nobody = given.assignee == "me", given.assignee == "none"
        found &= Q(assignee=agent.pk) if mine else Q(assignee__isnull=True) if nobody else Q(assignee=key_of(Agent, given.assignee))
    if given.team is not None:
        found &= Q(team__isnull=True) if given.team == "none" else Q(team=key_of(Team, given.team))
    if given.inbox is not None:
        found &= Q(inbox=key_of(Inbox, given.inbox))
    if given.brand is not None:
        found &= Q(inbox__in=list(Inbox.objects.filter(brand__public_id=given.brand).values_list("pk", flat=True)))
    if given.request_type is not None:
        found &= Q(request_type=key_of(RequestType, given.request_type))
    if given.customer is not None:
        found &= Q(customer__in=with_merged(key_of(Customer, given.customer)))
    if given.tag is not None:
        found &= tagged(key_of(Tag, given.tag))
    if given.priority:
        found &= Q(priority__in=given.priority)
    if given.due is not None:
        found &= Q(due_at__lt=clock.now() + (SOON if given.due == "soon" else timedelta()))
    for key, value in given.fields.items():
        found &= _field(key, value)
    return found


def key_of(model: type[Model], public_id: str) -> int:
    """The key behind a public id, 0 for none: a number in the condition lets either engine see which index it means."""
    return model._default_manager.filter(public_id=public_id).values_list("pk", flat=True).first() or 0


def tagged(tag: int) -> Q:
    """Conversations with a tag, in the way that suits their number."""
    links = ConversationTag.objects.filter(tag=tag)
    few, many = FEW[connection.vendor], MANY[connection.vendor]
    number = number_of(tag, many + 1, int(time.monotonic() // 60))
    if number <= few and len(keys := list(links.values_list("conversation", flat=True)[: few + 1])) <= few:  # it may have grown since
        return Q(pk__in=keys)
    if number <= many:
        return Q(_among(links.values("conversation")))
    return Q(Exists(links.filter(conversation=OuterRef("pk"))))


@lru_cache(maxsize=1000)
def number_of(tag: int, most: int, minute: int) -> int:
    """How many conversations have a tag, counted up to `most` and once in a minute: it chooses the way only."""
    return ConversationTag.objects.filter(tag=tag)[:most].count()


def _among(keys: QuerySet[Any]) -> "Lookup[Any]":
    """Written so that the engine puts the keys together first and walks the list: no index of SQLite knows a sum, and PostgreSQL makes a join of what stands by itself only."""
    return In(F("pk") + 0, keys) if is_sqlite() else Exact(In(F("pk"), keys), Value(True))


def _field(key: str, value: str | int | float | bool) -> Q:
    definition = FieldDefinition.objects.filter(on="conversation", key=key, filter=True, active=True).first()
    if definition is None:
        raise Problem(400, "field.no_filter", _("Lists can’t be filtered by this field."), field=f"fields.{key}")
    return Q(pk__in=ConversationValue.objects.filter(definition=definition, folded=folded(definition, value)).values("conversation"))
