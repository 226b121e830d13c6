"""The desk's own SMTP and LMTP door, spoken to as mail servers and attackers do."""

import contextlib
import smtplib
import socket
import threading

import pytest

from tests.ports import free_port
from yavar.base import files
from yavar.base.problem import Problem
from yavar.channels import ledger
from yavar.channels.models import Receipt
from yavar.conversations.models import Message
from yavar.integrations.channels.email.doors.smtp import door
from yavar.integrations.channels.email.testing import email_inbox, mail, read_everything

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def inbox(shop):
    return email_inbox(shop.brand)


@pytest.fixture(params=[False, True], ids=["smtp", "lmtp"])
def line(request, inbox):
    port = free_port()
    opened = door(f"127.0.0.1:{port}", lmtp=request.param)
    opened.start()
    with (smtplib.LMTP if request.param else smtplib.SMTP)("127.0.0.1", port) as spoken:
        yield spoken
    opened.stop()


def raws():
    return [files.read(receipt.file) for receipt in Receipt.objects.order_by("pk").select_related("file")]


def test_a_mail_is_stored_before_it_is_answered(line, inbox):
    assert line.sendmail("maryam@shop.example", ["support+r.x@nila.example"], mail("سلام")) == {}
    assert Receipt.objects.get().state == "received"
    assert b"Return-Path: <maryam@shop.example>\r\nX-Original-To: <support+r.x@nila.example>\r\n" in raws()[0]
    read_everything(inbox)
    assert Message.objects.get().text.strip() == "سلام"


def test_nobody_else_is_written_to(line):
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        line.sendmail("a@b.example", ["somebody@elsewhere.example"], mail())
    assert not Receipt.objects.exists()


def test_each_inbox_gets_its_own(line, inbox, shop):
    sales = email_inbox(shop.brand, "sales@nila.example")
    line.sendmail("a@b.example", ["support@nila.example", "sales@nila.example", "support+x@nila.example"], mail())
    if isinstance(line, smtplib.LMTP):  # an answer for each recipient; smtplib reads one
        assert [line.getreply()[0] for _ in range(2)] == [250, 250]
    assert sorted(Receipt.objects.values_list("inbox", flat=True)) == sorted([inbox.pk, sales.pk])


def test_a_full_disk_leaves_the_mail_with_its_sender(line, inbox, monkeypatch):
    def full(*_words, **_more):
        raise Problem(507, "storage.full", "full")

    monkeypatch.setattr(ledger.files, "lay", full)
    with pytest.raises((smtplib.SMTPDataError, smtplib.SMTPRecipientsRefused)) as refused:
        line.sendmail("a@b.example", ["support@nila.example"], mail())
    assert "451" in str(refused.value)
    assert not Receipt.objects.exists()


def test_a_switched_off_inbox_takes_nothing(line, inbox):
    type(inbox).objects.update(active=False)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        line.sendmail("a@b.example", ["support@nila.example"], mail())


@pytest.mark.parametrize("end", [b"\n.\n", b"\r\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r"])
def test_no_second_mail_is_smuggled_in(inbox, end):
    """Only <CR><LF>.<CR><LF> ends a mail (CVE-2023-51764 and its kin)."""
    port = free_port()
    opened = door(f"127.0.0.1:{port}")
    opened.start()
    smuggled = b"MAIL FROM:<boss@nila.example>\r\nRCPT TO:<support@nila.example>\r\nDATA\r\nFrom: boss@nila.example\r\n\r\nsmuggled\r\n.\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
            talk = raw.makefile("rwb")

            def say(text):
                talk.write(text)
                talk.flush()
                return talk.readline()

            talk.readline()
            say(b"HELO x\r\n")
            say(b"MAIL FROM:<a@b.example>\r\n")
            say(b"RCPT TO:<support@nila.example>\r\n")
            assert say(b"DATA\r\n").startswith(b"354")
            with contextlib.suppress(OSError):
                say(b"From: a@b.example\r\nSubject: x\r\n\r\nhello" + end + smuggled)
                talk.write(b"QUIT\r\n")
                talk.flush()
                while talk.readline():
                    pass
    finally:
        opened.stop()
    assert Receipt.objects.count() <= 1
    assert not any(each.startswith(b"Return-Path: <boss@nila.example>") for each in raws())


def test_a_crowd_of_connections(inbox):
    port = free_port()
    opened = door(f"127.0.0.1:{port}")
    opened.start()

    def many(n):
        with smtplib.SMTP("127.0.0.1", port) as spoken:
            for each in range(5):
                spoken.sendmail("a@b.example", ["support@nila.example"], mail(f"{n}-{each}", Message_ID=f"<{n}-{each}@x.example>"))

    threads = [threading.Thread(target=many, args=(n,)) for n in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    opened.stop()
    assert Receipt.objects.count() == 40 and ledger.account().balanced


def test_lines_of_any_length_are_taken_and_one_without_end_is_not(inbox):
    port = free_port()
    opened = door(f"127.0.0.1:{port}")
    opened.start()
    try:
        with smtplib.SMTP("127.0.0.1", port) as spoken:
            spoken.sendmail("a@b.example", ["support@nila.example"], mail().replace(b"\n", b"\r\n") + b"x" * 2_000_000 + b"\r\n")
        assert b"x" * 2_000_000 in raws()[0]
        with smtplib.SMTP("127.0.0.1", port) as spoken:
            spoken.mail("a@b.example")
            spoken.rcpt("support@nila.example")
            spoken.docmd("DATA")
            with pytest.raises(OSError):
                for _ in range(2 * ledger.LARGEST // 1_000_000):
                    spoken.sock.sendall(b"x" * 1_000_000)
            spoken.close()
    finally:
        opened.stop()
    assert Receipt.objects.count() == 1
