"""Where Django finds the rows of this room."""

from .customers.models import Consent, Customer, CustomerValue, Identity, VisitorSession
from .hours.models import Calendar, CalendarVersion
from .team.models import Agent, Grant, Role, SignIn, Team, Token

__all__ = [
    "Agent",
    "Calendar",
    "CalendarVersion",
    "Consent",
    "Customer",
    "CustomerValue",
    "Grant",
    "Identity",
    "Role",
    "SignIn",
    "Team",
    "Token",
    "VisitorSession",
]
