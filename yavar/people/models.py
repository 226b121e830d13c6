"""Where Django finds the rows of this room."""

from .customers.models import Customer, Identity, VisitorSession
from .team.models import Agent, Team

__all__ = ["Agent", "Customer", "Identity", "Team", "VisitorSession"]
