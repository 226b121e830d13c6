"""The parts of a mail (RFC 2045, 2046) as places in its bytes: nothing is copied and nothing recurses, so depth and size cost what the caps allow and no more.

The standard library's parser would do for well-formed mail; it recurses with the nesting, and asks for a boundary in quadratic time of the header's length.
Read kindly: boundaries that are missing, undeclared, cut short by their parent's, or followed by spaces; a blank line that is missing; bare CR or LF.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from .errors import Refused
from .parameters import split
from .words import raw_text

MAX_SIZE = 36 * 1024 * 1024  # bytes of one mail: 25 MB of attachments in base64
MAX_HEADERS = 1_000  # of one part
MAX_HEADER_BYTES = 512 * 1024  # all headers of one part
MAX_STRUCTURE_BYTES = 32 * 1024  # Content-Type and the like: their readers look at each character several times
MAX_PARTS = 2_000
MAX_DEPTH = 30
MAX_PAYLOAD = 256 * 1024

_HEADER = re.compile(rb"([!-9;-~\0]{1,200})[ \t]*:[ \t]*")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_MARK = re.compile(rb"(?:\A|(?<=[\r\n]))--([^\r\n]{1,200}?)[ \t]*(?=[\r\n]|\Z)")


@dataclass(slots=True)
class Part:
    """One entity: its headers in order, its body as `raw[start:end]`, what it holds."""

    raw: bytes
    headers: list[tuple[str, bytes]]
    start: int
    end: int
    depth: int
    type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    filename: str = ""
    parts: list["Part"] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    hint: str = ""  # codec of raw 8-bit headers

    @property
    def body(self) -> bytes:
        return self.raw[self.start : self.end]

    def first(self, name: str) -> bytes:
        """The first header of this name (lower case), b'' for none."""
        return next((value for known, value in self.headers if known == name), b"")

    def all(self, name: str) -> list[bytes]:
        return [value for known, value in self.headers if known == name]

    def walk(self) -> Iterator["Part"]:
        """This part and all below it, in the order of the bytes."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.parts))


def read(raw: bytes) -> Part:
    """The whole tree. Raises Refused beyond a cap."""
    if len(raw) > MAX_SIZE:
        raise Refused("size", f"The mail is larger than {MAX_SIZE // 1024 // 1024} MB.")
    root = _part(raw, _envelope(raw), len(raw), 0, "text/plain")
    waiting, count = [root], 1
    while waiting:
        part = waiting.pop()
        for child in _children(part):
            count += 1
            if count > MAX_PARTS:
                raise Refused("parts", f"The mail has more than {MAX_PARTS} parts.")
            part.parts.append(child)
        waiting.extend(part.parts)
    return root


def _envelope(raw: bytes) -> int:
    """Where the headers begin: after blank lines and an mbox `From ` line."""
    start = len(raw) - len(raw.lstrip(b" \t\r\n\xef\xbb\xbf"))
    line = _LINE.match(raw, start)
    return line.end() if line and line[0].startswith((b"From ", b">From ")) else start


def _part(raw: bytes, start: int, end: int, depth: int, default: str) -> Part:
    if depth > MAX_DEPTH:
        raise Refused("depth", f"The mail's parts are nested more than {MAX_DEPTH} deep.")
    headers, body, problem = _headers(raw, start, end)
    part = Part(raw, headers, body, end, depth)
    if problem:
        part.problems.append(problem)
    content_type = _structure(part, "content-type")
    part.type, part.parameters = split(content_type)
    if part.type.count("/") != 1 or part.type.startswith("/") or part.type.endswith("/"):
        part.type = default if not part.type or part.type not in ("text", "html") else {"text": "text/plain", "html": "text/html"}[part.type]
    value, given = split(_structure(part, "content-disposition"))
    part.disposition = value
    part.filename = given.get("filename") or part.parameters.get("name") or given.get("name", "")
    if not part.filename and value.startswith("filename="):  # "Content-Disposition: filename=x"
        part.filename = split("x;" + raw_text(part.first("content-disposition")))[1].get("filename", "")
    return part


def _structure(part: Part, name: str) -> str:
    value = part.first(name)
    if len(value) > MAX_STRUCTURE_BYTES:
        raise Refused("headers", f"A {name} header is longer than {MAX_STRUCTURE_BYTES // 1024} kB.")
    return raw_text(value)


def _headers(raw: bytes, start: int, end: int) -> tuple[list[tuple[str, bytes]], int, str]:
    """The headers, where the body begins, and what was wrong. A line that is no header ends them: then the blank line was forgotten."""
    found: list[tuple[str, bytes]] = []
    name, begin, place = "", start, start

    def close(until: int) -> None:
        if name:
            found.append((name, raw[begin:until].replace(b"\0", b"").rstrip(b"\r\n")))

    while place < end:
        if place - start > MAX_HEADER_BYTES or len(found) > MAX_HEADERS:
            raise Refused("headers", f"A part has more than {MAX_HEADERS} headers or {MAX_HEADER_BYTES // 1024} kB of them.")
        first = raw[place]
        if first in b"\r\n":
            close(place)
            return found, min(end, place + (2 if raw.startswith(b"\r\n", place) else 1)), ""
        line = _LINE.match(raw, place, end)
        following = line.end() if line else end
        if first in b" \t" and name:
            if not raw[place:following].strip():  # a line of blanks only: meant as the empty one where no header follows
                after = _HEADER.match(raw, following, end)
                if not after and (following >= end or raw[following] not in b" \t"):
                    close(place)
                    return found, following, ""
        else:
            close(place)
            head = _HEADER.match(raw, place, end)
            if not head:
                name = ""
                if place == start or not _stray(raw, place, following, end):
                    return found, place, "no blank line after the headers" if found else "no headers"
            else:
                name, begin = head[1].replace(b"\0", b"").decode("ascii").lower(), min(head.end(), following)
        place = following
    close(end)
    return found, end, ""


def _stray(raw: bytes, place: int, following: int, end: int) -> bool:
    """Whether a line that is no header only stands among headers: another header follows at once. Boundaries never do."""
    return not raw.startswith(b"--", place) and _HEADER.match(raw, following, end) is not None and raw[place : place + 5] != b"begin"


def _children(part: Part) -> Iterator[Part]:
    if part.type.startswith("multipart/"):
        default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
        for start, end in _pieces(part):
            yield _part(part.raw, start, end, part.depth + 1, default)
    elif part.type in ("message/rfc822", "message/global", "message/news") and part.start < part.end and _plain(part):
        yield _part(part.raw, _skip_blank(part), part.end, part.depth + 1, "text/plain")


def _plain(part: Part) -> bool:
    """Whether a message inside stands there as it is; base64 is forbidden for it (RFC 2046 section 5.2.1) and then only kept as a file."""
    return part.first("content-transfer-encoding").strip().lower() not in (b"base64", b"quoted-printable", b"x-uuencode")


def _skip_blank(part: Part) -> int:
    place = part.start
    while place < part.end and part.raw[place] in b"\r\n":
        place += 1
    return place


def _pieces(part: Part) -> list[tuple[int, int]]:
    """Start and end of each piece between the boundary's lines."""
    raw, boundary = part.raw, part.parameters.get("boundary", "").rstrip()
    mark = boundary.encode("ascii", "replace") if boundary.isascii() else boundary.encode("utf-8", "surrogateescape")
    places = _marks(raw, part.start, part.end, mark) if mark else []
    if not places:
        part.problems.append("boundary not found")
        if found := _undeclared(part):
            places = _marks(raw, part.start, part.end, found)
        if not places:
            return [(part.start, part.end)]
    pieces = []
    for (_, begin, last), following in zip(places, [*places[1:], (part.end, part.end, True)], strict=True):
        if not last:  # what follows a closing line is an epilogue, unless the boundary comes again: some programs use one twice
            pieces.append((begin, _before_break(raw, begin, following[0]) if following[0] < part.end else part.end))
    return pieces


def _marks(raw: bytes, start: int, end: int, boundary: bytes) -> list[tuple[int, int, bool]]:
    """Each boundary line: where it begins, where the next line begins, whether it is the closing one."""
    line = re.compile(rb"--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r\n|\n|\r|\Z)")
    found: list[tuple[int, int, bool]] = []
    place, needle = start, b"--" + boundary
    while (place := raw.find(needle, place, end)) >= 0 and len(found) <= MAX_PARTS + 1:
        match = line.match(raw, place, end) if place == start or raw[place - 1] in b"\r\n" else None
        if match:
            found.append((place, match.end(), bool(match[1])))
            place = match.end()
        else:
            place += len(needle)
    return found


def _undeclared(part: Part) -> bytes:
    """The boundary that is meant, where none or another one is declared: the first `--…` line that stands there again or with a header after it."""
    for match in _MARK.finditer(part.raw, part.start, min(part.end, part.start + 64 * 1024)):
        mark = match[1]
        if mark.strip(b"- ") and _HEADER.match(part.raw, match.end() + (2 if part.raw.startswith(b"\r\n", match.end()) else 1), part.end):
            return mark
    return b""


def _before_break(raw: bytes, start: int, place: int) -> int:
    """The line break before a boundary belongs to the boundary."""
    if place > start and raw[place - 1 : place] == b"\n":
        place -= 1
    if place > start and raw[place - 1 : place] == b"\r":
        place -= 1
    return place


class _AsItCame(Message):
    """The library decodes a text's raw bytes by whatever charset the mail names, even by `idna`, which raises whatever it is asked to do with errors."""

    def get_payload(self, i: Any = None, decode: Any = False) -> Any:
        """Parts as a list, text with its raw bytes as surrogates; bytes when `decode`."""
        return self._payload if i is None and not decode else super().get_payload(i, decode)  # type: ignore[attr-defined]


def as_message(part: Part) -> Message:
    """The tree as the standard library's own objects (policy compat32), for those who look for headers and small texts. Each body ends after MAX_PAYLOAD bytes there."""
    made: dict[int, Message] = {}
    for each in reversed(list(part.walk())):
        message = made[id(each)] = _AsItCame()
        message._headers = [(name.title(), value.decode("ascii", "surrogateescape")) for name, value in each.headers]  # type: ignore[attr-defined]
        if each.parts:
            message.set_payload([made[id(child)] for child in each.parts])
        else:
            message.set_payload(each.raw[each.start : min(each.end, each.start + MAX_PAYLOAD)].decode("ascii", "surrogateescape"))
    return made[id(part)]
