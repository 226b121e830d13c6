"""From raw mail to a conversation: what joins, what begins, what waits for a person, and that each is counted once."""

import contextlib
import sqlite3
from email import message_from_bytes, policy
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from yavar.base import clock, files
from yavar.base.db import is_sqlite, run, transaction
from yavar.base.files.models import File
from yavar.base.jobs.models import Job
from yavar.base.problem import Problem
from yavar.channels import ledger, threads
from yavar.channels.models import Arrival, Receipt
from yavar.conversations.models import Conversation, Message, Original
from yavar.integrations.channels.email import reading, routing
from yavar.integrations.channels.email.reading import read_inbox
from yavar.integrations.channels.email.testing import arrives, email_inbox, facts, hand_in, mail, read_everything
from yavar.people.models import Identity

pytestmark = pytest.mark.django_db


def test_a_mail_begins_a_conversation_of_its_sender(inbox):
    arrives(inbox, mail("My kettle leaks.", subject="Kettle"))
    talk = Conversation.objects.get()
    assert (talk.inbox, talk.subject, talk.customer.name, talk.unread, talk.preview) == (inbox, "Kettle", "Maryam Karimi", 1, "My kettle leaks.")
    message = talk.messages.get()
    assert (message.author, message.text.strip()) == (f"customer:{talk.customer_id}", "My kettle leaks.")
    assert message.original.head["from"] == "maryam@shop.example"
    assert Identity.objects.get().verified_at is None, "a From proves nothing"
    receipt = Receipt.objects.get()
    assert (receipt.state, receipt.outcome, receipt.conversation, receipt.message) == ("routed", "message", talk, message)
    assert b"My kettle leaks." in ledger.files.read(receipt.file)
    [told] = facts("receipt.settled")
    assert told.payload | {"message": None} == {
        "inbox": inbox.pk, "state": "routed", "outcome": "message", "reason": "", "conversation": talk.pk, "message": None,
    }  # fmt: skip


def test_the_same_mail_again_changes_nothing(inbox):
    raw = mail()
    assert hand_in(inbox, raw) == 1
    assert hand_in(inbox, b"Received: from another.example\r\n" + raw, source="imap:x:INBOX") == 0, "it took another way and is the same"
    read_everything(inbox)
    assert hand_in(inbox, raw) == 0
    read_everything(inbox)
    assert Message.objects.count() == Receipt.objects.count() == 1
    assert ledger.account() == ledger.Account(fetched=3, repeats=2, waiting=0, routed=3, quarantined=0, refused=0)
    assert ledger.account().balanced
    assert File.objects.count() == 1


def test_which_of_many_places_were_fetched(inbox):
    ledger.take_in(inbox, [ledger.Came("a", mail(), "pop3:x", "one"), ledger.Came("b", mail(), "pop3:y", "two")], mime="message/rfc822")
    assert ledger.fetched("pop3:x", [*(str(n) for n in range(1200)), "one", "two"]) == {"one"}
    assert ledger.fetched("pop3:x", []) == set()


def test_two_mails_with_one_message_id_are_two(inbox):
    arrives(inbox, mail("One", Message_ID="<same@x.example>"), mail("Two", Message_ID="<same@x.example>"))
    assert sorted(Message.objects.values_list("text", flat=True)) == ["One", "Two"]


def test_reading_twice_has_one_effect(inbox):
    before = without_row()
    hand_in(inbox, with_file())
    waiting = ledger.waiting(inbox.pk, 10)
    kept = {receipt.file_id: receipt.file for receipt in waiting}
    for [read] in (reading.read_all(waiting, kept), reading.read_all(waiting, kept)):
        reading._settle(read)
    assert Message.objects.get().attached == 1 and len(facts("receipt.settled")) == 1
    assert without_row() == before


def test_a_mail_leaves_one_job_for_its_inbox(inbox):
    hand_in(inbox, mail(), mail())
    hand_in(inbox, mail())
    assert [(job.name, job.args) for job in Job.objects.filter(name="email.read")] == [("email.read", {"inbox": inbox.pk})]


def test_what_comes_while_others_are_read_has_a_job(inbox):
    hand_in(inbox, mail("first"))
    steps = reading.read_inbox(inbox.pk)
    call = next(steps)
    hand_in(inbox, mail("second"))  # its job is the one under way
    Job.objects.filter(name="email.read").delete()  # as the runner does before the rest of the steps
    with transaction(), pytest.raises(StopIteration):
        steps.send(call())
    assert Job.objects.filter(name="email.read").count() == 1


@pytest.mark.parametrize("due, waits", [(0, False), (1000, True)])
def test_a_heap_waits_while_much_else_is_due(inbox, due, waits):
    hand_in(inbox, *(mail(f"number {n}") for n in range(reading.BATCH + 1)))
    steps = reading.read_inbox(inbox.pk)
    found = next(steps)()
    Job.objects.all().delete()
    now = clock.now()
    Job.objects.bulk_create([Job(name="somebody.else", args={}, due_at=now, created_at=now) for _ in range(due)])
    with transaction(), contextlib.suppress(StopIteration):
        steps.send(found)
    assert Receipt.objects.filter(state="routed").count() == reading.BATCH
    assert (Job.objects.get(name="email.read").due_at > clock.now()) is waits


def test_order_is_kept(inbox):
    arrives(inbox, mail("first"))
    talk = Conversation.objects.get()
    token = threads.issue(talk.pk, talk.customer_id)
    arrives(inbox, *(mail(f"number {n}", to=f"support+r.{token}@nila.example") for n in range(25)))
    assert [text.strip() for text in talk.messages.order_by("seq").values_list("text", flat=True)] == ["first", *(f"number {n}" for n in range(25))]


def test_what_fails_is_quarantined_and_the_next_goes_on(inbox, monkeypatch):
    real = reading.settle

    def broken(read):
        if "bad" in read.understood.text:
            Message.objects.create(conversation_id=0)  # something is half done
        real(read)

    monkeypatch.setattr(reading, "settle", broken)
    arrives(inbox, mail("good"), mail("bad"), mail("good too"))
    assert list(Receipt.objects.order_by("pk").values_list("state", "reason")) == [("routed", ""), ("quarantined", "failed"), ("routed", "")]


def test_attachments_come_along(inbox):
    made = message_from_bytes(mail("See the picture"), policy=policy.default)
    made.add_attachment(b"%PDF-1.4 kettle", maintype="application", subtype="pdf", filename="رسید.pdf")
    arrives(inbox, made.as_bytes())
    message = Message.objects.get()
    assert (message.attached, [f.name for f in message.files.all()]) == (1, ["رسید.pdf"])
    assert Original.objects.count() == 1
    assert not File.objects.filter(attached=False).exists()
    assert Arrival.objects.count() == 1


def test_what_comes_after_a_look_at_nothing_has_a_job_of_its_own(shop):
    inbox = email_inbox(shop.brand)
    steps = read_inbox(inbox.pk)
    found = next(steps)()
    hand_in(inbox, mail("first"))
    with transaction(), contextlib.suppress(StopIteration):
        Job.objects.all().delete()
        steps.send(found)
    assert Job.objects.filter(unique_key=f"email.read:{inbox.pk}").exists()


def test_a_name_longer_than_a_customers_may_be_is_cut(shop):
    arrives(email_inbox(shop.brand), mail("hello", sender=f'"{"Maryam " * 25}" <maryam@shop.example>'))
    assert Message.objects.get().text.strip() == "hello"


def test_raw_bytes_under_a_charset_that_is_none_arrive(shop):
    raw = mail("x").replace(b'charset="utf-8"', b'charset="idna"').replace(b"\nx\n", "\nпривет, как у вас дела?\n".encode("cp1251"))
    arrives(email_inbox(shop.brand), raw)
    assert Message.objects.get().text.strip() == "привет, как у вас дела?"


def test_a_statement_beyond_the_databases_limits_stops_one_mail_and_not_the_inbox(inbox, monkeypatch):
    """Both engines say OperationalError then, as they do when they are away."""
    settle = reading.settle

    def beyond(_read):
        run("SELECT " + "(" * 50_000 + "1" + ")" * 50_000)

    arrives(inbox, mail("first"))
    monkeypatch.setattr(reading, "settle", beyond)
    arrives(inbox, mail("beyond"))
    monkeypatch.setattr(reading, "settle", settle)
    arrives(inbox, mail("third"))
    assert list(Receipt.objects.order_by("pk").values_list("state", flat=True)) == ["routed", "quarantined", "routed"]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_puts_nothing_into_quarantine(inbox, monkeypatch):
    def away(_read):
        raise sqlite_away() if is_sqlite() else psycopg.errors.AdminShutdown("terminating connection")

    monkeypatch.setattr(reading, "settle", away)
    with pytest.raises((sqlite3.OperationalError, psycopg.OperationalError)):
        arrives(inbox, mail())
    assert Receipt.objects.get().state == "received"


def sqlite_away():
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error


def with_file(text="See the picture", **fields):
    made = message_from_bytes(mail(text, **fields), policy=policy.default)
    made.add_attachment(b"%PDF-1.4 kettle", maintype="application", subtype="pdf", filename="kettle.pdf")
    return made.as_bytes()


def without_row():
    """Bytes on the disk that no row knows."""
    return {path.name for path in Path(settings.FILES_DIR).rglob("*") if path.is_file()} - set(File.objects.values_list("key", flat=True))


def broken_after_storing(read):
    routing.settle(read)
    raise ValueError("broken")


@pytest.mark.parametrize(
    ("fields", "settle", "reason"),
    [
        ({"sender": "support@nila.example"}, routing.settle, "own_address"),
        ({"Auto_Submitted": "auto-replied"}, routing.settle, "auto_reply"),
        ({}, broken_after_storing, "failed"),
    ],
)
def test_what_is_no_message_leaves_no_file(inbox, monkeypatch, fields, settle, reason):
    monkeypatch.setattr(reading, "settle", settle)
    before = without_row()
    arrives(inbox, with_file(**fields))
    assert (Receipt.objects.get().reason, File.objects.count()) == (reason, 1)
    assert without_row() == before


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_leaves_no_file_of_any_mail(inbox, monkeypatch):
    before = without_row()
    hand_in(inbox, with_file("one"), with_file("two"))
    steps = reading.read_inbox(inbox.pk)
    found = next(steps)()

    def away(read):
        routing.settle(read)
        raise sqlite_away() if is_sqlite() else psycopg.errors.AdminShutdown("terminating connection")

    monkeypatch.setattr(reading, "settle", away)
    with pytest.raises((sqlite3.OperationalError, psycopg.OperationalError)), transaction():
        steps.send(found)
    assert without_row() == before


def test_a_full_disk_leaves_no_file_and_the_reader_goes_on(inbox, monkeypatch):
    before = without_row()
    twice = message_from_bytes(with_file("second"), policy=policy.default)
    twice.add_attachment(b"%PDF-1.4 pan", maintype="application", subtype="pdf", filename="pan.pdf")
    hand_in(inbox, with_file("first"), twice.as_bytes())
    reading.read_all([], {})  # there is a child
    lay, calls, idle = files.lay, [], list(reading._idle)

    def full(*given, **more):
        calls.append(1)
        if len(calls) == 3:
            raise Problem(507, "storage.full", "full")
        return lay(*given, **more)

    monkeypatch.setattr(files, "lay", full)
    waiting = ledger.waiting(inbox.pk, 10)
    with pytest.raises(Problem, match="full"):
        reading.read_all(waiting, {receipt.file_id: receipt.file for receipt in waiting})
    assert len(calls) == 3 and without_row() == before
    assert idle and reading._idle == idle, "its child is given back"
