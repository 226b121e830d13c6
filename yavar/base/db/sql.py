"""The few hot statements as text, built once from the models' meta: models own the schema, this only saves the ORM's time per call."""

from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from django.db import models

from yavar.base.db import is_sqlite


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
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def text(sql: str) -> str:
    """A hand-written statement: `{table}` is not resolved here, only `?` becomes the driver's mark. No literal `?` or `%` in it."""
    return sql if is_sqlite() else sql.replace("?", "%s")


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
