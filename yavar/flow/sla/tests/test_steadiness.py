"""A clock that jumps is not believed at once."""

from datetime import timedelta

import pytest

from yavar.base import clock
from yavar.flow.sla import steadiness
from yavar.flow.sla.firing import fire_due
from yavar.flow.sla.models import Timer
from yavar.flow.sla.steadiness import Steadiness
from yavar.flow.sla.testing import MINUTE, MONDAY, promise, work

TWO_DAYS = timedelta(days=2)


class Machine:
    """Seconds go by; the wall clock is set by whom it pleases."""

    def __init__(self):
        self.count, self.shown = 1000.0, MONDAY
        self.steady = Steadiness(lambda: self.count)

    def passes(self, seconds):
        self.count += seconds
        self.shown += timedelta(seconds=seconds)
        return self.steady.trusted(self.shown)


def test_it_goes_with_the_clock_and_past_small_corrections():
    machine = Machine()
    assert machine.passes(0) == MONDAY
    assert machine.passes(60) == MONDAY + MINUTE
    machine.shown += timedelta(seconds=5)
    assert machine.passes(1) == MONDAY + timedelta(seconds=66)
    machine.shown -= timedelta(seconds=5)
    assert machine.passes(1) == MONDAY + timedelta(seconds=66), "what was acted on does not come again"
    assert machine.passes(10) == MONDAY + timedelta(seconds=72)


@pytest.mark.parametrize("jump", [TWO_DAYS, -TWO_DAYS])
def test_two_days_ahead_and_back_are_not_believed(jump):
    machine = Machine()
    machine.passes(0)
    machine.shown += jump
    assert machine.passes(1) == MONDAY + timedelta(seconds=1)
    assert machine.passes(300) == MONDAY + timedelta(seconds=301)
    machine.shown -= jump
    assert machine.passes(1) == MONDAY + timedelta(seconds=302)


def test_what_stands_for_ten_minutes_was_no_mistake():
    machine = Machine()
    machine.passes(0)
    machine.shown += TWO_DAYS
    assert machine.passes(599) == MONDAY + timedelta(seconds=599)
    machine.shown -= timedelta(hours=3)  # set again: the ten minutes begin anew
    assert machine.passes(300) == MONDAY + timedelta(seconds=899)
    assert machine.passes(600) == machine.shown


@pytest.mark.django_db(transaction=True)
def test_no_promise_breaks_while_the_clock_is_two_days_ahead(shop, monkeypatch):
    machine = Machine()
    monkeypatch.setattr(steadiness, "_watched", machine.steady)
    promise(first=3600, next=3600)
    talks = []
    with clock.stopped_at(MONDAY):
        machine.passes(0)
        for name in ("Maryam", "Olga", "James"):
            talks.append(shop.says(shop.visitor(name), "Hello").conversation_id)
        work()
    machine.shown += TWO_DAYS
    machine.passes(60)
    from yavar.conversations import actions

    with clock.stopped_at(machine.shown):
        assert fire_due(steadiness.now()) == 0
        actions.reply(talks[0], by=shop.amir, client_id="reply-00001", text="Yes")  # its time is written down as two days later
        shop.says(shop.visitor("Reza"), "Also hello")
        work()
    machine.shown -= TWO_DAYS
    machine.passes(60)
    with clock.stopped_at(machine.shown):
        assert fire_due(steadiness.now()) == 0
        work()
    found = Timer.objects.order_by("pk")
    assert [timer.missed_at for timer in found] == [None] * 4
    assert (found[0].state, found[0].ended_at) == ("met", MONDAY + MINUTE)
    assert found[3].due_at == MONDAY + 61 * MINUTE, "who wrote meanwhile is promised the same"
