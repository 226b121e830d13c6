"""What the inbox fetches."""

import base64
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from yavar.base import clock
from yavar.base.events.models import Event
from yavar.base.problem import Problem
from yavar.conversations.finding import find
from yavar.conversations.models import Draft
from yavar.conversations.notes.timeline import timeline
from yavar.conversations.queries import UnknownView, counts, customer_card, page, rows, rows_by_id, view
from yavar.people.models import Agent
from yavar.realtime.signals import presence
from yavar.realtime.staff import cursor
from yavar.web.ui.bodies import answer, whole_number

from .access import conversation_for, for_agents


def list_of(agent: Agent, name: str, tab: str, before: str) -> dict[str, Any]:
    """A page of a list as the client gets it. Raises UnknownView."""
    at = mark()
    found, more = page(view(agent, name, tab), _read_place(before))
    return {"cursor": at, "rows": rows(agent, found), "next": _place(*more) if more else None, "view": name, "tab": tab}


def mark() -> str:
    """The stream's cursor of this moment. Taken before the reads: what happens meanwhile is told again."""
    return cursor(Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0)


def _place(at: datetime, public_id: str) -> str:
    return base64.urlsafe_b64encode(f"{clock.iso(at)} {public_id}".encode()).decode().rstrip("=")


def _read_place(text: str) -> tuple[datetime, str] | None:
    if not text:
        return None
    try:
        at, public_id = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(" ")
        return datetime.fromisoformat(at), public_id
    except ValueError:
        raise Problem(400, "before.invalid", _("The request isn’t in the expected form."), field="before") from None


@for_agents("GET")
def conversations(request: HttpRequest) -> HttpResponse:
    """A list."""
    try:
        return answer(list_of(request.user, request.GET.get("view", "mine"), request.GET.get("tab", "open"), request.GET.get("before", "")))
    except UnknownView:
        raise Problem(404, "view.unknown", _("This list is not here."), field="view") from None


@for_agents("GET")
def some_rows(request: HttpRequest) -> HttpResponse:
    """Named rows."""
    return answer({"rows": rows_by_id(request.user, [key for key in request.GET.get("ids", "").split(",") if key])})


@for_agents("GET")
def all_counts(request: HttpRequest) -> HttpResponse:
    """The numbers beside the views."""
    return answer(counts(request.user))


@for_agents("GET")
def conversation(request: HttpRequest, public_id: str) -> HttpResponse:
    """One conversation with its person."""
    agent: Agent = request.user
    at = mark()
    found = conversation_for(agent, public_id)
    drafts = {"reply": "", "note": ""} | dict(Draft.objects.filter(agent=agent, conversation=found).values_list("kind", "text"))
    items, before = timeline(found.pk)
    facts = {
        "row": rows(agent, [found])[0], "customer": customer_card(agent, found.customer, apart_from=found.pk), "timeline": {"items": items, "before": before},
        "drafts": drafts, "seen": {"agent": found.agent_seen, "customer": found.customer_seen}, "people": presence.facts(found.public_id), "cursor": at,
    }  # fmt: skip
    return answer(facts)


@for_agents("GET")
def more_timeline(request: HttpRequest, public_id: str) -> HttpResponse:
    """Older or newer items."""
    found = conversation_for(request.user, public_id)
    items, edge = timeline(found.pk, before=whole_number(request, "before"), after=whole_number(request, "after"))
    return answer({"items": items, "before": edge})


@for_agents("GET")
def search(request: HttpRequest) -> HttpResponse:
    """Newest first."""
    return answer({"rows": find(request.user, request.GET.get("q", "")[:200])})
