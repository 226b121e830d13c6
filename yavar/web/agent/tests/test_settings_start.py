"""The first steps: what is done is told by the desk itself; the desk's time zone; how many questions the page asks."""

import pytest
from django.test import Client

from yavar.base.events.models import Event
from yavar.conversations.testing import furnish
from yavar.desk import settings as desk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(transactional_db):
    shop = furnish()
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(shop.owner)
    client.shop = shop
    return client


def test_steps_are_done_when_they_are(owner):
    page = owner.get("/settings/start").content.decode()
    done = page.count('<span class="sr">, done</span>')
    owner.shop.says(owner.shop.visitor(), "hello")
    assert owner.get("/settings/start").content.decode().count('<span class="sr">, done</span>') > done


def test_the_time_zone_of_the_desk(owner):
    answer = owner.post("/settings/start", {"do": "time", "time_zone": "Asia/Tehran"})
    assert (answer.status_code, desk.read().time_zone) == (303, "Asia/Tehran")
    assert Event.objects.get(name="setting.changed").payload["key"] == "time_zone"
    wrong = owner.post("/settings/start", {"do": "time", "time_zone": "Mars/Olympus"})
    assert (wrong.status_code, desk.read().time_zone) == (422, "Asia/Tehran")


def test_the_menu_is_in_groups_and_each_page_says_what_it_decides(owner):
    page = owner.get("/settings/tags").content.decode()
    assert page.count('class="parts-head"') >= 5
    assert "The words you sort conversations and customers by." in page


def test_only_who_may_change_the_desk_comes_here(owner):
    client = Client()
    client.force_login(owner.shop.amir)
    assert client.get("/settings/start").status_code == 403
    assert client.get("/settings").headers["Location"] == "/settings/profile"


def test_the_page_asks_few_questions(owner, django_assert_max_num_queries):
    owner.get("/settings/start")
    with django_assert_max_num_queries(24):
        owner.get("/settings/start")
