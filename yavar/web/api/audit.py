"""The audit log: who of the team did what, from where. Read from the diary; sealed by `base.audit`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from yavar.base.events import Actor
from yavar.base.events.models import Event
from yavar.conversations.models import Conversation
from yavar.people.models import Agent, Customer, SignIn, Token
from yavar.webhooks.told import told

from . import answers
from .frame import Doors, Moment, Strict

doors = Doors(tags=["audit"])


MERE_READING = ("conversation.read", "conversation.seen")  # shown when asked for: else they would hide all the rest


class AuditQuery(Strict):
    agent: Annotated[str, Field(max_length=22)] | None = None
    what: Annotated[str, Field(max_length=60, pattern=r"^[a-z_]+(\.[a-z_]+)?$")] | None = None
    since: Moment | None = None
    until: Moment | None = None
    before: Annotated[str, Field(pattern=r"^[0-9]{1,18}$")] | None = None
    size: Annotated[int, Field(ge=1, le=200)] = 50


@doors.door("GET", "/audit", needs="audit.read", shape=answers.Audit)
def list_audit(request: HttpRequest, agent: Agent, query: Query[AuditQuery]) -> Any:
    """What the team did, newest first; by agent, by kind of deed (`agent` or `agent.granted`), by time. Go on with `before` = `next`."""
    found = events_of(query.agent, query.what, query.since, query.until, int(query.before) if query.before else None)[: query.size + 1]
    shown = list(found)
    return {"entries": entries(shown[: query.size]), "next": str(shown[query.size - 1].pk) if len(shown) > query.size else None}


def events_of(agent: str | None, what: str | None, since: datetime | None, until: datetime | None, before: int | None = None) -> Any:
    """What the team did (events with a `via`), newest first."""
    found = Event.objects.exclude(via="").order_by("-pk")
    if agent:
        key = Agent.objects.filter(public_id=agent).values_list("pk", flat=True).first()
        found = found.filter(actor=f"agent:{key or 0}")
    if not what:
        found = found.exclude(name__in=MERE_READING)
    else:
        found = found.filter(name=what) if "." in what else found.filter(name__startswith=f"{what}.")
    if since:
        found = found.filter(pk__gte=first_from(since), at__gte=since)
    if until:
        found = found.filter(pk__lt=first_from(until) + 1000, at__lt=until)
    return found.filter(pk__lt=before) if before else found


def first_from(moment: datetime) -> int:
    """About the first event's id from a moment on, by halving: ids grow with time, so no index on time is paid for."""
    low, high = 0, Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    while low < high:
        middle = (low + high) // 2
        at = Event.objects.filter(pk__gte=middle).order_by("pk").values_list("at", flat=True).first()
        if at is None or at >= moment:
            high = middle
        else:
            low = middle + 1
    return max(0, low - 1000)  # an imported event may stand a little out of order


def entries(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Events as the audit shows them: with names, and the place they were done from. A fixed number of queries for any number."""
    actors = [Actor.parse(event.actor) for event in events]
    agents = Agent.objects.in_bulk({a.id for a in actors if a.kind == "agent"} | {e.subject_id for e in events if e.subject_kind == "agent"})
    talks = dict(Conversation.objects.filter(pk__in={e.subject_id for e in events if e.subject_kind == "conversation"}).values_list("pk", "reference"))
    people = dict(Customer.objects.filter(pk__in={e.subject_id for e in events if e.subject_kind == "customer"}).values_list("pk", "name"))
    ways = {kind: [int(e.via[2:]) for e in events if e.via.startswith(f"{kind}:")] for kind in ("s", "t")}
    sessions, tokens = SignIn.objects.in_bulk(ways["s"]), Token.objects.in_bulk(ways["t"])
    labels: dict[str, Any] = {
        "agent": lambda key: agents[key].name if key in agents else "",
        "conversation": lambda key: f"#{talks.get(key, '')}",
        "customer": lambda key: people.get(key, ""),
    }
    found = []
    for event, actor, words in zip(events, actors, told(events), strict=True):
        doer = agents.get(actor.id) if actor.kind == "agent" else None
        subject = {"kind": event.subject_kind, "label": labels[event.subject_kind](event.subject_id) if event.subject_kind in labels else ""}
        facts = {key: value for key, value in words["data"].items() if key not in ("actor", event.subject_kind)}
        found.append({
            "id": str(event.pk), "at": event.at, "what": event.name, "by": {"kind": actor.kind, "id": doer.public_id if doer else None, "name": doer.name if doer else ""},
            "origin": _origin(event.via, sessions, tokens), "about": subject, "data": facts,
        })  # fmt: skip
    return found


def _origin(via: str, sessions: dict[int, SignIn], tokens: dict[int, Token]) -> dict[str, Any]:
    kind, _colon, key = via.partition(":")
    if kind == "s":
        session = sessions.get(int(key))
        return {"kind": "session", "ip": session.ip if session else "", "browser": session.browser if session else "", "name": ""}
    if kind == "t":
        return {"kind": "token", "ip": "", "browser": "", "name": tokens[int(key)].name if int(key) in tokens else ""}
    return {"kind": "command", "ip": "", "browser": "", "name": ""}
