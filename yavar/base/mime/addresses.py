"""Lists of addresses (RFC 5322 section 3.4) as they are found in the wild. One pass, no recursion: the standard library's reader takes 17 s for one hostile header.

Kept: comments as a name where there is no other, group members without the group, routes dropped, commas inside names that nobody quoted.
"""

import re
from typing import NamedTuple

from .words import readable

MAX_CHARACTERS = 200_000
MAX_ADDRESSES = 2_000


class Address(NamedTuple):
    """An addr-spec with its domain in lower case, and the name beside it ('' for none)."""

    name: str
    address: str


_TOKEN = re.compile(r'[^"(),;:<>\\\[\]@]+|.', re.S)
_AROUND = re.compile(r"[\s<>\"'(),;:]+")
_STRICT_END = re.compile(r"[.>\])]+$")


def read(text: str) -> list[Address]:
    """The addresses of a header's raw text (encoded words still encoded), in order. What has no `@` anywhere is no address."""
    text = text[:MAX_CHARACTERS]
    if text.startswith("=?") and text.endswith("?="):  # the whole header was encoded, with its brackets
        text = readable(text)
    return _entries(text)


def name_only(text: str) -> str:
    """What a header without any address calls its writer."""
    entry = _Entry()
    entry.loose.append(text[:1000])
    return entry.shown().strip("<>@ ")


class _Entry:
    """One address in the making."""

    def __init__(self) -> None:
        self.loose: list[str] = []  # words and quoted strings outside brackets
        self.comments: list[str] = []
        self.angle: str | None = None
        self.quoted = self.at = False

    def shown(self) -> str:
        name = " ".join(readable("".join(self.loose)).split())
        if len(name) > 1 and name[0] == name[-1] and name[0] in "'\"":
            name = name[1:-1].strip()
        return name or " ".join(readable(" ".join(self.comments)).split())

    def address(self) -> Address | None:
        if self.angle is not None:
            spec = self.angle.strip().strip("<>").replace("mailto:", "").rpartition(":")[2]
            spec = spec.strip() if '"' in spec else "".join(spec.split())
            if "@" in spec:
                return _named(self.shown(), _lower(spec))
        loose = "".join(self.loose)
        if "@" not in loose:
            return None
        joined = re.sub(r"[ \t]?@[ \t]?", "@", loose)
        spec = next((word for word in _AROUND.split(joined) if "@" in word[1:-1]), "")
        if not spec:
            return None
        self.loose = [joined.replace(spec, "", 1).replace("mailto:", "").strip(" []<>")]
        return _named(self.shown(), _lower(spec))


def _named(name: str, address: str) -> Address:
    """A name that only repeats the address is none."""
    return Address("" if name.lower() == address.lower() else name, address)


def _lower(spec: str) -> str:
    local, _, domain = readable(spec).rpartition("@")
    return f"{local.rstrip('@')}@{(domain if domain.startswith('[') else _STRICT_END.sub('', domain)).lower()}"


def _entries(text: str) -> list[Address]:
    found: list[Address] = []
    entry, carried, place = _Entry(), "", 0
    quotes = True  # whether the quote marks of this text come in pairs
    while place <= len(text) and len(found) < MAX_ADDRESSES:
        token = _TOKEN.match(text, place)
        mark = token[0] if token else ","
        place = token.end() if token else len(text) + 1
        if mark == '"':
            inner, place, quotes = _string(text, place) if quotes else ("", place, False)
            entry.loose.append(inner)
            entry.quoted = True
        elif mark == "(":
            inner, place = _comment(text, place)
            entry.comments.append(inner)
        elif mark == "<":
            end = text.find(">", place)
            end = len(text) if end < 0 else end
            if entry.angle is None or "@" not in entry.angle:
                entry.angle = text[place:end]
            place = end + 1
        elif mark == ":" and entry.angle is None and not entry.at and entry.loose[-1:] != ["mailto"]:
            entry, carried = _Entry(), ""  # that was the name of a group
        elif mark in ",;":
            made = entry.address()
            if made:
                found.append(made._replace(name=carried + made.name) if carried and made.name else made)
                carried = ""
            elif mark == "," and not entry.quoted and entry.angle is None and (words := entry.shown()) and len(carried) < 100:
                carried += f"{words}, "  # "Doe, John <j@x>" without quotes
            entry, carried = _Entry(), carried if mark == "," else ""
        elif entry.angle is None:
            entry.loose.append(mark)
            entry.at = entry.at or mark == "@"
    return found


_PIECE = re.compile(r'[^"\\]+')
_PARENTHESES = re.compile(r"\\.|[()]", re.S)


def _string(text: str, place: int) -> tuple[str, int, bool]:
    """A quoted string without its escapes, the place after it, and whether it was closed. A quote that is never closed is only a character."""
    out, begin = [], place
    while place < len(text):
        if piece := _PIECE.match(text, place):
            out.append(piece[0])
            place = piece.end()
        elif text[place] == '"':
            return "".join(out), place + 1, True
        else:
            out.append(text[place + 1 : place + 2])
            place += 2
    return "", begin, False


def _comment(text: str, begin: int) -> tuple[str, int]:
    """A comment with those inside it, and the place after it; an open one reaches to the end."""
    depth = 1
    for mark in _PARENTHESES.finditer(text, begin):
        depth += {"(": 1, ")": -1}.get(mark[0], 0)
        if not depth:
            return text[begin : mark.start()], mark.end()
    return text[begin:], len(text)
