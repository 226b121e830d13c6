"""Everybody of the team with their powers, for whoever has to think of all of them at each fact."""

import time
from functools import cache

from yavar.base.db import sql

from . import changes
from .models import Agent, with_powers

REMEMBER = 5.0  # seconds that a change in another process may go unnoticed

_remembered: tuple[dict[int, Agent], float, int] | None = None


def crew() -> dict[int, Agent]:
    """Active people (no programs) by key, in its order, with their powers at hand. A change of rights in this process counts at once, in others within REMEMBER. The rows
    are shared: nobody may change them."""
    global _remembered
    if _remembered is None or _remembered[1] < time.monotonic() or _remembered[2] != changes.number():
        number = changes.number()
        people = with_powers(sql.pick(Agent, "is_active AND kind = ? ORDER BY id", (Agent.Kind.PERSON,)))
        _who_may.cache_clear()
        _remembered = {agent.pk: agent for agent in people}, time.monotonic() + REMEMBER, number
    return _remembered[0]


def who_may(permission: str) -> list[int]:
    """The keys of those of them who hold a permission anywhere."""
    crew()  # what is remembered too long is forgotten with it
    return _who_may(permission)


@cache
def _who_may(permission: str) -> list[int]:
    return [key for key, agent in crew().items() if agent.may(permission)]


def forget() -> None:
    """What is remembered: for tests."""
    global _remembered
    _remembered = None
