"""The one clock. Everything that asks for the time asks here, so a test can stop it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_source: Callable[[], datetime] | None = None


def now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC) if _source is None else _source()


def iso(moment: datetime) -> str:
    """`2026-11-22T08:10:25.123456Z`: the one way times are written on the wire."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """For tests: the clock stands at `moment` (aware)."""
    global _source
    before, _source = _source, lambda: moment
    try:
        yield
    finally:
        _source = before
