"""The clock of promises: portions, two who look at once, one that fails, and what a look costs."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from yavar.base import clock
from yavar.base.db import is_sqlite, transaction
from yavar.base.events.models import Event
from yavar.flow.sla import course, firing
from yavar.flow.sla.models import Timer
from yavar.flow.sla.terms import Step
from yavar.flow.sla.testing import MINUTE, MONDAY, promise, work

pytestmark = pytest.mark.django_db(transaction=True)
DUE = MONDAY + MINUTE


def waiting(shop, number):
    """Conversations whose first answer is due in a minute."""
    promise(first=60, steps=(Step(0, "alarm"), Step(0, "priority", to="high")))
    with clock.stopped_at(MONDAY):
        keys = [shop.says(shop.visitor(f"Visitor {n}"), "Hello").conversation_id for n in range(number)]
        for key in keys:
            course.advance([key])
    return keys


def missed():
    return sorted(Event.objects.filter(name="promise.missed").values_list("subject_id", flat=True))


def test_two_who_look_at_once_act_once(shop):
    keys = waiting(shop, 60)
    wrong = []

    def look():
        try:
            while firing.fire_due(DUE) or len(missed()) < len(keys):
                pass
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=look) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == [] and missed() == keys
    assert Event.objects.filter(name="conversation.prioritised").count() == len(keys)


def test_one_that_fails_holds_up_no_other_and_is_tried_again(shop, monkeypatch):
    keys = waiting(shop, 5)
    whole = firing.bring_up
    monkeypatch.setattr(firing, "bring_up", lambda it, now: 1 / 0 if it.conversation.pk == keys[0] else whole(it, now))
    while firing.fire_due(DUE):
        pass
    assert missed() == keys[1:]
    monkeypatch.undo()
    assert firing.fire_due(DUE + timedelta(seconds=59)) == 0
    assert firing.fire_due(DUE + MINUTE) == 1
    assert missed() == keys
    assert Timer.objects.get(conversation=keys[0]).missed_at == DUE, "with the time that was due"


def test_jobs_let_a_storm_have_its_way_for_some_seconds(shop, monkeypatch):
    waiting(shop, 4)
    monkeypatch.setattr(firing, "PORTION", 1)
    monkeypatch.setattr(firing.steadiness, "now", lambda: DUE)
    stop, fired, go_on = threading.Event(), threading.Semaphore(0), threading.Semaphore(0)
    whole = firing.fire_due

    def fire(now, part):
        go_on.acquire()
        done = whole(now, part)
        fired.release()
        return done

    monkeypatch.setattr(firing, "fire_due", fire)
    monkeypatch.setattr(firing, "TWO", 1)
    thread = threading.Thread(target=firing.keep, args=(stop,))
    thread.start()
    assert not firing.is_busy()
    for _each in range(2):
        go_on.release()
        assert fired.acquire(timeout=10)
    assert firing.is_busy()
    monkeypatch.setattr(firing, "PATIENCE", 0)
    assert not firing.is_busy(), "but not for ever"
    stop.set()
    go_on.release()
    thread.join(10)
    assert not thread.is_alive() and not firing._busy and len(missed()) == 3


def test_two_parts_share_what_is_due(shop):
    keys = waiting(shop, 7)
    odd = [key for key in keys if key % 2]
    assert firing.fire_due(DUE, (1, 2)) == len(odd) and missed() == odd
    assert firing.fire_due(DUE, (0, 2)) == len(keys) - len(odd) and missed() == keys


def test_nothing_fires_before_its_time_and_a_portion_is_small(shop, monkeypatch):
    waiting(shop, 12)
    assert firing.fire_due(DUE - timedelta(microseconds=1)) == 0
    monkeypatch.setattr(firing, "PORTION", 5)
    monkeypatch.setattr(firing, "SLICE", 60)
    assert [firing.fire_due(DUE) for _look in range(4)] == [5, 5, 2, 0]


def test_a_look_walks_the_index_of_what_is_next_and_nothing_else(shop):
    statement = f"SELECT conversation_id FROM flow_timer WHERE next_at <= {'?' if is_sqlite() else '%s'} ORDER BY next_at, id LIMIT 50"
    with transaction(), connection.cursor() as cursor:
        if not is_sqlite():
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")  # few rows, much deleted: everything else seems cheaper
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if is_sqlite() else ''}{statement.replace('?', '%s')}", [DUE.replace(tzinfo=None) if is_sqlite() else DUE])
        plan = " ".join(str(cell) for row in cursor.fetchall() for cell in row)
    assert "timer_next" in plan and "TEMP B-TREE" not in plan and "Sort" not in plan


def test_an_alarm_reaches_those_who_look_after_others_work(shop):
    from yavar.notifications.models import Notification

    keys = waiting(shop, 1)
    with clock.stopped_at(DUE):
        firing.fire_due(DUE)
        work()
        work()
    found = Notification.objects.filter(kind="late")
    assert sorted(found.values_list("agent__name", flat=True)) == ["Nila Test", "Sara Test"]
    assert {each.conversation_id for each in found} == set(keys)
