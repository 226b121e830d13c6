"""From a fact to a device: sealed for it alone, signed by this desk, not while one looks, not in quiet hours, and nothing late."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from django.test import Client

from yavar.base import clock
from yavar.base.events.models import Event
from yavar.base.jobs.models import Job
from yavar.base.problem import Problem
from yavar.conversations import actions as talks
from yavar.conversations.models import Conversation
from yavar.notifications import actions, choices, devices, pushing, vapid
from yavar.notifications.models import Device, Notification, PushKey
from yavar.notifications.testing import Browser, sender_of
from yavar.people.models import Agent, SignIn
from yavar.people.team.actions import end_sessions, prefer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SOON = timedelta(seconds=6)


@pytest.fixture
def browser(shop, service):
    """Amir's, in no session."""
    found = Browser(service)
    devices.add(shop.amir, **found.subscription, label="Firefox")
    return found


@pytest.fixture
def given(shop, work):
    """A new conversation is given to Amir; answers its key."""

    def give(text="Where is my parcel?", name="Maryam Karimi"):
        said = shop.says(shop.visitor(name=name), text)
        talks.assign(said.conversation_id, shop.amir, by=shop.sara)
        work.all()
        return said.conversation_id

    return give


def after(work, wait=SOON):
    with clock.stopped_at(clock.now() + wait):
        work.all()


def test_it_arrives_sealed_and_signed(shop, service, browser, given, work):
    talk = Conversation.objects.get(pk=given())
    assert service.got == [], "not before one had time to see it"
    after(work)
    [shown] = browser.got()
    assert shown == {
        "title": "\u2068Sara Test\u2069 gave you a conversation with \u2068Maryam Karimi\u2069", "body": "Where is my parcel?", "url": f"/inbox/mine/{talk.public_id}",
        "tag": talk.public_id, "badge": 1, "lang": "en", "dir": "ltr",
    }  # fmt: skip
    [got] = service.got
    claims = sender_of(got, service.url)
    assert claims["key"] == vapid.key().public and claims["sub"] and 0 < claims["exp"] - clock.now().timestamp() <= 24 * 3600
    head = {name.lower(): value for name, value in got.headers.items()}
    assert (head["topic"], head["urgency"], head["ttl"]) == (talk.public_id, "high", str(4 * 3600))
    assert b"parcel" not in got.body and b"Maryam" not in got.body
    with pytest.raises(InvalidTag):
        Browser(service).opens(got)
    device = Device.objects.get()
    assert device.last_ok is not None and not Job.objects.exists()


def test_the_desk_has_one_key_and_keeps_it_sealed(shop):
    assert vapid.key().public == vapid.key().public and PushKey.objects.count() == 1
    assert "PRIVATE" not in PushKey.objects.get().private


def test_whoever_has_it_before_them_gets_none(shop, service, browser, given, work):
    actions.see(shop.amir, given())
    after(work)
    assert service.got == [] and not Job.objects.exists()


def test_a_storm_is_a_push_a_minute_and_the_last_tells_of_all(shop, service, browser, given, work):
    talk = given()
    customer = Conversation.objects.get(pk=talk).customer
    choices.choose(shop.amir, ways={"assigned": ["app"]})
    Job.objects.all().delete()
    for number in range(3):
        shop.says(customer, f"and {number}")
    work.all()
    after(work)
    assert [each["title"] for each in browser.got()] == ["\u2068Maryam Karimi\u2069 wrote 3 messages"]
    with clock.stopped_at(clock.now() + timedelta(seconds=20)):
        shop.says(customer, "and once more")
        work.all()
    after(work, timedelta(seconds=30))
    assert len(service.got) == 1
    after(work, timedelta(seconds=70))
    assert browser.got(2)[-1]["body"] == "and once more"


def test_quiet_hours_hold_it_and_nothing_comes_late(shop, service, browser, work):
    choices.choose(shop.amir, quiet={"begin": "22:00", "end": "07:00"})
    prefer(shop.amir, time_zone="Asia/Tehran")
    night = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)  # 23:30 there
    with clock.stopped_at(night):
        said = shop.says(shop.visitor(), "hello?")
        talks.assign(said.conversation_id, shop.amir, by=shop.sara)
        work.all()
    with clock.stopped_at(night + SOON):
        work.all()
    with clock.stopped_at(night + timedelta(hours=8)):
        work.all()
    assert service.got == [] and not Job.objects.exists() and Notification.objects.filter(agent=shop.amir, kind="assigned", seen_at=None).exists()
    evening = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)  # 21:30: whoever is offline until 22:00 gets it no more
    with clock.stopped_at(evening):
        said = shop.says(shop.visitor(), "and now?")
        talks.assign(said.conversation_id, shop.amir, by=shop.sara)
        work.all()
    with clock.stopped_at(evening + SOON):
        work.all()
    [got] = service.wait(1)
    assert {name.lower(): value for name, value in got.headers.items()}["ttl"] == str(30 * 60 - 6)


def test_a_worker_that_was_away_pushes_nothing_late(shop, service, browser, given, work):
    given()
    after(work, timedelta(hours=1))
    assert service.got == [] and not Job.objects.exists()


def test_without_the_line_that_was_said_if_one_wants_so(shop, service, browser, given, work):
    choices.choose(shop.amir, preview=False)
    prefer(shop.amir, lang="fa", digits="latin")
    given("a secret")
    after(work)
    [shown] = browser.got()
    assert shown["body"] == "" and (shown["lang"], shown["dir"]) == ("fa", "rtl") and "Maryam" in shown["title"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten(shop, service, browser, given, work, status):
    service.answers = [(status, b"")]
    given()
    after(work)
    service.wait(1)
    assert not Device.objects.exists() and not Job.objects.exists()
    assert [each.payload["why"] for each in Event.objects.filter(name="device.removed")] == ["gone"]


def test_a_service_that_is_busy_is_asked_again_when_it_says(shop, service, browser, given, work):
    service.answers = [(429, b"", {"Retry-After": "90"}), (500, b""), (201, b"")]
    given()
    after(work)
    after(work, timedelta(seconds=80))
    assert len(service.wait(1)) == 1
    after(work, timedelta(seconds=100))
    assert len(service.wait(2)) == 2 and Device.objects.get().failures == 2
    after(work, timedelta(seconds=300))
    assert len(browser.got(3)) == 3 and Device.objects.get().failures == 0 and not Job.objects.exists()


def test_a_device_that_nothing_reaches_for_days_is_let_go(shop, service, browser, given, work):
    service.answers = [(500, b"")]
    given()
    after(work)
    assert Device.objects.get().failing_since is not None
    Job.objects.all().delete()
    with clock.stopped_at(clock.now() + timedelta(days=6)):
        given(name="Sina")
        after(work)
    assert not Device.objects.exists() and Event.objects.get(name="device.removed").payload["why"] == "failed"


def test_a_device_is_awake_as_long_as_its_session(shop, service, work):
    client = Client()
    client.post("/sign-in", {"username": "amir@nila.example", "password": "a-long-password"})
    made = client.post(
        "/api/v1/me/devices",
        Browser(service).subscription,
        content_type="application/json",
        headers={"X-CSRFToken": client.cookies["yavar_csrf"].value} if "yavar_csrf" in client.cookies else {},
    )
    assert made.status_code == 201, made.content
    [device] = devices.of(shop.amir)
    assert device.sign_in == SignIn.objects.get() and devices.awake([device]) == [device] and pushing.test(shop.amir) == 1
    end_sessions(shop.amir, by=shop.amir.actor)
    [device] = devices.of(shop.amir)
    assert devices.awake([device]) == [] and pushing.test(shop.amir) == 0
    work.all()
    assert service.got == [], "what was left before is not pushed either"


def test_the_same_browser_is_one_device_and_another_persons_when_they_say_so(shop, service, browser):
    again = devices.add(shop.amir, **browser.subscription, label="Firefox, Linux")
    assert (Device.objects.count(), again.label) == (1, "Firefox, Linux")
    devices.add(shop.sara, **browser.subscription)
    assert Device.objects.get().agent == shop.sara
    assert [(each.name, each.payload.get("why")) for each in Event.objects.filter(name__startswith="device.").order_by("pk")] == [
        ("device.added", None), ("device.removed", "moved"), ("device.added", None),
    ]  # fmt: skip
    devices.remove(Device.objects.get(), by=shop.sara.actor)
    assert not Device.objects.exists()


def test_no_more_devices_than_a_person_has(shop, service, monkeypatch):
    monkeypatch.setattr(devices, "MOST", 3)
    for number in range(5):
        devices.add(shop.amir, **Browser(service, f"d{number}").subscription)
    assert [each.endpoint[-2:] for each in devices.of(shop.amir)] == ["d4", "d3", "d2"]


@pytest.mark.parametrize(
    "changed, code",
    [
        ({"endpoint": "http://push.example/x"}, "endpoint.scheme"), ({"endpoint": "https://127.1.1.1/x"}, "endpoint.address"), ({"endpoint": "ftp://x"}, "endpoint.scheme"),
        ({"endpoint": "https://me@push.example/"}, "endpoint.userinfo"), ({"auth": "AAAA"}, "keys.invalid"), ({"p256dh": "x" * 87}, "keys.invalid"),
    ],
)  # fmt: skip
def test_what_is_no_subscription(shop, service, changed, code):
    with pytest.raises(Problem) as found:
        devices.add(shop.amir, **{**Browser(service).subscription, **changed})
    assert found.value.code == code and not Device.objects.exists()


def test_a_test_push_comes_at_once(shop, service, browser, work):
    assert pushing.test(shop.amir) == 1 and pushing.test(shop.sara) == 0
    work.all()
    assert browser.got()[0]["tag"] == "test"


def test_another_desk_key_has_another_pair_of_keys(shop, service, browser, given, work, settings):
    before = vapid.key().public
    settings.SECRET_KEY = "another key, long enough to be one of a desk's own"
    given()
    after(work)
    [got] = service.wait(1)
    assert sender_of(got, service.url)["key"] == vapid.key().public != before and PushKey.objects.count() == 1


def test_who_is_switched_off_gets_nothing(shop, service, browser, given, work):
    given()
    Agent.objects.filter(pk=shop.amir.pk).update(is_active=False)
    after(work)
    assert service.got == []
