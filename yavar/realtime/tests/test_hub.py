"""The hub sleeps while nobody listens, and loses nothing to whoever comes then."""

import asyncio
import time

import pytest
from django.db import connection

from yavar.base import wake
from yavar.base.db import is_sqlite, transaction
from yavar.base.edge import Feed
from yavar.base.events import SYSTEM, record
from yavar.desk.events import SettingChanged
from yavar.realtime import hub as module
from yavar.realtime.hub import TEAM, Frame, Hub

pytestmark = pytest.mark.django_db(transaction=True)


def happens(number):
    with transaction():
        record(SettingChanged("reply_minutes", number, number + 1), subject=("desk", 0), by=SYSTEM)


@pytest.fixture
def hub(monkeypatch):
    """A hub whose looks are counted, and the event numbers that were told."""
    found, told, looks = Hub(), [], []
    found.voices = [lambda events: told.extend(event.payload["before"] for event in events) or [Frame(TEAM, b"x")]]
    whole = found.look
    found.look = lambda: looks.append(1) or whole()
    found.start()
    yield found, told, looks
    found.stop()
    assert not found._thread.is_alive()


def until(condition):
    end = time.monotonic() + 3
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_nobody_is_woken_for_nobody_and_the_first_who_comes_hears_everything_from_then_on(hub, monkeypatch):
    found, told, looks = hub
    monkeypatch.setattr(module, "LOOK_AGAIN", 30.0)
    until(lambda: looks)
    time.sleep(1.1)  # the look that was under way with the usual pause is over
    before = len(looks)
    for number in range(5):
        happens(number)
        wake.announce()
    time.sleep(0.2)
    assert told == [] and (len(looks) == before or not is_sqlite())
    loop = asyncio.new_event_loop()
    end = found.subscribe(Feed(loop), [TEAM])
    happens(7)
    until(lambda: 7 in told)
    happens(8)
    until(lambda: 8 in told)
    end()
    loop.close()


def test_it_follows_again_after_everybody_has_gone(hub):
    found, told, _looks = hub
    loop = asyncio.new_event_loop()
    for number in (1, 2):
        end = found.subscribe(Feed(loop), [TEAM])
        happens(number)
        until(lambda number=number: number in told)
        end()
        happens(number + 10)
    loop.close()


def test_a_jump_of_the_numbers_stops_nobody(hub):
    found, told, _looks = hub
    loop = asyncio.new_event_loop()
    end = found.subscribe(Feed(loop), [TEAM])
    happens(1)
    until(lambda: 1 in told)
    numbers = "pg_get_serial_sequence('base_event', 'id')"
    with connection.cursor() as cursor:
        if is_sqlite():
            cursor.execute("UPDATE sqlite_sequence SET seq = seq + 200000 WHERE name = 'base_event'")
        else:
            cursor.execute(f"SELECT setval({numbers}, nextval({numbers}) + 200000)")
    for number in (2, 3):
        happens(number)
        until(lambda number=number: number in told)
    end()
    loop.close()
