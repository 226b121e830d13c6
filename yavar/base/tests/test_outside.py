"""Jobs that wait for a stranger: no transaction while they wait, nobody waits with them, and a repeat after a death."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from yavar.base import clock
from yavar.base.db import transaction
from yavar.base.jobs import Outside, Steps, forget_leases, job, leave, run_due
from yavar.base.jobs.models import Job
from yavar.base.jobs.runner import LEASE
from yavar.desk.models import Setting

pytestmark = pytest.mark.django_db(transaction=True)
calls: list[str] = []
doors: dict[str, threading.Event] = {}


@job("test.call", outside=True)
def ring(what: str, fails: str = "") -> Steps:
    def out() -> str:
        calls.append(what)
        if what in doors:
            doors[what].wait(10)
        if fails == "call":
            raise ConnectionError(what)
        return f"{what} answered"

    if fails == "before":
        raise RuntimeError(what)
    if fails == "nothing to do":
        return
    try:
        answer = yield out
    except ConnectionError:
        answer = f"{what} failed"
    assert connection.in_atomic_block
    Setting.objects.create(key=what, value=answer)
    if fails == "after":
        raise RuntimeError(what)
    if fails == "twice":
        yield out


@job("test.plain")
def plain(what: str) -> None:
    Setting.objects.create(key=what, value="plain")


@pytest.fixture(autouse=True)
def _fresh():
    calls.clear()
    doors.clear()
    yield
    for door in doors.values():
        door.set()


def put(what, lane="", name="test.call", **more):
    with transaction():
        leave(name, args={"what": what, **more}, lane=lane)


def until(condition, outside, seconds=3):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        outside.turn()
        time.sleep(0.005)


def kept():
    return {row.key: row.value for row in Setting.objects.all()}


def test_the_call_is_made_with_no_transaction_and_its_answer_kept_with_the_jobs_removal():
    put("a")
    assert run_due() == 0  # those who do plain jobs leave it alone
    outside = Outside()
    until(lambda: kept() == {"a": "a answered"}, outside)
    assert not Job.objects.exists() and calls == ["a"] and outside.under_way == 0


def test_what_the_call_raises_is_told_to_the_job():
    put("a", fails="call")
    until(lambda: kept() == {"a": "a failed"}, Outside())
    assert not Job.objects.exists()


def test_a_job_that_finds_nothing_to_do_is_done():
    put("a", fails="nothing to do")
    until(lambda: not Job.objects.exists(), Outside())
    assert not calls


@pytest.mark.parametrize("where", ["before", "after", "twice"])
def test_a_job_that_breaks_leaves_nothing_behind_and_comes_again(where):
    put("a", fails=where)
    outside = Outside()
    until(lambda: Job.objects.get().error, outside)
    found = Job.objects.get()
    assert "RuntimeError" in found.error and found.lease_until is None and found.due_at > clock.now()
    assert not kept()
    with clock.stopped_at(clock.now() + timedelta(seconds=5)):
        until(lambda: Job.objects.get().attempts == 2 and not outside.under_way, outside)


def test_who_hangs_delays_nobody():
    for number in range(40):
        doors[f"dead {number}"] = threading.Event()
        put(f"dead {number}", lane=f"dead {number % 8}")
    put("b", lane="b")
    put("c", name="test.plain")
    outside, started = Outside(), time.monotonic()
    outside.turn()
    run_due()
    until(lambda: set(kept()) == {"b", "c"}, outside)
    assert time.monotonic() - started < 1
    assert outside.under_way == 8  # one of each lane; the others wait behind their own head
    first = [what for what in calls if what != "b"]
    for what in first:
        doors[what].set()
    until(lambda: set(first) <= set(kept()), outside)
    assert len(calls) > 9


def test_no_more_calls_than_threads():
    for number in range(5):
        doors[f"n{number}"] = threading.Event()
        put(f"n{number}")
    outside = Outside(threads=2)
    for _ in range(5):
        outside.turn()
    assert outside.under_way == 2
    assert Job.objects.filter(lease_until__isnull=True).count() == 3
    doors["n0"].set()
    until(lambda: len(calls) == 3, outside)


def test_after_a_death_the_call_is_made_again_and_the_late_answer_has_no_effect():
    doors["a"] = threading.Event()
    put("a")
    slow, next_one = Outside(), Outside()
    slow.turn()
    assert next_one.turn() == 0  # the lease holds
    with clock.stopped_at(clock.now() + LEASE + timedelta(seconds=1)):
        next_one.turn()
        until(lambda: len(calls) == 2, next_one)
    doors["a"].set()
    until(lambda: kept() == {"a": "a answered"}, next_one)
    until(lambda: not slow.under_way, slow)
    assert Setting.objects.count() == 1 and not Job.objects.exists()


def test_the_only_worker_takes_over_at_once():
    doors["a"] = threading.Event()
    put("a")
    Outside().turn()
    forget_leases()
    Outside().turn()
    assert calls == ["a", "a"]


def test_at_the_end_calls_are_waited_for_a_moment():
    put("a")
    outside, stop = Outside(), threading.Event()
    outside.turn()
    outside.wait(3)
    assert kept() == {"a": "a answered"}
    stop.set()
    outside.run(stop)


def test_a_call_may_outlast_its_lease_while_somebody_lives_who_waits_for_it():
    put("slow")
    doors["slow"] = threading.Event()
    outside = Outside()
    outside.turn()
    begun = clock.now()
    for seconds in range(0, 200, 15):
        with clock.stopped_at(begun + timedelta(seconds=seconds)):
            outside.turn()
            assert not Outside().turn(), "nobody else takes it"
    doors["slow"].set()
    until(lambda: not outside.under_way, outside)
    assert calls == ["slow"] and kept() == {"slow": "slow answered"}
