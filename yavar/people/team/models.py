from collections.abc import Iterable, Sequence

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.functional import cached_property

from yavar.base import clock, ids
from yavar.base.db import sql
from yavar.base.events import Actor
from yavar.desk.models import initials

from ..hours.models import Calendar
from .powers import Held, Powers
from .roles import BUILT_IN, DESK_WIDE


class AgentManager(BaseUserManager["Agent"]):
    """How agents are found at sign-in."""

    def get_by_natural_key(self, username: str | None) -> "Agent":
        return self.get(email__iexact=username)


class Agent(AbstractBaseUser):
    """Someone of the team who signs in, or a program that comes with a token."""

    class Kind(models.TextChoices):
        PERSON = "person"
        PROGRAM = "program"

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.PERSON)
    email = models.EmailField(unique=True)  # a program has one that no mail reaches
    name = models.CharField(max_length=120)
    lang = models.CharField(max_length=2, default="en")
    calendar = models.CharField(max_length=9, default="")  # jalali, gregorian, or as the language has it
    digits = models.CharField(max_length=7, default="")  # persian, latin, or as the language has it
    time_zone = models.CharField(max_length=60, default="")  # IANA; '' the desk's
    theme = models.CharField(max_length=6, default="system")
    single_keys = models.BooleanField(default=True)
    signature = models.TextField(default="")  # beneath their mails
    hue = models.PositiveSmallIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    objects = AgentManager()
    via = ""  # from where they act this time: put there by the door they came through
    limit: frozenset[str] | None = None  # the scopes of the token they came with

    class Meta:
        app_label = "people"

    @property
    def actor(self) -> Actor:
        """As the doer of something."""
        return Actor("agent", self.pk, self.via)

    @cached_property
    def powers(self) -> Powers:
        """What they may do, asked of the database once for this object."""
        return _powers_of([self])[self.pk]

    @property
    def title(self) -> str:
        """The role they are called by: the highest of the built-in ones, else an own role's public id, '' for none."""
        ranked = sorted((BUILT_IN[grant.role].rank if grant.role in BUILT_IN else 0, grant.role) for grant in self.grants.all())
        return ranked[-1][1] if ranked else ""

    def may(self, permission: str) -> bool:
        """Whether they may do it somewhere on the desk."""
        return self.powers.may(permission)

    def takes_over(self) -> bool:
        """Whether an unassigned conversation becomes theirs when they answer: not for programs and for those who look after others' work."""
        return self.kind == Agent.Kind.PERSON and not self.may("desk.supervise")

    def initials(self) -> str:
        """Up to two letters for the avatar."""
        return initials(self.name)

    def first_name(self) -> str:
        """What a customer sees of an agent's name."""
        return self.name.split()[0] if self.name else ""


class Team(models.Model):
    """A group that conversations can be given to."""

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    name = models.CharField(max_length=80, unique=True)
    members = models.ManyToManyField(Agent, related_name="teams")
    calendar = models.ForeignKey(Calendar, models.SET_NULL, null=True)  # when it works; none: the inbox's or the desk's

    class Meta:
        app_label = "people"


class Role(models.Model):
    """A role the owner made, beside those every desk has."""

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    name = models.CharField(max_length=60, unique=True)
    permissions = models.JSONField(default=list)

    class Meta:
        app_label = "people"


class Grant(models.Model):
    """Someone has a role within a scope. `role` is a built-in role's key or a Role's public id."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="grants")
    role = models.CharField(max_length=22)
    scope = models.CharField(max_length=5, default="desk")
    scope_id = models.BigIntegerField(default=0)  # key of the brand, inbox or team
    sees = models.CharField(max_length=4, default="all")

    class Meta:
        app_label = "people"
        constraints = [models.UniqueConstraint(fields=["agent", "role", "scope", "scope_id"], name="grant_once")]


class Token(models.Model):
    """A program's key to the API. We keep its hash; it acts as its agent, within its scopes."""

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    scopes = models.JSONField()  # words of roles.scopes_of
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)  # to the minute
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "people"


class SignIn(models.Model):
    """One try to sign in; a good one is also the session that began with it, until it ends."""

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    agent = models.ForeignKey(Agent, models.CASCADE, null=True, related_name="sign_ins")
    email = models.CharField(max_length=254)  # as typed
    outcome = models.CharField(max_length=8)  # ok, wrong, off (may not sign in any more)
    ip = models.CharField(max_length=45)
    browser = models.CharField(max_length=300)
    session_key = models.CharField(max_length=40, default="")
    at = models.DateTimeField()
    seen_at = models.DateTimeField()  # to the minute
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "people"
        indexes = [
            models.Index(fields=["agent", "-at"], name="sign_in_agent"),
            models.Index(fields=["-at"], name="sign_in_at"),
            models.Index(fields=["session_key"], condition=~models.Q(session_key=""), name="sign_in_session"),
        ]


def with_powers(found: Iterable[Agent]) -> list[Agent]:
    """Several people with their powers at hand: three queries for any number of them."""
    agents = list(found)
    powers = _powers_of(agents)
    for agent in agents:
        agent.powers = powers[agent.pk]
    return agents


def _powers_of(agents: Sequence[Agent]) -> dict[int, Powers]:
    active = {agent.pk: agent for agent in agents if agent.is_active}
    grants = sql.pick(Grant, "agent_id IN (??) ORDER BY id", [list(active)]) if active else []
    own = {grant.role for grant in grants if grant.role not in BUILT_IN}
    roles = {role.public_id: frozenset(role.permissions) for role in Role.objects.filter(public_id__in=own)} if own else {}
    held: dict[int, list[Held]] = {agent.pk: [] for agent in agents}
    for grant in grants:
        allowed = BUILT_IN[grant.role].permissions if grant.role in BUILT_IN else roles.get(grant.role, frozenset())
        if (limit := active[grant.agent_id].limit) is not None:
            allowed &= limit
        held[grant.agent_id].append(Held(grant.role, allowed if grant.scope == "desk" else allowed - DESK_WIDE, grant.scope, grant.scope_id, grant.sees))
    teams: dict[int, list[int]] = {agent.pk: [] for agent in agents}
    if bound := {grant.agent_id for grant in grants if grant.sees != "all"}:
        for link in sql.pick(Team.members.through, "agent_id IN (??) ORDER BY team_id", [list(bound)]):
            teams[link.agent_id].append(link.team_id)
    return {agent.pk: Powers(tuple(held[agent.pk]), tuple(teams[agent.pk])) for agent in agents}
