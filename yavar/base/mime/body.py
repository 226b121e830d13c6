"""A part's bytes and text: transfer encodings (RFC 2045 section 6), uuencode, format=flowed (RFC 3676)."""

import binascii
import quopri
import re
from typing import NamedTuple

from yavar.base.html.shape import MAX_CHARACTERS

from .charsets import decode
from .tree import Part
from .words import from_base64

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.I)
_BASE64_END = re.compile(rb"=[ \t]*(?:\r?\n[ \t]*){2}")  # a blank line after the padding: what follows was added on the way
_UU_BEGIN = re.compile(rb"(?:\A|(?<=[\r\n]))begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,200})\r?\n")
_UU_END = re.compile(rb"[\r\n](?:end|====)[ \t]*(?=[\r\n]|\Z)")


class Uuencoded(NamedTuple):
    """A file that stood in a text."""

    name: bytes
    content: bytes


def content(part: Part) -> bytes:
    """The bytes a reader would save."""
    encoding = part.first("content-transfer-encoding").split(b";")[0].strip().strip(b"\"'").lower()
    held = part.body
    if encoding == b"base64":
        end = _BASE64_END.search(held)
        return from_base64(held[: end.end()] if end else held)
    if encoding == b"quoted-printable":
        return quopri.decodestring(held)
    if encoding in (b"x-uuencode", b"uuencode", b"x-uue", b"uue"):
        files = uuencoded(held)[1]
        return files[0].content if files else held
    return held


def text(part: Part, data: bytes, hint: str = "") -> str:
    """`data` (the part's content) as text with `\\n` ends and without NULs, flowed lines joined, cut at MAX_CHARACTERS."""
    charset = part.parameters.get("charset", "")
    if not charset and part.type == "text/html" and (meta := _META.search(data, 0, 2048)):
        charset = meta[1].decode()
    words = decode(data[: 4 * MAX_CHARACTERS], charset, hint).replace("\0", "")[:MAX_CHARACTERS]
    if "\r" in words:
        words = words.replace("\r\n", "\n").replace("\r", "\n")
    if part.type == "text/plain" and part.parameters.get("format", "").lower() == "flowed":
        return _unflowed(words, part.parameters.get("delsp", "").lower() == "yes")
    return words


def _unflowed(words: str, drop_space: bool) -> str:
    """Lines that end in a space go on in the next one of the same depth of quotes; the signature's `-- ` does not."""
    lines: list[list[str]] = []
    flows, before = False, 0
    for line in words.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        signature = bare == "-- "
        if not (flows and depth == before and not signature):
            lines.append([">" * depth + " "] if depth else [])
        flows, before = bare.endswith(" ") and not signature, depth
        lines[-1].append(bare[:-1] if flows and drop_space else bare)
    return "\n".join("".join(line) for line in lines)


def uuencoded(data: bytes) -> tuple[bytes, list[Uuencoded]]:
    """The text without the files that stand in it, and the files."""
    files: list[Uuencoded] = []
    kept: list[bytes] = []
    place = 0
    while begin := _UU_BEGIN.search(data, place):
        end = _UU_END.search(data, begin.end() - 1)
        if not end:
            break
        kept.append(data[place : begin.start()])
        held = data[begin.end() : end.start()]
        files.append(Uuencoded(begin[1], from_base64(held) if b"-base64 " in begin[0] else _uu_lines(held)))
        place = end.end()
    return b"".join([*kept, data[place:]]) if files else data, files


def _uu_lines(held: bytes) -> bytes:
    """The file, no longer than its lines: a line may claim 45 bytes and bring none, which then are zeros."""
    file = bytearray()
    for line in held.splitlines():
        file += _uu_line(line)
        if len(file) > len(held):
            break
    return bytes(file[: len(held)])


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:  # trash after the data, as many programs leave it: the first letter says how much counts
        return binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3]) if line and 32 <= line[0] <= 96 and all(32 <= byte <= 96 for byte in line) else b""
