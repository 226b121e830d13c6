"""What is composed, read again: by ourselves and by the standard library."""

import email
import email.policy
from datetime import datetime
from email.message import EmailMessage

import pytest

from yavar.desk.moments import said
from yavar.integrations.channels.email.compose import Address, Outgoing, Part, Quoted, Unsendable, compose, subject_of
from yavar.integrations.channels.email.reply import MARKER
from yavar.integrations.channels.email.understand import understand

from .letters_out import AT, BY_LANGUAGE, PNG, outgoing, picture

LANGUAGES = sorted(BY_LANGUAGE)


def read(made: Outgoing) -> EmailMessage:
    parsed = email.message_from_bytes(compose(made), policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def tree(message: EmailMessage) -> object:
    parts = [tree(each) for each in message.iter_parts()] if message.is_multipart() else None
    return (message.get_content_type(), parts) if parts else message.get_content_type()


def plain(made: Outgoing) -> str:
    body = read(made).get_body(("plain",))
    assert body is not None
    return body.get_content().replace("\r\n", "\n")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_we_read_what_we_write(lang):
    bill = Part("صورت‌حساب آذر ۱۴۰۵ счёт.pdf", "application/pdf", b"%PDF-1.7\r\n\x00")
    made = outgoing(lang, files=(bill, picture(), Part("a.txt", "text/plain", b"words")), in_reply_to="1@shop.example", references=("0@shop.example",))
    found = understand(compose(made))
    assert (found.outcome, found.warnings) == ("message", [])
    assert (found.subject, found.from_, found.from_name) == (made.subject, made.sender.address, made.sender.name)
    assert [(each.name, each.address) for each in found.to] == [(each.name, each.address) for each in made.to]
    assert (found.message_id, found.in_reply_to, found.references) == ("<q1w2e3r4@nila.example>", "<1@shop.example>", ["<0@shop.example>", "<1@shop.example>"])
    assert (found.date, found.language) == (AT, lang)
    assert made.text in found.text and f"-- \n{made.signature}" in found.text
    assert [(each.name, each.type, each.inline, each.content) for each in found.attachments] == [
        ("کتری.png", "image/png", True, PNG), (bill.name, "application/pdf", False, bill.content), ("a.txt", "text/plain", False, b"words"),
    ]  # fmt: skip
    assert f'src="cid:{found.attachments[0].content_id}"' in found.html


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_standard_library_reads_it_too(lang):
    made = outgoing(lang, files=(Part("صورت‌حساب.pdf", "application/pdf", b"1"), picture()), cc=(Address("b@shop.example", 'Doe, "Jo" (x)'),))
    found = read(made)
    assert not found.defects
    assert (found["subject"], found["from"].addresses[0].display_name) == (made.subject, made.sender.name)
    assert (found["cc"].addresses[0].display_name, found["cc"].addresses[0].addr_spec) == ('Doe, "Jo" (x)', "b@shop.example")
    assert [each.get_filename() for each in found.iter_attachments()] == ["صورت‌حساب.pdf"]
    assert (found["content-language"], found["mime-version"], found["date"].datetime) == (lang, "1.0", AT)


def test_levels_stand_only_where_needed():
    both = ("multipart/alternative", ["text/plain", "text/html"])
    bill = Part("a.pdf", "application/pdf", b"1")
    assert tree(read(outgoing())) == both
    assert tree(read(outgoing(files=(bill,)))) == ("multipart/mixed", [both, "application/pdf"])
    assert tree(read(outgoing(files=(picture(),)))) == ("multipart/related", [both, "image/png"])
    assert tree(read(outgoing(files=(bill, picture())))) == ("multipart/mixed", [("multipart/related", [both, "image/png"]), "application/pdf"])
    assert tree(read(outgoing(files=(Part("a.svg", "image/svg+xml", b"<svg/>", inline=True),)))) == ("multipart/mixed", [both, "image/svg+xml"])


def test_two_pictures_alike_are_shown_and_attached_once_each():
    found = understand(compose(outgoing(files=(picture(), picture(), Part("کتری.png", "image/png", PNG)))))
    assert [each.inline for each in found.attachments] == [True, True, False]


@pytest.mark.parametrize("kind", ["message/rfc822", "multipart/mixed", "text", "", "text/html\r\nBcc: x@y.example", "x/y z", "application/ё"])
def test_a_type_that_cannot_be_attached_as_such_is_bytes(kind):
    (file,) = understand(compose(outgoing(files=(Part("a.bin", kind, b"\x00\xff"),)))).attachments
    assert (file.type, file.content) == ("application/octet-stream", b"\x00\xff")


@pytest.mark.parametrize(
    "text",
    [
        "a\n\n\n  b\tc\n    d",
        "From here\n.\n=3D=\n--=_x",
        "x" * 5000,
        "ё" * 5000,
        "trailing \nblanks\t",
        "سلام\u200cها\u200f!",
        "a" * 72 + "\nFrom " + "b" * 80,
    ],
)
def test_text_comes_out_as_typed(text):
    made = outgoing("en", text=text, signature="", quoted=(), marker=False)
    assert plain(made) == text + "\n"
    assert all(len(line) <= 78 for line in compose(made).split(b"\r\n"))


def test_nothing_on_the_way_can_change_a_line():
    """Mailboxes of old write `>From`, relays take blanks off line ends and read a lone dot as the end."""
    for text in ("blank \nb", "From here\n.\nblank \n", "From ё\n.\nblank \n", "é" + "x" * 73 + "\nFrom " + "y" * 80):
        lines = compose(outgoing("en", text=text, signature="", quoted=())).partition(b"\r\n\r\n")[2].split(b"\r\n")
        assert not [line for line in lines if line.startswith(b"From ") or line == b"." or line.endswith((b" ", b"\t")) or len(line) > 76]


def test_a_text_that_knows_the_boundary_ends_no_part():
    boundary = compose(outgoing("en")).partition(b'boundary="')[2].partition(b'"')[0].decode()
    for text in (f"a\n--{boundary}--\nb", f"a\n--{boundary}\nContent-Type: text/html\n\nb"):
        made = outgoing("en", text=text, signature="", quoted=(), marker=False)
        assert plain(made) == text + "\n"


@pytest.mark.parametrize(
    "name",
    [
        "=?utf-8?q?Bcc:?=",
        "=?x?=",
        'a "b" \\ c',
        "back\\slash",
        "Doe, Jo; <x@y.example>",
        "x" * 100,
        "word " * 19 + "end",
        "ё" * 100,
        "🫖" * 100,
        "a: b",
        "(c)",
        "é",
    ],
)
def test_names_and_subjects_are_read_as_they_were(name):
    made = outgoing("en", sender=Address("a@b.example", name), subject=name)
    found, theirs = understand(compose(made)), read(made)
    assert (found.from_name, found.subject) == (name, name)
    assert theirs["subject"] == name
    assert theirs["from"].addresses[0].display_name.split() == name.split() or len(name) > 60  # its reader puts a blank between the words of a long name
    assert all(len(line) <= 76 for line in compose(made).partition(b"\r\n\r\n")[0].split(b"\r\n"))


def test_file_names_say_their_charset():
    raw = compose(outgoing(files=(Part("رسید.pdf", "application/pdf", b"1"), Part("ش" * 40 + ".pdf", "application/pdf", b"1"))))
    assert b"attachment;\r\n filename*=utf-8''%D8%B1%D8%B3" in raw and b'name="file.pdf"' in raw
    assert b" filename*0*=utf-8''%D8%B4" in raw and b"\r\n filename*1*=%D8" in raw


def test_the_plain_letter():
    assert plain(outgoing("en", automatic="auto-replied")) == (
        "Please write above this line\nAutomatic answer\n\nHi Jane,\n\nYour order NL-10482 left us yesterday. Follow it here:\nhttps://post.example/?id=1&x=2\n\n"
        "If it isn't there by Saturday, reply to this mail.\n\n-- \nSara Ahmadi\nNila support\n\n"
        "On Thu, 26 Nov 2026 at 03:30, Jane Doe wrote:\n> Hello\n> My kettle hasn't come yet.\n>\n> When will it?\n\n"
        "On Tue, 24 Nov 2026 at 06:30, Sara wrote:\n> We'll ship it tomorrow.\n"
    )
    assert plain(outgoing("fa")).startswith(MARKER["fa"] + "\n\nسلام")
    assert "در تاریخ پنجشنبه ۵ آذر ۱۴۰۵ ساعت ۰۷:۰۰، مریم کریمی نوشت:\n> سلام" in plain(outgoing("fa"))
    assert "ساعت ۱۰:۰۰، \u2068Sara\u2069 نوشت:\n" in plain(outgoing("fa"))
    assert "чт, 26 нояб. 2026 г. в 06:30, Иван Петров пишет:\n> Добрый" in plain(outgoing("ru"))
    assert plain(outgoing("ru", marker=False)).startswith("Здравствуйте")


@pytest.mark.parametrize(
    ("at", "zone", "lang", "day", "time"),
    [("2026-03-20T20:29", "Asia/Tehran", "fa", "جمعه ۲۹ اسفند ۱۴۰۴", "۲۳:۵۹"), ("2026-03-20T20:31", "Asia/Tehran", "fa", "شنبه ۱ فروردین ۱۴۰۵", "۰۰:۰۱"),
     ("2025-03-20T12:00", "Asia/Tehran", "fa", "پنجشنبه ۳۰ اسفند ۱۴۰۳", "۱۵:۳۰"), ("2026-12-31T23:00", "Europe/Moscow", "ru", "пт, 1 янв. 2027 г.", "02:00"),
     ("2026-07-01T08:05", "Europe/London", "en", "Wed, 1 Jul 2026", "09:05")],
)  # fmt: skip
def test_moments_are_said_in_the_customers_zone_and_calendar(at, zone, lang, day, time):
    assert said(datetime.fromisoformat(f"{at}+00:00"), zone, lang) == (day, time)


def test_history_has_an_end():
    long = tuple(Quoted("A", AT, f"{number} " + "x" * 9_000) for number in range(9))
    shown = plain(outgoing("en", quoted=long))
    assert "> 0 x" in shown and "> 1 x" in shown and "> 2 x" not in shown
    assert len(plain(outgoing("en", quoted=(Quoted("A", AT, "x" * 500_000),)))) < 22_000


def test_automatic_mail_says_so():
    for kind in ("auto-replied", "auto-generated"):
        found = read(outgoing(automatic=kind))
        assert (found["auto-submitted"], found["x-auto-response-suppress"], found["precedence"]) == (kind, "All", None)
    assert understand(compose(outgoing(automatic="auto-replied"))).outcome == "auto_reply"
    assert read(outgoing())["auto-submitted"] is None
    with pytest.raises(Unsendable, match="automatic"):
        compose(outgoing(automatic="yes\r\nBcc: x@y.example"))


def test_nobody_in_copy_is_named():
    found = read(outgoing(to=(), cc=()))
    assert (found["to"], found["cc"], found["bcc"]) == ("undisclosed-recipients:;", None, None)


def test_a_long_thread_keeps_its_ends():
    found = read(outgoing(in_reply_to="<last@x.example>", references=tuple(f"{n}@x.example" for n in range(100))))
    ids = found["references"].split()
    assert len(ids) == 40 and ids[0] == "<0@x.example>" and ids[19] == "<19@x.example>" and ids[-2:] == ["<99@x.example>", "<last@x.example>"]
    assert read(outgoing(in_reply_to="a b", references=("ё@x", "1@x\r\nBcc: y@z.example")))["references"] is None


def test_the_same_mail_has_the_same_bytes():
    files = (picture(), Part("a.pdf", "application/pdf", b"1"))
    assert compose(outgoing(files=files)) == compose(outgoing(files=files))


@pytest.mark.parametrize(
    ("given", "reason"),
    [("", "address"), ("a", "address"), ("@b.example", "address"), ("a@", "address"), ("a b@c.example", "address"), ("a@b@c.example", "address"), ("<a@b.example>", "address"),
     ("a,b@c.example", "address"), ("a@b.example\r\nBcc: x@y.example", "address"), ("a@b.example\n", "address"), ("a\0@b.example", "address"), ("a@b..example", "address"),
     ("a@-b.example", "address"), ("a@[127.0.0.1]", "address"), ('"a b"@c.example', "address"), (f"{'a' * 65}@b.example", "address"), (f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 63}", "address"),
     ("a@b.example" + "\u00ad" * 2000 + "x", "address"), ("a@b.example" + "x" * 100_000, "address"), ("a@\u202eb.example", "address"), ("a@b\ud800.example", "address"), ("a\ud800@b.example", "address"), ("مریم@shop.example", "smtputf8"), ("иван.п@почта.рф", "smtputf8")],
)  # fmt: skip
def test_what_is_no_address_is_not_written_to(given, reason):
    for place in ({"to": (Address(given),)}, {"cc": (Address(given),)}, {"sender": Address(given)}, *([{"reply_to": given}] if given else [])):
        with pytest.raises(Unsendable) as caught:
            compose(outgoing(**place))
        assert caught.value.reason == reason and isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("given", "written"),
    [("Sara.K+shop@Nila.example", "Sara.K+shop@Nila.example"), ("a..b.@docomo.example", "a..b.@docomo.example"), ("root@localhost", "root@localhost"), ("ivan@почта.рф", "ivan@xn--80a1acny.xn--p1ai"),
        ("ivan@Почта.РФ", "ivan@xn--80a1acny.xn--p1ai"),
     ("a@نیلا.example", "a@xn--mgb1df05c.example"), ("a@می‌خواهم.example", "a@xn--mgbn2ecje63gr19l.example")],
)  # fmt: skip
def test_addresses_are_written_in_ascii(given, written):
    raw = compose(outgoing(to=(Address(given, "N"),)))
    assert raw.isascii()
    assert f"To: N <{written}>\r\n".encode() in raw


@pytest.mark.parametrize("given", ["", "a b@c", "a@b>\r\nBcc: x@y.example", "<a@b>", "ё@b", "a@b\0"])
def test_a_message_id_is_never_mended(given):
    with pytest.raises(Unsendable, match="message_id"):
        compose(outgoing(message_id=given))


@pytest.mark.parametrize(
    ("subject", "answer"),
    [("Kettle", "Re: Kettle"), ("Re: Kettle", "Re: Kettle"), ("RE: re[2]: AW: Kettle", "Re: Kettle"), ("Ответ: Re: Чайник", "Re: Чайник"), ("پاسخ: RE: کتری", "Re: کتری"), ("\u200fپاسخ : کتری", "Re: کتری"),
     ("در پاسخ به: کتری", "Re: کتری"), ("Fwd: Re: x", "Re: Fwd: Re: x"), ("Re : x", "Re: x"), ("Re：x", "Re: x"), ("Return: x", "Re: Return: x"), ("Reorder", "Re: Reorder"),
     ("re: " * 3000 + "x", "Your question to Nila"), ("Re:", "Your question to Nila"), ("", "Your question to Nila"), (" \u202e\r\n", "Your question to Nila"), ("a\r\nBcc: b", "Re: a Bcc: b")],
)  # fmt: skip
def test_subjects(subject, answer):
    assert subject_of(subject, "en", "Nila") == answer


def test_a_default_subject_is_in_the_customers_language():
    assert subject_of("", "fa", "نیلا") == "پرسش شما از نیلا"
    assert subject_of("", "ru", "{x}") == "Ваш вопрос в {x}"
    assert len(subject_of("x" * 9000, "en", "Nila")) <= 200
