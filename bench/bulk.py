"""Writing millions of rows into an empty desk: executemany on SQLite, COPY on PostgreSQL, indexes made at the end."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from django.db.models.fields import NOT_PROVIDED

from yavar.base.db import is_sqlite, run
from yavar.base.search.index import WORDS

CHUNK = 20_000
FAST = ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-1000000", "temp_store=MEMORY", "wal_autocheckpoint=50000")


class Table:
    """Rows of one table, written in chunks. Columns that are not named get their model's default."""

    def __init__(self, table: str, columns: Sequence[str], rest: tuple[Any, ...] = ()) -> None:
        self._rest, self._rows, self.written = rest, [], 0
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" * len(columns))
        self._sql = f'INSERT INTO "{table}" ({names}) VALUES ({marks})' if is_sqlite() else f'COPY "{table}" ({names}) FROM STDIN'

    @classmethod
    def of(cls, model: type[models.Model], *names: str) -> "Table":
        fields = [model._meta.get_field(name) for name in names]
        others = [f for f in model._meta.concrete_fields if f not in fields and not f.null and not f.primary_key]
        assert all(f.default is not NOT_PROVIDED for f in others), (model, others)
        rest = tuple(f.get_db_prep_save(f.get_default(), connection) for f in others)
        return cls(model._meta.db_table, [f.column for f in [*fields, *others]], rest)

    def add(self, row: tuple[Any, ...]) -> None:
        self._rows.append(row + self._rest)
        if len(self._rows) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        rows, self._rows = self._rows, []
        self.written += len(rows)
        if is_sqlite():
            connection.connection.executemany(self._sql, rows)
            return
        with connection.connection.cursor() as cursor, cursor.copy(self._sql) as copy:
            for row in rows:
                copy.write_row(row)


def words_table() -> Table:
    return Table(WORDS, ("rowid", "words"))


def words_line(tokens: str) -> str:
    """Tokens as the engine's full-text column reads them."""
    return tokens if is_sqlite() else "'" + tokens.replace(" ", "' '") + "'"


@contextmanager
def loading() -> Iterator[None]:
    """Inside nothing is checked, logged or indexed; at the end the indexes are made, the sequences set and statistics taken."""
    connection.ensure_connection()
    dropped = list(_indexes())
    for name, _sql in dropped:
        run(f'DROP INDEX "{name}"')
    if is_sqlite():
        for pragma in FAST:
            run(f"PRAGMA {pragma}").fetchall()
        run("BEGIN")
        yield
        run("COMMIT")
        run("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    else:
        run("SET session_replication_role = replica")
        run("SET synchronous_commit = off")
        run("SET maintenance_work_mem = '1GB'")
        yield
    for _name, sql in dropped:
        run(sql)
    if not is_sqlite():
        _set_sequences()
    run("ANALYZE" if is_sqlite() else "VACUUM ANALYZE")
    if is_sqlite():
        run("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()


def _indexes() -> list[tuple[str, str]]:
    """Every index that no constraint needs, with the statement that makes it."""
    if is_sqlite():
        return run("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
    own = "SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname"
    return run(f"SELECT indexname, indexdef FROM pg_indexes i WHERE schemaname = 'public' AND NOT EXISTS ({own})").fetchall()


def _set_sequences() -> None:
    found = run("SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'id' AND is_identity = 'YES'").fetchall()
    for (table,) in found:
        run(f"""SELECT setval(pg_get_serial_sequence('"{table}"', 'id'), (SELECT COALESCE(MAX(id), 0) + 1 FROM "{table}"), false)""")
