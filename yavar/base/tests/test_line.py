"""The desk's own statements on PostgreSQL: prepared once, in Django's transaction, and as good as the driver's cursor when something fails."""

import contextlib
import threading
from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from yavar.base.db import run, run_all, run_later, savepoint, sql, transaction
from yavar.base.db.postgres import base, line
from yavar.desk.models import Setting

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
TABLE = sql.table(Setting)


def prepared() -> list[str]:
    return [row[0] for row in connection.connection.execute("SELECT statement FROM pg_prepared_statements WHERE name LIKE 'yavar%'")]


INSERT = f"INSERT INTO {TABLE} (key, value) VALUES (%s, %s::jsonb)"


def put(key: str) -> None:
    run(INSERT, (key, "1"))


def put_later(key: str) -> None:
    run_later(INSERT, (key, "1"))


def keys() -> list[str]:
    return sorted(Setting.objects.values_list("key", flat=True))


@pytest.fixture
def ways(monkeypatch) -> list[int]:
    """How many statements went over the line each time."""
    found, send = [], line.Line.send

    def counted(self):
        if self._waiting:
            found.append(len(self._waiting))
        return send(self)

    monkeypatch.setattr(line.Line, "send", counted)
    return found


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
    assert keys() == ["b", "c"]
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


@pytest.mark.parametrize("before", permutations("abcd"), ids="".join)
def test_of_several_that_are_asked_at_once_none_pushes_out_another(monkeypatch, before):
    monkeypatch.setattr(line, "KEPT", 3)
    connection.close()
    for name in before:
        run(f"SELECT %s::text AS {name}", (name,))
    found = run_all([(f"SELECT %s::text AS {name}", (name,)) for name in "abc"])
    assert [each.fetchone() for each in found] == [("a",), ("b",), ("c",)]
    assert len(prepared()) == 3


def test_what_is_asked_again_and_again_stays_prepared(monkeypatch):
    monkeypatch.setattr(line, "KEPT", 3)
    connection.close()
    for number in range(6):
        run("SELECT %s::int AS often", (1,))
        run(f"SELECT %s::int AS seldom{number}", (1,))
    assert any("often" in each for each in prepared())


@pytest.mark.parametrize(("number", "size"), [(1, 8_000_000), (60, 200_000)], ids=["one long text", "many middling ones"])
def test_more_than_the_system_takes_at_once_goes_through(number, size):
    with transaction():
        for each in range(number):
            run_later(INSERT, (str(each), '"' + "x" * size + '"'))
        assert run(f"SELECT SUM(LENGTH(value::text)) FROM {TABLE}").fetchone() == (number * (size + 2),)


def test_a_line_on_which_nobody_knows_how_far_we_came_is_given_up():
    put("a")
    with pytest.raises(psycopg.OperationalError, match="parameters"):
        run_all([("SELECT 1", ()), (f"SELECT 1 WHERE 1 IN ({', '.join(['%s'] * 70_000)})", range(70_000))])
    assert keys() == ["a"]
    assert run("SELECT 1").fetchone() == (1,)


def test_a_transaction_that_had_failed_is_never_taken_for_committed():
    put("known")
    with pytest.raises((psycopg.Error, DatabaseError)), transaction():
        with contextlib.suppress(psycopg.Error):
            run("SELECT 1 / %s::int", (0,))
        put_later("a")
    with pytest.raises(DatabaseError), transaction(), contextlib.suppress(psycopg.Error):
        run("SELECT 1 / %s::int", (0,))
    assert keys() == ["known"]


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
    assert keys() == ["c"]


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


def test_what_nobody_looks_at_goes_with_what_is_asked_next_and_in_order(ways):
    for turn in ("first, to prepare them: ", "then: "):
        ways.clear()
        with transaction():
            put_later(f"{turn}a")
            put_later(f"{turn}b")
            run_later(f"UPDATE {TABLE} SET key = %s WHERE key = %s", (f"{turn}c", f"{turn}b"))
            assert run(f"SELECT COUNT(*) FROM {TABLE} WHERE key IN (%s, %s)", (f"{turn}a", f"{turn}c")).fetchone() == (2,)
            put_later(f"{turn}d")
        assert keys()[-3:] == [f"{turn}a", f"{turn}c", f"{turn}d"]
    assert ways == [5, 2]  # BEGIN and COMMIT go the same way


def test_what_does_not_depend_on_each_other_is_read_at_once(ways):
    for _turn in range(2):
        ways.clear()
        one, other = run_all([("SELECT %s::int AS one", (1,)), ("SELECT %s::int AS other", (2,))])
        assert (one.fetchall(), other.fetchall()) == ([(1,)], [(2,)])
    assert ways == [2]
    with pytest.raises(psycopg.errors.DivisionByZero):
        run_all([("SELECT 1 / %s::int", (0,)), ("SELECT 1", ())])
    assert run_all([]) == []


def test_django_sees_what_waited():
    with transaction():
        put_later("a")
        assert keys() == ["a"]
        put_later("b")
        Setting.objects.filter(key="b").delete()
    assert keys() == ["a"]


def test_outside_of_a_transaction_nothing_waits(ways):
    put_later("a")
    assert ways == [1]
    with pytest.raises(psycopg.errors.UniqueViolation):
        put_later("a")


def test_more_than_the_line_holds_goes_at_once(ways, monkeypatch):
    monkeypatch.setattr(line, "MOST", 3)
    with transaction():
        for number in range(7):
            put_later(str(number))
        assert ways == [3, 3]  # BEGIN among them
    assert len(keys()) == 7


def test_what_is_rolled_back_is_never_said(ways):
    put("known")
    ways.clear()
    with pytest.raises(ValueError), transaction():
        put_later("a")
        raise ValueError
    assert ways == []
    with transaction():
        put_later("b")
        with pytest.raises(ValueError), savepoint():
            put_later("c")
            raise ValueError
        with savepoint():
            put_later("d")
            with pytest.raises(ValueError), savepoint():
                put_later("e")
                raise ValueError
    assert keys() == ["b", "d", "known"]


@pytest.mark.parametrize("look", [lambda: run("SELECT 1"), Setting.objects.count, lambda: put_later("b")], ids=["run", "Django", "COMMIT"])
def test_what_is_wrong_with_what_waited_fails_the_transaction_it_stands_in(look):
    put("a")
    with pytest.raises((psycopg.errors.UniqueViolation, IntegrityError)), transaction():
        put_later("c")
        put_later("a")
        look()
    assert keys() == ["a"]
    put("d")
    assert keys() == ["a", "d"]


def test_what_is_wrong_inside_a_savepoint_is_raised_there_and_spares_the_rest():
    put("a")
    with transaction():
        put_later("b")
        with pytest.raises(IntegrityError), savepoint():
            put_later("a")
        with pytest.raises(psycopg.errors.UniqueViolation), savepoint():
            put_later("a")
            run("SELECT 1")
        with pytest.raises(psycopg.errors.SyntaxError), savepoint():
            run("SELECT nothing FROM FROM")
        put_later("c")
    assert keys() == ["a", "b", "c"]


def test_what_is_wrong_before_a_savepoint_is_raised_before_it():
    put("a")
    entered = []
    with pytest.raises(IntegrityError), transaction():
        put_later("a")
        with savepoint():
            entered.append(1)
    assert not entered
    assert keys() == ["a"]


def test_a_line_that_falls_with_something_waiting_fails_the_transaction_and_nothing_after_it():
    run("SELECT 1")
    with pytest.raises(DatabaseError), transaction():
        put_later("a")
        run("SELECT 1")
        put_later("b")
        fall()
    put("c")
    assert keys() == ["c"]


def test_other_threads_go_on_while_several_statements_are_answered():
    put("known")
    turns, over = [], threading.Event()

    def turn():
        while not over.wait(0.005):
            turns.append(1)

    other = threading.Thread(target=turn)
    with transaction():
        run("SELECT 1::text, pg_sleep(%s)", (0.0,))
        other.start()
        put_later("a")
        run("SELECT 1::text, pg_sleep(%s)", (0.3,))
        over.set()
    other.join()
    assert len(turns) > 20
