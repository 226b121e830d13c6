"""Canned replies: what an agent can use, kept and used."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from django.db.models import QuerySet
from django.http import HttpRequest
from pydantic import Field

from yavar.base.named import by_name
from yavar.conversations.canned import actions, macro
from yavar.conversations.canned.models import CannedReply
from yavar.conversations.canned.policies import known_to, visible_to
from yavar.people.models import Agent, Team

from . import answers
from .frame import Doors, Empty, Strict
from .reading import changed, conversation_for, here, one

doors = Doors(tags=["canned replies"])
MOST = 1000
PublicId = Annotated[str, Field(min_length=1, max_length=22)]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Shortcut = Annotated[str, Field(max_length=41)]  # with its slash
Texts = dict[Literal["fa", "ru", "en"], Annotated[str, Field(max_length=10_000)]]
Teams = Annotated[list[PublicId], Field(min_length=1, max_length=100)]
TagIds = Annotated[list[PublicId], Field(max_length=50)]
Priority = Literal["low", "normal", "high", "urgent"]
Then = Literal["", "resolve", "snooze_reply", "snooze_day"]


class ActionsGiven(Strict):
    assignee: PublicId | None = None
    team: PublicId | None = None
    priority: Priority | None = None
    add_tags: TagIds = []
    remove_tags: TagIds = []
    request_type: PublicId | None = None
    then: Then = ""


class NewCanned(Strict):
    name: Name
    shortcut: Shortcut = ""
    texts: Texts = {}
    actions: ActionsGiven | None = None
    shared: bool = False
    teams: Teams | None = None


class ChangeCanned(Strict):
    name: Name | None = None
    shortcut: Shortcut | None = None
    texts: Texts | None = None
    actions: ActionsGiven | None = None
    shared: bool | None = None
    teams: Teams | Literal[False] | None = False


@dataclass
class CannedActions:
    assignee: str | None
    team: str | None
    priority: str | None
    add_tags: list[str]
    remove_tags: list[str]
    request_type: str | None
    then: str


@dataclass
class CannedFacts:
    id: str
    name: str
    shortcut: str
    shared: bool
    teams: list[str] | None
    texts: dict[str, str]
    actions: CannedActions
    uses: int
    used_at: datetime | None


def canned_facts(canned: CannedReply) -> dict[str, Any]:
    """A canned reply as clients get it."""
    does = macro.read(canned.actions)
    return {
        "id": canned.public_id, "name": canned.name, "shortcut": canned.shortcut, "shared": canned.owner_id is None,
        "teams": None if canned.everyone else sorted(team.public_id for team in canned.teams.all()),
        "texts": {each.locale: each.text for each in canned.texts.all()}, "actions": {name: getattr(does, name) for name in does.__struct_fields__},
        "uses": canned.uses, "used_at": canned.used_at,
    }  # fmt: skip


def loaded(found: "QuerySet[CannedReply]") -> list[CannedReply]:
    """By name, with their texts and teams: three queries for any number."""
    return by_name(found.prefetch_related("texts", "teams").order_by("name", "pk")[:MOST])


def _actions(given: ActionsGiven | None) -> macro.Actions:
    return macro.NOTHING if given is None else msgspec.convert(given.model_dump(), macro.Actions)


def _teams(given: list[str] | None) -> list[Team] | None:
    return None if given is None else [one(Team, key) for key in given]


@doors.door("GET", "/canned", needs="conversation.reply", shape=list[CannedFacts])
def list_canned(request: HttpRequest, agent: Agent) -> Any:
    """The canned replies you can use: your own, everyone's, and those of your teams, by name. Their fields (`{customer.first_name}`) are filled in by whoever sends them."""
    return [canned_facts(each) for each in loaded(visible_to(agent))]


@doors.door("POST", "/canned", needs="conversation.reply", shape=CannedFacts, status=201)
def create_canned(request: HttpRequest, agent: Agent, given: NewCanned) -> Any:
    """Keep words under a name, and what is done with them; sharing needs canned.share."""
    made = actions.save(
        by=agent, name=given.name, shortcut=given.shortcut, texts=given.texts, actions=_actions(given.actions), shared=given.shared, teams=_teams(given.teams)
    )
    return canned_facts(made)


@doors.door("PATCH", "/canned/{id}", needs="conversation.reply", shape=CannedFacts)
def change_canned(request: HttpRequest, agent: Agent, id: str, given: ChangeCanned) -> Any:
    """Change one of yours, or (with canned.share) the team's; what is left out stays. `texts` and `actions` replace all there were."""
    found: CannedReply = here(known_to(agent), id)
    before = canned_facts(found)
    teams = _teams(given.teams) if given.teams is not False else None if found.everyone else list(found.teams.all())
    saved = actions.save(
        by=agent, canned=found, teams=teams, texts=before["texts"] if given.texts is None else given.texts,
        name=found.name if given.name is None else given.name, shortcut=found.shortcut if given.shortcut is None else given.shortcut,
        actions=macro.read(found.actions) if given.actions is None else _actions(given.actions), shared=before["shared"] if given.shared is None else given.shared,
    )  # fmt: skip
    return canned_facts(saved)


@doors.door("DELETE", "/canned/{id}", needs="conversation.reply")
def remove_canned(request: HttpRequest, agent: Agent, id: str) -> None:
    """Take it away. What was sent with it stays."""
    actions.remove(here(known_to(agent), id), by=agent)


@doors.door("POST", "/conversations/{id}/canned/{canned}", needs="conversation.reply", shape=answers.Changed)
def use_canned(request: HttpRequest, agent: Agent, id: str, canned: str, given: Empty) -> Any:
    """Count that you used it here, and do what it does besides: all of it, or nothing where you lack a right for a part. It sends nothing."""
    conversation, found = conversation_for(agent, id, "conversation.reply"), here(visible_to(agent), canned)
    return changed(request, agent, conversation, lambda: actions.use(conversation.pk, found, by=agent))
