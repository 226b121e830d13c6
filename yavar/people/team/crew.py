"""Everybody of the team with their powers, for whoever has to think of all of them at each fact."""

import time
from typing import NamedTuple

from yavar.base.db import sql

from . import changes
from .models import Agent, with_powers

REMEMBER = 5.0  # seconds that a change in another process may go unnoticed


class _Crew(NamedTuple):
    people: dict[int, Agent]
    holders: dict[str, list[int]]  # by permission, as far as somebody has asked
    until: float
    number: int


_remembered: _Crew | None = None


def _now() -> _Crew:
    global _remembered
    if _remembered is None or _remembered.until < time.monotonic() or _remembered.number != changes.number():
        number = changes.number()
        people = with_powers(sql.pick(Agent, "is_active AND kind = ? ORDER BY id", (Agent.Kind.PERSON,)))
        _remembered = _Crew({agent.pk: agent for agent in people}, {}, time.monotonic() + REMEMBER, number)
    return _remembered


def crew() -> dict[int, Agent]:
    """Active people (no programs) by key, in its order, with their powers at hand. A change of rights in this process counts at once, in others within REMEMBER. The rows
    are shared: nobody may change them."""
    return _now().people


def who_may(permission: str) -> list[int]:
    """The keys of those of them who hold a permission anywhere."""
    found = _now()
    if permission not in found.holders:
        found.holders[permission] = [key for key, agent in found.people.items() if agent.may(permission)]
    return found.holders[permission]


def forget() -> None:
    """What is remembered: for tests."""
    global _remembered
    _remembered = None
