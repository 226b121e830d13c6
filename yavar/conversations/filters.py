"""A filter over conversations: what the API's list takes and what a saved view keeps. Only shapes that an index serves."""

from typing import Annotated, Literal

import msgspec
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yavar.base.problem import Problem
from yavar.desk.fields import folded
from yavar.desk.models import FieldDefinition
from yavar.people.models import Agent

from .models import Conversation, ConversationValue

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
    fields: dict[Annotated[str, msgspec.Meta(max_length=40)], str | int | float | bool] = {}


def condition(given: Filter, agent: Agent) -> Q:
    """The filter as a condition, seen by `agent`. Raises Problem 400 for a field that does not exist or is not ticked "filter"."""
    found = Q(status=given.status) if given.status else ~Q(status=Conversation.Status.MERGED)
    if given.assignee is not None:
        found &= (
            Q(assignee=agent.pk) if given.assignee == "me" else Q(assignee__isnull=True) if given.assignee == "none" else Q(assignee__public_id=given.assignee)
        )
    if given.team is not None:
        found &= Q(team__isnull=True) if given.team == "none" else Q(team__public_id=given.team)
    for name, path in (("inbox", "inbox"), ("brand", "inbox__brand"), ("request_type", "request_type"), ("customer", "customer")):
        key = getattr(given, name)
        if key is not None:
            found &= Q(**{f"{path}__public_id": key})
    if given.tag is not None:
        found &= Q(pk__in=Conversation.tags.through.objects.filter(tag__public_id=given.tag).values("conversation"))
    if given.priority:
        found &= Q(priority__in=given.priority)
    for key, value in given.fields.items():
        found &= _field(key, value)
    return found


def _field(key: str, value: str | int | float | bool) -> Q:
    definition = FieldDefinition.objects.filter(on="conversation", key=key, filter=True, active=True).first()
    if definition is None:
        raise Problem(400, "field.no_filter", _("Lists can’t be filtered by this field."), field=f"fields.{key}")
    return Q(pk__in=ConversationValue.objects.filter(definition=definition, folded=folded(definition, value)).values("conversation"))
