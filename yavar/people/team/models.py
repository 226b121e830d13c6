from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from yavar.base import clock, ids
from yavar.base.events import Actor
from yavar.desk.models import initials


class AgentManager(BaseUserManager["Agent"]):
    """How agents are found at sign-in."""

    def get_by_natural_key(self, username: str | None) -> "Agent":
        return self.get(email__iexact=username)


class Agent(AbstractBaseUser):
    """Someone of the team who signs in."""

    class Role(models.TextChoices):
        AGENT = "agent"
        SUPERVISOR = "supervisor"
        OWNER = "owner"

    class Sees(models.TextChoices):
        OWN = "own"
        TEAM = "team"
        ALL = "all"

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.AGENT)
    sees = models.CharField(max_length=4, choices=Sees.choices, default=Sees.ALL)
    lang = models.CharField(max_length=2, default="en")
    calendar = models.CharField(max_length=9, default="")  # jalali, gregorian, or as the language has it
    theme = models.CharField(max_length=6, default="system")
    single_keys = models.BooleanField(default=True)
    hue = models.PositiveSmallIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    objects = AgentManager()

    class Meta:
        app_label = "people"

    @property
    def actor(self) -> Actor:
        """As the doer of something."""
        return Actor("agent", self.pk)

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

    class Meta:
        app_label = "people"
