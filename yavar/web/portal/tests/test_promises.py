"""The page of promises: only what is published, of channels that are there, with true figures; the thanks of a form; and the chat's line."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client

from yavar.base import clock
from yavar.base.events import SYSTEM
from yavar.conversations import actions
from yavar.conversations.setup import add_inbox
from yavar.desk import settings as desk_settings
from yavar.desk.models import RequestType
from yavar.flow.sla import reached
from yavar.flow.sla.models import Reached
from yavar.flow.sla.published import promised_by
from yavar.flow.sla.terms import Match
from yavar.flow.sla.testing import HOUR, MINUTE, MONDAY, nine_to_five, promise, work
from yavar.integrations.channels.email.testing import email_inbox

pytestmark = pytest.mark.django_db(transaction=True)
NINE = MONDAY + HOUR


def seen(path="/promises", status=200, at=NINE, **query):
    with clock.stopped_at(at):
        answer = Client().get(path, query)
    assert answer.status_code == status
    text = answer.content.decode()
    return re.sub(r"\s+", " ", text), json.loads(re.search(r"ld\+json\">(.*?)</script>", text)[1]) if status == 200 else None


def publish():
    desk_settings.change(publish_promises=True)


def test_it_is_there_only_when_the_owner_wants_it(shop):
    promise("Chat", first=30, match=Match(channels=("chat",)))
    seen(status=404)
    publish()
    seen()
    seen(f"/promises/{shop.brand.public_id}")
    seen("/promises/none", 404)


def test_what_is_promised_to_all_on_channels_that_are_there(shop):
    publish()
    nine_to_five("Asia/Tehran")
    desk_settings.change(time_zone="Asia/Tehran")
    email_inbox(shop.brand)
    returns = RequestType.objects.create(brand=shop.brand, name={"en": "Return", "fa": "مرجوعی"})
    promise("Return", first=3600, match=Match(channels=("mail",), request_types=(returns.public_id,)))
    promise("Chat", first=30, resolution=86400, match=Match(channels=("chat",)))
    promise("Mail", first=7200, match=Match(channels=("mail",)))
    promise("VIP", first=7, match=Match(priorities=("urgent",)))
    promise("Phone", first=3600, match=Match(channels=("phone",)))
    text, marked = seen(lang="en")
    for words in (
        "Chat</span>",
        "E-mail · <bdi>Return</bdi>",
        "<strong>30 s</strong>",
        "<strong>24 h</strong>",
        "<strong>1 h</strong>",
        "<strong>2 h</strong>",
        "Open now, until 17:00",
    ):
        assert words in text
    assert "7 s" not in text and "Phone" not in text
    assert [(point["name"], point["description"]) for point in marked["contactPoint"]] == [
        ("E-mail", "First answer within 1 h"), ("Chat", "First answer within 30 s"), ("E-mail", "First answer within 2 h"),
    ]  # fmt: skip
    assert marked["contactPoint"][0]["email"] == "support@nila.example"
    assert marked["contactPoint"][1]["hoursAvailable"][0] == {
        "@type": "OpeningHoursSpecification",
        "dayOfWeek": "https://schema.org/Monday",
        "opens": "09:00",
        "closes": "17:00",
    }
    friday = NINE + timedelta(days=4, hours=9)
    assert "Closed until Monday 30 November, 9:00" in seen(lang="en", at=friday)[0]
    persian, _marked = seen(at=friday)
    assert "بسته تا دوشنبه ۹ آذر، ساعت ۹:۰۰" in persian and "۳۰ ثانیه" in persian and 'dir="rtl"' in persian and "مرجوعی" in persian
    assert "Закрыто до 30 ноября, 9:00" in seen(lang="ru", at=friday)[0]


def test_figures_are_what_was_reached_in_working_time_and_only_from_twenty_on(shop):
    publish()
    nine_to_five()
    policy = promise("Chat", first=3600, match=Match(channels=("chat",)))
    for n in range(20):
        asked = NINE + n * timedelta(minutes=1) + timedelta(hours=7, minutes=30)  # 16:30 and after: the night does not count
        with clock.stopped_at(asked):
            key = shop.says(shop.visitor(f"Visitor {n}"), "Hello").conversation_id
            work()
        minutes = 10 if n < 18 else 0
        with clock.stopped_at(asked + minutes * MINUTE if minutes else asked + timedelta(days=1, hours=2)):
            actions.reply(key, by=shop.amir, client_id="reply-00001", text="Yes")
            work()
        if n == 18:
            with clock.stopped_at(asked + timedelta(days=2)):
                reached.measure()
                assert "Reached" not in seen(lang="en", at=asked + timedelta(days=2))[0], "nineteen say nothing"
    later = NINE + timedelta(days=3)
    with clock.stopped_at(later):
        reached.measure()
        reached.measure()
    [found] = Reached.objects.filter(policy=policy, kind="first")
    assert (found.number, found.half, found.kept) == (20, 600, 18) and found.most > 3600
    text, _marked = seen(lang="en", at=later)
    assert "half within 10 min" in text and "90% in time" in text and "is-missed" in text and "20 answers" in text
    assert "۹۰٪" in seen(lang="fa", at=later)[0] and "90 % вовремя" in seen(lang="ru", at=later)[0]
    with clock.stopped_at(NINE + timedelta(days=60)):
        reached.measure()
    assert "Reached" not in seen(lang="en", at=NINE + timedelta(days=60))[0], "what is older than thirty days is past"


def test_a_form_says_by_when_it_is_answered(shop):
    from yavar.channels.form import FormConfig

    nine_to_five()
    inbox = add_inbox(shop.brand, "form", "Form", FormConfig(), by=SYSTEM)
    assert promised_by(inbox, "", NINE) is None
    promise("Form", first=4 * 3600, match=Match(channels=("form",)))
    due = promised_by(inbox, "", NINE + 5 * HOUR)
    assert due == NINE + 25 * HOUR
    with clock.stopped_at(NINE + 5 * HOUR):
        path = f"/form/{inbox.public_id}/thanks"
        page = Client().get(path, {"n": "7K3M9QXW", "by": f"{due.timestamp():.0f}", "lang": "en"}).content.decode()
        assert "We’ll reply by Tuesday 24 November, 10:00." in page
        for wrong in ("", "soon", "99999999999", "-5"):
            assert "We’ll reply by" not in Client().get(path, {"n": "7K3M9QXW", "by": wrong, "lang": "en"}).content.decode()


def test_the_page_asks_the_database_no_more_for_more_promises(shop):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    publish()
    promise("One", first=30, match=Match(channels=("chat",)))
    with CaptureQueriesContext(connection) as before:
        seen()
    for n in range(5):
        promise(f"More {n}", first=30, match=Match(channels=("chat",)))
    with CaptureQueriesContext(connection) as after:
        seen()
    assert len(after) == len(before)
