"""From a fact to a program: signed, once where it can be, again where it must, and nobody waits for who does not answer."""

import json
import time
from datetime import timedelta

import pytest
from standardwebhooks import Webhook

from yavar.base import clock
from yavar.base.db import transaction
from yavar.base.events.models import Event
from yavar.base.jobs import forget_leases, leave, run_due
from yavar.base.jobs.models import Job
from yavar.base.search import find
from yavar.conversations.actions import resolve
from yavar.conversations.notes.actions import write_note
from yavar.webhooks.jobs import DELIVER, FAN_OUT, fan_out, wake_due
from yavar.webhooks.models import Delivery, Endpoint
from yavar.webhooks.outcome import JITTER, PATIENCE, WAITS
from yavar.webhooks.testing import Work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def ids(receiver):
    return [got.headers["webhook-id"] for got in receiver.got]


def types(receiver):
    return [json.loads(got.body)["type"] for got in receiver.got]


def only():
    return Delivery.objects.select_related("endpoint").get()


def test_a_fact_arrives_signed(shop, receiver, told, work):
    _endpoint, secret = told(receiver, "conversation.resolved")
    said = shop.says(shop.visitor(), "Where is my parcel?")
    resolve(said.conversation_id, by=shop.amir)
    work.all()
    (got,) = receiver.got
    assert (got.method, got.path, got.headers["Content-Type"]) == ("POST", "/hook", "application/json")
    data = Webhook(secret).verify(got.body, got.headers)
    assert data["type"] == "conversation.resolved" and data["timestamp"].endswith("Z")
    assert data["data"] == {
        "conversation": said.conversation, "version": 3, "actor": {"kind": "agent", "id": shop.amir.public_id}, "from": "open",
    }  # fmt: skip
    delivery = only()
    assert (delivery.state, delivery.status, delivery.attempts, delivery.next_at) == ("delivered", 200, 1, None)
    assert delivery.message == got.headers["webhook-id"] and delivery.seconds < 1
    assert not Job.objects.exists()


def test_every_endpoint_gets_what_it_chose(shop, receiver, other, told, work):
    told(receiver, "conversation.*", "note.written")
    told(other, "message.received")
    said = shop.says(shop.visitor(), "one")
    shop.says(shop.visitor(name="Sina"), "two")
    write_note(said.conversation_id, by=shop.amir, client_id="note-0001", text="a secret of ours")
    work.all()
    assert sorted(types(receiver)) == ["conversation.opened", "conversation.opened", "note.written"]
    assert types(other) == ["message.received"] * 2
    assert not any(b"secret" in got.body or b"one" in json.dumps(json.loads(got.body)["data"]).encode() for got in receiver.got if b"note" in got.body)
    note = next(json.loads(got.body)["data"] for got in receiver.got if b"note.written" in got.body)
    assert set(note) == {"conversation", "version", "actor", "note", "mentions"} and len(note["note"]) == 22


def test_one_event_has_one_id_everywhere(shop, receiver, other, told, work):
    told(receiver, "message.received")
    told(other, "message.received")
    shop.says(shop.visitor(), "one")
    work.all()
    assert ids(receiver) == ids(other)


def test_handed_out_twice_is_told_once(shop, receiver, told, work):
    told(receiver, "message.received")
    shop.says(shop.visitor(), "one")
    work.all()
    event = Event.objects.get(name="message.received")
    with transaction():
        leave(FAN_OUT, event=event.pk)
    with transaction():
        fan_out(event.pk)
    work.all()
    assert len(receiver.got) == 1 and Delivery.objects.count() == 1


def test_nobody_there_then_again_by_the_schedule_then_no_more(shop, receiver, told, work):
    told(receiver, "message.received")
    receiver.answers = [(500, b"no")]
    shop.says(shop.visitor(), "one")
    work.all()
    for tried, wait in enumerate(WAITS, 1):
        delivery = only()
        assert (delivery.state, delivery.status, delivery.attempts, delivery.response) == ("failed", 500, tried, "no")
        left = delivery.next_at - delivery.at
        assert wait <= left <= wait * (1 + JITTER)
        work.after(max(0.0, (delivery.next_at - clock.now()).total_seconds() - 1))
        assert len(receiver.got) == tried
        with clock.stopped_at(delivery.next_at):
            wake_due()
            work.all()
        assert len(receiver.got) == tried + 1
    delivery = only()
    assert (delivery.state, delivery.attempts, delivery.next_at) == ("dead", len(WAITS) + 1, None)
    assert len(set(ids(receiver))) == 1
    assert delivery.endpoint.state == "failing"


def test_500_then_200(shop, receiver, told, work):
    endpoint, secret = told(receiver, "message.received")
    receiver.answers = [(500, b"try later"), (204, b"")]
    shop.says(shop.visitor(), "one")
    work.all()
    endpoint.refresh_from_db()
    assert endpoint.state == "failing" and endpoint.failing_since
    work.after(6)
    delivery = only()
    assert (delivery.state, delivery.status, delivery.attempts) == ("delivered", 204, 2)
    assert (delivery.endpoint.state, delivery.endpoint.failing_since) == ("ok", None)
    first, second = receiver.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"] and first.body == second.body
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) in (5, 6, 7)
    Webhook(secret).verify(second.body, second.headers)


def test_a_receiver_that_is_not_there(shop, receiver, told, work):
    told(receiver, "message.received")
    receiver.__exit__()
    shop.says(shop.visitor(), "one")
    work.all()
    delivery = only()
    assert (delivery.state, delivery.status, delivery.error) == ("failed", None, "unreachable.connect")


def test_a_receiver_inside_a_private_network(shop, receiver, told, work, settings):
    told(receiver, "message.received")
    settings.HTTP_ALLOW = ()
    shop.says(shop.visitor(), "one")
    work.all()
    assert only().error == "refused.address" and not receiver.got


def test_gone_is_off_at_once(shop, receiver, told, work):
    endpoint, _secret = told(receiver, "message.received")
    receiver.answers = [(410, b"")]
    customer = shop.visitor()
    shop.says(customer, "one")
    work.all()
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.why) == ("off", "gone")
    fact = Event.objects.get(name="webhook.switched")
    assert fact.payload == {"webhook": endpoint.pk, "on": False, "why": "gone"} and fact.actor == "system:0"
    shop.says(customer, "two")
    work.after(3600)
    assert len(receiver.got) == 1 and Delivery.objects.count() == 1 and not Job.objects.exists()


def test_days_of_failure_switch_off(shop, receiver, told, work):
    endpoint, _secret = told(receiver, "message.received")
    receiver.answers = [(503, b"")]
    customer = shop.visitor()
    shop.says(customer, "one")
    work.all()
    with clock.stopped_at(clock.now() + PATIENCE - timedelta(minutes=1)):
        shop.says(customer, "two")
        work.all()
        endpoint.refresh_from_db()
        assert endpoint.state == "failing"
    with clock.stopped_at(clock.now() + PATIENCE):
        shop.says(customer, "three")
        work.all()
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.why) == ("off", "failed")
    assert Event.objects.filter(name="webhook.switched").count() == 1


def test_a_redirect_is_a_failure_and_is_not_followed(shop, receiver, other, told, work):
    told(receiver, "message.received")
    receiver.answers = [(302, b"", {"Location": other.url})]
    shop.says(shop.visitor(), "one")
    work.all()
    assert (only().state, only().status) == ("failed", 302) and not other.got


def test_an_answer_of_a_gigabyte(shop, receiver, told, work):
    told(receiver, "message.received")
    receiver.endless = True
    receiver.answers = [(200, "خوب ".encode() * 1000)]
    shop.says(shop.visitor(), "one")
    started = time.monotonic()
    work.all()
    assert time.monotonic() - started < 1 and receiver.sent < 1 << 26
    delivery = only()
    assert delivery.state == "delivered" and len(delivery.response) == 500 and delivery.response.startswith("خوب خوب")


def test_what_an_answer_says_can_be_stored(shop, receiver, told, work):
    told(receiver, "message.received")
    receiver.answers = [(500, b"\0\xff<script>" + "ё".encode())]
    shop.says(shop.visitor(), "one")
    work.all()
    assert only().response == "\ufffd\ufffd<script>ё"


def test_whoever_asks_for_time_gets_it(shop, receiver, told, work):
    told(receiver, "message.received")
    receiver.answers = [(429, b"", {"Retry-After": "120"}), (503, b"", {"Retry-After": "soon"}), (500, b"", {"Retry-After": "99999999"})]
    shop.says(shop.visitor(), "one")
    work.all()
    assert (only().next_at - only().at).total_seconds() == 120
    work.after(121)
    assert 300 <= (only().next_at - only().at).total_seconds() <= 360


def test_who_hangs_delays_nobody(shop, receiver, other, told, work):
    receiver.hang = True
    told(receiver, "message.received", name="hangs")
    told(other, "message.received", name="answers")
    customer = shop.visitor()
    for number in range(12):
        shop.says(customer, f"kettle {number}")
    started = time.monotonic()
    work.until(lambda: len(other.got) == 12 and sum(map(len, find("kettle"))) == 12)
    assert time.monotonic() - started < 3, "far below the seconds that the other one hangs"
    assert 1 <= len(receiver.got) <= 4  # its own slots, no more
    shop.says(customer, "kettle again")
    said = time.monotonic()
    work.until(lambda: len(other.got) == 13 and sum(map(len, find("kettle"))) == 13)
    assert time.monotonic() - said < 3
    receiver.hang = False
    work.all()
    assert len(set(ids(receiver))) == len(ids(receiver)) == 13
    assert Delivery.objects.filter(state="delivered").count() == 26


def test_a_death_in_the_middle_repeats_with_the_same_id(shop, receiver, told, work):
    receiver.hang = True
    told(receiver, "message.received")
    shop.says(shop.visitor(), "one")
    work.until(lambda: receiver.got)
    assert only().attempts == 0  # a lease holds it; nothing is known of it yet
    forget_leases()  # as the next worker does
    receiver.hang = False
    Work().all()
    assert len(receiver.got) == 2 and len(set(ids(receiver))) == 1
    work.outside.wait(2)  # what came back to the dead one has no effect
    assert (only().state, only().attempts) == ("delivered", 1)
    assert not Job.objects.exists()


def test_a_lost_wake_is_found_by_the_clock(shop, receiver, told, work):
    told(receiver, "message.received")
    shop.says(shop.visitor(), "one")
    run_due()  # handed out, not posted
    Job.objects.filter(name=DELIVER).delete()
    work.all()
    assert not receiver.got
    wake_due()
    wake_due()
    work.all()
    assert len(receiver.got) == 1


def test_many_are_told_in_parallel_and_all_of_them(shop, receiver, told, work):
    told(receiver, "message.received")
    customer = shop.visitor()
    for number in range(60):
        shop.says(customer, f"{number}")
    work.all(10)
    assert len(set(ids(receiver))) == len(receiver.got) == 60


def test_another_desk_key(shop, receiver, told, work, settings):
    told(receiver, "message.received")
    shop.says(shop.visitor(), "one")
    settings.SECRET_KEY = "another key that is long enough for everyone"
    work.all()
    assert (only().state, only().error) == ("failed", "secret") and not receiver.got


def test_one_that_cannot_be_told_holds_up_nobody(shop, receiver, told, work):
    told(receiver, "message.received")
    customer = shop.visitor()
    for number in range(6):
        shop.says(customer, f"{number}")
    run_due()
    lost = Delivery.objects.order_by("pk")[0]
    Delivery.objects.filter(pk=lost.pk).update(event=10**9)
    work.all()
    lost.refresh_from_db()
    assert (lost.state, lost.error) == ("failed", "inside")
    assert Delivery.objects.filter(state="delivered").count() == 5


def test_off_is_not_told_and_goes_on_when_it_is_on_again(shop, receiver, told, work):
    from yavar.webhooks.actions import switch

    told(receiver, "message.received")
    receiver.answers = [(500, b""), (200, b"")]
    customer = shop.visitor()
    shop.says(customer, "one")
    work.all()
    switch(Endpoint.objects.get(), False, by=shop.owner.actor)
    shop.says(customer, "two")
    work.after(60)
    assert len(receiver.got) == 1 and Delivery.objects.count() == 1
    switch(Endpoint.objects.get(), True, by=shop.owner.actor)
    work.after(60)
    assert only().state == "delivered"
