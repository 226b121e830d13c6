"""Where Django finds the rows of this floor."""

from .audit.models import Seal
from .events.models import Event
from .files.models import File
from .instance import Instance
from .jobs.models import Job
from .once import Answered
from .search.models import SearchEntry

__all__ = ["Answered", "Event", "File", "Instance", "Job", "Seal", "SearchEntry"]
