"""The full-text index: FTS5 on SQLite, tsvector('simple') with GIN on PostgreSQL, the same tokens in both."""

from collections.abc import Sequence

from yavar.base.db import is_sqlite, run, sql

from .analyse import VERSION, tokens
from .models import SearchEntry

WORDS = "base_searchwords"
CREATE = {
    "sqlite": [f"CREATE VIRTUAL TABLE {WORDS} USING fts5(words, tokenize = \"unicode61 remove_diacritics 0\", prefix = '2 3')"],
    "postgresql": [
        f"CREATE TABLE {WORDS} (rowid bigint PRIMARY KEY, words tsvector NOT NULL)",
        f"CREATE INDEX {WORDS}_gin ON {WORDS} USING gin (words)",
    ],
}


def put(kind: str, object_id: int, group_id: int, text: str) -> None:
    """Index (or index anew) one thing under (kind, object_id). Inside a transaction; twice is the same as once."""
    statement = sql.insert(SearchEntry, "kind", "object_id", "group_id", "version", returning=False)
    again = "ON CONFLICT (kind, object_id) DO UPDATE SET group_id = excluded.group_id, version = excluded.version RETURNING id"
    key = run(f"{statement} {again}", (kind, object_id, group_id, VERSION)).fetchone()[0]
    words = " ".join(tokens(text))
    _remove([key])
    if is_sqlite():
        run(f"INSERT INTO {WORDS} (rowid, words) VALUES (?, ?)", (key, words))
    else:
        run(f"INSERT INTO {WORDS} (rowid, words) VALUES (%s, array_to_tsvector(array_remove(string_to_array(%s, ' '), '')))", (key, words))


def forget(kind: str, object_ids: Sequence[int]) -> None:
    """Take things out of the index."""
    entries = SearchEntry.objects.filter(kind=kind, object_id__in=object_ids)
    _remove([entry.pk for entry in entries])
    entries.delete()


def _remove(keys: Sequence[int]) -> None:
    for key in keys:
        run(f"DELETE FROM {WORDS} WHERE rowid = {'?' if is_sqlite() else '%s'}", (key,))


def find(query: str, limit: int = 500) -> list[tuple[str, int, int]]:
    """The newest `limit` entries that contain every word (the last one as a beginning): (kind, object id, group id), newest first."""
    words = tokens(query)[:12]
    if not words:
        return []
    if is_sqlite():
        match = " ".join(f'"{word}"' for word in words[:-1]) + f' "{words[-1]}"*'
        rows = run(f"SELECT rowid FROM {WORDS} WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?", (match.strip(), limit)).fetchall()
    else:
        match = " & ".join([f"'{word}'" for word in words[:-1]] + [f"'{words[-1]}':*"])
        rows = run(f"SELECT rowid FROM {WORDS} WHERE words @@ %s::tsquery ORDER BY rowid DESC LIMIT %s", (match, limit)).fetchall()
    keys = [row[0] for row in rows]
    found = {entry.pk: entry for entry in SearchEntry.objects.filter(pk__in=keys)}
    return [(found[key].kind, found[key].object_id, found[key].group_id) for key in keys if key in found]
