"""Jobs: done once, in order within a lane, again after a failure, dead after the last try."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yavar.base import clock
from yavar.base.db import is_sqlite, sql, transaction
from yavar.base.db.slices import SLICE
from yavar.base.jobs import behind, forget_leases, job, leave, retry, run_due, runner
from yavar.base.jobs.models import Job
from yavar.base.jobs.runner import LEASE, TRIES, WIDE, claim, do
from yavar.desk.models import Setting

pytestmark = pytest.mark.django_db(transaction=True)
done = []


@job("test.note")
def note(what, fails=False):
    if fails:
        raise RuntimeError(what)
    Setting.objects.create(key=what, value=1)
    done.append(what)


@pytest.fixture(autouse=True)
def _empty():
    done.clear()


def put(what, lane="", **more):
    with transaction():
        leave("test.note", args={"what": what, **more}, lane=lane)


def later(seconds):
    return clock.stopped_at(clock.now() + timedelta(seconds=seconds))


def test_done_and_gone():
    put("a")
    assert run_due() == 1
    assert done == ["a"]
    assert not Job.objects.exists()


def test_a_job_belongs_to_the_transaction_that_left_it():
    with pytest.raises(ValueError), transaction():
        leave("test.note", args={"what": "a"})
        raise ValueError
    assert run_due() == 0


def test_a_claim_takes_no_more_than_was_asked_after_a_rest():
    put("first")
    assert len(claim()) == 1
    if not is_sqlite():  # the planner believes now that the table holds one row, as autovacuum tells it of most queues
        connection.cursor().execute(f"VACUUM ANALYZE {sql.table(Job)}")
    for number in range(5):
        put(f"n{number}")
    assert [len(claim(2)) for _ in range(3)] == [2, 2, 1]


@pytest.mark.one_engine
def test_the_heads_of_lanes_are_found_in_an_index():
    put("a", "one")
    with CaptureQueriesContext(connection) as asked:
        claim()
    [statement] = [each["sql"] for each in asked.captured_queries if "NOT EXISTS" in each["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + statement.replace("%", "%%"))
        plan = [row[3] for row in cursor.fetchall()]
    assert "SEARCH e USING INDEX job_lane (name=? AND lane=? AND id<?)" in plan


def test_a_lane_is_done_in_order_and_others_go_on():
    put("a", "one", fails=True)
    put("b", "one")
    put("c", "two")
    run_due()
    run_due()
    assert done == ["c"]
    Job.objects.filter(args__fails=True).update(args={"what": "a"})
    with later(5):
        run_due()
        run_due()
    assert done == ["c", "a", "b"]


def test_a_failing_job_waits_longer_each_time_then_dies_and_frees_its_lane():
    put("a", "one", fails=True)
    put("b", "one")
    passed = 0
    for tried in range(1, TRIES + 1):
        with later(passed):
            run_due()
            found = Job.objects.get(args__what="a")
            assert found.attempts == tried
            wait = (found.due_at - clock.now()).total_seconds()
            assert wait <= 600
            passed += wait + 1
    assert found.state == "dead"
    assert "RuntimeError" in found.error
    with later(passed):
        run_due()
        assert done == ["b"]
        Job.objects.filter(pk=found.pk).update(args={"what": "a"})
        assert retry(found.pk)
        run_due()
    assert done == ["b", "a"]


def test_who_lost_the_lease_has_no_effect():
    put("a")
    slow = claim()[0]
    with later(LEASE.total_seconds() + 1):
        run_due()
    assert done == ["a"]
    with transaction():
        do([slow])
    assert done == ["a"]
    assert Setting.objects.count() == 1


def test_the_only_worker_takes_over_at_once():
    put("a")
    claim()
    assert run_due() == 0
    forget_leases()
    run_due()
    assert done == ["a"]


def test_what_waits_for_slow_ones_stays_ours(monkeypatch):
    start, found = clock.now(), []

    @job("test.slow")
    def slow():
        time.sleep(WIDE * SLICE)
        monkeypatch.setattr(clock, "_source", lambda: start + LEASE * 0.9)

    @job("test.look")
    def look():
        found.append(Job.objects.get(name="test.note").lease_until)

    with transaction():
        leave("test.slow")
        leave("test.look")
    put("a")
    run_due()
    assert found[0] > start + LEASE * 1.5 and done == ["a"]


def test_a_failing_job_leaves_nothing_behind():
    @job("test.half")
    def half():
        Setting.objects.create(key="half", value=1)
        raise RuntimeError

    with transaction():
        leave("test.half")
    run_due()
    assert not Setting.objects.exists()
    assert Job.objects.get().attempts == 1


def test_one_unique_key_is_one_job():
    for _ in range(2):
        with transaction():
            leave("test.note", args={"what": "a"}, unique_key="once")
    assert Job.objects.count() == 1


def test_an_unknown_name_is_kept_and_said():
    with transaction():
        leave("test.nobody")
    run_due()
    assert "nobody does jobs called test.nobody" in Job.objects.get().error


def test_of_two_times_for_one_job_the_earlier_counts():
    now = clock.now()
    with transaction():
        for minutes in (60, 5, 30):
            leave("test.later", unique_key="one", due=now + timedelta(minutes=minutes))
    assert Job.objects.get(name="test.later").due_at == now + timedelta(minutes=5)


def test_whoever_brings_more_can_see_that_much_is_due():
    for number in range(3):
        put(f"n{number}")
    with transaction():
        leave("test.note", args={"what": "later"}, due=clock.now() + timedelta(hours=1))
    assert behind(3) and not behind(4), "what is due later holds up nobody"
    while run_due():
        pass
    assert not behind(1)


@pytest.fixture
def heard(monkeypatch):
    """Jobs of one name that are done together: the lists of events they were called with. Event 13 cannot be done."""
    calls = []

    @job("test.together", together=True)
    def together(event_ids):
        calls.append(event_ids)
        for event in event_ids:
            Setting.objects.create(key=f"event {event}", value=len(calls))
        if 13 in event_ids:
            raise RuntimeError

    monkeypatch.setattr(runner, "MOST", 4)
    monkeypatch.setitem(runner._cost, "test.together", 1e-9)
    return calls


def left_for(*events):
    with transaction():
        for event in events:
            leave("test.together", event=event)


def test_several_are_done_together_in_groups_of_what_fits(heard):
    left_for(*range(1, 8))
    assert run_due() == 7
    assert heard == ([[1, 2, 3, 4], [5, 6], [7]] if is_sqlite() else [[1, 2, 3, 4], [5, 6, 7]])
    assert not Job.objects.exists() and Setting.objects.count() == 7


def test_one_that_fails_hinders_none_of_those_beside_it(heard):
    left_for(11, 12, 13, 14)
    run_due()
    assert heard == [[11, 12, 13, 14], [11], [12], [13], [14]]
    assert sorted(Setting.objects.values_list("key", flat=True)) == ["event 11", "event 12", "event 14"]
    assert Job.objects.get().event == 13


def test_one_that_somebody_else_has_now_is_left_to_them(heard):
    left_for(1, 2)
    slow = claim()
    Job.objects.filter(event=2).update(fence=9)
    with transaction():
        do(slow)
    assert heard == [[1]]
    assert Job.objects.get().event == 2


def test_a_group_is_as_large_as_its_time_allows(heard, monkeypatch):
    monkeypatch.setitem(runner._cost, "test.together", 1.0)
    left_for(1, 2, 3)
    run_due()
    assert heard == [[1], [2, 3]]  # how long they take is seen each time anew
