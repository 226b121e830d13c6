"""Where Django finds the rows of this floor."""

from .events.models import Event
from .files.models import File
from .jobs.models import Job
from .search.models import SearchEntry

__all__ = ["Event", "File", "Job", "SearchEntry"]
