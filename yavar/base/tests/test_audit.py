"""The chain: laid once, whole when nobody touched it, broken where somebody did."""

from datetime import timedelta

import pytest

from yavar.base import clock
from yavar.base.audit import seal, verify
from yavar.base.audit.models import Seal
from yavar.base.events.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def diary(shop):
    talk = shop.says(shop.visitor(), "hello").conversation_id
    for n in range(5):
        shop.says(shop.visitor(), f"more {n}", client_id=f"client-{n:04}")
    with clock.stopped_at(clock.now() + timedelta(minutes=2)):
        yield talk


def broken():
    return [found.why for _seal, found in verify() if found]


def test_what_has_settled_is_sealed_once(diary):
    number = Event.objects.count()
    assert (seal(), seal()) == (number, 0)
    assert Seal.objects.get().count == number and broken() == []


def test_the_present_is_left_open(shop):
    shop.says(shop.visitor(), "hello")
    assert seal() == 0


def test_an_old_one_behind_a_young_one_waits_for_it(diary):
    young, *_later = Event.objects.order_by("pk")[3:]
    Event.objects.filter(pk=young.pk).update(at=clock.now())
    assert seal() == 3 and Seal.objects.get().last < young.pk


@pytest.mark.parametrize("harm", ["change", "remove", "insert", "unseal", "actor"])
def test_any_later_touch_shows(diary, harm, shop):
    seal()
    first = Event.objects.order_by("pk")[0]
    with clock.stopped_at(clock.now() + timedelta(minutes=3)):
        shop.says(shop.visitor(), "second stretch", client_id="client-last")
    with clock.stopped_at(clock.now() + timedelta(minutes=9)):
        seal()
    assert broken() == []
    if harm == "change":
        Event.objects.filter(pk=Event.objects.filter(name="message.received").order_by("pk")[0].pk).update(payload={"message": 1, "seq": 99})
    elif harm == "remove":
        first.delete()
    elif harm == "insert":
        victim = Event.objects.order_by("pk")[2]
        victim.delete()
        Event.objects.create(
            pk=victim.pk, name=victim.name, subject_kind="conversation", subject_id=1, actor="agent:1", audience="staff", payload={}, at=victim.at
        )
    elif harm == "actor":
        Event.objects.filter(pk=first.pk).update(via="s:1")
    else:
        Seal.objects.order_by("last")[0].delete()
    assert len(broken()) == 1
