"""What the board shows. A number of 1000 stands for more; times are UTC, None where there is nothing to tell."""

from dataclasses import dataclass
from datetime import datetime

from yavar.conversations.shapes import Row


@dataclass(slots=True)
class Numbers:
    """How many wait and since when the longest; how many are due soon and when the next; how many are late and since when the worst; how many somebody has, and nobody."""

    waiting: int = 0
    longest: datetime | None = None
    soon: int = 0
    nearest: datetime | None = None
    late: int = 0
    worst: datetime | None = None
    assigned: int = 0
    unassigned: int = 0


@dataclass(slots=True)
class InboxNow:
    """An inbox, whether somebody is there for it by its working hours, and its numbers."""

    id: str
    name: str
    kind: str
    open: bool
    until: datetime | None
    opens: datetime | None
    numbers: Numbers


@dataclass(slots=True)
class TeamNow:
    """A team, whether it works just now by its hours, and how many of it are here."""

    id: str
    name: str
    open: bool
    until: datetime | None
    opens: datetime | None
    members: int
    here: int


@dataclass(slots=True)
class AgentNow:
    """Somebody who is here, and what they have: open conversations, those whose customer waits, since when the longest, and those that are late."""

    id: str
    name: str
    initials: str
    hue: int
    assigned: int
    waiting: int
    longest: datetime | None
    late: int


@dataclass(slots=True)
class Board:
    """All of it at one moment. `away`: open conversations of people who are not here; `people`: how many work here in all; `pressing`: late or due within the
    hour, soonest first, then whoever waits longest."""

    now: datetime
    total: Numbers
    away: int
    people: int
    open: bool
    inboxes: list[InboxNow]
    teams: list[TeamNow]
    agents: list[AgentNow]
    pressing: list[Row]
