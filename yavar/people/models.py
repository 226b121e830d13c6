"""Where Django finds the rows of this room."""

from .customers.models import Customer, CustomerValue, Identity, VisitorSession
from .team.models import Agent, Grant, Role, SignIn, Team, Token

__all__ = ["Agent", "Customer", "CustomerValue", "Grant", "Identity", "Role", "SignIn", "Team", "Token", "VisitorSession"]
