"""Where Django finds the rows of this room."""

from .sla.models import Course, Policy, Timer

__all__ = ["Course", "Policy", "Timer"]
