"""`type/subtype; name=value` headers: RFC 2045 parameters, RFC 2231 continuations, charsets and percent signs, and what mail programs write instead. Linear."""

import re
from urllib.parse import unquote_to_bytes

from .charsets import decode
from .words import readable

MAX_PARAMETERS = 100
_NAME = re.compile(r"[^\s=;\"]+")
_SECTION = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?$", re.S)


def split(text: str) -> tuple[str, dict[str, str]]:
    """The value before the first `;` in lower case, and its parameters by name in lower case, decoded."""
    value, _, rest = text.partition(";")
    found: dict[str, list[tuple[int, bool, str]]] = {}
    for name, given in _pairs(rest):
        section = _SECTION.match(name)
        if section and len(found) < MAX_PARAMETERS:
            found.setdefault(section[1].lower(), []).append((int(section[2] or 0) if section[2] else -1, bool(section[3]), given))
    return value.split(None, 1)[0].lower() if value.strip() else "", {name: _whole(pieces) for name, pieces in found.items()}


def _pairs(rest: str) -> list[tuple[str, str]]:
    """Name and value of each parameter, quotes taken away; a value without quotes reaches to the next `;`."""
    pairs, place = [], 0
    while place < len(rest):
        name = _NAME.match(rest, place)
        if not name:
            place += 1
            continue
        place = name.end()
        while place < len(rest) and rest[place] in " \t":
            place += 1
        if place >= len(rest) or rest[place] != "=":
            continue
        place += 1
        while place < len(rest) and rest[place] in " \t":
            place += 1
        if rest.startswith('"', place):
            given, place = _quoted(rest, place + 1)
        else:
            end = rest.find(";", place)
            end = len(rest) if end < 0 else end
            given, place = rest[place:end].strip(), end
        pairs.append((name[0], given))
    return pairs


_PLAIN = re.compile(r'[^"\\]+')


def _quoted(rest: str, place: int) -> tuple[str, int]:
    """A quoted string and where it ends. A quote that is never closed ends at the next `;`."""
    out, begin = [], place
    while place < len(rest):
        plain = _PLAIN.match(rest, place)
        if plain:
            out.append(plain[0])
            place = plain.end()
        elif rest[place] == '"':
            return "".join(out), place + 1
        else:
            following = rest[place + 1 : place + 2]
            out.append(following if following in ('"', "\\") else "\\" + following)  # C:\TEMP\name is not meant as an escape
            place += 2
    end = rest.find(";", begin)
    end = len(rest) if end < 0 else end
    return rest[begin:end].strip(), end


_PERCENT = re.compile(r"(?:[\w-]{2,40}'[\w-]*')?((?:[^%]{0,200}%[0-9A-Fa-f]{2}){2,}[^%]*)\Z")


def _unstarred(given: str) -> str:
    """A plain value; percent signs that make UTF-8 beyond ASCII are meant as RFC 2231, where a program forgot the star."""
    found = _PERCENT.match(given) if "%" in given else None
    if not found:
        return given
    data = unquote_to_bytes(found[1])
    try:
        return given if data.isascii() else data.decode()
    except UnicodeDecodeError:
        return given


def _whole(pieces: list[tuple[int, bool, str]]) -> str:
    """One value from its pieces in their order; extended pieces (percent signs) win over a plain one of the same name."""
    extended = [piece for piece in pieces if piece[1] or piece[0] >= 0]
    if not extended:
        return _unstarred(readable(pieces[0][2]))
    charset, data, seen = "", b"", set[int]()
    for number, percent, given in sorted(extended, key=lambda piece: piece[0]):
        if number in seen:
            continue
        seen.add(number)
        if percent and number <= 0 and given.count("'") >= 2:
            charset, _, given = given.split("'", 2)
        data += unquote_to_bytes(given) if percent else given.encode("utf-8", "surrogateescape")
    return readable(decode(data, charset))
