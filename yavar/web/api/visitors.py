"""Who is on the shops' pages just now, and writing to them first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from yavar.base.problem import Problem
from yavar.channels.chat import config_of
from yavar.channels.greetings import LONGEST, invitation_id
from yavar.conversations.policies import inboxes_of
from yavar.people.models import Agent
from yavar.realtime.visits import Invitation, Visit, visits

from .frame import Doors, Strict

doors = Doors(tags=["visitors"])


class NewInvitation(Strict):
    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]


@dataclass
class VisitorFacts:
    id: str
    inbox: str
    page: str
    title: str
    lang: str
    returning: bool
    chatting: bool
    invited: bool
    since: datetime


def _watched(agent: Agent) -> dict[int, str]:
    """The chats whose visitors this agent may see and write to: key and public id."""
    found = inboxes_of(agent, "conversation.reply").filter(kind="chat", active=True)
    return {inbox.pk: inbox.public_id for inbox in found if config_of(inbox.config).see_visitors}


def _facts(visit: Visit, inboxes: dict[int, str]) -> VisitorFacts:
    return VisitorFacts(
        visit.id, inboxes[visit.inbox], visit.page, visit.title, visit.lang, visit.returning, visit.chatting, visit.invitation is not None, visit.since
    )


@doors.door("GET", "/visitors", needs="conversation.reply", shape=list[VisitorFacts])
def list_visitors(request: HttpRequest, agent: Agent) -> Any:
    """Who is on the pages of your shops just now, who came last first; only of chats that are set to see them. It is kept in memory alone, and forgotten a minute after a page was left."""
    inboxes = _watched(agent)
    return [_facts(visit, inboxes) for visit in visits.here(inboxes)]


@doors.door("POST", "/visitors/{id}/invitation", needs="conversation.reply", shape=VisitorFacts)
def invite_visitor(request: HttpRequest, agent: Agent, id: str, given: NewInvitation) -> Any:
    """Say something first. It appears above the chat's button within half a minute; it becomes your message when the visitor answers."""
    inboxes = _watched(agent)
    visit = visits.find(id, inboxes)
    text = " ".join(given.text.split())
    if visit is None:
        raise Problem(404, "visitor.gone", _("This visitor has left the page."))
    if not text:
        raise Problem(422, "text.empty", _("Write something first."), field="text")
    visits.invite(visit, Invitation(invitation_id(visit.inbox, agent.pk, text), text, agent.first_name(), agent.initials(), agent.hue))
    return _facts(visit, inboxes)
