"""What a policy says, as plain data: for which conversations, how fast, and what happens when that is near or over."""

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

import msgspec

Kind = Literal["ack", "first", "next", "resolution", "ownership"]
KINDS: tuple[Kind, ...] = get_args(Kind)
RESPONSES = frozenset({"ack", "first", "next"})  # what ends with a message to the customer
Deed = Literal["notify", "alarm", "priority", "team", "tag", "customer"]
Key = Annotated[str, msgspec.Meta(max_length=22)]

MINUTE, HOUR = 60, 3600
FIELDS = ("number", "time", "shop")  # what stands for itself in the words of an acknowledgement: {number}
LONGEST = 366 * 24 * HOUR


class Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All of these hold together; within a list any will do, an empty list takes all. Public ids, but for channel families and priorities."""

    channels: tuple[Annotated[str, msgspec.Meta(max_length=20)], ...] = ()  # families: chat, mail, form, phone, social, forum, and those that come
    brands: tuple[Key, ...] = ()
    request_types: tuple[Key, ...] = ()
    priorities: tuple[Literal["low", "normal", "high", "urgent"], ...] = ()
    segments: tuple[Key, ...] = ()  # tags of the customer


Seconds = Annotated[int, msgspec.Meta(ge=1, le=LONGEST)]


class Targets(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Seconds of working time until …; None promises nothing."""

    ack: Seconds | None = None  # … the customer hears that we have it, be it by itself
    first: Seconds | None = None  # … the first answer of a person
    next: Seconds | None = None  # … each further answer
    resolution: Seconds | None = None  # … the matter is settled
    ownership: Seconds | None = None  # … a team that got it is done with it, or hands it on

    def of(self, kind: str) -> int | None:
        """The target of a kind."""
        found: int | None = getattr(self, kind)
        return found


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What happens at a moment: `at` seconds of working time before (negative), at, or after a target is due."""

    at: Annotated[int, msgspec.Meta(ge=-LONGEST, le=LONGEST)]
    do: Deed
    kinds: tuple[Kind, ...] = ("first", "next", "resolution", "ownership")
    to: Annotated[str, msgspec.Meta(max_length=22)] = ""  # the priority, team or tag


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One version of a policy."""

    match: Match = Match()
    targets: Targets = Targets()
    steps: Annotated[tuple[Step, ...], msgspec.Meta(max_length=20)] = ()
    pauses: bool = True  # resolution and ownership stand still while we wait for the customer
    published: bool = True  # customers may read it
    words: Mapping[Literal["fa", "ru", "en"], Annotated[str, msgspec.Meta(max_length=2000)]] = {}  # the shop's own acknowledgement, with FIELDS

    def moments(self, kind: str) -> tuple[int, ...]:
        """When something happens to a timer of this kind, in seconds from its due time, in order. When it is due, always."""
        return tuple(sorted({0, *(step.at for step in self.steps if kind in step.kinds), *self.renewals(kind)}))

    def tells_customer(self, kind: str) -> set[int]:
        """The moments at which the customer hears that it will be late."""
        return {step.at for step in self.steps if step.do == "customer" and kind in step.kinds}

    def renewals(self, kind: str) -> set[int]:
        """The moments at which the second promise is due that the customer then heard: as long again."""
        target = self.targets.of(kind)
        return {at + target for at in self.tells_customer(kind)} if target else set()
