"""One mail, wholly understood, and through the child."""

import pytest

from yavar.base.child import Child, Died
from yavar.integrations.channels.email.understand import CHILD, CHILD_FOR_TEXT, decode, decode_stripped, encode, understand

REPLY = """From: Sara <sara@shop.example>
Subject: =?utf-8?B?2LPZhNin2YU=?=
Message-ID: <2@shop.example>
In-Reply-To: <1@desk.example>
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

سلام، هنوز نرسیده.

در تاریخ ۳ آذر ۱۴۰۵ Desk <help@desk.example> نوشت:
> کجاست؟
--b
Content-Type: image/png; name=a.png

x
--b--
""".encode()
BOUNCE = b"""From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

This is the mail system at host mx.example. Your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; gone@shop.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such user
--b
Content-Type: message/rfc822

Message-ID: <ours@desk.example>
From: help@desk.example
Subject: Your order

words
--b--
"""


def test_a_reply():
    read = understand(REPLY)
    assert (read.outcome, read.subject, read.from_, read.from_name, read.language) == ("message", "سلام", "sara@shop.example", "Sara", "fa")
    assert read.reply_text == "سلام، هنوز نرسیده."
    assert "کجاست" in read.text
    assert [file.content for file in read.attachments] == [b"x"]


def test_a_bounce():
    read = understand(BOUNCE)
    assert (read.outcome, [(each.recipient, each.hard, each.status) for each in read.bounces]) == ("bounce", [("gone@shop.example", True, "5.1.1")])
    assert read.original_message_id == "<ours@desk.example>"


@pytest.mark.parametrize("broken", [b"Content-Type: multipart/report (DSN, a/b)", b"Content-Type: multipart/report text/plain"])
def test_a_bounce_under_a_type_that_is_none(broken):
    read = understand(BOUNCE.replace(b"Content-Type: multipart/report", broken, 1))
    assert (read.outcome, [each.status for each in read.bounces]) == ("bounce", ["5.1.1"])


def test_what_cannot_be_read_is_put_aside():
    read = understand(b"Content-Type: message/rfc822\n\n" * 100)
    assert (read.outcome, read.reason.partition(":")[0]) == ("quarantined", "depth")


def test_a_report_deeper_than_is_looked_at_hurts_nobody():
    part = b"Content-Type: multipart/report" + BOUNCE.partition(b"Content-Type: multipart/report")[2]
    for n in range(8):
        part = f"Content-Type: multipart/mixed; boundary=w{n}\n\n--w{n}\n".encode() + part + f"\n--w{n}--\n".encode()
    assert understand(b"From: MAILER-DAEMON@mx.example\n" + part).outcome == "bounce"


@pytest.mark.parametrize("raw", [REPLY, BOUNCE, b"", b"\0", b"Content-Type: message/rfc822\n\n" * 100])
def test_it_survives_the_way(raw):
    assert decode(encode(raw)) == understand(raw)


def test_the_child_reads_without_django_and_the_next_one_after_a_bad_one():
    with Child(CHILD) as child:
        assert decode(child.call(REPLY)).from_ == "sara@shop.example"
        with pytest.raises(Died):
            child.call(REPLY * 10_000, seconds=0.001)
        assert decode(child.call(BOUNCE)).outcome == "bounce"
    with Child(CHILD_FOR_TEXT) as child:
        assert decode_stripped(child.call("Да\n\nпн, 3 нояб. 2026 г. в 10:00, Desk <a@b.example>:\n> где?".encode("cp1251"))).reply_text == "Да"
