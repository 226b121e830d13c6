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
