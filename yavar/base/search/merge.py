"""FTS5 keeps what was written last in pieces of their own, each of which every search has to look into: put them together now and then."""

from collections.abc import Iterator

from django.db import connection

from yavar.base.db import is_sqlite, run
from yavar.base.db.slices import in_slices

from .index import WORDS

PAGES = 24  # merged at a time: some 3 ms


def merge() -> Iterator[int]:
    """Put the index's pieces together, a few pages at a time. Yields how many pages were written so far. PostgreSQL has no such pieces."""
    if not is_sqlite():
        return
    done = 0

    def step() -> bool:
        nonlocal done
        done += PAGES
        return merge_some(WORDS, everything=done == PAGES)

    for _slice in in_slices(step):
        yield done


def merge_some(table: str, *, everything: bool = False) -> bool:
    """Merge a few pages; False when nothing was left to do. `everything` begins to make one piece of all."""
    before = connection.connection.total_changes
    run(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", (-PAGES if everything else PAGES,))
    return bool(connection.connection.total_changes - before >= 2)  # FTS5's manual: fewer changes say so
