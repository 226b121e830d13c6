"""The writer: acknowledged means stored, one bad item harms nobody, a failed commit acknowledges nobody."""

import sqlite3
import threading

import pytest
from django.db import OperationalError, connections

from yavar.base import clock, db
from yavar.base.db import sql
from yavar.base.jobs import queue
from yavar.base.jobs.models import Job
from yavar.base.jobs.queue import leave
from yavar.base.writer import Item, NotStored, Writer, write_batch

pytestmark = pytest.mark.django_db(transaction=True)


def item(key, fails=False):
    def write():
        leave("nobody.does", unique_key=key)
        if fails:
            raise ValueError(key)
        return key

    return Item(write, lambda outcome: None)


def stored():
    return set(Job.objects.values_list("unique_key", flat=True))


@pytest.mark.parametrize("bad", [0, 2, 4])
def test_a_bad_item_fails_alone(bad):
    batch = [item(f"key-{n}", fails=n == bad) for n in range(5)]
    write_batch(batch)
    good = {f"key-{n}" for n in range(5) if n != bad}
    assert {i.outcome for i in batch if isinstance(i.outcome, str)} == good == stored()
    assert isinstance(batch[bad].outcome, ValueError)


@pytest.mark.parametrize("bad", [0, 2, 4])
@pytest.mark.parametrize("ask", [db.run, db.run_later])
@pytest.mark.parametrize("gives_up", [False, True])
def test_a_statement_that_the_database_refuses_fails_alone(bad, ask, gives_up):
    def refused():
        ask(sql.text("INSERT INTO base_job (name) VALUES (?)"), ("without the rest",))
        if gives_up:
            raise ValueError("before anybody heard that it was refused")

    batch = [item(f"key-{n}") if n != bad else Item(refused, lambda outcome: None) for n in range(5)]
    write_batch(batch)
    assert stored() == {f"key-{n}" for n in range(5) if n != bad}
    assert isinstance(batch[bad].outcome, Exception)


def test_a_failed_commit_acknowledges_nobody(monkeypatch):
    def full(self):
        raise OperationalError("database or disk is full")  # as Django passes the driver's on

    monkeypatch.setattr(type(connections["default"]), "_commit", full)
    batch = [item(f"key-{n}") for n in range(3)]
    write_batch(batch)
    monkeypatch.undo()
    assert all(isinstance(i.outcome, NotStored) for i in batch)
    assert stored() == set()
    write_batch(again := [item("after")])
    assert again[0].outcome == "after"


def test_a_failed_begin_acknowledges_nobody(monkeypatch):
    def locked(self, *args, **kwargs):
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(type(connections["default"]), "set_autocommit", locked)
    batch = [item("key")]
    write_batch(batch)
    monkeypatch.undo()
    assert isinstance(batch[0].outcome, NotStored)
    assert stored() == set()


def test_whatever_statement_fails_an_item_is_whole_or_absent(monkeypatch):
    """The n-th statement of a batch fails, for every n; then each of those with which it is written again item by item."""
    calls = {"n": 0, "fail": ()}

    def counting(real):
        def counted(*args):
            calls["n"] += 1
            if calls["n"] in calls["fail"]:
                raise sqlite3.OperationalError("disk I/O error")
            return real(*args)

        return counted

    monkeypatch.setattr(queue, "run_later", counting(queue.run_later))
    for name in ("savepoint", "savepoint_commit", "savepoint_rollback"):
        monkeypatch.setattr(connections["default"], name, counting(getattr(connections["default"], name)))

    def two(n):
        def write():
            leave("nobody.does", unique_key=f"{n}-a")
            leave("nobody.does", unique_key=f"{n}-b")
            return n

        return Item(write, lambda outcome: None)

    write_batch([two(0), two(1), two(2)])
    assert calls["n"] == 6
    for fail in [*((n,) for n in range(1, 6 + 1)), *((1, n) for n in range(2, 16))]:
        Job.objects.all().delete()
        calls.update(n=0, fail=fail)
        batch = [two(n) for n in range(3)]
        write_batch(batch)
        acknowledged = {n for n in range(3) if batch[n].outcome == n}
        assert stored() == {f"{n}-{part}" for n in acknowledged for part in "ab"}, f"statement {fail}"


def test_many_writers_of_one_queue():
    answers, done = [], threading.Event()

    def answer(outcome):
        answers.append(outcome)
        if len(answers) == 400:
            done.set()

    writer = Writer()
    writer.start()

    def put(thread):
        for n in range(100):
            key = f"{thread}-{n}"
            writer.submit(Item(lambda key=key: leave("nobody.does", unique_key=key) or key, answer))

    threads = [threading.Thread(target=put, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    assert done.wait(20)
    writer.stop()
    assert set(answers) == stored()
    for thread in range(4):
        mine = [a for a in answers if a.startswith(f"{thread}-")]
        assert mine == [f"{thread}-{n}" for n in range(100)]


def test_the_clock_of_a_row_is_the_clock_of_the_house():
    with clock.stopped_at(clock.now()):
        write_batch([item("key")])
        assert Job.objects.get().created_at == clock.now()
