"""What a mailbox leans on goes away while it is read, the database or the mail server, and comes back: all is here once, in order, and nobody had to do a thing."""

import contextlib
import os
import sqlite3
import subprocess
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.mailserver import PASSWORD, available, mail_server
from tests.waiting import running, wait_for
from yavar.base.db import is_sqlite
from yavar.channels import ledger
from yavar.channels.models import Receipt
from yavar.conversations.models import Message
from yavar.integrations.channels.email.actions import Settings, add_mailbox
from yavar.integrations.channels.email.doors import keeper
from yavar.integrations.channels.email.models import Mailbox
from yavar.integrations.channels.email.testing import email_inbox, mail, read_everything

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300 + int(os.environ.get("YAVAR_TEST_WAITING", "0")) // 10),
    pytest.mark.skipif(bool(available()), reason=available()),
]
WAITING = int(os.environ.get("YAVAR_TEST_WAITING", "500"))
USER = "support@shop.test"


@pytest.fixture
def server():
    with mail_server() as started:
        yield started


@pytest.fixture
def inbox(shop):
    return email_inbox(shop.brand, USER)


@pytest.fixture
def mailbox(shop, inbox, server, monkeypatch):
    monkeypatch.setattr(keeper, "PAUSES", (0.5,))
    given = Settings(protocol="imap", host="127.0.0.1", port=server.imap, security="none", user=USER, secret=PASSWORD, start="all", after="delete")
    return add_mailbox(inbox, given, by=shop.owner.actor)


def texts():
    return [text.strip() for text in Message.objects.order_by("pk").values_list("text", flat=True)]


def numbers(count):
    return [f"number {n}" for n in range(count)]


def mails(count):
    return [mail(text, Message_ID=f"<{text.replace(' ', '-')}@shop.example>") for text in numbers(count)]


def end_all_connections():
    """As an administrator does it, or a restart of the server."""
    import psycopg

    options = {name: value for name, value in connection.get_connection_params().items() if name in ("dbname", "user", "host", "port", "password")}
    with psycopg.connect(**options, autocommit=True) as line:
        line.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")


def test_the_database_goes_away_in_the_middle_of_a_poll(server, inbox, mailbox, monkeypatch):
    server.put(*mails(160), user=USER)
    before = files_kept()
    enter, calls = ledger._enter, []

    def going_away(*words):
        calls.append(1)
        if len(calls) in (20, 90, 91, 150):  # in the first group of mails, in the second and at once again, in a later one
            if is_sqlite():
                raise sqlite3.OperationalError("database is locked")
            end_all_connections()
        return enter(*words)

    monkeypatch.setattr(ledger, "_enter", going_away)
    with running(keeper.Keeper().run):
        wait_for(lambda: steadily(lambda: Receipt.objects.count() == 160 and Mailbox.objects.get(pk=mailbox.pk).polled_at), 30)
    connection.close()
    assert len(calls) > 160, "some were begun again"
    read_everything(inbox)
    assert texts() == numbers(160)
    account = ledger.account(mailbox.source)
    assert account == ledger.Account(160, 0, 0, 160, 0, 0)
    assert not Mailbox.objects.get().failure
    assert files_kept() - before == 160, "what was laid for a transaction that failed is gone again"


def files_kept():
    return sum(path.is_file() for path in Path(settings.FILES_DIR).rglob("*"))


def steadily(look):
    """Our own line, too, was cut."""
    try:
        return look()
    except Exception:
        connection.close()
        return False


def test_the_mail_server_goes_away_and_a_heap_waits_when_it_is_back(server, inbox, mailbox, monkeypatch):
    all_mails, behind = mails(WAITING), [mail(f"late {n}") for n in range(5)]
    for start in range(0, WAITING, 100):
        server.put(*all_mails[start : start + 100], user=USER)
    take_in, gone = ledger.take_in, threading.Event()
    monkeypatch.setattr(
        ledger, "take_in", lambda *words, **more: (Receipt.objects.exists() and gone.wait(30), take_in(*words, **more))[1]
    )  # else it is over before anything goes away
    with running(keeper.Keeper().run):
        wait_for(Receipt.objects.exists, 20)
        server.stop_dovecot()
        gone.set()
        here = Receipt.objects.count()
        server.send(*behind, to=USER)  # Postfix keeps them
        wait_for(lambda: Mailbox.objects.get(pk=mailbox.pk).failing_since, 20)
        server.start_dovecot()
        with running(lambda done: flush(server, done)):
            wait_for(lambda: Receipt.objects.count() == WAITING + 5 and not Mailbox.objects.get(pk=mailbox.pk).failure, 120 + WAITING / 50)
        wait_for(lambda: not ledger.uncleared(f"{mailbox.source}:INBOX"), 20 + WAITING / 50)
    assert here < WAITING, "it went away in the middle"
    read_everything(inbox)
    found = texts()
    assert sorted(text for text in found if text.startswith("number")) == sorted(numbers(WAITING))
    assert sorted(text for text in found if text.startswith("late")) == [f"late {n}" for n in range(5)]
    account = ledger.account(mailbox.source)
    assert account.balanced and account.routed == account.fetched == WAITING + 5


def flush(server, done):
    while not done.wait(1):
        with contextlib.suppress(subprocess.CalledProcessError):  # its queue manager may still be busy with what failed
            server.flush()
