"""Which events any endpoint wants, from memory: every fact asks, the chat's too, and a desk without webhooks must not pay for it.

Each process looks again once a second (the hub's tick, the timetable) and after its own changes; a process that does neither looks once.
"""

from . import told
from .models import ACTIVE, Endpoint

_names: frozenset[str] | None = None


def wants(name: str) -> bool:
    """Whether an event of this name is to be told to somebody."""
    if _names is None:
        refresh()
    return name in (_names or ())


def refresh() -> None:
    """Look again."""
    global _names
    endpoints = list(Endpoint.objects.filter(state__in=ACTIVE).only("events"))
    _names = frozenset(name for name in told.names() if any(each.wants(name) for each in endpoints)) if endpoints else frozenset()


def forget() -> None:
    """For tests: the tables are empty again."""
    global _names
    _names = frozenset()
