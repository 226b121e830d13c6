"""Tags and saved views."""

from typing import Annotated, Any

import msgspec
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from yavar.base.named import by_name
from yavar.base.problem import Problem
from yavar.conversations import lists, setup
from yavar.conversations.filters import Filter, condition
from yavar.conversations.models import SavedView, Tag
from yavar.conversations.policies import inboxes_of
from yavar.people.models import Agent

from . import answers
from .frame import Doors, Strict, denied
from .reading import here

doors = Doors(tags=["tags and views"])
MOST_COUNTED, MANY = 30, 100


class NewTag(Strict):
    name: Annotated[str, Field(max_length=200)]


class ChangeTag(Strict):
    name: Annotated[str, Field(max_length=60)] | None = None
    hue: Annotated[int, Field(ge=1, le=6)] | None = None


class ViewGiven(Strict):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    filter: dict[str, Any]
    shared: bool = False


def tag_facts(tag: Tag) -> dict[str, Any]:
    """A tag as clients get it."""
    return {"id": tag.public_id, "name": tag.name, "hue": tag.hue}


def view_facts(view: SavedView) -> dict[str, Any]:
    """A saved view."""
    return {"id": view.public_id, "name": view.name, "shared": view.owner_id is None, "filter": view.filter}


def views_of(agent: Agent) -> list[SavedView]:
    """An agent's own views and everybody's."""
    return list(SavedView.objects.filter(Q(owner=agent) | Q(owner__isnull=True)).order_by("position", "pk")[:200])


@doors.door("GET", "/tags", needs="conversation.read", shape=list[answers.TagFacts])
def list_tags(request: HttpRequest, agent: Agent) -> Any:
    """All tags, by name."""
    return [tag_facts(tag) for tag in by_name(Tag.objects.order_by("name")[:500])]


@doors.door("POST", "/tags", needs="conversation.edit", shape=answers.TagFacts, status=201)
def create_tag(request: HttpRequest, agent: Agent, given: NewTag) -> Any:
    """Make a tag, or find the one that is spelled so."""
    return tag_facts(setup.make_tag(given.name))


@doors.door("PATCH", "/tags/{id}", needs="tag.manage", shape=answers.TagFacts)
def change_tag(request: HttpRequest, agent: Agent, id: str, given: ChangeTag) -> Any:
    """Rename or recolour a tag, everywhere at once."""
    return tag_facts(setup.change_tag(here(Tag, id), by=agent.actor, name=given.name, hue=given.hue))


@doors.door("DELETE", "/tags/{id}", needs="tag.manage")
def remove_tag(request: HttpRequest, agent: Agent, id: str) -> None:
    """Take a tag off every conversation, and away."""
    setup.remove_tag(here(Tag, id), by=agent.actor)


@doors.door("GET", "/views", needs="conversation.read", shape=list[answers.ViewFacts])
def list_views(request: HttpRequest, agent: Agent) -> Any:
    """Your saved views and those shared with everyone. A list of one is `GET /conversations?view=view:<id>`."""
    return [view_facts(view) for view in views_of(agent)]


@doors.door("GET", "/views/counts", needs="conversation.read", shape=dict[str, int])
def count_views(request: HttpRequest, agent: Agent) -> Any:
    """How many open conversations stand in each saved view (`view:<id>`) and in each inbox (`inbox:<id>`), counted up to 100."""
    names = [f"view:{view.public_id}" for view in views_of(agent)[:MOST_COUNTED]] + [f"inbox:{inbox.public_id}" for inbox in inboxes_of(agent)]
    return {name: lists.count(lists.view(agent, name), MANY) for name in names}


@doors.door("POST", "/views", needs="conversation.read", shape=answers.ViewFacts, status=201)
def create_view(request: HttpRequest, agent: Agent, given: ViewGiven) -> Any:
    """Save a filter under a name. `filter` has the fields of the list's query; sharing needs view.share."""
    return view_facts(_save(agent, given, None))


@doors.door("PUT", "/views/{id}", needs="conversation.read", shape=answers.ViewFacts)
def change_view(request: HttpRequest, agent: Agent, id: str, given: ViewGiven) -> Any:
    """Change a view of yours, or (with view.share) one that is shared."""
    return view_facts(_save(agent, given, _view(agent, id)))


@doors.door("DELETE", "/views/{id}", needs="conversation.read")
def remove_view(request: HttpRequest, agent: Agent, id: str) -> None:
    """Remove a view; conversations stay."""
    setup.remove_view(_view(agent, id), by=agent)


def _view(agent: Agent, public_id: str) -> SavedView:
    found = SavedView.objects.filter(Q(owner=agent) | Q(owner__isnull=True), public_id=public_id).first()
    if found is None:
        raise Problem(404, "view.unknown", _("This list is not here."))
    if found.owner_id is None and not agent.may("view.share"):
        raise denied("view.share")
    return found


def _save(agent: Agent, given: ViewGiven, view: SavedView | None) -> SavedView:
    if given.shared and not agent.may("view.share"):
        raise denied("view.share")
    try:
        chosen = msgspec.convert(given.filter, Filter)
    except msgspec.ValidationError as error:
        raise Problem(422, "filter.invalid", _("The request isn’t in the expected form."), field="filter", extra={"detail": str(error)}) from None
    condition(chosen, agent)
    return setup.save_view(given.name, chosen, by=agent, shared=given.shared, view=view)
