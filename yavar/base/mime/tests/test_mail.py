"""Whole mails, written by hand: what is read, what is saved, who wrote it."""

import base64
import struct
from datetime import UTC, datetime

import pytest

from yavar.base import mime

HEAD = "From: Ivan <ivan@shop.example>\nTo: help@desk.example\nSubject: Order\nMessage-ID: <1@shop.example>\n"


def mail(text: str, **more: str) -> mime.Mail:
    """Read a mail whose further headers and body are `text`."""
    return mime.read((HEAD + text).encode("utf-8", "surrogateescape"))


def names(read: mime.Mail) -> list[str]:
    return [file.name for file in read.attachments]


def test_a_plain_one():
    read = mail(
        "In-Reply-To: <0@desk.example>\nReferences: <a@b>\n <0@desk.example>\nDate: Wed, 25 Nov 2026 12:00:00 +0330\nCc: B <b@c.example>\nReply-To: r@s.example\n\nHello,\nwhere is it?\n"
    )
    assert (read.subject, read.from_, read.from_name, read.text) == ("Order", "ivan@shop.example", "Ivan", "Hello,\nwhere is it?\n")
    assert (read.message_id, read.in_reply_to, read.references) == ("<1@shop.example>", "<0@desk.example>", ["<a@b>", "<0@desk.example>"])
    assert read.date == datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
    assert (read.to, read.cc, read.reply_to) == ([("", "help@desk.example")], [("B", "b@c.example")], [("", "r@s.example")])
    assert (read.html, read.attachments, read.language, read.sealed, read.warnings) == ("", [], "en", "", [])
    assert read.message["subject"] == "Order"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_ends(end):
    raw = HEAD + "Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n\none\ntwo\n--b\nContent-Type: image/png\n\nx\n--b--\nepilogue"
    read = mime.read(raw.replace("\n", end).encode())
    assert (read.subject, read.text, names(read)) == ("Order", "one\ntwo", ["attachment-1.png"])


ALTERNATIVE = """Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

=D8=B3=D9=84=D8=A7=D9=85 =
=D8=B3=D9=84=D8=A7=D9=85
--a
Content-Type: multipart/related; boundary="r"

--r
Content-Type: text/html; charset=utf-8

<p dir=rtl>سلام <img src="cid:logo@x"></p><script>x</script>
--r
Content-Type: image/png; name="logo.png"
Content-ID: <logo@x>
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--r--
--a
Content-Type: text/calendar; method=REQUEST

BEGIN:VCALENDAR
--a--
"""


def test_alternatives_with_a_picture_and_an_invitation():
    read = mail(ALTERNATIVE)
    assert read.text == "سلام سلام"
    assert read.html == '<p dir="rtl">سلام <img src="cid:logo@x"></p>'
    assert [(file.name, file.type, file.size, file.inline, file.content_id) for file in read.attachments] == [
        ("logo.png", "image/png", 8, True, "logo@x"), ("attachment-2.ics", "text/calendar", 15, False, "")
    ]  # fmt: skip
    assert read.language == "fa"


def test_html_alone_is_rendered():
    read = mail("Content-Type: text/html\n\n<html><meta charset=windows-1251><body><p>\udccf\udcf0\udce8\udce2\udce5\udcf2</p><p>two")
    assert (read.text, read.html) == ("Привет\n\ntwo", "<p>Привет</p><p>two</p>")


def test_texts_that_follow_each_other_are_one():
    body = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nContent-Type: image/gif\n\nx\n--b\nContent-Type: text/html\n\n<b>two</b>\n--b--"
    read = mail(body)
    assert (read.text.split(), names(read)) == (["one", "two"], ["attachment-1.gif"])
    assert "<b>two</b>" in read.html
    assert ">one<" in read.html


@pytest.mark.parametrize(
    ("headers", "text", "files"),
    [
        ("Content-Type: text/plain\nContent-Disposition: attachment; filename=a.txt", "", ["a.txt"]),
        ("Content-Type: text/plain; name=a.txt", "words", []),
        ("Content-Type: text/plain\nContent-Disposition: inline; filename=a.txt", "words", ["a.txt"]),
        ("Content-Type: text/html; name=a.html\nContent-Disposition: attachment", "", ["a.html"]),
        ("Content-Type: text/csv", "", ["attachment-1.csv"]),
        ("Content-Type: application/pdf; name*=utf-8''%D8%B1.pdf", "", ["ر.pdf"]),
        ('Content-Type: image/png\nContent-Disposition: inline; filename="C:\\TEMP\\a.png"', "", ["a.png"]),
        ('Content-Type: image/png; name="../../etc/a\u202egpj.exe"', "", ["a gpj.exe"]),
        ("Content-Type: broken", "words", []),
        ("Content-Disposition: filename=a.bin\nContent-Type: application/x", "", ["a.bin"]),
    ],
)
def test_read_or_saved(headers, text, files):
    read = mail(f"Content-Type: multipart/mixed; boundary=b\n\n--b\n{headers}\n\nwords\n--b--")
    assert (read.text, names(read)) == (text, files)


def test_a_message_inside_is_read_and_saved():
    inner = "From: Anna <anna@x.example>\nSubject: =?utf-8?Q?Inner?=\n\ninner words"
    for disposition, seen in (("", True), ("Content-Disposition: attachment\n", False)):
        read = mail(f"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nouter\n--b\nContent-Type: message/rfc822\n{disposition}\n{inner}\n--b--")
        assert names(read) == ["Inner.eml"]
        assert read.attachments[0].content.decode() == inner
        assert ("From: Anna <anna@x.example>\nSubject: Inner\n\ninner words" in read.text) is seen


@pytest.mark.parametrize(
    ("body", "sealed", "files"),
    [
        ('Content-Type: multipart/signed; boundary=b\n\n--b\n\nwords\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--', "signed", ["signature.asc"]),
        ('Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream; name=e.asc\n\nx\n--b--', "encrypted", ["attachment-1.bin", "e.asc"]),
        ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nx", "encrypted", ["smime.p7m"]),
        ("Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nx", "signed", ["smime.p7m"]),
        ("\n-----BEGIN PGP MESSAGE-----\n\nx\n", "encrypted", []),
        ("\n-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n", "signed", []),
    ],
)  # fmt: skip
def test_seals_are_named(body, sealed, files):
    read = mail(body)
    assert (read.sealed, names(read)) == (sealed, files)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Content-Type: multipart/mixed; boundary=none\n\n--b\nContent-Type: text/plain\n\nwords\n--b--", "words"),  # another boundary than declared
        ("Content-Type: multipart/mixed\n\n--b\nContent-Type: text/plain\n\nwords\n--b--", "words"),
        ("Content-Type: multipart/mixed; boundary=b\n\nwords", "words"),
        ("Content-Type: multipart/mixed; boundary=b\n\n--b  \n\nwords\n", "words\n"),  # never closed
        ("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nwords\n--bb\nmore\n--b--", "words\n--bb\nmore"),
        ("words without a blank line\nmore\n", "words without a blank line\nmore\n"),
        ("X-A: b\nnot a header\nX-C: d\n\nwords", "words"),
        ("Content-Transfer-Encoding: base64\n\nd29y!ZHM=\n\ntrash", "words"),
        ("Content-Transfer-Encoding: quoted-printable\n\nw=6Frds=\n =ZZ=\n", "words =ZZ"),
        ("Content-Transfer-Encoding: unheard-of\n\nwords", "words"),
        ("\nwo\0rds\0", "words"),
        ("Content-Type: text/plain; format=flowed\n\n> a \n> b\nc \nd\n-- \nI", "> a b\nc d\n-- \nI"),
        ("Content-Type: text/plain; format=flowed; delsp=yes\n\nwo \nrds", "words"),
        ("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nwords\n--b--\n--b\nContent-Type: image/gif\n\nx\n--b--", "words"),
    ],
)  # fmt: skip
def test_broken_ones_are_read_as_far_as_they_go(body, text):
    assert mail(body).text == text


def test_a_file_in_the_text():
    read = mail("\nbefore\nbegin 644 cat.txt\n#0V%T\n`\nend\nafter\n")
    assert (read.text.split(), names(read), read.attachments[0].content) == (["before", "after"], ["cat.txt"], b"Cat")


@pytest.mark.parametrize(
    ("headers", "sender", "name", "odd"),
    [
        ("From: a@b.c\nFrom: Second <d@e.f>", "a@b.c", "", True),
        ("From: A <a@b.c>, D <d@e.f>", "a@b.c", "A", True),
        ("Sender: S <s@b.c>", "s@b.c", "S", True),
        ("From: Nobody\nSender: s@b.c", "s@b.c", "", True),
        ("From: MAILER-DAEMON", "", "MAILER-DAEMON", True),
        ("From: ", "", "", True),
        ("Subject: x", "", "", True),
        ("From: " + "(" * 5000 + " a@b.c", "", "(" * 0, True),
    ],
)
def test_one_sender(headers, sender, name, odd):
    read = mime.read((headers + "\n\nwords").encode())
    assert (read.from_, bool(read.warnings)) == (sender, odd)
    assert read.from_name[:20] == name or not sender


def test_raw_headers_are_read_by_what_the_others_are_in():
    read = mime.read("From: Юникод <a@b.c>\nSubject: \udcb4!\n\nx".encode("utf-8", "surrogateescape"))
    assert (read.from_name, read.subject) == ("Юникод", "\ufffd!")
    assert mime.read("From: Ольга Щукина <a@b.c>\nSubject: Ё\n\nx".encode("koi8-r")).subject == "Ё"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"\0",
        b"From",
        b"From:",
        b":",
        b"--",
        b"\xff\xfe",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b",
        b"Content-Type: message/rfc822\n\n",
        b"From x\nFrom: a@b.c",
    ],
)
def test_nothing_much(raw):
    assert isinstance(mime.read(raw), mime.Mail)


@pytest.mark.parametrize("date", ["", "nonsense", "Wed, 99 Nov 99999 12:00", "1 Jan 1 00:00:00 +9999", "Thu, 1 Jan 1970 00:00:00 -0000", "9" * 5000])
def test_dates_never_hurt(date):
    found = mail(f"Date: {date}\n\nx").date
    assert found is None or found.tzinfo is UTC


def attribute(level: int, tag: int, data: bytes) -> bytes:
    """One attribute of TNEF."""
    return struct.pack("<BHHI", level, tag, 0, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def test_winmail_dat_is_opened():
    long_name = "رسید.txt".encode("utf-16-le") + b"\0\0"
    properties = struct.pack("<IHHII", 1, 0x1F, 0x3707, 1, len(long_name)) + long_name + b"\0" * (-len(long_name) % 4)
    tnef = struct.pack("<IH", 0x223E9F78, 1)
    tnef += (
        attribute(1, 0x800C, b"inner words\0")
        + attribute(2, 0x9002, b"\0" * 14)
        + attribute(2, 0x8010, b"short.txt\0")
        + attribute(2, 0x800F, b"bytes")
        + attribute(2, 0x9005, properties)
    )
    body = "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"
    read = mail(body + base64.b64encode(tnef).decode())
    assert (read.text, names(read), read.attachments[0].content) == ("inner words", ["رسید.txt"], b"bytes")
    broken = mail(body + base64.b64encode(b"no" + tnef).decode())
    assert (names(broken), broken.warnings) == (["winmail.dat"], ["winmail.dat: it is not TNEF"])
    for size in range(0, len(tnef), 7):  # cut anywhere, it is still a mail with a file
        assert names(mail(body + base64.b64encode(tnef[:size]).decode()))


def test_a_text_too_short_to_tell_speaks_as_its_subject_does():
    for subject, text, language in (
        ("Photo of the kettle", "See attached.", "en"),
        ("Сломался чайник", "ok", "ru"),
        ("Kettle", "ok", ""),
        ("order", "salam " * 12, ""),
        ("Where is the order", "Где заказ?", "ru"),
    ):
        assert mime.read(f"From: a@b.example\nSubject: {subject}\n\n{text}\n".encode()).language == language
