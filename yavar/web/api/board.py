"""The supervisor's board, and when it calls them."""

from dataclasses import dataclass, fields
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from yavar.flow.board import alarms
from yavar.flow.board.queries import board
from yavar.flow.board.shapes import Board
from yavar.people.models import Agent, Team
from yavar.realtime.signals import presence

from .desk import inbox_for
from .frame import Doors, Strict
from .reading import here, mark

doors = Doors(tags=["board"])
PublicId = Annotated[str, Field(max_length=22)]


class BoardQuery(Strict):
    team: PublicId = ""
    inbox: PublicId = ""


class AlarmsGiven(Strict):
    wait: Annotated[int, Field(ge=1, le=1440)] | None = None
    waiting: Annotated[int, Field(ge=1, le=999)] | None = None
    late: bool = True
    nobody: bool = False


@dataclass(slots=True)
class BoardFacts(Board):
    """The board, with the stream's mark from which on it is out of date."""

    cursor: str


@dataclass
class AlarmFacts:
    wait: int | None
    waiting: int | None
    late: bool
    nobody: bool


def board_facts(agent: Agent, team: str, inbox: str) -> BoardFacts:
    """The board of everything, or of one team or inbox (public ids, '' for all). Raises Problem 404 for one that is not there."""
    at = mark()
    chosen = here(Team, team) if team else None
    found = board(agent, presence.online(), team=chosen, inbox=inbox_for(agent, inbox) if inbox else None)
    return BoardFacts(**{each.name: getattr(found, each.name) for each in fields(found)}, cursor=at)


@doors.door("GET", "/board", needs="desk.supervise", shape=BoardFacts)
def get_board(request: HttpRequest, agent: Agent, given: Query[BoardQuery]) -> Any:
    """How it stands just now: who waits, what is late or soon will be, who is here and what they have. Of what you may see; of one team or inbox if you say so. Cheap enough to be asked every few seconds."""
    return board_facts(agent, given.team, given.inbox)


@doors.door("GET", "/board/alarms", needs="desk.supervise", shape=AlarmFacts)
def get_alarms(request: HttpRequest, agent: Agent) -> Any:
    """When the board calls you."""
    return alarms.read(agent)


@doors.door("PUT", "/board/alarms", needs="desk.supervise", shape=AlarmFacts)
def set_alarms(request: HttpRequest, agent: Agent, given: AlarmsGiven) -> Any:
    """Say when the board calls you; what is left out is as on the first day."""
    return alarms.choose(agent, alarms.Alarms(**given.model_dump()))
