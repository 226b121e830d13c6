"""The full-text index: FTS5 on SQLite, tsvector('simple') with GIN on PostgreSQL, the same tokens in both.

An entry's line holds its words and its marks. A mark says where the entry belongs (an inbox), so that a search within a few places reads only what
stands in both lists. It begins with a letter of Unicode's private area, which no analysed word has.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import NamedTuple

from yavar.base.db import is_sqlite, run, run_later, run_many, sql

from . import stretches
from .analyse import VERSION, tokens
from .models import SearchEntry

WORDS = "base_searchwords"
NEXT = "base_searchwords_next"  # while `rebuild` makes it: filled from the newest entry downward
BEGINNING = 5  # FTS5 keeps lists of beginnings of 2, 3 and 4 letters
WINDOWS = (60, 300, 1500)


class Hit(NamedTuple):
    """One entry that was found. `place` is where a search for older ones goes on."""

    kind: str
    object_id: int
    group_id: int
    place: int


def create(table: str, vendor: str) -> list[str]:
    """The statements that make a full-text table. No positions are kept (detail=none): words are looked for, never phrases, and the index is half as large."""
    if vendor == "sqlite":
        return [
            f"CREATE VIRTUAL TABLE {table} USING fts5(words, tokenize = \"unicode61 remove_diacritics 0\", prefix = '2 3 4', detail = none, columnsize = 0)"
        ]
    return [
        f"CREATE TABLE {table} (rowid bigint PRIMARY KEY, words tsvector NOT NULL)",
        f"ALTER TABLE {table} ALTER words SET STATISTICS 1000",  # whether a word is common decides the way it is looked for
        f"ALTER TABLE {table} SET (autovacuum_analyze_scale_factor = 0.02)",
        f"CREATE INDEX ON {table} USING gin (words) WITH (fastupdate = off)",  # no pending list that every reader would have to go through
    ]


CREATE = {vendor: create(WORDS, vendor) for vendor in ("sqlite", "postgresql")}


def exists(table: str) -> bool:
    """Whether there is such a table."""
    return bool(run("SELECT 1 FROM sqlite_master WHERE name = ?" if is_sqlite() else "SELECT 1 WHERE to_regclass(%s) IS NOT NULL", (table,)).fetchone())


def mark(name: str, key: int) -> str:
    """The mark of a place, e.g. an inbox."""
    return f"\ue000{name}{key}"


class Line(NamedTuple):
    """What is indexed of one thing: its words, what a hit leads to, and the marks of where it belongs."""

    object_id: int
    group_id: int
    text: str
    marks: Sequence[str] = ()


def put(kind: str, lines: Sequence[Line]) -> None:
    """Index (or index anew) things of a kind, each once. Inside a transaction; twice is the same as once."""
    if not lines:
        return
    values = [value for line in lines for value in (kind, line.object_id, line.group_id, VERSION)]
    keys = dict(run(_entries(len(lines)), values).fetchall())
    found = [(keys[line.object_id], line.text, line.marks) for line in lines]
    write(WORDS, found)
    if exists(NEXT) and (lowest := lowest_of(NEXT)) is not None:  # what lies below is still to be read by the rebuild
        write(NEXT, [each for each in found if each[0] >= lowest])


@cache
def _entries(number: int) -> str:
    head, _values, row = sql.insert(SearchEntry, "kind", "object_id", "group_id", "version", returning=False).partition(" VALUES ")
    again = "ON CONFLICT (kind, object_id) DO UPDATE SET group_id = excluded.group_id, version = excluded.version RETURNING object_id, id"
    return f"{head} VALUES {', '.join([row] * number)} {again}"


def lowest_of(table: str) -> int | None:
    """The key of a full-text table's oldest line."""
    row = run(f"SELECT rowid FROM {table} ORDER BY rowid LIMIT 1").fetchone()
    return int(row[0]) if row else None


def write(table: str, entries: Sequence[tuple[int, str, Sequence[str]]]) -> None:
    """Put entries' lines (key, text, marks) into a full-text table, in place of those that may be there."""
    # FTS5 takes rising keys in one piece
    rows = [(key, " ".join([*tokens(text), *marks, *(() if is_sqlite() else stretches.marks_of(key))])) for key, text, marks in sorted(entries)]
    if rows and is_sqlite():
        run_many(f"REPLACE INTO {table} (rowid, words) VALUES (?, ?)", rows)
    elif rows:
        words = "array_to_tsvector(array_remove(string_to_array(words, ' '), ''))"
        given = f"SELECT key, {words} FROM unnest(%s::bigint[], %s::text[]) AS given (key, words)"
        run_later(
            f"INSERT INTO {table} (rowid, words) {given} ON CONFLICT (rowid) DO UPDATE SET words = excluded.words",
            [list(each) for each in zip(*rows, strict=True)],
        )


def forget(kind: str, object_ids: Sequence[int]) -> None:
    """Take things out of the index."""
    entries = SearchEntry.objects.filter(kind=kind, object_id__in=object_ids)
    for table in filter(exists, (WORDS, NEXT)):
        for entry in entries:
            run(sql.text(f"DELETE FROM {table} WHERE rowid = ?"), (entry.pk,))
    entries.delete()


def find(query: str, marks: Collection[str] = (), *, before: int | None = None) -> Iterator[list[Hit]]:
    """Entries that hold every word of the query and, if marks are given, one of them: newest first, in windows that grow, for as long as the caller asks.
    Only what is older than the place `before`, if one is given.

    The last word may be a beginning; from BEGINNING letters on (on PostgreSQL always) only where it is no whole word, since there the engine has to put the
    lists of all words together that begin so (0.1 µs for each entry in them, 30 ms for a common word of a large desk).
    """
    words = tokens(query)[:12]
    if not words:
        return
    last, place = words[-1:], before
    whole = len(last[0]) == 1 or (len(last[0]) >= (BEGINNING if is_sqlite() else 2) and _is_word(last))
    keys = None
    if not is_sqlite():
        keys = stretches.keys(WORDS, words, marks, before) if whole else stretches.keys_of_few(WORDS, _match(words, beginning=True), marks, before)
    for size in WINDOWS:
        if keys is None:
            window = _newest(_match(words, marks, beginning=not whole), place, size)
        else:
            window = _hits_at(list(islice(keys, size)))
        yield window
        if len(window) < size:
            return
        place = window[-1].place


def _is_word(word: Sequence[str]) -> bool:
    """Whether it stands in any line as it is."""
    holds = f"{WORDS} MATCH ?" if is_sqlite() else "words @@ ?::tsquery"
    return run(sql.text(f"SELECT 1 FROM {WORDS} WHERE {holds} LIMIT 1"), (_match(word, beginning=False),), anew=True).fetchone() is not None


def _newest(match: str, before: int | None, limit: int) -> list[Hit]:
    """The newest lines that match, as the engine finds them."""
    holds, older = f"{WORDS} MATCH ?" if is_sqlite() else "words @@ ?::tsquery", "" if before is None else " AND rowid < ?"
    hits = f"SELECT rowid FROM {WORDS} WHERE {holds}{older} ORDER BY rowid DESC LIMIT ?"
    asked = f"{_hit()} JOIN ({hits}) hits ON e.id = hits.rowid ORDER BY e.id DESC"
    return [Hit(*row) for row in run(sql.text(asked), (match, *(() if before is None else (before,)), limit), anew=True).fetchall()]


def _hits_at(keys: Sequence[int]) -> list[Hit]:
    return [Hit(*row) for row in sql.ask(f"{_hit()} WHERE e.id IN (??) ORDER BY e.id DESC", [keys]).fetchall()] if keys else []


@cache
def _hit() -> str:
    return f"SELECT e.kind, e.object_id, e.group_id, e.id FROM {sql.table(SearchEntry)} e"


def _match(words: Sequence[str], marks: Collection[str] = (), *, beginning: bool) -> str:
    """The words in the engine's query language."""
    quote, both, either, star = ('"', " AND ", " OR ", "*") if is_sqlite() else ("'", " & ", " | ", ":*")
    quoted = [f"{quote}{word}{quote}" for word in words]
    quoted[-1] += star if beginning else ""
    within = either.join(f"{quote}{each}{quote}" for each in marks)
    return both.join([*quoted, f"({within})"] if marks else quoted)


def place_of(kind: str, group_id: int) -> int | None:
    """Where the newest entry of a group stands."""
    newest = SearchEntry.objects.filter(kind=kind, group_id=group_id).order_by("-pk")
    return newest.values_list("pk", flat=True).first()


def find_among(query: str, group_ids: Collection[int]) -> list[Hit]:
    """The same within a few hundred groups, however far back: their entries are read one by one."""
    words = tokens(query)[:12]
    if not words or not group_ids:
        return []
    found = f"{_hit()} CROSS JOIN"
    # both are made to keep this order; the other way round they would read all that the index has of a common word
    if is_sqlite():  # FTS5's own table of lines: to ask FTS5 for one costs ten times as much
        holds = " AND instr(' ' || w.c0 || ' ', ?)" * len(words)
        found += f" {WORDS}_content w WHERE e.group_id IN (??) AND w.id = e.id{holds}"
        asked = [f" {word} " for word in words[:-1]] + [f" {words[-1]}"]
    else:
        found += f" LATERAL (SELECT words FROM {WORDS} WHERE rowid = e.id OFFSET 0) w WHERE e.group_id IN (??) AND w.words @@ ?::tsquery"
        asked = [_match(words, beginning=True)]
    return [Hit(*row) for row in sql.ask(f"{found} ORDER BY e.id DESC", [list(group_ids), *asked]).fetchall()]
