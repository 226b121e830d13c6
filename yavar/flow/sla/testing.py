"""Builders: a policy, hours, and what was promised in a conversation."""

from datetime import UTC, datetime, timedelta

from yavar.base.events import SYSTEM
from yavar.base.jobs import run_due
from yavar.people.hours.actions import change_calendar, main_calendar
from yavar.people.hours.rules import DAYS, Rules

from .actions import add_policy
from .models import Policy, Timer
from .terms import Match, Step, Targets, Terms

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)  # 8:00
ANY = Match()
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def promise(name: str = "Chat", *, steps: tuple[Step, ...] = (), match: Match = ANY, pauses: bool = True, **targets: int) -> Policy:
    """A policy with these targets, in seconds."""
    return add_policy(name, Terms(match, Targets(**targets), steps, pauses), by=SYSTEM)


def nine_to_five(zone: str = "UTC") -> None:
    """The desk works Monday to Friday."""
    change_calendar(main_calendar(), rules=Rules(zone, dict.fromkeys(DAYS[:5], ((540, 1020),))), by=SYSTEM)


def work() -> None:
    """Do all jobs that are due."""
    while run_due():
        pass


def timers(conversation: int, *kinds: str) -> list[Timer]:
    """Its timers, the oldest first."""
    found = Timer.objects.filter(conversation=conversation).order_by("pk")
    return list(found.filter(kind__in=kinds) if kinds else found)
