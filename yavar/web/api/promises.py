"""When somebody is there, and how fast one answers: calendars and policies."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from yavar.base.problem import Problem
from yavar.conversations.models import Conversation, Tag
from yavar.desk.models import Brand, RequestType
from yavar.flow.sla import actions
from yavar.flow.sla.choosing import terms_of
from yavar.flow.sla.models import Policy
from yavar.flow.sla.terms import LONGEST, Terms
from yavar.people.hours import actions as hours
from yavar.people.hours.queries import rules_of
from yavar.people.hours.rules import Rules
from yavar.people.models import Agent, Calendar, Team

from .frame import Doors, Strict
from .reading import here, one

doors = Doors(tags=["promises"])
MAY = "setting.manage"
PublicId = Annotated[str, Field(min_length=1, max_length=22)]
PublicIds = Annotated[list[PublicId], Field(max_length=100)]
Name = Annotated[str, Field(min_length=1, max_length=60)]
Version = Annotated[int, Field(ge=1, le=10**9)]
Spells = Annotated[list[Annotated[list[int], Field(min_length=2, max_length=2)]], Field(max_length=8)]
Kind = Literal["ack", "first", "next", "resolution", "ownership"]
Seconds = Annotated[int, Field(ge=1, le=LONGEST)]


class OwnDay(Strict):
    name: Annotated[str, Field(max_length=80)] = ""
    spells: Spells | None = None


class CalendarRules(Strict):
    zone: Annotated[str, Field(max_length=60)]
    week: dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], Spells] = {}
    country: Annotated[str, Field(max_length=2)] = ""
    days: Annotated[dict[Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")], OwnDay], Field(max_length=400)] = {}


class NewCalendar(Strict):
    name: Name
    rules: CalendarRules


class ChangeCalendar(Strict):
    name: Name | None = None
    rules: CalendarRules | None = None
    version: Version | None = None


class PolicyMatch(Strict):
    channels: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=20)] = []
    brands: PublicIds = []
    request_types: PublicIds = []
    priorities: Annotated[list[Literal["low", "normal", "high", "urgent"]], Field(max_length=4)] = []
    segments: PublicIds = []


class PolicyTargets(Strict):
    ack: Seconds | None = None
    first: Seconds | None = None
    next: Seconds | None = None
    resolution: Seconds | None = None
    ownership: Seconds | None = None


class PolicyStep(Strict):
    at: Annotated[int, Field(ge=-LONGEST, le=LONGEST)]
    do: Literal["notify", "alarm", "priority", "team", "tag", "customer"]
    kinds: Annotated[list[Kind], Field(max_length=5)] = ["first", "next", "resolution", "ownership"]
    to: Annotated[str, Field(max_length=22)] = ""


class PolicyTerms(Strict):
    match: PolicyMatch = PolicyMatch()
    targets: PolicyTargets
    steps: Annotated[list[PolicyStep], Field(max_length=20)] = []
    pauses: bool = True
    published: bool = True
    words: dict[Literal["fa", "ru", "en"], Annotated[str, Field(max_length=2000)]] = {}


class NewPolicy(Strict):
    name: Name
    terms: PolicyTerms
    active: bool = True


class ChangePolicy(Strict):
    name: Name | None = None
    terms: PolicyTerms | None = None
    active: bool | None = None
    version: Version | None = None


class PolicyOrder(Strict):
    ids: PublicIds


@dataclass
class CalendarFacts:
    id: str
    name: str
    main: bool
    version: int
    rules: CalendarRules


@dataclass
class PolicyFacts:
    id: str
    name: str
    active: bool
    version: int
    terms: PolicyTerms


def calendar_facts(calendar: Calendar) -> dict[str, Any]:
    """A calendar as it is now."""
    rules = msgspec.to_builtins(rules_of(calendar))
    days = {date: {"name": "", "spells": None, **own} for date, own in rules["days"].items()}
    return {"id": calendar.public_id, "name": calendar.name, "main": calendar.main, "version": calendar.version, "rules": {**rules, "days": days}}


def policy_facts(policy: Policy) -> dict[str, Any]:
    """A policy with all of its terms, also those it leaves at what is usual."""
    terms = PolicyTerms(**msgspec.to_builtins(terms_of(policy)))
    return {"id": policy.public_id, "name": policy.name, "active": policy.active, "version": policy.version, "terms": terms.model_dump()}


def rules_given(given: CalendarRules) -> Rules:
    """Rules as the room has them."""
    return msgspec.convert(given.model_dump(), Rules)


def terms_given(given: PolicyTerms) -> Terms:
    """Terms as the room has them. Raises Problem 422 for what is named and not there."""
    for model, keys in ((Brand, given.match.brands), (RequestType, given.match.request_types), (Tag, given.match.segments)):
        for key in keys:
            one(model, key)
    for step in given.steps:
        if step.do in ("team", "tag") and step.to:
            one(Team if step.do == "team" else Tag, step.to)
        if step.do == "priority" and step.to and step.to not in Conversation.Priority.values:
            raise Problem(422, "priority.unknown", _("The request isn’t in the expected form."), field="to")
    return msgspec.convert(given.model_dump(), Terms)


@doors.door("GET", "/calendars", needs=MAY, shape=list[CalendarFacts])
def list_calendars(request: HttpRequest, agent: Agent) -> Any:
    """Working hours: the desk's own first. Teams and inboxes may have others (`calendar` of theirs)."""
    hours.main_calendar()
    return [calendar_facts(each) for each in Calendar.objects.order_by("-main", "name")]


@doors.door("POST", "/calendars", needs=MAY, shape=CalendarFacts, status=201)
def create_calendar(request: HttpRequest, agent: Agent, given: NewCalendar) -> Any:
    """Another calendar. It holds for whom it is given to: a team before an inbox before the desk."""
    return calendar_facts(hours.add_calendar(given.name, rules_given(given.rules), by=agent.actor))


@doors.door("PATCH", "/calendars/{id}", needs=MAY, shape=CalendarFacts)
def change_calendar(request: HttpRequest, agent: Agent, id: str, given: ChangeCalendar) -> Any:
    """Rename it, or give it other rules as a whole: then it has a new version, and open promises are reckoned anew. With `version`: 409 `calendar.stale` when
    somebody was faster."""
    rules = rules_given(given.rules) if given.rules else None
    return calendar_facts(hours.change_calendar(here(Calendar, id), name=given.name, rules=rules, version=given.version, by=agent.actor))


@doors.door("DELETE", "/calendars/{id}", needs=MAY)
def remove_calendar(request: HttpRequest, agent: Agent, id: str) -> None:
    """Take it away: whoever had it has the next one, and the desk's own stays (409)."""
    hours.remove_calendar(here(Calendar, id), by=agent.actor)


@doors.door("GET", "/policies", needs=MAY, shape=list[PolicyFacts])
def list_policies(request: HttpRequest, agent: Agent) -> Any:
    """What is promised, in the order in which it is tried: of the active ones that match a conversation the first holds."""
    return [policy_facts(each) for each in Policy.objects.order_by("position", "pk")]


@doors.door("POST", "/policies", needs=MAY, shape=PolicyFacts, status=201)
def create_policy(request: HttpRequest, agent: Agent, given: NewPolicy) -> Any:
    """Promise something more. It is tried after all others."""
    return policy_facts(actions.add_policy(given.name, terms_given(given.terms), active=given.active, by=agent.actor))


@doors.door("PUT", "/policies/order", needs=MAY)
def order_policies(request: HttpRequest, agent: Agent, given: PolicyOrder) -> None:
    """From now on they are tried in this order; those that are not named come after them."""
    actions.order_policies([one(Policy, key) for key in dict.fromkeys(given.ids)], by=agent.actor)


@doors.door("PATCH", "/policies/{id}", needs=MAY, shape=PolicyFacts)
def change_policy(request: HttpRequest, agent: Agent, id: str, given: ChangePolicy) -> Any:
    """Rename it, switch it, or give it other terms as a whole; open promises are reckoned anew. With `version`: 409 `policy.stale` when somebody was faster."""
    terms = terms_given(given.terms) if given.terms else None
    return policy_facts(actions.change_policy(here(Policy, id), name=given.name, terms=terms, active=given.active, version=given.version, by=agent.actor))


@doors.door("DELETE", "/policies/{id}", needs=MAY)
def remove_policy(request: HttpRequest, agent: Agent, id: str) -> None:
    """Nothing is promised by it any more; its conversations fall under the next one that matches."""
    actions.remove_policy(here(Policy, id), by=agent.actor)
