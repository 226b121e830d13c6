"""The write lock and the wake-up."""

import threading
import time

import psycopg
import pytest
from django.db import connection

from yavar.base import wake
from yavar.base.db import after_commit, is_sqlite, replayable, run, transaction
from yavar.base.db.lock import WriteLock
from yavar.desk.models import Setting

pytestmark = pytest.mark.django_db(transaction=True)


def in_thread(call):
    def run():
        try:
            call()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.one_engine
def test_the_lock_is_first_come_first_served(tmp_path):
    lock, order = WriteLock(str(tmp_path / "db")), []
    lock.acquire()

    def wait(n):
        lock.acquire()
        order.append(n)
        lock.release()

    threads = []
    for n in range(5):
        threads.append(in_thread(lambda n=n: wait(n)))
        time.sleep(0.02)
    lock.release()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_a_failed_transaction_gives_the_lock_back():
    with pytest.raises(ValueError), transaction():
        Setting.objects.create(key="a", value=1)
        raise ValueError
    other = in_thread(lambda: Setting.objects.create(key="b", value=1))
    other.join(5)
    assert list(Setting.objects.values_list("key", flat=True)) == ["b"]


def test_only_what_is_done_again_goes_without_fsync():
    ask = "PRAGMA synchronous" if is_sqlite() else "SHOW synchronous_commit"
    hard, soft = (2, 1) if is_sqlite() else ("on", "off")

    def kept():
        with transaction():
            return run(ask).fetchone()[0]

    with replayable():
        assert kept() == soft
    assert kept() == hard
    with transaction(), replayable():  # what joins somebody else's transaction is kept as theirs is
        assert kept() == hard
    with pytest.raises(ValueError), replayable(), transaction():
        raise ValueError
    assert kept() == hard


def test_two_threads_count_without_losing():
    Setting.objects.create(key="n", value=0)

    def count():
        for _ in range(25):
            with transaction():
                found = Setting.objects.all() if is_sqlite() else Setting.objects.select_for_update()
                row = found.get(key="n")
                row.value += 1
                row.save()

    threads = [in_thread(count) for _ in range(4)]
    for thread in threads:
        thread.join()
    assert Setting.objects.get(key="n").value == 100


def test_a_commit_wakes_those_who_wait():
    heard, ready = [], threading.Event()

    def wait():
        waiter = wake.Waiter()
        waiter.wait(0.3)  # on PostgreSQL the ear needs a moment to listen
        ready.set()
        started = time.monotonic()
        heard.append((waiter.wait(10), time.monotonic() - started))

    thread = in_thread(wait)
    ready.wait(5)
    with transaction():
        Setting.objects.create(key="a", value=1)
        after_commit(wake.announce)
    thread.join(15)
    assert heard[0][0] is True
    assert heard[0][1] < 5


@pytest.mark.postgresql
def test_commits_that_come_together_share_a_call_to_the_other_processes_and_the_last_is_called_out_too(monkeypatch):
    monkeypatch.setattr(wake, "REST", 0.2)
    with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}, autocommit=True) as other:
        other.execute(f"LISTEN {wake.CHANNEL}")
        for _ in range(20):
            wake.announce()
            time.sleep(0.005)
        heard = list(other.notifies(timeout=1))
    assert 2 <= len(heard) < 10  # the first at once, the others in one, or on a busy machine in a few


def test_after_commit_is_called_once_and_never_after_a_rollback():
    calls = []

    def call():
        calls.append(1)

    with transaction():
        after_commit(call)
        after_commit(call)
        assert calls == []
    with pytest.raises(ValueError), transaction():
        after_commit(call)
        raise ValueError
    assert calls == [1]
