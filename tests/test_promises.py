"""Promises and processes that die: each moment of each timer acts once, whoever is killed, and however many look."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import datetime

import pytest

from tests.desk import Desk
from tests.engine import ENGINE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
STORM = 300

PREPARE = """
import json, secrets
from datetime import timedelta
from yavar.config.wiring import wire; wire()
from yavar.base import clock
from yavar.base.db import transaction
from yavar.base.events import SYSTEM
from yavar.conversations.models import Inbox, Tag
from yavar.conversations.receive import Inbound, begin
from yavar.flow.sla.course import advance
from yavar.flow.sla.models import Policy, Timer
from yavar.flow.sla.actions import add_policy, order_policies
from yavar.flow.sla.terms import Match, Step, Targets, Terms
from yavar.people.customers.actions import open_session
inbox = Inbox.objects.filter(kind="chat").order_by("pk")[0]
tag = Tag.objects.create(name="late", folded="late")
terms = Terms(Match(), Targets(first={seconds}), (Step(0, "alarm"), Step(0, "tag", to=tag.public_id), Step(2, "priority", to="urgent")))
policy = add_policy("Storm", terms, by=SYSTEM)
order_policies([policy], by=SYSTEM)
customer = open_session(secrets.token_urlsafe(32), brand=inbox.brand.public_id, inbox=inbox.public_id, lang="en", page="", name="Storm").customer
at = clock.now()
keys = []
for n in range({number}):
    said = begin(f"storm-{{n}}", lambda: Inbound(inbox.pk, customer.pk, None, f"storm-client-{{n}}", "Hello", (), "en", at))
    keys.append(said.conversation_id)
for key in keys:
    advance([key], at)
due = Timer.objects.filter(conversation__in=keys, kind="first").values_list("due_at", flat=True).distinct()
print(json.dumps([keys[0], keys[-1], due[0].timestamp(), len(due)]))
"""
TOLD = "SELECT name, COUNT(*), COUNT(DISTINCT subject_id) FROM base_event WHERE subject_kind = 'conversation' AND subject_id BETWEEN {first} AND {last} AND name IN ('promise.missed', 'promise.late', 'conversation.tagged', 'conversation.prioritised') GROUP BY name ORDER BY name"


def storm(desk, seconds, number=STORM):
    """Many conversations whose answer is due in the same second."""
    first, last, due, dues = json.loads(desk.python(PREPARE.format(seconds=seconds, number=number)))
    assert dues == 1, "all in the same second"
    return first, last, due


def once_each(desk, first, last, number=STORM):
    """Everything the policy wants has happened to each of them, and once."""
    names = ["conversation.prioritised", "conversation.tagged", "promise.late", "promise.missed"]
    with desk.database() as ask:
        until = time.monotonic() + 60
        while [row[:2] for row in ask(TOLD.format(first=first, last=last))] != [(name, number) for name in names]:
            assert time.monotonic() < until, ask(TOLD.format(first=first, last=last))
            time.sleep(0.2)
        time.sleep(1.5)
        assert ask(TOLD.format(first=first, last=last)) == [(name, number, number) for name in names]


@pytest.fixture
def desk(tmp_path):
    found = Desk(tmp_path).start()
    yield found
    found.stop()


def test_killed_in_a_storm_each_timer_acts_once(desk):
    dice = random.Random(5)
    first, last, due = storm(desk, 10)
    time.sleep(max(0, due - time.time()))
    for _blow in range(8):
        time.sleep(dice.uniform(0.05, 0.5))
        for pid in desk.children():
            os.kill(pid, signal.SIGKILL)
    desk.kill()
    desk.start()
    once_each(desk, first, last)
    with desk.database() as ask:
        assert ask(f"SELECT COUNT(*) FROM flow_timer WHERE conversation_id BETWEEN {first} AND {last} AND missed_at <> due_at") == [(0,)]


def test_after_being_down_what_was_due_is_told_with_its_own_time(desk):
    first, last, due = storm(desk, 3, 20)
    desk.kill()
    time.sleep(max(0, due - time.time()) + 4)
    desk.start()
    once_each(desk, first, last, 20)
    with desk.database() as ask:
        payloads = ask(f"SELECT payload FROM base_event WHERE name = 'promise.missed' AND subject_id BETWEEN {first} AND {last}")
    told = {(payload if isinstance(payload, dict) else json.loads(payload))["due"] for (payload,) in payloads}
    assert len(told) == 1 and abs(_seconds(told.pop()) - due) < 0.001


def _seconds(iso):
    return datetime.fromisoformat(iso).timestamp()


def test_many_workers_never_act_twice(desk):
    more = 2 if ENGINE == "postgresql" else 0  # on SQLite there is one, and what is started beside it refuses
    command = [sys.executable, "-m", "yavar", "work"]
    others = [subprocess.Popen(command, env=desk.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _each in range(more)]
    try:
        first, last, _due = storm(desk, 8)
        once_each(desk, first, last)
    finally:
        for other in others:
            other.kill()
