"""What happens to promises. `kind` is `terms.Kind`, `cycle` the event_seq of what began it; `due` an ISO time; `at` the moment of the policy, in seconds of working time from it; `tell` whom the policy
wants to know: `owner` (whose it is, else their team, else everybody) or `supervisors`."""

import msgspec

from yavar.base.events import STAFF, fact


@fact("promise.set", audience=STAFF)
class PromiseSet(msgspec.Struct, frozen=True):
    """What is promised next changed: another time, another kind, or nothing. It stands outside the timeline and has no event_seq."""

    kind: str
    due: str | None


@fact("promise.near", audience=STAFF)
class PromiseNear(msgspec.Struct, frozen=True):
    """A promise will soon be due."""

    kind: str
    cycle: int
    due: str
    at: int
    tell: list[str]


@fact("promise.missed", audience=STAFF)
class PromiseMissed(msgspec.Struct, frozen=True):
    """A promise was due and not kept."""

    kind: str
    cycle: int
    due: str
    tell: list[str]


@fact("promise.late", audience=STAFF)
class PromiseLate(msgspec.Struct, frozen=True):
    """It has been late for a while that the policy names."""

    kind: str
    cycle: int
    due: str
    at: int
    tell: list[str]


@fact("policy.saved", audience=STAFF)
class PolicySaved(msgspec.Struct, frozen=True):
    """A policy was made or says something else."""

    policy: int
    version: int


@fact("policy.ordered", audience=STAFF)
class PoliciesOrdered(msgspec.Struct, frozen=True):
    """The order in which policies are tried, first to last."""

    policies: list[int]


@fact("policy.removed", audience=STAFF)
class PolicyRemoved(msgspec.Struct, frozen=True):
    """A policy holds nowhere any more."""

    policy: int
