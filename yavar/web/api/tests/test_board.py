"""The board's doors: what a client of them reads."""

import pytest
from django.test import Client

from yavar.base import clock
from yavar.conversations.due import Due, set_due
from yavar.conversations.models import Conversation
from yavar.people.team.actions import add_team
from yavar.realtime.signals import presence

from .world import send

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]


@pytest.fixture
def sara(shop):
    client = Client()
    client.force_login(shop.sara)
    return client


def late(shop):
    conversation = Conversation.objects.get(pk=shop.says(shop.visitor(), "Where is my kettle?").conversation_id)
    set_due(conversation, Due(clock.now(), conversation.waiting_since, "first"))
    return conversation


def test_what_waits_and_who_is_here(shop, sara):
    conversation, _plain = late(shop), shop.says(shop.visitor(), "Hello")
    presence.put(shop.amir.public_id, shop.amir.name, None, 0, "viewing")
    told = sara.get("/api/v1/board").json()
    total = told["total"]
    assert (total["waiting"], total["late"], total["unassigned"], told["away"], told["people"]) == (2, 1, 2, 0, 3)
    assert told["pressing"][0]["id"] == conversation.public_id and len(told["pressing"]) == 2
    assert [(each["name"], each["assigned"]) for each in told["agents"]] == [(shop.amir.name, 0)]
    assert told["inboxes"][0]["numbers"] == total
    assert told["cursor"] and told["now"]


def test_one_team_or_inbox(shop, sara):
    late(shop)
    team = add_team("Nila", [shop.amir], by=shop.owner.actor)
    assert sara.get(f"/api/v1/board?inbox={shop.inbox.public_id}").json()["total"]["waiting"] == 1
    assert sara.get(f"/api/v1/board?team={team.public_id}").json()["total"]["waiting"] == 0
    assert [sara.get(f"/api/v1/board?{query}").status_code for query in ("team=x", "inbox=x", "shop=x")] == [404, 404, 400]


def test_alarms(sara):
    assert sara.get("/api/v1/board/alarms").json() == {"wait": None, "waiting": None, "late": True, "nobody": False}
    for _twice in range(2):
        assert send(sara, "PUT", "/board/alarms", {"wait": 5, "late": False}).json() == {"wait": 5, "waiting": None, "late": False, "nobody": False}
    assert sara.get("/api/v1/board/alarms").json()["wait"] == 5
    assert [send(sara, "PUT", "/board/alarms", wrong).status_code for wrong in ({"wait": 0}, {"waiting": 1000}, {"loud": True})] == [400, 400, 400]
