"""A new full-text index beside the living one, made while the desk runs.

The new table is filled from the newest entry downward, so its oldest line is how far the work is, and a killed rebuild goes on from there. What is
indexed meanwhile is written to both tables if its key is at or above that line; what lies below is read when its turn comes. At the end the tables
change names in one transaction, and the old one is emptied bit by bit.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from yavar.base.db import is_sqlite, run, sql, transaction
from yavar.base.db.slices import in_slices

from .analyse import VERSION
from .index import NEXT, WORDS, Line, create, exists, lowest_of, write
from .merge import merge_some
from .models import SearchEntry
from .sources import lines

OLD = "base_searchwords_old"
STEP = 50  # entries: some 5 ms
KEPT = {"content": -1, "data": 10}  # up to here FTS5 keeps what it must find when the table is opened, even to be dropped


# left to itself FTS5 merges within COMMIT, now and then for 100 ms with everybody waiting; here a step does it when a step has time
UNHURRIED, USUAL = {"automerge": 0, "crisismerge": 1999}, {"automerge": 4, "crisismerge": 16}


class Progress(NamedTuple):
    """`step` is what is done now: `read` everything anew, or `clear` the old index away. `all` is 0 where nobody knows."""

    step: str
    done: int
    all: int = 0


def rebuild() -> Iterator[Progress]:
    """Make the index anew, or finish what an earlier call began. Says how far it is after each slice."""
    if not exists(OLD):
        yield from _read()
        with transaction():
            _set(USUAL)
            run(f"ALTER TABLE {WORDS} RENAME TO {OLD}")
            run(f"ALTER TABLE {NEXT} RENAME TO {WORDS}")
    yield from _drop(OLD)


def _read() -> Iterator[Progress]:
    if exists(NEXT) and not _is_ours():
        yield from _drop(NEXT)
    if not exists(NEXT):
        with transaction():
            for statement in create(NEXT, "sqlite" if is_sqlite() else "postgresql"):
                run(statement)
            _set(UNHURRIED)
    entries = sql.table(SearchEntry)
    last = run(f"SELECT COALESCE(MAX(id), 0) FROM {entries}").fetchone()[0]
    for _slice in in_slices(_step):
        _below(lowest_of(NEXT))  # for nothing but this: what has to come from the disk comes now, while nobody waits for the lock
        yield Progress("read", last - min(last, (lowest_of(NEXT) or last + 1) - 1), last)
    if not is_sqlite():
        run(f"ANALYZE {NEXT}")


def _set(values: dict[str, int]) -> None:
    for name, value in values.items() if is_sqlite() else ():
        run(f"INSERT INTO {NEXT} ({NEXT}, rank) VALUES ('{name}', {value})")


def _is_ours() -> bool:
    """Whether the unfinished index was begun with this analyser."""
    row = run(sql.text(f"SELECT version FROM {sql.table(SearchEntry)} WHERE id = ?"), (lowest_of(NEXT) or 0,)).fetchone()
    return row is None or row[0] == VERSION


def _step() -> bool:
    """The next entries below the lowest line. Rows are locked before their texts are read, so a text that changes meanwhile is read anew or written by `put`."""
    if is_sqlite() and merge_some(NEXT):
        return True
    entries, lowest = sql.table(SearchEntry), lowest_of(NEXT)
    if lowest is None and not is_sqlite():
        run(f"LOCK TABLE {entries} IN SHARE ROW EXCLUSIVE MODE")  # whoever writes an entry now and saw no line yet has to be done first
    keys, found = _below(lowest, "" if is_sqlite() else " FOR UPDATE")
    write(NEXT, [(key, line.text, line.marks) for key, line in found.items()])
    for key in found:
        run(sql.text(f"UPDATE {entries} SET version = ? WHERE id = ? AND version <> ?"), (VERSION, key, VERSION))
    for key in keys - found.keys():  # the thing is gone: so is its entry
        run(sql.text(f"DELETE FROM {WORDS} WHERE rowid = ?"), (key,))
        run(sql.text(f"DELETE FROM {entries} WHERE id = ?"), (key,))
    return bool(keys)


def _below(lowest: int | None, lock: str = "") -> tuple[set[int], dict[int, Line]]:
    """The next entries' keys, and their lines as they are now."""
    below = f"SELECT id, kind, object_id FROM {sql.table(SearchEntry)} WHERE id < ? ORDER BY id DESC LIMIT {STEP}{lock}"
    rows = run(sql.text(below), (lowest or 1 << 62,)).fetchall()
    by_kind: dict[str, dict[int, int]] = defaultdict(dict)
    for key, kind, object_id in rows:
        by_kind[kind][object_id] = key
    return {row[0] for row in rows}, {keys[line.object_id]: line for kind, keys in by_kind.items() for line in lines(kind, list(keys))}


def _drop(table: str) -> Iterator[Progress]:
    """Take a full-text table away. SQLite writes every page of a table that is dropped, which at once would hold everybody up: its parts are emptied first."""
    done = 0

    def clear(part: str) -> bool:
        nonlocal done
        few = f"SELECT id FROM {table}_{part} WHERE id > {KEPT[part]} ORDER BY id LIMIT 100"
        gone = run(f"DELETE FROM {table}_{part} WHERE id IN ({few})").rowcount
        done += gone
        return bool(gone)

    for part in KEPT if is_sqlite() else ():
        for _slice in in_slices(partial(clear, part)):
            yield Progress("clear", done)
    with transaction():
        run(f"DROP TABLE {table}")
