"""Replies go out while the desk is killed again and again: none lost, none sent twice by itself, and what nobody can know is asked."""

import json
import os
import re
import time
from collections import Counter

import pytest

from tests.desk import Desk
from yavar.integrations.channels.email.sending.testing import sink

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.timeout(900)]
REPLIES = int(os.environ.get("YAVAR_TEST_REPLIES", "120"))
KILLS = 3
SETUP = """
import secrets
from yavar.config.wiring import wire
wire()
from yavar.base import clock
from yavar.base.db import transaction
from yavar.channels import outgoing
from yavar.channels.intake import InboundMessage, Person, deliver
from yavar.base.events import SYSTEM
from yavar.conversations.models import Conversation, HeldReply, Inbox
from yavar.flow.sla.actions import remove_policy
from yavar.flow.sla.models import Policy
from yavar.people.models import Agent
for promise in Policy.objects.all():
    remove_policy(promise, by=SYSTEM)  # its first word would be a mail, too
inbox, agent = Inbox.objects.get(kind="email"), Agent.objects.get(email="sara@nila.example")
with transaction():
    for n in range(%d, %d):
        said = deliver(InboundMessage(inbox_id=inbox.pk, key=f"fault-{n}", sender=Person("email", f"c{n}@shop.example"), text=f"question {n}", at=clock.now()))
        outgoing.answer(Conversation.objects.get(pk=said.conversation_id), by=agent, client_id=f"reply-{n:06d}", text=f"reply number {n}.")
    HeldReply.objects.update(due_at=clock.now())
"""
COUNT = """
import json
from django.db.models import Count
from yavar.conversations.models import Delivery, HeldReply
print(json.dumps({"held": HeldReply.objects.count(), "states": dict(Delivery.objects.values_list("state").annotate(n=Count("pk")).order_by()),
                  "unknown": list(Delivery.objects.filter(state="unknown").values_list("address", flat=True))}))
"""
AGAIN = """
from yavar.config.wiring import wire
wire()
from yavar.base.events.facts import SYSTEM
from yavar.conversations import deliveries
from yavar.conversations.models import Delivery
for each in Delivery.objects.filter(state="unknown").select_related("message"):
    deliveries.decide(each, again=True, by=SYSTEM)
"""


def counted(desk, wanted, seconds=240):
    until = time.monotonic() + seconds
    while True:
        found = json.loads(desk.python(COUNT).splitlines()[-1])
        if sum(found["states"].get(state, 0) for state in wanted) == REPLIES or time.monotonic() > until:
            return found
        time.sleep(1)


def test_none_is_lost_and_none_sent_twice(tmp_path):
    desk = Desk(tmp_path).start()
    desk.stop()
    with sink(desk.smtp + 1) as server:
        for begin in range(0, REPLIES, 500):
            desk.python(SETUP % (begin, min(begin + 500, REPLIES)))
        server.pause = 0.002
        try:
            desk.start()
            for _ in range(KILLS):
                time.sleep(2)
                desk.kill_all()
                desk.start()
            found = counted(desk, ("sent", "unknown"))
            assert not found["held"] and set(found["states"]) <= {"sent", "unknown"}, found
            arrived = Counter(server.recipients())
            assert max(arrived.values()) == 1, "sent twice"
            missing = {f"c{n}@shop.example" for n in range(REPLIES)} - set(arrived)
            assert missing <= set(found["unknown"]), "lost"
            assert len(found["unknown"]) <= 4 * KILLS, "only what was on the line may be unknown"
            desk.python(AGAIN)
            assert counted(desk, ("sent",))["states"] == {"sent": REPLIES}
        finally:
            desk.stop()
        ids = Counter()
        for each in server.taken:
            ids[re.search(rb"\r\nMessage-ID:\s+<([^>]+)>", each.raw, re.IGNORECASE)[1]] += 1
        assert len(ids) == REPLIES and {each.recipient for each in server.taken} == {f"c{n}@shop.example" for n in range(REPLIES)}
        assert sum(number - 1 for number in ids.values()) <= len(found["unknown"]), "a second copy only of what was unknown, under the same Message-ID"
