"""A real desk whose worker is killed while a receiver keeps it waiting."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from standardwebhooks import Webhook

from tests.desk import ROOT, Desk
from yavar.base.http.testing import Receiver
from yavar.config import simulate

# on PostgreSQL, where other workers may live, only the lease's end says that this one is dead: a minute's wait, which test_outside proves by the clock
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(120)]
ADD = """
import django, sys
django.setup()
from yavar.base.events import Actor
from yavar.webhooks.actions import add
print(add(name="CRM", url=sys.argv[1], events=["message.received"], by=Actor("system"))[1])
"""


@pytest.fixture
def desk(tmp_path):
    found = Desk(tmp_path, YAVAR_HTTP_ALLOW="127.0.0.1").start()
    yield found
    found.stop()


def test_the_worker_is_killed_in_the_middle_of_a_post(desk):
    with Receiver() as receiver:
        receiver.hang = True
        env = desk.env | {"DJANGO_SETTINGS_MODULE": "yavar.config.settings"}
        added = subprocess.run([sys.executable, "-c", ADD, f"{receiver.url}/hook"], env=env, cwd=ROOT, capture_output=True, text=True, check=True)
        secret = added.stdout.split()[-1]
        time.sleep(1.2)  # another process made it: the desk looks once a second
        _visitors, wrong = simulate.run(desk.url, desk.inbox, 1, 1)
        assert wrong == []
        (first,) = receiver.wait(1)
        for pid in desk.children():
            os.kill(pid, signal.SIGKILL)
        receiver.hang = False
        _first, again = receiver.wait(2, 20)
        assert again.headers["webhook-id"] == first.headers["webhook-id"] and again.body == first.body
        assert json.loads(again.body)["type"] == "message.received"
        Webhook(secret).verify(again.body, again.headers)
        assert desk.health()["webhooks"]["failing"] == 0
