"""The board's page: its first numbers come with it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from yavar.base import clock
from yavar.conversations.due import Due, set_due
from yavar.conversations.models import Conversation
from yavar.flow.sla.testing import HOUR
from yavar.web.agent.board import shortly, shown

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]


@pytest.fixture
def sara(shop):
    client = Client()
    client.force_login(shop.sara)
    return client


def asks(read):
    with CaptureQueriesContext(connection) as asked:
        read()
    return len(asked)


def test_it_is_for_supervisors(shop, sara, client, agent_client):
    assert client.get("/board").headers["Location"] == "/sign-in?next=%2Fboard"
    assert agent_client.get("/board").status_code == 403
    assert sara.get("/board").status_code == 200


def test_the_first_numbers_come_with_it(shop, sara):
    conversation = Conversation.objects.get(pk=shop.says(shop.visitor("Maryam <b>"), "Where is my kettle?").conversation_id)
    set_due(conversation, Due(clock.now() - 3 * HOUR, clock.now() - 4 * HOUR, "first"))
    text = sara.get("/board?lang=en").content.decode()
    for part in ('<b class="fact-n">1</b>', "worst 3 h late", "0 of 3", "1 unassigned", f"/inbox/all/{conversation.public_id}", "Maryam &lt;b&gt;"):
        assert part in text
    fa = sara.get("/board?lang=fa").content.decode()
    assert '<b class="fact-n">۱</b>' in fa and 'dir="rtl"' in fa


def test_filters_and_what_is_none(shop, sara):
    assert f'<option value="{shop.inbox.public_id}"' not in sara.get("/board").content.decode()  # one channel: nothing to choose
    assert sara.get(f"/board?inbox={shop.inbox.public_id}").status_code == 200
    assert [sara.get(f"/board?{query}").status_code for query in ("inbox=x", "team=x", "shop=1", "team=%00")] == [404, 404, 400, 400]


def test_it_asks_a_fixed_number_of_times(shop, sara):
    shop.says(shop.visitor(), "Hello")
    sara.get("/board")
    few = asks(lambda: sara.get("/board"))
    for _each in range(20):
        shop.says(shop.visitor(), "Hello")
    assert asks(lambda: sara.get("/board")) == few <= 36, few


@pytest.mark.parametrize(
    "span, words", [(102, "1:42"), (0, "0:00"), (3300, "55 min"), (4740, "1 h 19"), (4 * 3600, "4 h"), (timedelta(days=3).total_seconds(), "3 days"), (-5, "0:00")]
)  # fmt: skip
def test_lengths(span, words):
    assert shortly(int(span)) == words


def test_counts_stop():
    assert [shown(n) for n in (0, 999, 1000)] == ["0", "999", "999+"]
