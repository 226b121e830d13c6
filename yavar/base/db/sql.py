"""The few hot statements as text, built once from the models' meta: models own the schema, this only saves the ORM's time per call."""

from collections.abc import Callable, Iterable, Sequence, Sized
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
from django.db import connection, models
from django.db.models.base import ModelState

from yavar.base.db import is_sqlite, run, run_all, run_insert, run_later, run_many

M = TypeVar("M", bound=models.Model)


def placeholder(field: "models.Field[Any, Any] | None" = None) -> str:
    """The driver's mark for one value (`?` or `%s`), with the cast that JSON needs on PostgreSQL."""
    if is_sqlite():
        return "?"
    return "%s::jsonb" if isinstance(field, models.JSONField) else "%s"


@lru_cache(maxsize=64)
def moment(value: datetime | None) -> Any:
    """A time as the driver stores it: aware on PostgreSQL, naive UTC text on SQLite (the form Django itself writes)."""
    if value is None or not is_sqlite():
        return value
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def text(sql: str) -> str:
    """A hand-written statement: `{table}` is not resolved here, only `?` becomes the driver's mark. No literal `?` or `%` in it."""
    return sql if is_sqlite() else sql.replace("?", "%s")


def marks(values: Sized) -> str:
    """A mark for each of several values, for an `IN (…)` whose length is always the same. It needs one at least."""
    return ", ".join("?" * len(values))


LISTS = (list, tuple, set, dict)  # a dict stands for its keys


def spread(statement: str, values: Sequence[Any]) -> tuple[str, Sequence[Any]]:
    """A statement with `IN (??)`, whose value is a list, as the driver takes it: on PostgreSQL one that is the same for lists of any length, and so planned once."""
    if "??" not in statement:
        return statement, values
    if not is_sqlite():
        return statement.replace("IN (??)", "= ANY(?)"), [list(value) if isinstance(value, LISTS) else value for value in values]
    flat: list[Any] = []
    for value in values:
        if isinstance(value, LISTS):
            statement = statement.replace("??", marks(value), 1)
            flat += value
        else:
            flat.append(value)
    return statement, flat


def pairs(one: str, other: str, values: Iterable[tuple[Any, Any]]) -> tuple[str, list[Any]]:
    """The condition that two columns of numbers are together one of these pairs, and its values; on PostgreSQL it is the same for any number of them."""
    found = list(values)
    if is_sqlite():
        return "(" + " OR ".join([f"({one} = ? AND {other} = ?)"] * len(found)) + ")", [value for pair in found for value in pair]
    return f"({one}, {other}) IN (SELECT * FROM unnest(?::bigint[], ?::bigint[]))", [list(each) for each in zip(*found, strict=True)]


def ask(statement: str, values: Sequence[Any]) -> Any:
    """`run` a hand-written statement with `?` marks, `IN (??)` for a list."""
    statement, values = spread(statement, values)
    return run(text(statement), values)


def from_django(statement: str) -> str:
    """A statement that Django made, for `run`."""
    return statement.replace("%s", "?").replace("%%", "%") if is_sqlite() else statement


@cache
def insert(model: type[models.Model], *names: str, returning: bool = True) -> str:
    """`INSERT INTO model (names) VALUES (…)`, for `run_insert` unless `returning` is off; names are field names, foreign keys by their `_id` name."""
    meta = model._meta
    fields = [meta.get_field(name) for name in names]
    columns = ", ".join(f'"{field.column}"' for field in fields)  # type: ignore[union-attr]
    marks = ", ".join(placeholder(field) for field in fields)  # type: ignore[arg-type]
    return f'INSERT INTO "{meta.db_table}" ({columns}) VALUES ({marks})' + (' RETURNING "id"' if returning and not is_sqlite() else "")


def table(model: type[models.Model]) -> str:
    """The quoted table name."""
    return f'"{model._meta.db_table}"'


class _Reader(NamedTuple):
    columns: str
    names: tuple[str, ...]
    converters: tuple[tuple[int, Callable[[Any], Any]], ...]


@cache
def _reader(model: type[models.Model]) -> _Reader:
    """How rows of a model are read: the columns, the attributes they become, and for the few that the driver answers otherwise what makes them Python's."""
    fields, converters = model._meta.concrete_fields, []
    for index, field in enumerate(fields):
        if is_sqlite() and isinstance(field, models.DateTimeField):
            converters.append((index, lambda value: value.replace(tzinfo=UTC)))  # a third of the time of Django's
            continue
        if isinstance(field, models.JSONField) and field.decoder is None:
            converters.append((index, msgspec.json.decode))  # a fifth
            continue
        column = field.cached_col
        steps = [*field.get_db_converters(connection), *connection.ops.get_db_converters(column)]
        converters += [(index, partial(step, expression=column, connection=connection)) for step in steps]
    return _Reader(", ".join(f'"{field.column}"' for field in fields), tuple(field.attname for field in fields), tuple(converters))


class Pick(NamedTuple, Generic[M]):
    """Rows of a model by a condition with `?` marks, `IN (??)` for a list. Values as `run` takes them."""

    model: type[M]
    condition: str
    values: Sequence[Any]

    def statement(self) -> tuple[str, Sequence[Any]]:
        """As the driver takes it."""
        statement, values = spread(f"SELECT {_reader(self.model).columns} FROM {table(self.model)} WHERE {self.condition}", self.values)
        return text(statement), values

    def rows(self, found: Any) -> list[M]:
        """What was answered, as rows."""
        return _rows(self.model, _reader(self.model), found.fetchall())


def pick(model: type[M], condition: str, values: Sequence[Any]) -> list[M]:
    """The rows of a `Pick`. Django need not build the query, nor look at every value of every row: a fifth of the time, which lists and streams feel."""
    wanted = Pick(model, condition, values)
    return wanted.rows(run(*wanted.statement()))


def pick_all(*wanted: "Pick[Any]") -> list[list[Any]]:
    """The rows of each, read at once."""
    return [each.rows(found) for each, found in zip(wanted, run_all([each.statement() for each in wanted]), strict=True)]


def changed(model: type[M], changes: str, condition: str, values: Sequence[Any]) -> list[M]:
    """Change rows by a condition and answer them as they are then, in no order, in one statement. `changes` stand behind SET, with `?` marks."""
    reader = _reader(model)
    return _rows(model, reader, ask(f"UPDATE {table(model)} SET {changes} WHERE {condition} RETURNING {reader.columns}", values).fetchall())


def _rows(model: type[M], reader: _Reader, rows: Iterable[Sequence[Any]]) -> list[M]:
    found = []
    for row in rows:
        cells = list(row)
        for index, convert in reader.converters:
            if cells[index] is not None:
                cells[index] = convert(cells[index])
        made = model.__new__(model)  # what Model.from_db does, without its signals, for which nobody listens here
        made._state = ModelState()
        made._state.adding, made._state.db = False, "default"
        made.__dict__.update(zip(reader.names, cells, strict=True))
        found.append(made)
    return found


class Key(NamedTuple):
    """The key of a row that was just written, as a mark of the next statement and its value, if it has one."""

    mark: str
    values: tuple[int, ...] = ()


def insert_later(model: type[models.Model], names: Sequence[str], values: Sequence[Any]) -> Key:
    """Write a row inside the open transaction whose key only the very next statement of this table needs to know: on PostgreSQL the server keeps it in mind."""
    if is_sqlite():
        return Key("?", (run_insert(insert(model, *names), values),))
    run_later(insert(model, *names, returning=False), values)
    return Key(f"currval(pg_get_serial_sequence('{model._meta.db_table}', 'id'))")


def create(row: M) -> M:
    """Write a new row as it is; a sixth of the time of `save`, whose statement Django builds anew each time."""
    names = _names(type(row))
    row.pk = run_insert(insert(type(row), *names), _cells(row, names))
    row._state.adding, row._state.db = False, "default"
    return row


def add(row: models.Model) -> None:
    """`create` for a row whose key nobody needs to know; it stays unknown."""
    names = _names(type(row))
    run_later(insert(type(row), *names, returning=False), _cells(row, names))
    row._state.adding, row._state.db = False, "default"


def create_all(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write several new rows that are no objects, each the values of the same fields; other fields become null. Their keys stay unknown."""
    writers = [write for _attribute, write in _writers(model, *names)]
    given = [[write(value) if write else value for write, value in zip(writers, row, strict=True)] for row in rows]
    if given and is_sqlite():
        run_many(insert(model, *names, returning=False), given)
    elif given:
        run_later(_insert_all(model, *names), [list(column) for column in zip(*given, strict=True)])


@cache
def _insert_all(model: type[models.Model], *names: str) -> str:
    """PostgreSQL's one statement for any number of rows, which come as columns."""
    fields = [model._meta.get_field(name) for name in names]
    columns = ", ".join(f'"{field.column}"' for field in fields)  # type: ignore[union-attr]
    lists = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
    return f"INSERT INTO {table(model)} ({columns}) SELECT * FROM unnest({lists})"


def update(row: models.Model, *names: str) -> None:
    """Write these fields of a row as they are, for the reason of `create`. Foreign keys by their `_id` name."""
    run_later(_update(type(row), *names), [*_cells(row, names), row.pk])


def _cells(row: models.Model, names: Sequence[str]) -> list[Any]:
    return [write(getattr(row, attribute)) if write else getattr(row, attribute) for attribute, write in _writers(type(row), *names)]


@cache
def _names(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if not field.primary_key)


PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.FloatField, models.ForeignKey)


@cache
def _writers(model: type[models.Model], *names: str) -> tuple[tuple[str, Callable[[Any], Any] | None], ...]:
    """The attributes of fields, and what makes their values the driver's; None where they are so already. Django would look at each value of each row, 5 µs every time."""
    fields = [model._meta.get_field(name) for name in names]
    return tuple((field.attname, _writer(field)) for field in fields)  # type: ignore[arg-type, union-attr]


def _writer(field: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
    if isinstance(field, PLAIN):
        return None
    return moment if isinstance(field, models.DateTimeField) else partial(field.get_db_prep_save, connection=connection)


@cache
def _update(model: type[models.Model], *names: str) -> str:
    fields = [model._meta.get_field(name) for name in names]
    changes = ", ".join(f'"{field.column}" = {placeholder(field)}' for field in fields)  # type: ignore[union-attr, arg-type]
    return f"UPDATE {table(model)} SET {changes} WHERE id = {placeholder()}"


def by_key(model: type[M], keys: Iterable[int]) -> dict[int, M]:
    """Rows by their keys; no keys, no query."""
    wanted = list(set(keys))
    return {row.pk: row for row in pick(model, "id IN (??)", [wanted])} if wanted else {}


def below(model: type[models.Model], parent: str, key: int) -> list[int]:
    """The keys of all rows that point to `key` by the column `parent`, also by way of others: nearest first. One short query per level, mostly one in all."""
    found: list[int] = []
    level = [key]
    while level:
        level = [row[0] for row in ask(f"SELECT id FROM {table(model)} WHERE {parent} IN (??) ORDER BY id", [level]).fetchall()]
        found += level
    return found
