"""What happens to people."""

import msgspec

from yavar.base.events import STAFF, fact


@fact("customer.named", audience=STAFF)
class CustomerNamed(msgspec.Struct, frozen=True):
    """A customer appeared or told us a name or a way to reach them. The words themselves stay in the rows."""

    customer: int


@fact("customer.recognised", audience=STAFF)
class CustomerRecognised(msgspec.Struct, frozen=True):
    """The shop vouched for who a visitor is; what they wrote before now belongs to that customer."""

    customer: int
    visitor: int


@fact("agent.joined", audience=STAFF)
class AgentJoined(msgspec.Struct, frozen=True):
    """Someone got a place in the team."""

    agent: int
    role: str


@fact("agent.changed", audience=STAFF)
class AgentChanged(msgspec.Struct, frozen=True):
    """What of someone was changed (names of fields; never the words), and whether they may sign in."""

    agent: int
    fields: list[str]
    active: bool


@fact("agent.granted", audience=STAFF)
class GrantsChanged(msgspec.Struct, frozen=True):
    """Someone's roles, before and after: `role`, or `role@scope:key/sees`."""

    agent: int
    before: list[str]
    after: list[str]


@fact("agent.sessions_ended", audience=STAFF)
class SessionEnded(msgspec.Struct, frozen=True):
    """Open sessions of somebody were ended: how many."""

    agent: int
    count: int


@fact("team.made", audience=STAFF)
class TeamMade(msgspec.Struct, frozen=True):
    """The desk got another team."""

    team: int
    members: list[int]


@fact("team.changed", audience=STAFF)
class TeamChanged(msgspec.Struct, frozen=True):
    """A team was renamed, or has other members."""

    team: int
    renamed: bool
    before: list[int]
    after: list[int]


@fact("team.removed", audience=STAFF)
class TeamRemoved(msgspec.Struct, frozen=True):
    """A team was dissolved."""

    team: int


@fact("role.made", audience=STAFF)
class RoleMade(msgspec.Struct, frozen=True):
    """The owner made a role."""

    role: int
    permissions: list[str]


@fact("role.changed", audience=STAFF)
class RoleChanged(msgspec.Struct, frozen=True):
    """A role of the owner's own allows something else."""

    role: int
    before: list[str]
    after: list[str]


@fact("role.removed", audience=STAFF)
class RoleRemoved(msgspec.Struct, frozen=True):
    """`agents` are those who lost it."""

    role: int
    agents: list[int]


@fact("token.made", audience=STAFF)
class TokenMade(msgspec.Struct, frozen=True):
    """A program got a key; `agent` is who it acts as."""

    token: int
    agent: int
    scopes: list[str]


@fact("token.revoked", audience=STAFF)
class TokenRevoked(msgspec.Struct, frozen=True):
    """A program's key opens nothing any more."""

    token: int
    agent: int


@fact("customer.added", audience=STAFF)
class CustomerAdded(msgspec.Struct, frozen=True):
    """The team made a customer."""

    customer: int


@fact("customer.changed", audience=STAFF)
class CustomerChanged(msgspec.Struct, frozen=True):
    """What of a customer the team changed: names of fields, never the words."""

    customer: int
    fields: list[str]


@fact("customer.merged", audience=STAFF)
class CustomerMerged(msgspec.Struct, frozen=True):
    """`customer` and all that is theirs now belongs to `into`."""

    customer: int
    into: int


@fact("customer.unmerged", audience=STAFF)
class CustomerUnmerged(msgspec.Struct, frozen=True):
    """A merge of customers was undone."""

    customer: int
    into: int


@fact("audit.exported", audience=STAFF)
class AuditExported(msgspec.Struct, frozen=True):
    """Somebody took the audit log away, in a format, so many rows of it."""

    format: str
    rows: int


@fact("customer.consented", audience=STAFF)
class CustomerConsented(msgspec.Struct, frozen=True):
    """A customer agreed to get news on one way (`given`), or took it back; `given` null: what was noted of it is forgotten."""

    customer: int
    purpose: str
    given: bool | None


@fact("customer.unreachable", audience=STAFF)
class CustomerUnreachable(msgspec.Struct, frozen=True):
    """What was sent to one of their addresses came back. `failure`: hard, soft or complaint."""

    customer: int
    failure: str


@fact("calendar.made", audience=STAFF)
class CalendarMade(msgspec.Struct, frozen=True):
    """The desk got another calendar."""

    calendar: int


@fact("calendar.changed", audience=STAFF)
class CalendarChanged(msgspec.Struct, frozen=True):
    """A calendar got another version (or, with the same, another name)."""

    calendar: int
    version: int


@fact("calendar.removed", audience=STAFF)
class CalendarRemoved(msgspec.Struct, frozen=True):
    """A calendar is not there any more; what followed it follows the desk's."""

    calendar: int
