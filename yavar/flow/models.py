"""Where Django finds the rows of this room."""

from .sla.models import Course, Policy, Reached, Timer

__all__ = ["Course", "Policy", "Reached", "Timer"]
