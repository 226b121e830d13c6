"""The commands for an old desk: they do their work while others write, and survive being stopped."""

import os
import signal
import subprocess
import sys
import threading
import time
from argparse import Namespace

import pytest
from django.db import connection

from yavar.base import search
from yavar.base.db import is_sqlite, run, transaction
from yavar.base.db.upkeep import free_bytes, give_back, gives_back, keep_statistics
from yavar.config import upkeep
from yavar.conversations.finding import find
from yavar.conversations.jobs import index_messages, index_person
from yavar.conversations.models import Message


def index_all():
    with transaction():
        search.refresh("message", list(Message.objects.values_list("pk", flat=True)))


@pytest.mark.django_db(transaction=True)
def test_reindex_finds_what_was_lost(shop, capsys):
    talk = shop.says(shop.visitor(name="Maryam Karimi"), "the kettle leaks")
    index_all()
    run("DELETE FROM base_searchwords")
    assert find(shop.owner, "kettle") == []
    assert upkeep.reindex(Namespace()) == 0
    assert [row.id for row in find(shop.owner, "kettle")] == [row.id for row in find(shop.owner, "maryam")] == [talk.conversation]
    assert "Reading everything anew" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_vacuum_gives_room_back_while_somebody_writes(shop, capsys):
    customer = shop.visitor()
    talk = shop.says(customer, "begin")
    with transaction():
        for _ in range(200):
            shop.says(customer, "a long message " * 300, talk.conversation_id)
    with transaction():
        Message.objects.filter(seq__gt=1).delete()
    failed, stop = [], threading.Event()

    def write():
        try:
            while not stop.wait(0.002):
                shop.says(customer, "meanwhile", talk.conversation_id)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    free = free_bytes()
    assert upkeep.vacuum(Namespace()) == 0
    stop.set()
    writer.join()
    assert not failed
    assert "Done." in capsys.readouterr().out
    if is_sqlite():
        assert gives_back()
        assert free_bytes() < free / 10
        work = give_back()
        next(work, None)
        work.close()  # stopped: what was given back is given back, the rest stays
        assert run("PRAGMA quick_check(1)").fetchone()[0] == "ok"


@pytest.mark.django_db(transaction=True)
def test_statistics_are_kept_daily(shop):
    keep_statistics()
    keep_statistics()
    if is_sqlite():
        assert run("SELECT COUNT(*) FROM sqlite_stat1").fetchone()[0] > 5


@pytest.mark.django_db
def test_a_new_name_finds_what_was_said_before(shop):
    talk = shop.says(shop.visitor(name="Maryam Karimi"), "the kettle leaks")
    event = "SELECT id FROM base_event WHERE name = '{}' ORDER BY id DESC LIMIT 1"
    index_messages([run(event.format("message.received")).fetchone()[0]])
    assert [row.id for row in find(shop.owner, "karimi")] == [talk.conversation]
    person = Message.objects.get(pk=talk.message_id).conversation.customer
    person.name = "Maryam Ahmadi"
    person.save()
    index_person(run(event.format("customer.named")).fetchone()[0])
    assert [row.id for row in find(shop.owner, "ahmadi")] == [talk.conversation]
    assert find(shop.owner, "karimi") == []


@pytest.mark.slow
@pytest.mark.one_engine
def test_a_killed_reindex_goes_on(tmp_path):
    env = {**os.environ, "YAVAR_DATA": str(tmp_path), "YAVAR_DATABASE": ""}
    desk = [sys.executable, "-m", "bench", "million", "--conversations", "1500", "--data", str(tmp_path)]
    subprocess.run(desk, env=env, check=True, capture_output=True)
    reindex = [sys.executable, "-m", "yavar", "reindex", "--data", str(tmp_path)]
    child = subprocess.Popen(reindex, env=env)
    time.sleep(1.2)
    child.send_signal(signal.SIGKILL)
    child.wait()
    again = subprocess.run(reindex, env=env, check=True, capture_output=True, text=True)
    assert "The index is new" in again.stdout
    import sqlite3

    with sqlite3.connect(tmp_path / "desk.sqlite3") as db:
        entries = db.execute("SELECT COUNT(*) FROM base_searchentry").fetchone()
        assert db.execute("SELECT COUNT(*) FROM base_searchwords_content").fetchone() == entries
        assert not db.execute("SELECT 1 FROM sqlite_master WHERE name LIKE 'base_searchwords_next%' OR name LIKE 'base_searchwords_old%'").fetchall()
