"""Where Django finds the rows of this room."""

from .board.models import BoardChoice
from .sla.models import Course, Policy, Reached, Timer

__all__ = ["BoardChoice", "Course", "Policy", "Reached", "Timer"]
