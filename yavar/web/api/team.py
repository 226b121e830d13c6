"""The team: agents, what they may do, teams, roles, tokens, sessions."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from yavar.base.named import by_name
from yavar.base.problem import Problem
from yavar.conversations.models import Inbox
from yavar.desk.models import Brand
from yavar.desk.settings import is_time_zone
from yavar.notifications import choices
from yavar.people.models import Agent, Grant, Role, SignIn, Team, Token
from yavar.people.team import actions, custom, tokens
from yavar.people.team.actions import Given
from yavar.people.team.roles import BUILT_IN, PERMISSIONS
from yavar.realtime.signals import presence

from . import answers
from .desk import calendar_given, calendar_id
from .frame import Doors, Moment, Strict, denied
from .reading import here, one

doors = Doors(tags=["team"])
PublicId = Annotated[str, Field(min_length=1, max_length=22)]
Name = Annotated[str, Field(min_length=1, max_length=120)]
SCOPED: dict[str, Any] = {"brand": Brand, "inbox": Inbox, "team": Team}


class GrantGiven(Strict):
    role: PublicId
    scope: Literal["desk", "brand", "inbox", "team"] = "desk"
    scope_id: PublicId | None = None
    sees: Literal["own", "team", "all"] = "all"


class NewAgent(Strict):
    email: Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
    name: Name
    role: PublicId = "agent"
    lang: Literal["fa", "ru", "en"] = "en"


class ChangeAgent(Strict):
    name: Name | None = None
    active: bool | None = None
    grants: Annotated[list[GrantGiven], Field(max_length=50)] | None = None


Time = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Ways = Annotated[list[Literal["app", "mail", "push", "sound"]], Field(max_length=4)]


class QuietGiven(Strict):
    begin: Time
    end: Time


class NotifyGiven(Strict):
    ways: dict[Literal["assigned", "mentioned", "message", "new", "followed", "snoozed", "failed", "due", "late"], Ways] | None = None
    quiet: QuietGiven | Literal[False] | None = None
    minutes: Annotated[int, Field(ge=5, le=240)] | None = None
    preview: bool | None = None


class Preferences(Strict):
    lang: Literal["fa", "ru", "en"] | None = None
    theme: Literal["system", "light", "dark"] | None = None
    calendar: Literal["jalali", "gregorian", ""] | None = None
    digits: Literal["persian", "latin", ""] | None = None
    time_zone: Annotated[str, Field(max_length=60)] | None = None
    single_keys: bool | None = None
    notify: NotifyGiven | None = None


class NewTeam(Strict):
    name: Annotated[str, Field(min_length=1, max_length=80)]
    members: Annotated[list[PublicId], Field(max_length=500)] = []


class ChangeTeam(Strict):
    name: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    members: Annotated[list[PublicId], Field(max_length=500)] | None = None
    calendar: PublicId | Literal[False] | None = None


class RoleGiven(Strict):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    permissions: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=100)]


class NewToken(Strict):
    agent: PublicId
    name: Annotated[str, Field(min_length=1, max_length=80)]
    scopes: Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=100)]
    expires_at: Moment | None = None


def agent_facts(agent: Agent, online: set[str] | None = None) -> dict[str, Any]:
    """A colleague."""
    here = agent.public_id in (presence.online() if online is None else online)
    return {"id": agent.public_id, "name": agent.name, "initials": agent.initials(), "hue": agent.hue, "role": agent.title, "online": here, "kind": agent.kind}


def agent_card(agent: Agent) -> dict[str, Any]:
    """A colleague with what they may do."""
    grants = [
        {"role": g.role, "scope": g.scope, "scope_id": SCOPED[g.scope].objects.filter(pk=g.scope_id).values_list("public_id", flat=True).first() if g.scope != "desk" else None, "sees": g.sees}
        for g in agent.grants.order_by("pk")
    ]  # fmt: skip
    return {**agent_facts(agent), "email": agent.email, "active": agent.is_active, "lang": agent.lang, "grants": grants}


def colleagues() -> list[dict[str, Any]]:
    """Everybody who works here, by name. Two queries for any number."""
    online = presence.online()
    return [agent_facts(agent, online) for agent in by_name(Agent.objects.filter(is_active=True).prefetch_related("grants").order_by("pk"))]


def team_facts(team: Team) -> dict[str, Any]:
    """A team with the ids of its members."""
    return {
        "id": team.public_id,
        "name": team.name,
        "members": sorted(each.public_id for each in team.members.all()),
        "calendar": calendar_id(team.calendar_id),
    }


def token_facts(token: Token) -> dict[str, Any]:
    """A token without itself: that is shown once, when it is made."""
    facts = {name: getattr(token, name) for name in ("name", "scopes", "created_at", "expires_at", "used_at", "revoked_at")}
    return {"id": token.public_id, "agent": token.agent.public_id, **facts}


def grants_given(given: list[GrantGiven]) -> list[Given]:
    """Grants with inside keys. Raises Problem 422."""
    return [Given(g.role, g.scope, one(SCOPED[g.scope], g.scope_id or "").pk if g.scope != "desk" else 0, g.sees) for g in given]


@doors.door("GET", "/me", needs=None, shape=answers.Me)
def get_me(request: HttpRequest, agent: Agent) -> Any:
    """Who you are to the desk, and what you may do somewhere on it."""
    own = {name: getattr(agent, name) for name in ("theme", "calendar", "digits", "time_zone", "single_keys")}
    return {**agent_card(agent), "permissions": [name for name in PERMISSIONS if agent.may(name)], **own, "notify": notify_facts(agent)}


def notify_facts(agent: Agent) -> dict[str, Any]:
    """What they want to hear, and how."""
    own = choices.read(agent)
    return {"ways": own.all(), "quiet": own.quiet, "minutes": own.minutes, "preview": own.preview}


@doors.door("PATCH", "/me", needs=None)
def change_me(request: HttpRequest, agent: Agent, given: Preferences) -> None:
    """Your own choices; what is left out stays. In `notify`, `ways` may name some kinds alone, and `quiet: false` ends the quiet hours."""
    in_person(agent)
    chosen = {name: value for name, value in given.model_dump(exclude={"notify"}).items() if value is not None}
    if chosen.get("time_zone") and not is_time_zone(chosen["time_zone"]):
        raise Problem(422, "time_zone.unknown", _("There is no time zone of this name."), field="time_zone")
    if chosen:
        actions.prefer(agent, **chosen)
    wishes = {name: value for name, value in given.notify.model_dump().items() if value is not None} if given.notify else {}
    if wishes:
        choices.choose(agent, **{name: None if value is False and name == "quiet" else value for name, value in wishes.items()})


@doors.door("GET", "/me/sessions", needs=None, shape=list[answers.SessionFacts])
def list_sessions(request: HttpRequest, agent: Agent) -> Any:
    """Where you are signed in."""
    in_person(agent)
    return [session_facts(each, agent) for each in agent.sign_ins.filter(outcome="ok", ended_at__isnull=True).order_by("-seen_at")[:100]]


def in_person(agent: Agent) -> None:
    """Somebody's own affairs are not a narrow token's."""
    if agent.limit is not None and not agent.limit >= set(PERMISSIONS):
        raise denied("all")


def session_facts(each: SignIn, agent: Agent) -> dict[str, Any]:
    """A session; `current` is the one that asks."""
    return {"id": each.public_id, "ip": each.ip, "browser": each.browser, "at": each.at, "seen_at": each.seen_at, "current": agent.via == f"s:{each.pk}"}


@doors.door("DELETE", "/me/sessions/{id}", needs=None)
def end_session(request: HttpRequest, agent: Agent, id: str) -> None:
    """Sign out there."""
    in_person(agent)
    actions.end_sessions(agent, by=agent.actor, only=here(agent.sign_ins, id, ended_at__isnull=True))


@doors.door("GET", "/agents", needs="conversation.read", shape=list[answers.AgentFacts])
def list_agents(request: HttpRequest, agent: Agent) -> Any:
    """Everybody who works here, by name."""
    return colleagues()


@doors.door("POST", "/agents", needs="agent.manage", shape=answers.AgentCard, status=201)
def create_agent(request: HttpRequest, agent: Agent, given: NewAgent) -> Any:
    """Add somebody. They have no password until one is set (`yavar user password`, or the page People)."""
    if not agent.powers.covers(custom.permissions_of(given.role)) or (given.role == "owner" and agent.title != "owner"):
        raise denied("agent.manage")
    return agent_card(actions.add_agent(email=given.email, name=given.name, password=None, role=given.role, lang=given.lang, by=agent.actor))


@doors.door("GET", "/agents/{id}", needs="agent.manage", shape=answers.AgentCard)
def get_agent(request: HttpRequest, agent: Agent, id: str) -> Any:
    """One of the team, with what they may do."""
    return agent_card(here(Agent, id))


@doors.door("PATCH", "/agents/{id}", needs="agent.manage", shape=answers.AgentCard)
def change_agent(request: HttpRequest, agent: Agent, id: str, given: ChangeAgent) -> Any:
    """Rename somebody, switch them on or off, say all they may do (`grants`). Rights and sessions taken away are dead within a minute."""
    found = here(Agent, id)
    actions.revise(found, by=agent, name=given.name, active=given.active, grants=None if given.grants is None else grants_given(given.grants))
    return agent_card(Agent.objects.get(pk=found.pk))


@doors.door("GET", "/teams", needs="conversation.read", shape=list[answers.TeamFacts])
def list_teams(request: HttpRequest, agent: Agent) -> Any:
    """The teams."""
    return [team_facts(team) for team in by_name(Team.objects.prefetch_related("members"))]


@doors.door("POST", "/teams", needs="team.manage", shape=answers.TeamFacts, status=201)
def create_team(request: HttpRequest, agent: Agent, given: NewTeam) -> Any:
    """A new team."""
    if not agent.powers.everywhere("team.manage"):
        raise denied("team.manage")
    return team_facts(actions.add_team(given.name, [one(Agent, key) for key in given.members], by=agent.actor))


@doors.door("PATCH", "/teams/{id}", needs="team.manage", shape=answers.TeamFacts)
def change_team(request: HttpRequest, agent: Agent, id: str, given: ChangeTeam) -> Any:
    """Rename a team, say all who are in it, or when it works (`calendar: false`: as its inbox does)."""
    team = here(Team, id)
    if not agent.powers.at("team.manage", "team", team.pk):
        raise denied("team.manage")
    members = None if given.members is None else [one(Agent, key) for key in given.members]
    calendar = calendar_given(agent, given.calendar)
    return team_facts(actions.change_team(team, by=agent.actor, name=given.name, members=members, calendar=calendar))


@doors.door("DELETE", "/teams/{id}", needs="team.manage")
def remove_team(request: HttpRequest, agent: Agent, id: str) -> None:
    """Dissolve a team: its conversations belong to none."""
    team = here(Team, id)
    if not agent.powers.everywhere("team.manage"):
        raise denied("team.manage")
    actions.remove_team(team, by=agent.actor)


@doors.door("GET", "/roles", needs="agent.manage", shape=list[answers.RoleFacts])
def list_roles(request: HttpRequest, agent: Agent) -> Any:
    """The roles of every desk, then the owner's own."""
    built = [{"id": role.key, "name": str(role.label), "built_in": True, "permissions": sorted(role.permissions)} for role in BUILT_IN.values()]
    return built + [role_facts(role) for role in by_name(Role.objects.all())]


def role_facts(role: Role) -> dict[str, Any]:
    """One of the owner's own roles."""
    return {"id": role.public_id, "name": role.name, "built_in": False, "permissions": role.permissions}


@doors.door("POST", "/roles", needs="role.manage", shape=answers.RoleFacts, status=201)
def create_role(request: HttpRequest, agent: Agent, given: RoleGiven) -> Any:
    """Make a role of rights you have yourself."""
    return role_facts(custom.save_role(given.name, given.permissions, by=agent))


@doors.door("PUT", "/roles/{id}", needs="role.manage", shape=answers.RoleFacts)
def change_role(request: HttpRequest, agent: Agent, id: str, given: RoleGiven) -> Any:
    """Change one of your own roles; the built-in ones stay as they are."""
    return role_facts(custom.save_role(given.name, given.permissions, by=agent, role=here(Role, id)))


@doors.door("DELETE", "/roles/{id}", needs="role.manage")
def remove_role(request: HttpRequest, agent: Agent, id: str) -> None:
    """Remove a role; whoever had it has it no more."""
    custom.remove_role(here(Role, id), by=agent)


@doors.door("GET", "/tokens", needs="token.manage", shape=list[answers.TokenFacts])
def list_tokens(request: HttpRequest, agent: Agent) -> Any:
    """Programs' keys, newest first, also the revoked ones."""
    return [token_facts(token) for token in Token.objects.select_related("agent").order_by("-pk")[:500]]


@doors.door("POST", "/tokens", needs="token.manage", shape=answers.NewTokenFacts, status=201)
def create_token(request: HttpRequest, agent: Agent, given: NewToken) -> Any:
    """A key that acts as an agent, within scopes. `token` is shown this once. It gives nothing that you don't have yourself."""
    found = one(Agent, given.agent, is_active=True)
    if given.expires_at is not None and given.expires_at <= timezone.now():
        raise Problem(422, "expires_at.past", _("This time has passed."), field="expires_at")
    made, secret = tokens.make_token(found, given.name, given.scopes, by=agent, expires_at=given.expires_at)
    return {**token_facts(made), "token": secret}


@doors.door("DELETE", "/tokens/{id}", needs="token.manage")
def revoke_token(request: HttpRequest, agent: Agent, id: str) -> None:
    """The key opens nothing any more."""
    tokens.revoke_token(here(Token, id), by=agent.actor)


__all__ = ["Grant", "agent_card", "agent_facts", "colleagues", "doors", "grants_given", "team_facts"]
