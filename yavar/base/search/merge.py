"""FTS5 keeps what was written last in pieces of their own, each of which every search has to look into: put them together now and then."""

from collections.abc import Iterator

from django.db import connection

from yavar.base.db import is_sqlite, run
from yavar.base.db.slices import in_slices

from .index import WORDS

PAGES = 64  # merged at a time: 2 or 3 ms


def merge() -> Iterator[int]:
    """Put the index's pieces together, a few pages at a time. Yields how many pages were written so far. PostgreSQL has no such pieces."""
    if not is_sqlite():
        return
    done, pages = 0, -PAGES  # the first call, with a minus, says that everything becomes one piece

    def step() -> bool:
        nonlocal done, pages
        before = connection.connection.total_changes
        run(f"INSERT INTO {WORDS} ({WORDS}, rank) VALUES ('merge', ?)", (pages,))
        pages, done = PAGES, done + PAGES
        return bool(connection.connection.total_changes - before >= 2)  # as FTS5's manual has it: fewer changes say that nothing was left to merge

    for _slice in in_slices(step):
        yield done
