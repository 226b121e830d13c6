"""When the board calls somebody. The board itself judges: it has the numbers, and nobody who does not look at it is called."""

from typing import Annotated

import msgspec

from yavar.base.db import transaction
from yavar.people.models import Agent

from .models import BoardChoice


class Alarms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`wait`: somebody waits longer than so many minutes; `waiting`: more than so many wait; `late`: a promise is not kept; `nobody`: nobody is here in working
    hours. None and False are off."""

    wait: Annotated[int, msgspec.Meta(ge=1, le=1440)] | None = None
    waiting: Annotated[int, msgspec.Meta(ge=1, le=999)] | None = None
    late: bool = True
    nobody: bool = False


def read(agent: Agent) -> Alarms:
    """Somebody's own."""
    found = BoardChoice.objects.filter(agent=agent).values_list("alarms", flat=True).first()
    return msgspec.convert(found or {}, Alarms)


def choose(agent: Agent, wanted: Alarms) -> Alarms:
    """Keep them. Somebody's own choices are nobody's fact."""
    with transaction():
        BoardChoice.objects.update_or_create(agent=agent, defaults={"alarms": msgspec.to_builtins(wanted)})
    return wanted
