"""The desk's own statements on PostgreSQL: prepared once, in Django's transaction, and as good as the driver's cursor when something fails."""

from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from yavar.base.db import run, savepoint, sql, transaction
from yavar.base.db.postgres import base, line
from yavar.desk.models import Setting

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
TABLE = sql.table(Setting)


def prepared() -> list[str]:
    return [row[0] for row in connection.connection.execute("SELECT statement FROM pg_prepared_statements WHERE name LIKE 'yavar%'")]


def put(key: str) -> None:
    run(f"INSERT INTO {TABLE} (key, value) VALUES (%s, %s::jsonb)", (key, "1"))


def test_a_statement_is_prepared_once_for_all_values_and_not_at_all_when_planned_anew():
    for number in range(5):
        assert run("SELECT %s + 1 AS once", (number,)).fetchone() == (number + 1,)
        assert run("SELECT %s + 2 AS anew", (number,), anew=True).fetchone() == (number + 2,)
        listed, values = sql.spread("SELECT 7 AS listed WHERE 1 IN (??)", [set(range(number + 1))])
        assert run(sql.text(listed), values).fetchall() == [(7,)] * (number > 0)
    assert sum("once" in each for each in prepared()) == 1
    assert not any("anew" in each for each in prepared())
    assert sum("listed" in each for each in prepared()) == 1


def test_values_come_back_as_they_were_given():
    at = datetime(2026, 11, 27, 7, 4, 0, 120000, tzinfo=UTC)
    given = (None, True, 1 << 40, "100 % «ی»", at)
    found = run("SELECT %s::int, %s, %s, %s::text || '%%', %s", given).fetchone()
    assert found == (None, True, 1 << 40, "100 % «ی»%", at)
    assert found[4].tzinfo is UTC
    with connection.cursor() as cursor:  # Django reads times the same way, whichever zone the server writes them in
        cursor.execute("SET TIME ZONE 'Asia/Tehran'")
        cursor.execute("SELECT %s", [at.astimezone(timezone(timedelta(hours=2)))])
        assert cursor.fetchone() == (at,)
        cursor.execute("SET TIME ZONE 'UTC'")


def test_rows_are_read_one_by_one_or_together():
    found = run("SELECT generate_series(1, %s)", (4,))
    assert (found.fetchone(), found.fetchall(), found.fetchone(), found.rowcount) == ((1,), [(2,), (3,), (4,)], None, 4)
    assert list(run("SELECT generate_series(1, %s)", (2,))) == [(1,), (2,)]


def test_what_is_written_belongs_to_the_transaction_of_django():
    with pytest.raises(ValueError), transaction():
        put("a")
        raise ValueError
    with transaction():
        put("b")
        with pytest.raises(psycopg.errors.UniqueViolation), savepoint():
            put("b")
        put("c")
    assert sorted(Setting.objects.values_list("key", flat=True)) == ["b", "c"]
    with pytest.raises(psycopg.errors.UniqueViolation):
        put("c")
    put("d")  # outside of a transaction the line is good at once
    assert Setting.objects.count() == 3


def test_no_more_is_kept_prepared_than_the_server_can_hold(monkeypatch):
    monkeypatch.setattr(line, "KEPT", 3)
    connection.close()
    for number in range(6):
        run(f"SELECT %s::int AS n{number}", (1,))
    assert len(prepared()) == 3
    assert run("SELECT %s::int AS n0", (2,)).fetchone() == (2,)


def fall() -> None:
    """The server ends our line, as when it is started again."""
    connection.ensure_connection()
    with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (connection.connection.info.backend_pid,))


@pytest.mark.parametrize("ask", [lambda: run("SELECT 1").fetchone(), Setting.objects.count], ids=["run", "Django"])
def test_a_line_that_fell_while_it_slept_is_opened_anew_before_anybody_notices(monkeypatch, ask):
    ask()
    monkeypatch.setattr(base, "FRESH", 0)
    fall()
    assert ask() is not None
    with transaction():
        put("a")
    assert Setting.objects.count() == 1


def test_a_line_that_falls_under_a_transaction_fails_it_and_nothing_after_it():
    run("SELECT 1")
    with pytest.raises(psycopg.OperationalError), transaction():
        put("a")
        fall()
        put("b")
    put("c")
    assert list(Setting.objects.values_list("key", flat=True)) == ["c"]


def test_a_line_that_fell_a_moment_ago_fails_once():
    run("SELECT 1")
    fall()
    with pytest.raises(psycopg.OperationalError):
        run("SELECT 1")
    assert run("SELECT 1").fetchone() == (1,)


def test_a_mistake_in_a_statement_is_no_reason_to_ask_again_and_again():
    with pytest.raises(DatabaseError):
        Setting.objects.extra(where=["nothing"]).count()
    assert connection.is_usable()
    with CaptureQueriesContext(connection) as asked:
        run("SELECT 1")
    assert len(asked) == 1
    assert not connection.errors_occurred
