"""Whatever stands in names, subjects, ids, texts and files: no header beyond the ones composed, ASCII, short lines."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yavar.base import mime
from yavar.integrations.channels.email.compose import Address, Look, Part, Quoted, Unsendable, compose
from yavar.integrations.channels.email.compose.headers import file_name, file_tokens

from .letters_out import AT, outgoing

pytestmark = pytest.mark.slow

FIELDS = [
    "Date", "From", "To", "Cc", "Reply-To", "Subject", "Message-ID", "In-Reply-To", "References", "Auto-Submitted", "X-Auto-Response-Suppress", "Content-Language", "MIME-Version",
    "Content-Type",
]  # fmt: skip
NASTY = [
    "\r\nBcc: x@y.example\r\n",
    "\n\nbody",
    "\0",
    "\x0b",
    "\x85",
    "\u2028",
    "\u202e",
    "\u2066",
    "\ud800",
    "=?utf-8?q?=0d=0aBcc:?=",
    '"',
    "\\",
    "<x@y.example>",
    ",",
    ";",
    "://",
    "{0}",
    "%0d%0a",
    "--=_",
    "From ",
    "é",
    "سلام",
    "🫖",
    "'",
    "&",
    "<script>",
]
text = st.lists(st.one_of(st.text(max_size=30), st.sampled_from(NASTY), st.text("ab \r\n\u202e\ud800ش", max_size=60)), max_size=6).map("".join)


def head_of(raw: bytes) -> list[str]:
    """The names of the fields, read without any mail library."""
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    return [line.partition(":")[0] for line in head.split("\r\n") if line[0] not in " \t"]


def sound(raw: bytes) -> None:
    assert raw.isascii() and b"\0" not in raw
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    head = head_of(raw)
    assert [name for name in FIELDS if name in head] == head and len(head) == len(set(head))


@settings(max_examples=300, deadline=None)
@given(text, text, text, text, text, text, st.lists(text, max_size=3), st.sampled_from(["fa", "ru", "en"]))
def test_no_header_is_added(name, subject, body, file, kind, parent, references, lang):
    raw = compose(
        outgoing(
            lang, sender=Address("a@b.example", name), to=(Address("c@d.example", name), Address("e@d.example", subject)), cc=(Address("c@d.example", file),), subject=subject, text=body,
            signature=file, reply_to="r@b.example", look=Look(name, 205, 0.1, parent), quoted=(Quoted(name, AT, body),), in_reply_to=parent, references=tuple(references), automatic="auto-generated",
            files=(Part(file, kind, body.encode("utf-8", "replace")), Part(file, "image/png", b"1", inline=True)),
        )
    )  # fmt: skip
    sound(raw)
    found = mime.read(raw)
    assert (
        found.from_ == "a@b.example"
        and [each.address for each in found.to] == ["c@d.example", "e@d.example"]
        and [each.address for each in found.cc] == ["c@d.example"]
    )
    assert found.message_id == "<q1w2e3r4@nila.example>"
    assert len(found.attachments) == 2
    assert "<script" not in found.html


@settings(max_examples=200, deadline=None)
@given(text, text)
def test_an_address_or_an_id_is_whole_or_refused(address, identity):
    for place in (
        {"to": (Address(address),)},
        {"to": (Address(f"{address}@b.example"),)},
        {"to": (Address(f"a@{address}.example"),)},
        {"message_id": identity},
    ):
        try:
            sound(compose(outgoing(**place)))
        except Unsendable as refused:
            assert refused.reason in ("address", "smtputf8", "message_id")


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=60).map(
        lambda said: " ".join(re.sub("[\u202a-\u202e\u2066-\u2069\ufeff]", "", said).split())  # a byte order mark at the beginning is no letter of it
    )
)
def test_names_and_subjects_come_back_whole(said):
    found = mime.read(compose(outgoing("en", sender=Address("a@b.example", said), subject=said, to=(Address("c@d.example", said),))))
    assert found.subject == said
    if '"' not in said and "'" not in said:  # our reader takes quotes around a whole name away
        assert found.from_name == said.strip() and found.to[0].name == said.strip()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_file_names_come_back_whole(name):
    raw = compose(outgoing("en", files=(Part(name, "text/plain", b"x"),)))
    sound(raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert mime.read(raw).attachments[0].name == (file_name(name) or "file")


@pytest.mark.parametrize(
    ("given", "name", "fallback"),
    [("a.pdf", "a.pdf", "a.pdf"), ("../../etc/passwd", "_.._etc_passwd", "_.._etc_passwd"), ("رسید.pdf", "رسید.pdf", "file.pdf"), ("x\u202egpj.exe", "xgpj.exe", "xgpj.exe"), ("عکس", "عکس", "file"),
     ("résumé 2026.doc", "résumé 2026.doc", "r-sum-2026.doc"), ("ش" * 500 + ".pdf", "ش" * 116 + ".pdf", "file.pdf"), ('a"b\\c.txt', "a_b_c.txt", "a_b_c.txt"), ("\r\n", "", ""), ("\u200e", "", "")],
)  # fmt: skip
def test_file_names(given, name, fallback):
    assert file_name(given) == name
    assert not name or file_tokens(name)[0] == fallback


def test_long_things_are_cut():
    raw = compose(outgoing(subject="ش" * 100_000, sender=Address("a@b.example", "x" * 100_000), to=(Address("c@d.example", "م" * 100_000),)))
    found = mime.read(raw)
    assert (len(found.subject), len(found.from_name), len(found.to[0].name)) == (200, 100, 100)
    assert all(len(line) <= 76 for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "a ",
        " ",
        "\n",
        "1",
        "1 ",
        "(1",
        "a.",
        "a-",
        "a@",
        "a@b.",
        "http://",
        "https://a(",
        "https://a)",
        "www.",
        "https://a" + ")" * 1990 + " ",
        "<",
        "&",
        "\u202e",
        "شa1-",
    ],
)
def test_work_grows_with_the_size_alone(piece):
    """A megabyte of what a pattern could stumble over: a quadratic step would take minutes."""
    begin = time.process_time()
    sound(compose(outgoing("fa", text=piece * (400_000 // len(piece)), signature=piece * 1000, quoted=())))
    assert time.process_time() - begin < 8
