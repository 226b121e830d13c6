"""Mailboxes at a real Dovecot behind a real Postfix: what was fetched is here once, whatever breaks on the way."""

import contextlib
import ssl
import threading
import time
from datetime import UTC, datetime

import pytest
from imapclient import IMAPClient

from tests.mailserver import PASSWORD, TOKEN, available, mail_server
from tests.waiting import running, wait_for
from yavar.base.events.facts import SYSTEM
from yavar.base.events.models import Event
from yavar.channels import ledger
from yavar.channels.models import Arrival, Receipt
from yavar.conversations.models import Message
from yavar.integrations.channels.email import actions
from yavar.integrations.channels.email.actions import Settings, add_mailbox, change_mailbox
from yavar.integrations.channels.email.doors import imap as imap_door
from yavar.integrations.channels.email.doors import pop3 as pop3_door
from yavar.integrations.channels.email.doors import smtp
from yavar.integrations.channels.email.doors.check import check
from yavar.integrations.channels.email.doors.imap import Imap
from yavar.integrations.channels.email.doors.keeper import Keeper
from yavar.integrations.channels.email.doors.pop3 import Pop3
from yavar.integrations.channels.email.models import Folder, Mailbox
from yavar.integrations.channels.email.testing import email_inbox, mail, read_everything

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.skipif(bool(available()), reason=available())]
NEVER = threading.Event()


@pytest.fixture(scope="module")
def server():
    with mail_server() as running:
        yield running


@pytest.fixture
def user(request):
    """A mailbox of one's own for each test."""
    return f"{request.node.name.replace('[', '-').replace(']', '')[:40].strip('-').replace('_', '-')}@shop.test"


@pytest.fixture
def inbox(shop):
    return email_inbox(shop.brand, "support@shop.test")


@pytest.fixture
def box(server, user, inbox, shop):
    def make(**settings):
        given = {"protocol": "imap", "host": "127.0.0.1", "port": server.imap, "security": "none", "user": user, "secret": PASSWORD, "start": "all"} | settings
        return add_mailbox(inbox, Settings(**given), by=shop.owner.actor)

    return make


def looked(mailbox, door=Imap):
    """One visit; answers how many mails were new."""
    line = door(mailbox)
    try:
        return line.poll(NEVER)
    finally:
        line.close()


def texts():
    return [text.strip() for text in Message.objects.order_by("pk").values_list("text", flat=True)]


def test_what_lies_there_comes_once_and_in_order(server, user, inbox, box):
    server.put(*(mail(f"number {n}") for n in range(60)), user=user)
    mailbox = box()
    assert looked(mailbox) == 60
    assert looked(mailbox) == 0
    server.put(mail("one more"), user=user)
    assert looked(mailbox) == 1
    read_everything(inbox)
    assert texts() == [*(f"number {n}" for n in range(60)), "one more"]
    assert ledger.account(mailbox.source) == ledger.Account(61, 0, 0, 61, 0, 0)
    assert not any(b"\\Seen" in flags for flags in flags_of(server, user).values()), "looking is not reading"


def flags_of(server, user):
    with IMAPClient("127.0.0.1", server.imap, ssl=False) as client:
        client.login(user, PASSWORD)
        client.select_folder("INBOX", readonly=True)
        return {uid: told[b"FLAGS"] for uid, told in client.fetch(client.search(), ["FLAGS"]).items()}


def test_only_from_now_on(server, user, inbox, box):
    server.put(mail("years ago"), user=user)
    mailbox = box(start="new")
    assert looked(mailbox) == 0
    server.put(mail("today"), user=user)
    assert looked(mailbox) == 1
    read_everything(inbox)
    assert texts() == ["today"]


@pytest.mark.parametrize("after", ["delete", "move"])
def test_what_is_here_is_moved_or_deleted_there(server, user, inbox, box, after):
    server.put(mail("one"), mail("two"), user=user)
    mailbox = box(after=after, move_to="Done" if after == "move" else "")
    assert looked(mailbox) == 2
    assert flags_of(server, user) == {}
    assert looked(mailbox) == 0 and not Arrival.objects.filter(cleared_at__isnull=True).exists()


def test_the_line_is_cut_between_storing_and_deleting(server, user, inbox, box, monkeypatch):
    server.put(mail("one"), mail("two"), user=user)
    mailbox = box(after="delete")

    def cut(*_uids):
        raise ConnectionResetError("cut")

    line = Imap(mailbox)
    monkeypatch.setattr(line.client, "delete_messages", cut)
    with pytest.raises(ConnectionResetError):
        line.poll(NEVER)
    assert Receipt.objects.count() == 2 and len(flags_of(server, user)) == 2
    assert looked(mailbox) == 0
    assert flags_of(server, user) == {}, "what was left over is deleted at the next visit"
    assert ledger.account(mailbox.source).fetched == 2


def test_the_line_is_cut_before_the_ledger_knows(server, user, inbox, box, monkeypatch):
    server.put(*(mail(f"number {n}") for n in range(5)), user=user)
    mailbox = box()
    monkeypatch.setattr(imap_door, "AT_ONCE", 2)
    stored = actions.read_up_to
    monkeypatch.setattr(imap_door.actions, "read_up_to", lambda *_a: (_ for _ in ()).throw(ConnectionResetError("gone")))
    with pytest.raises(ConnectionResetError):
        looked(mailbox)
    monkeypatch.setattr(imap_door.actions, "read_up_to", stored)
    looked(mailbox)
    read_everything(inbox)
    assert texts() == [f"number {n}" for n in range(5)]


def test_another_uidvalidity_brings_nothing_twice(server, user, inbox, box):
    server.put(mail("one"), mail("two"), user=user)
    mailbox = box()
    looked(mailbox)
    Folder.objects.update(uidvalidity=7)  # as after the server lost its index
    assert looked(mailbox) == 0
    account = ledger.account(mailbox.source)
    assert (account.fetched, account.balanced, Receipt.objects.count()) == (2, True, 2)
    Folder.objects.update(uidvalidity=7)
    Arrival.objects.filter(place__endswith=":1").update(place="7:1")
    looked(mailbox)
    assert ledger.account(mailbox.source).repeats == 1 and Receipt.objects.count() == 2


def test_another_uidvalidity_brings_no_mail_from_before_the_beginning(server, user, inbox, box):
    with IMAPClient("127.0.0.1", server.imap, ssl=False) as client:
        client.login(user, PASSWORD)
        client.append("INBOX", mail("years ago"), msg_time=datetime(2020, 1, 1, tzinfo=UTC))
    mailbox = box(start="new")
    assert looked(mailbox) == 0
    server.put(mail("today"), user=user)
    assert looked(mailbox) == 1
    server.put(mail("since"), user=user)
    Folder.objects.update(uidvalidity=7)
    assert looked(mailbox) == 1
    read_everything(inbox)
    assert texts() == ["today", "since"]


def test_two_pollers_at_once(server, user, inbox, box):
    server.put(*(mail(f"number {n}") for n in range(40)), user=user)
    mailbox = box()
    lines = [Imap(mailbox), Imap(mailbox)]
    found = []
    threads = [threading.Thread(target=lambda line=line: found.append(line.poll(NEVER))) for line in lines]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    read_everything(inbox)
    assert sum(found) == 40 and sorted(texts()) == sorted(f"number {n}" for n in range(40))


def test_several_folders(server, user, inbox, box):
    with IMAPClient("127.0.0.1", server.imap, ssl=False) as client:
        client.login(user, PASSWORD)
        client.create_folder("Spam")
        client.append("Spam", mail("in spam"))
    server.put(mail("in the inbox"), user=user)
    assert looked(box(folders=["INBOX", "Spam"])) == 2


def test_too_large_is_written_down_and_left_there(server, user, inbox, box, monkeypatch):
    monkeypatch.setattr(ledger, "LARGEST", 5_000)
    server.put(mail("x" * 70 + "\n" * 2 + "y" * 9000), mail("small"), user=user)
    mailbox = box(after="delete")
    looked(mailbox)
    assert sorted(Receipt.objects.values_list("state", "reason")) == [("received", ""), ("refused", "too_large")]
    assert len(flags_of(server, user)) == 1
    looked(mailbox)
    assert ledger.account(mailbox.source).fetched == 2 and ledger.account(mailbox.source).balanced


def test_pop3(server, user, inbox, box):
    server.put(mail("one"), mail("two"), user=user)
    mailbox = box(protocol="pop3", port=server.pop3)
    assert looked(mailbox, Pop3) == 2
    assert looked(mailbox, Pop3) == 0
    change_mailbox(mailbox, {"after": "delete"}, by=SYSTEM)
    server.put(mail("three"), user=user)
    mailbox = Mailbox.objects.get()
    assert looked(mailbox, Pop3) == 1
    assert len(flags_of(server, user)) == 2, "what was to be left stays, what came since is gone"
    read_everything(inbox)
    assert texts() == ["one", "two", "three"]


def test_imap_pop3_and_smtp_bring_one_mail_once(server, user, inbox, box):
    raw = mail("the same")
    server.put(raw, user=user)
    looked(box())
    looked(box(protocol="pop3", port=server.pop3), Pop3)
    smtp.store("maryam@shop.example", ["support@shop.test"], raw)
    read_everything(inbox)
    assert texts() == ["the same"]
    assert ledger.account() == ledger.Account(3, 2, 0, 3, 0, 0)


def test_a_token_instead_of_a_password(server, inbox, box, monkeypatch):
    server.put(mail("by token"), user="support@shop.test")
    monkeypatch.setattr(imap_door, "access_token", lambda _box: TOKEN)
    assert looked(box(user="support@shop.test", auth="xoauth2", secret="{}")) >= 1
    monkeypatch.setattr(imap_door, "access_token", lambda _box: "bad")
    assert check(box(user="support@shop.test", auth="xoauth2", secret="{}")).code == "login"


def test_a_token_instead_of_a_password_by_pop3(server, inbox, box, monkeypatch):
    server.put(mail("by token"), user="support@shop.test")
    tokens = {"good": TOKEN, "bad": "bad"}
    monkeypatch.setattr(pop3_door, "access_token", lambda mailbox: tokens[mailbox.unsealed_secret()])
    given = {"protocol": "pop3", "port": server.pop3, "user": "support@shop.test", "auth": "xoauth2"}
    assert [check(box(**given, secret=secret)).code for secret in tokens] == ["ok", "login"]


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_secret_under_another_key_is_told_as_such(server, box, protocol):
    mailbox = box(protocol=protocol, port=getattr(server, protocol))
    mailbox.secret = "nonsense"
    assert check(mailbox).code == "secret"
    mailbox.auth = "xoauth2"
    assert check(mailbox).code == "secret"


def test_a_password_is_no_token(server, box):
    assert check(box(auth="xoauth2", secret="a password")).code == "grant"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "ok"),
        ({"secret": "wrong"}, "login"),
        ({"secret": "گذرواژه"}, "login"),
        ({"port": 1}, "refused"),
        ({"host": "no-such-host.invalid"}, "name"),
        ({"folders": ["Nowhere"]}, "folder"),
        ({"security": "tls", "port": "imaps"}, "certificate"),
        ({"security": "tls"}, "tls"),
        ({"security": "starttls"}, "certificate"),
        ({"protocol": "pop3", "port": "pop3"}, "ok"),
        ({"protocol": "pop3", "port": "pop3", "secret": "wrong"}, "login"),
    ],
)
def test_the_connection_test_says_what_is_wrong(server, box, changes, code):
    named = {name: getattr(server, value) if value in ("imaps", "pop3") and name == "port" else value for name, value in changes.items()}
    verdict = check(box(**named))
    assert verdict.code == code and verdict.text


def test_without_encryption_only_to_this_machine(box):
    assert check(box(host="192.0.2.1")).code == "plain"


@pytest.mark.parametrize("security", ["none", "tls"])
@pytest.mark.parametrize("moment", ["select_folder", "idle"])
def test_what_comes_between_a_look_and_idle_is_not_slept_over(server, user, inbox, box, monkeypatch, moment, security):
    monkeypatch.setattr(imap_door, "IDLE", 8.0)
    monkeypatch.setattr(imap_door.line, "context", ssl._create_unverified_context)
    line = Imap(box(security=security, port=server.imaps if security == "tls" else server.imap))
    ask = getattr(line.client, moment)

    def late(*given, **named):
        server.put(mail("in between"), user=user)
        time.sleep(0.3)
        return ask(*given, **named)

    with contextlib.closing(line):
        line.poll(NEVER)
        setattr(line.client, moment, late)
        began = time.monotonic()
        line.wait(NEVER, lambda: False)
        setattr(line.client, moment, ask)
        assert time.monotonic() - began < 4 and line.poll(NEVER) == 1


def test_a_mail_that_somebody_took_away_before_we_looked_is_not_looked_for_without_end(server, user, inbox, box, monkeypatch):
    monkeypatch.setattr(imap_door, "IDLE", 1.0)
    server.put(mail("gone"), user=user)
    with contextlib.closing(Imap(box(after="delete"))) as other:
        other.poll(NEVER)
    with contextlib.closing(Imap(box())) as line:
        assert line.poll(NEVER) == 0
        began = time.monotonic()
        line.wait(NEVER, lambda: False)
        assert time.monotonic() - began > 0.5, "it idles though UIDNEXT is beyond what is there"


def test_idle_brings_a_mail_at_once_and_trouble_is_told(server, user, inbox, box):
    mailbox = box()
    with running(Keeper().run):
        wait_for(lambda: Mailbox.objects.get(pk=mailbox.pk).polled_at)
        time.sleep(0.5)  # it idles now
        server.put(mail("pushed"), user=user)
        began = time.monotonic()
        wait_for(lambda: Receipt.objects.exists(), 5)
        assert time.monotonic() - began < 3
        change_mailbox(Mailbox.objects.get(pk=mailbox.pk), {"secret": "wrong"}, by=SYSTEM)
        wait_for(lambda: Mailbox.objects.get(pk=mailbox.pk).failure == "login")
        assert Mailbox.objects.get(pk=mailbox.pk).failing_since is not None
        change_mailbox(Mailbox.objects.get(pk=mailbox.pk), {"secret": PASSWORD}, by=SYSTEM)
        wait_for(lambda: not Mailbox.objects.get(pk=mailbox.pk).failure)
    changed = Event.objects.filter(name="mailbox.changed").values_list("payload", flat=True)
    assert [sorted(each["fields"]) for each in changed] == [["secret"], ["secret"]]
