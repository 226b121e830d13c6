"""What an owner may decide for the whole desk, each with its type and default. Rows override defaults."""

from functools import cache
from typing import Annotated, Any
from zoneinfo import available_timezones

import msgspec

from yavar.base.db import transaction
from yavar.base.events import Actor, record

from .events import SettingChanged
from .models import Setting

SYSTEM = Actor("system")


class DeskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings, typed. A new one is a new field with its default."""

    time_zone: str = "UTC"
    reply_minutes: Annotated[int, msgspec.Meta(ge=0, le=999)] = 5  # "usually replies in under N min" until the desk has measured it itself; 0 says nothing
    publish_promises: bool = False  # whether customers may read what is promised, and what was reached
    goal_first_minutes: Annotated[int, msgspec.Meta(ge=1, le=14400)] = 120  # goals that figures are held against: the first answer,
    goal_satisfied: Annotated[int, msgspec.Meta(ge=0, le=100)] = 90  # satisfied customers, in percent,
    goal_solved_at_once: Annotated[int, msgspec.Meta(ge=0, le=100)] = 85  # what is solved at the first contact, in percent,
    goal_resolution_hours: Annotated[int, msgspec.Meta(ge=1, le=8760)] = 24  # and until it is solved


def read() -> DeskSettings:
    """The settings as they are now."""
    return msgspec.convert({row.key: row.value for row in Setting.objects.all()}, DeskSettings)


def change(*, by: Actor = SYSTEM, **changes: Any) -> DeskSettings:
    """Change some; raises msgspec.ValidationError for an unknown key or a wrong type before anything is written."""
    before = read()
    wanted = msgspec.convert({**msgspec.to_builtins(before), **changes}, DeskSettings)
    with transaction():
        for key in changes:
            old, new = getattr(before, key), getattr(wanted, key)
            if old != new:
                Setting.objects.update_or_create(key=key, defaults={"value": new})
                record(SettingChanged(key, old, new), subject=("desk", 0), by=by)
    return wanted


@cache
def zones() -> list[str]:
    """The time zones one chooses from: places, then UTC (IANA)."""
    return [*sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))), "UTC"]


def zone_or_ours(theirs: str) -> str:
    """Somebody's time zone, if it is known and one; else the desk's."""
    return theirs if theirs and is_time_zone(theirs) else read().time_zone


def is_time_zone(name: str) -> bool:
    """Whether a zone of this name exists (IANA)."""
    return name in available_timezones()
