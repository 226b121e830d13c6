"""What owners do: each verb, the fact it leaves, what it refuses."""

import json
from datetime import timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from yavar.base import clock, crypto
from yavar.base.events.models import Event
from yavar.base.problem import Problem
from yavar.webhooks import actions, queries
from yavar.webhooks.jobs import KEPT, SLICE, sweep
from yavar.webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.django_db(transaction=True)


def facts():
    return [(e.name, e.payload) for e in Event.objects.filter(name__startswith="webhook.").order_by("pk")]


def test_add(shop, receiver, told):
    endpoint, secret = told(receiver, "conversation.*")
    assert secret.startswith("whsec_") and crypto.unseal(endpoint.secret) == secret and secret not in endpoint.secret
    assert endpoint.active and facts() == [("webhook.added", {"webhook": endpoint.pk})]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": " "}, "name.invalid"), ({"name": "x" * 81}, "name.invalid"), ({"url": "shop.example"}, "url.scheme"),
        ({"url": "http://10.0.0.1/"}, "url.address"),
        ({"url": "https://u:p@shop.example/"}, "url.userinfo"), ({"url": "https://shop.example:25/"}, "url.port"), ({"events": []}, "events.unknown"),
        ({"events": ["conversation.exploded"]}, "events.unknown"), ({"events": ["webhook.*"]}, "events.unknown"), ({"events": ["con*"]}, "events.unknown"),
    ],
)  # fmt: skip
def test_what_is_refused(shop, wrong, code):
    good = {"name": "CRM", "url": "https://crm.example/hook", "events": ["*"]}
    with pytest.raises(Problem) as problem:
        actions.add(**good | wrong, by=shop.owner.actor)
    assert problem.value.code == code and problem.value.field == next(iter(wrong))
    endpoint, _ = actions.add(**good, by=shop.owner.actor)
    with pytest.raises(Problem):
        actions.change(endpoint, **wrong, by=shop.owner.actor)


def test_there_is_an_end_to_how_many(shop):
    for number in range(actions.MOST):
        actions.add(name=f"{number}", url="https://crm.example/hook", by=shop.owner.actor)
    with pytest.raises(Problem) as problem:
        actions.add(name="more", url="https://crm.example/hook", by=shop.owner.actor)
    assert problem.value.code == "webhook.too_many"


def test_change_says_what_changed(shop, receiver, told):
    endpoint, _ = told(receiver)
    actions.change(endpoint, name="CRM", events=["note.*"], by=shop.owner.actor)
    actions.change(endpoint, name="CRM", by=shop.owner.actor)
    endpoint.refresh_from_db()
    assert endpoint.events == ["note.*"]
    assert facts()[1:] == [("webhook.changed", {"webhook": endpoint.pk, "fields": ["events"]})]


def test_a_new_secret_overlaps_a_day_with_the_old_one(shop, receiver, told, work):
    endpoint, old = told(receiver, "message.received")
    new = actions.rotate(endpoint, by=shop.owner.actor)
    customer = shop.visitor()
    shop.says(customer, "one")
    work.all()
    for secret in (old, new):
        Webhook(secret).verify(receiver.got[0].body, receiver.got[0].headers)
    Endpoint.objects.update(old_until=clock.now())
    shop.says(customer, "two")
    work.all()
    Webhook(new).verify(receiver.got[1].body, receiver.got[1].headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(receiver.got[1].body, receiver.got[1].headers)
    assert facts()[1] == ("webhook.changed", {"webhook": endpoint.pk, "fields": ["secret"]})
    assert endpoint.old_until - clock.now() <= timedelta(hours=24)


def test_a_test_is_one_try_and_says_nothing_of_the_endpoint(shop, receiver, told, work):
    endpoint, secret = told(receiver, "note.written")
    receiver.answers = [(500, b"broken"), (200, b"fine")]
    failed = actions.test(endpoint, by=shop.owner.actor)
    work.all()
    failed.refresh_from_db()
    assert (failed.state, failed.status, failed.next_at) == ("dead", 500, None)
    endpoint.refresh_from_db()
    assert endpoint.state == "ok"
    good = actions.test(endpoint, by=shop.owner.actor)
    work.all()
    good.refresh_from_db()
    assert (good.state, good.response) == ("delivered", "fine")
    data = Webhook(secret).verify(receiver.got[1].body, receiver.got[1].headers)
    assert (data["type"], data["data"]) == ("webhook.test", {"webhook": endpoint.public_id})
    assert facts()[1] == ("webhook.tested", {"webhook": endpoint.pk, "message": failed.message})
    work.after(3600)
    assert len(receiver.got) == 2


def test_switch(shop, receiver, told):
    endpoint, _ = told(receiver)
    actions.switch(endpoint, True, by=shop.owner.actor)
    actions.switch(endpoint, False, by=shop.owner.actor)
    for verb in (actions.test, lambda endpoint, by: actions.replay_failed(endpoint, clock.now(), by=by)):
        with pytest.raises(Problem) as problem:
            verb(endpoint, by=shop.owner.actor)
        assert problem.value.status == 409
    actions.switch(endpoint, True, by=shop.owner.actor)
    told_of = [{"webhook": endpoint.pk, "on": on, "why": why} for on, why in ((False, "owner"), (True, ""))]
    assert facts()[1:] == [("webhook.switched", each) for each in told_of]


def test_a_replay_has_the_same_id_and_all_its_tries(shop, receiver, told, work):
    endpoint, _ = told(receiver, "message.received")
    shop.says(shop.visitor(), "one")
    work.all()
    receiver.answers = [(500, b"")]
    delivery = actions.replay(Delivery.objects.select_related("endpoint").get(), by=shop.owner.actor)
    work.all()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("failed", 1)
    first, second = receiver.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"] and first.body == second.body
    assert facts()[1] == ("webhook.replayed", {"webhook": endpoint.pk, "message": delivery.message, "since": None})


def test_all_that_failed_since_a_time(shop, receiver, told, work):
    endpoint, _ = told(receiver, "message.received")
    receiver.answers = [(500, b"")]
    customer = shop.visitor()
    for number in range(SLICE + 5):
        shop.says(customer, f"{number}")
    work.all(10)
    middle = Delivery.objects.order_by("pk")[3].created_at
    receiver.answers = [(200, b"")]
    before = len(receiver.got)
    actions.replay_failed(endpoint, middle, by=shop.owner.actor)
    work.all(10)
    again = Delivery.objects.filter(created_at__gte=middle).count()
    assert again > SLICE and len(receiver.got) == before + again
    assert not Delivery.objects.filter(created_at__gte=middle).exclude(state="delivered").exists()
    assert Delivery.objects.filter(created_at__lt=middle, state="failed").exists()
    assert facts()[-1] == ("webhook.replayed", {"webhook": endpoint.pk, "message": None, "since": clock.iso(middle)})


def test_old_deliveries_are_swept_in_slices_and_twice_is_once(shop, receiver, told):
    endpoint, _ = told(receiver)
    old, now = clock.now() - KEPT - timedelta(minutes=1), clock.now()
    made = [Delivery(endpoint=endpoint, message=f"msg_{n}", name="x", slot=0, created_at=old if n < SLICE + 5 else now) for n in range(SLICE + 8)]
    Delivery.objects.bulk_create(made)
    assert [sweep(), sweep(), sweep()] == [SLICE, 5, 0]
    assert Delivery.objects.count() == 3


def test_removed_is_told_nothing_and_goes_with_all_that_is_its(shop, receiver, told, work):
    endpoint, _ = told(receiver, "message.received")
    shop.says(shop.visitor(), "one")
    work.all()
    actions.remove(endpoint, by=shop.owner.actor)
    actions.remove(endpoint, by=shop.owner.actor)
    assert queries.endpoints() == [] and queries.endpoint(endpoint.public_id) is None
    shop.says(shop.visitor(), "two")
    work.all()
    assert len(receiver.got) == 1
    assert [sweep(), sweep(), sweep()] == [1, 0, 0]
    assert not Endpoint.objects.exists()
    assert [name for name, _ in facts()] == ["webhook.added", "webhook.removed"]


def test_health_says_who_fails_and_since_when_something_waits(shop, receiver, told, work):
    from yavar.config.health import facts as health

    told(receiver, "message.received")
    assert health()["webhooks"] == {"failing": 0, "oldest_undelivered_seconds": 0.0}
    receiver.answers = [(500, b"")]
    shop.says(shop.visitor(), "one")
    work.all()
    with clock.stopped_at(clock.now() + timedelta(minutes=2)):
        found = health()["webhooks"]
    assert found["failing"] == 1 and 119 < found["oldest_undelivered_seconds"] < 125
    Endpoint.objects.update(state="off", why="failed")
    assert health()["webhooks"] == {"failing": 1, "oldest_undelivered_seconds": 0.0}
    assert json.dumps(health())
    actions.switch(Endpoint.objects.get(), True, by=shop.owner.actor)
    assert health()["webhooks"]["failing"] == 0
