"""The inbox's page in the order that its device keeps."""

import json
import re
from datetime import timedelta

import pytest

from yavar.base import clock
from yavar.conversations import due
from yavar.conversations.models import Conversation

pytestmark = pytest.mark.django_db


def test_the_first_list_comes_in_the_order_that_the_device_keeps(shop, agent_client):
    keys = [shop.says(shop.visitor(name=f"v{n}"), f"m{n}").conversation_id for n in range(3)]
    talk = Conversation.objects.get(pk=keys[0])
    due.set_due(talk, due.Due(clock.now() + timedelta(minutes=5), clock.now(), "first"))
    ids = {each.pk: each.public_id for each in Conversation.objects.all()}

    def shown():
        boot = json.loads(re.search(r'id="boot"[^>]*>(.*?)</script>', agent_client.get("/inbox/all").content.decode(), re.S)[1])
        return boot["list"]["order"], [row["id"] for row in boot["list"]["rows"]]

    assert shown() == ("due", [ids[keys[n]] for n in (0, 2, 1)])
    agent_client.cookies[f"order-{shop.amir.public_id}"] = "newest"
    assert shown() == ("newest", [ids[keys[n]] for n in (2, 1, 0)])
    agent_client.cookies[f"order-{shop.amir.public_id}"] = "<script>"
    assert shown()[0] == "due"
