"""Verbs about the team."""

from typing import Any

from django.contrib.auth.password_validation import validate_password

from yavar.base.db import transaction
from yavar.base.events import Actor, record

from ..events import AgentJoined
from .models import Agent, Team


def add_agent(*, email: str, name: str, password: str, role: str = Agent.Role.AGENT, by: Actor, check_password: bool = True, **more: Any) -> Agent:
    """Give someone a place in the team. Raises django ValidationError for a weak password, IntegrityError for an address that is taken."""
    agent = Agent(email=Agent.objects.normalize_email(email).lower(), name=name, role=role, **more)
    if check_password:
        validate_password(password, agent)
    agent.set_password(password)
    with transaction():
        agent.save()
        record(AgentJoined(agent.pk, role), subject=("agent", agent.pk), by=by)
    return agent


def prefer(agent: Agent, **choices: Any) -> None:
    """An agent's own choices: lang, theme, calendar, single_keys."""
    with transaction():
        for name, value in choices.items():
            setattr(agent, name, value)
        agent.save(update_fields=list(choices))


def add_team(name: str, members: list[Agent]) -> Team:
    """A new team."""
    with transaction():
        team = Team.objects.create(name=name)
        team.members.set(members)
    return team
