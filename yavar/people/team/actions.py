"""Verbs about the team: who is in it, what they may do."""

from collections.abc import Sequence
from types import EllipsisType
from typing import Any

import msgspec
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from yavar.base import clock
from yavar.base.db import transaction
from yavar.base.events import Actor, record
from yavar.base.named import tidy, unique
from yavar.base.problem import Problem

from ..events import AgentChanged, AgentJoined, GrantsChanged, SessionEnded, TeamChanged, TeamMade, TeamRemoved
from ..hours.models import Calendar
from . import changes
from .custom import permissions_of
from .models import Agent, Grant, SignIn, Team
from .roles import SCOPES, SEES

LONGEST_SIGNATURE = 2000


class Given(msgspec.Struct, frozen=True):
    """A grant to be: `role` is a built-in role's key or an own role's public id, `scope_id` the key of the scope's row (0 for the desk)."""

    role: str
    scope: str = "desk"
    scope_id: int = 0
    sees: str = "all"


def add_agent(
    *, email: str, name: str, password: str | None, role: str = "agent", by: Actor, check_password: bool = True, kind: str = Agent.Kind.PERSON, **more: Any
) -> Agent:
    """Give someone a place in the team, with a role on the whole desk ('' for none yet). Without a password they cannot sign in.

    Raises django ValidationError for a weak password, Problem 409 for an address that is taken.
    """
    agent = Agent(email=Agent.objects.normalize_email(email).lower(), name=" ".join(name.split())[:120], kind=kind, **more)
    if password is None:
        agent.set_unusable_password()
    else:
        if check_password:
            validate_password(password, agent)
        agent.set_password(password)
    with transaction():
        with unique(Problem(409, "email.taken", _("{email} is in the team already.").format(email=agent.email), field="email")):
            agent.save()
        if role:
            Grant.objects.create(agent=agent, role=role)
        changes.told()
        record(AgentJoined(agent.pk, role), subject=("agent", agent.pk), by=by)
    return agent


def change_agent(agent: Agent, *, by: Actor, name: str | None = None, email: str | None = None, active: bool | None = None) -> Agent:
    """Change who someone is, or switch them off: then every session and token of theirs is dead. Raises Problem 409 for a taken address or the last owner."""
    with transaction():
        changed = {"name": name, "email": email.lower() if email else None, "is_active": active}
        changed = {key: value for key, value in changed.items() if value is not None and value != getattr(agent, key)}
        if not changed:
            return agent
        if active is False:
            _keep_an_owner(without=agent)
        for key, value in changed.items():
            setattr(agent, key, value)
        with unique(Problem(409, "email.taken", _("{email} is in the team already.").format(email=agent.email), field="email")):
            agent.save(update_fields=list(changed))
        changes.told()
        record(AgentChanged(agent.pk, sorted(changed), agent.is_active), subject=("agent", agent.pk), by=by)
        if active is False:
            end_sessions(agent, by=by)
    return agent


def check_password(password: str, agent: Agent | None = None) -> None:
    """Raises Problem 422 for a weak one, with the reason."""
    try:
        validate_password(password, agent)
    except ValidationError as error:
        raise Problem(422, "password.weak", " ".join(error.messages), field="password") from None


def set_password(agent: Agent, password: str, *, by: Actor, keep: str = "") -> None:
    """A new password ends every session but `keep` (a session key). Raises Problem 422 for a weak one."""
    check_password(password, agent)
    with transaction():
        agent.set_password(password)
        agent.save(update_fields=["password"])
        record(AgentChanged(agent.pk, ["password"], agent.is_active), subject=("agent", agent.pk), by=by)
        end_sessions(agent, by=by, keep=keep)


def grant(agent: Agent, given: Sequence[Given], *, by: Agent | Actor) -> None:
    """From now on these are all the roles of `agent`. Nobody gives what they don't hold themselves, only an owner makes or unmakes owners,
    and one active owner stays. Raises Problem 403, 409 or 422."""
    with transaction():
        before = list(agent.grants.order_by("pk"))
        if {_key(each) for each in before} == {_key(each) for each in given}:
            return
        _check_form(given)
        if isinstance(by, Agent):
            _check_power(by, before, given)
        owned, owns = any(g.role == "owner" for g in before), any(g.role == "owner" and g.scope == "desk" for g in given)
        if owned and not owns:
            _keep_an_owner(without=agent)
        agent.grants.all().delete()
        Grant.objects.bulk_create([Grant(agent=agent, role=g.role, scope=g.scope, scope_id=g.scope_id, sees=g.sees) for g in set(given)])
        agent.__dict__.pop("powers", None)
        told = (sorted(map(_told, before)), sorted(map(_told, given)))
        changes.told()
        record(GrantsChanged(agent.pk, *told), subject=("agent", agent.pk), by=by.actor if isinstance(by, Agent) else by)


def _check_form(given: Sequence[Given]) -> None:
    if len({(each.role, each.scope, each.scope_id) for each in given}) < len(set(given)):
        raise Problem(422, "grant.twice", _("The same role is given twice in the same place."), field="grants")
    for each in given:
        if each.scope not in SCOPES or each.sees not in SEES or bool(each.scope_id) == (each.scope == "desk"):
            raise Problem(422, "grant.invalid", _("A role is given on the whole desk, or in one shop, inbox or team."), field="grants")


def _check_power(by: Agent, before: Sequence[Grant], given: Sequence[Given]) -> None:
    """What is given or taken away must be within what `by` has on the whole desk."""
    if "owner" in {*(g.role for g in before), *(g.role for g in given)} and by.title != "owner":
        raise Problem(403, "grant.owner", _("Only an owner can do this to an owner."), field="grants")
    touched = {key[0] for key in {_key(each) for each in before} ^ {_key(each) for each in given}}
    if not all(by.powers.covers(permissions_of(role)) for role in touched):
        raise Problem(403, "grant.too_much", _("You can only give and take rights that you have on the whole desk yourself."), field="grants")


def revise(agent: Agent, *, by: Agent, name: str | None = None, active: bool | None = None, grants: Sequence[Given] | None = None) -> None:
    """What an administrator changes of somebody, all or nothing. Only an owner changes an owner. Raises Problem 403, 409 or 422."""
    with transaction():
        if agent.title == "owner" and by.title != "owner":
            raise Problem(403, "grant.owner", _("Only an owner can do this to an owner."))
        change_agent(agent, by=by.actor, name=name, active=active)
        if grants is not None:
            grant(agent, grants, by=by)


def _key(each: Grant | Given) -> tuple[str, str, int, str]:
    return (each.role, each.scope, each.scope_id, each.sees)


def _told(each: Grant | Given) -> str:
    return each.role if each.scope == "desk" and each.sees == "all" else f"{each.role}@{each.scope}:{each.scope_id}/{each.sees}"


def _keep_an_owner(*, without: Agent) -> None:
    owners = Grant.objects.filter(role="owner", scope="desk", agent__is_active=True)
    if owners.filter(agent=without).exists() and not owners.exclude(agent=without).exists():
        raise Problem(409, "owner.last", _("This is the desk’s only owner. Make somebody else an owner first."))


def sign_as(agent: Agent, signature: str, *, by: Actor) -> None:
    """What stands beneath their mails. Raises Problem 422 for more than 2000 letters."""
    text = signature.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_SIGNATURE:
        raise Problem(422, "signature.too_long", _("The signature is longer than 2000 letters."), field="signature")
    if text != agent.signature:
        with transaction():
            agent.signature = text
            agent.save(update_fields=["signature"])
            record(AgentChanged(agent.pk, ["signature"], agent.is_active), subject=("agent", agent.pk), by=by)


def end_sessions(agent: Agent, *, by: Actor, keep: str = "", only: SignIn | None = None) -> int:
    """End someone's open sessions, all or one. Their streams end within a minute. Answers how many."""
    with transaction():
        found = agent.sign_ins.filter(outcome="ok", ended_at__isnull=True)
        found = found.filter(pk=only.pk) if only else found.exclude(session_key=keep) if keep else found
        ended = list(found)
        changes.told()
        Session.objects.filter(session_key__in=[each.session_key for each in ended]).delete()
        found.update(ended_at=clock.now())
        if ended:
            record(SessionEnded(agent.pk, len(ended)), subject=("agent", agent.pk), by=by)
    return len(ended)


def prefer(agent: Agent, **choices: Any) -> None:
    """An agent's own choices: lang, theme, calendar, digits, time_zone, single_keys."""
    with transaction():
        for name, value in choices.items():
            setattr(agent, name, value)
        agent.save(update_fields=list(choices))


def add_team(name: str, members: Sequence[Agent], *, by: Actor) -> Team:
    """A new team. Raises Problem 409 for a name that is taken, 422 for none."""
    with transaction():
        team = Team(name=tidy(name, 80))
        with unique():
            team.save()
        team.members.set(members)
        changes.told()
        record(TeamMade(team.pk, sorted(each.pk for each in members)), subject=("team", team.pk), by=by)
    return team


def change_team(
    team: Team, *, by: Actor, name: str | None = None, members: Sequence[Agent] | None = None, calendar: Calendar | EllipsisType | None = ...
) -> Team:
    """Rename a team, or say who is in it, or when it works (None: as its inbox or the desk does; `...` stays). Raises Problem 409 or 422."""
    with transaction():
        before = sorted(team.members.values_list("pk", flat=True))
        after = before if members is None else sorted(each.pk for each in members)
        if name is not None:
            team.name = tidy(name, 80)
            with unique():
                team.save()
        if not isinstance(calendar, EllipsisType):
            team.calendar = calendar
            team.save(update_fields=["calendar"])
        changes.told()
        team.members.set(after)
        record(TeamChanged(team.pk, name is not None, before, after), subject=("team", team.pk), by=by)
    return team


def remove_team(team: Team, *, by: Actor) -> None:
    """A team is dissolved: its conversations belong to no team, roles given in it end."""
    with transaction():
        record(TeamRemoved(team.pk), subject=("team", team.pk), by=by)
        changes.told()
        Grant.objects.filter(scope="team", scope_id=team.pk).delete()
        team.delete()
