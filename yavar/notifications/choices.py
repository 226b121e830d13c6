"""What each person of the team wants to hear, in which ways, and when not."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yavar.base.db import sql, transaction
from yavar.desk import settings as desk
from yavar.people.models import Agent

from .models import NotifyChoice

Way = Literal["app", "mail", "push", "sound"]
WAYS: tuple[Way, ...] = ("app", "mail", "push", "sound")
KINDS: dict[str, Promise] = {
    "assigned": _("A conversation is given to you"),
    "mentioned": _("You’re mentioned in a note"),
    "message": _("A message in a conversation of yours"),
    "new": _("A new conversation that nobody has"),
    "followed": _("Something is said in a conversation you follow"),
    "snoozed": _("A snoozed conversation of yours comes back"),
    "due": _("An answer of yours is due soon"),
    "late": _("A promise was missed"),
    "failed": _("An answer of yours didn’t get through"),
}
SOUNDING = ("assigned", "message", "new")  # the rest never makes a noise
USUAL: dict[str, tuple[Way, ...]] = {
    "assigned": ("app", "mail", "push", "sound"), "mentioned": ("app", "mail", "push"), "message": ("app", "mail", "push"), "new": ("app", "sound"),
    "followed": ("app",), "snoozed": ("app", "push"), "failed": ("app", "mail", "push"), "due": ("app", "push"), "late": ("app", "push"),
}  # fmt: skip
Time = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Quiet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hours without sound and push, as times of day where the person lives; over midnight when `end` is the earlier one."""

    begin: Time
    end: Time


class Choices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it. `ways` holds the kinds that were changed; `minutes`: how long something may stay unseen before it is mailed; `preview`: whether mails and pushes
    hold the line that was said."""

    ways: dict[Literal["assigned", "mentioned", "message", "new", "followed", "snoozed", "failed", "due", "late"], list[Way]] = {}
    quiet: Quiet | None = None
    minutes: Annotated[int, msgspec.Meta(ge=5, le=240)] = 15
    preview: bool = True

    def wants(self, kind: str, way: Way) -> bool:
        """Whether news of a kind may come in this way."""
        return way in self.of(kind)

    def of(self, kind: str) -> tuple[Way, ...]:
        """The ways of a kind, in their order."""
        chosen: Collection[Way] = self.ways.get(kind, USUAL[kind])  # type: ignore[call-overload]
        return tuple(way for way in WAYS if way in chosen and (way != "sound" or kind in SOUNDING))

    def all(self) -> dict[str, list[Way]]:
        """The ways of every kind."""
        return {kind: list(self.of(kind)) for kind in KINDS}


USUALLY = Choices()


def read(agent: Agent) -> Choices:
    """Somebody's own."""
    return of([agent.pk])[agent.pk]


def of(agents: Collection[int]) -> dict[int, Choices]:
    """Those of several people, by key."""
    rows = {row.agent_id: row.choices for row in sql.pick(NotifyChoice, "agent_id IN (??)", [list(agents)])} if agents else {}
    return {key: msgspec.convert(rows[key], Choices) if key in rows else USUALLY for key in agents}


def choose(agent: Agent, **changes: object) -> Choices:
    """Change some; `ways` may name some kinds alone. Somebody's own choices are nobody's fact. Raises msgspec.ValidationError before anything is written."""
    before = read(agent)
    if isinstance(ways := changes.get("ways"), Mapping):
        changes["ways"] = {**before.ways, **ways}
    wanted = msgspec.convert({**msgspec.to_builtins(before), **changes}, Choices)
    with transaction():
        NotifyChoice.objects.update_or_create(agent=agent, defaults={"choices": msgspec.to_builtins(wanted)})
    return wanted


def zone_of(agent: Agent) -> str:
    """Where somebody lives: their own zone, else the desk's."""
    return agent.time_zone or desk.read().time_zone


def is_quiet(quiet: Quiet | None, zone: str, at: datetime) -> bool:
    """Whether a moment (UTC) lies in the quiet hours of a zone. Hours that begin when they end are the whole day."""
    if quiet is None:
        return False
    local = f"{at.astimezone(ZoneInfo(zone)):%H:%M}"
    return quiet.begin <= local < quiet.end if quiet.begin < quiet.end else local >= quiet.begin or local < quiet.end


def until_quiet(quiet: Quiet | None, zone: str, at: datetime) -> timedelta | None:
    """How long it is from a moment (UTC) until the quiet hours begin; None without them. A clock that is put back meanwhile makes it an hour wrong."""
    if quiet is None:
        return None
    local = at.astimezone(ZoneInfo(zone))
    hour, minute = map(int, quiet.begin.split(":"))
    begin = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (begin if begin > local else begin + timedelta(days=1)) - local
