"""What a macro does: a list of the core's own verbs, kept as data and done by them alone."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from django.db.models import Model, QuerySet

from yavar.base import clock
from yavar.desk import settings
from yavar.desk.models import RequestType
from yavar.people.models import Agent

from .. import actions as verbs
from ..models import Tag
from ..policies import teams_of

Key = Annotated[str, msgspec.Meta(min_length=1, max_length=22)]
Tags = Annotated[tuple[Key, ...], msgspec.Meta(max_length=50)]
Step = Callable[[int], object]
ASSIGN, EDIT = "conversation.assign", "conversation.edit"
MORNING = time(9)


class Actions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Keys are public ids; `me`, `nobody` and `none` are words for people and teams. None: stays as it is."""

    assignee: Key | None = None  # an agent, me, or nobody
    team: Key | None = None  # a team, or none
    priority: Literal["low", "normal", "high", "urgent"] | None = None
    add_tags: Tags = ()
    remove_tags: Tags = ()
    request_type: Key | None = None  # a request type, or none
    then: Literal["", "resolve", "snooze_reply", "snooze_day"] = ""

    def rights(self) -> list[str]:
        """The rights that its verbs need."""
        assigns = self.assignee is not None or self.team is not None
        edits = msgspec.structs.replace(self, assignee=None, team=None) != NOTHING
        return [right for right, needed in ((ASSIGN, assigns), (EDIT, edits)) if needed]


NOTHING = Actions()


class Gone(LookupError):
    """What the part `part` of some actions names is not here any more, or not for this agent."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def read(stored: Mapping[str, Any]) -> Actions:
    """Actions as they are kept, or as they came in. Raises msgspec.ValidationError."""
    return msgspec.convert(stored, Actions)


def steps(actions: Actions, *, by: Agent) -> list[Step]:
    """Each action as a verb that takes the conversation's key; nothing is done yet. The status comes last, as a person would do it. Raises Gone."""
    found: list[Step] = []
    if actions.request_type is not None:
        kind = None if actions.request_type == "none" else _one("request_type", RequestType.objects.all(), actions.request_type)
        found.append(partial(verbs.set_request_type, kind=kind, by=by))
    if actions.add_tags or actions.remove_tags:
        on, off = ([_one(part, Tag.objects.all(), key) for key in getattr(actions, part)] for part in ("add_tags", "remove_tags"))
        found.append(partial(verbs.tag, add=on, remove=off, by=by))
    if actions.priority is not None:
        found.append(partial(verbs.prioritise, priority=actions.priority, by=by))
    if actions.team is not None:
        team = None if actions.team == "none" else _one("team", teams_of(by, ASSIGN), actions.team)
        found.append(partial(verbs.give_to_team, team=team, by=by))
    if actions.assignee is not None:
        words: dict[str, Agent | None] = {"me": by, "nobody": None}
        agent = words[actions.assignee] if actions.assignee in words else _one("assignee", Agent.objects.filter(is_active=True), actions.assignee)
        found.append(partial(verbs.assign, agent=agent, by=by))
    if actions.then == "resolve":
        found.append(partial(verbs.resolve, by=by))
    elif actions.then:
        until = next_morning(settings.read().time_zone) if actions.then == "snooze_day" else None
        found.append(partial(verbs.snooze, until=until, by=by))
    return found


def _one(part: str, among: "QuerySet[Any]", public_id: str) -> Any:
    found: Model | None = among.filter(public_id=public_id).first()
    if found is None:
        raise Gone(part)
    return found


def next_morning(zone: str) -> datetime:
    """9:00 of tomorrow in an IANA zone, as UTC."""
    here = ZoneInfo(zone)
    tomorrow = clock.now().astimezone(here).date() + timedelta(days=1)
    return datetime.combine(tomorrow, MORNING, here).astimezone(UTC)
