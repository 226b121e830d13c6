"""winmail.dat: the Transport Neutral Encapsulation Format of Outlook ([MS-OXTNEF]), as far as files and words go. All numbers are little-endian."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from .charsets import decode

SIGNATURE = 0x223E9F78
MAX_FILES = 500
_RENDERING, _TITLE, _DATA, _ATTACHMENT, _MESSAGE, _BODY, _CODEPAGE = 0x9002, 0x8010, 0x800F, 0x9005, 0x9003, 0x800C, 0x9007
_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_VARIABLE = (0x0D, 0x1E, 0x1F, 0x102)
# MAPI properties: [MS-OXPROPS]
_BODY_TEXT, _BODY_HTML, _BODY_RTF = 0x1000, 0x1013, 0x1009
_LONG_NAME, _SHORT_NAME, _NAME, _MIME, _CONTENT_ID, _OBJECT = 0x3707, 0x3704, 0x3001, 0x370E, 0x3712, 0x3701


class Broken(ValueError):
    """It does not follow the format."""


@dataclass
class File:
    """One attachment."""

    name: str = ""
    type: str = "application/octet-stream"
    content_id: str = ""
    content: bytes = b""


@dataclass
class Opened:
    """What was inside."""

    files: list[File] = field(default_factory=list)
    text: str = ""
    html: str = ""
    rtf: bytes = b""  # compressed


def read(data: bytes) -> Opened:
    """Unpack it; what came before a damaged place is kept. Raises Broken when it is no TNEF at all. A mail inside a mail stays one file."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != SIGNATURE:
        raise Broken("it is not TNEF")
    opened, charset = Opened(), "windows-1252"
    for attribute, held in _attributes(data):
        if attribute == _CODEPAGE and len(held) >= 4:
            charset = f"cp{struct.unpack_from('<I', held)[0]}"
        elif attribute == _RENDERING and len(opened.files) < MAX_FILES:
            opened.files.append(File())
        elif attribute == _BODY:
            opened.text = opened.text or _words(held, charset)
        elif attribute == _MESSAGE:
            _message(opened, held, charset)
        elif opened.files:
            _file(opened.files[-1], attribute, held, charset)
    opened.files = [file for file in opened.files if file.content]
    return opened


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 6
    while place + 9 <= len(data):
        attribute, _, size = struct.unpack_from("<xHHI", data, place)
        if place + 9 + size > len(data):
            return
        yield attribute, data[place + 9 : place + 9 + size]
        place += 9 + size + 2  # a checksum


def _message(opened: Opened, held: bytes, charset: str) -> None:
    for name, value, wide in _properties(held):
        if name == _BODY_TEXT:
            opened.text = _words(value, "utf-16-le" if wide else charset) or opened.text
        elif name == _BODY_HTML:
            opened.html = _words(value, "utf-16-le" if wide else charset)
        elif name == _BODY_RTF:
            opened.rtf = value


def _file(file: File, attribute: int, held: bytes, charset: str) -> None:
    if attribute == _TITLE:
        file.name = file.name or _words(held, charset)
    elif attribute == _DATA:
        file.content = held
    elif attribute == _ATTACHMENT:
        for name, value, wide in _properties(held):
            if name in (_LONG_NAME, _SHORT_NAME, _NAME):
                found = _words(value, "utf-16-le" if wide else charset)
                file.name = found if name == _LONG_NAME or not file.name else file.name
            elif name == _MIME:
                file.type = _words(value, "utf-16-le" if wide else charset).lower() or file.type
            elif name == _CONTENT_ID:
                file.content_id = _words(value, "utf-16-le" if wide else charset).strip("<>")
            elif name == _OBJECT and not file.content:
                file.content = value[16:]  # after the object's interface id


def _words(held: bytes, charset: str) -> str:
    return decode(held, charset).replace("\0", "").strip("\ufeff")


def _properties(held: bytes) -> Iterator[tuple[int, bytes, bool]]:
    """Each property's id, its first value, and whether that is UTF-16. Ends at the first that is damaged or of a kind we do not know."""
    place = 4
    while place + 4 <= len(held):
        kind, name = struct.unpack_from("<HH", held, place)
        place += 4
        many, kind = bool(kind & 0x1000), kind & 0x0FFF
        if name >= 0x8000:
            place = _after_name(held, place)
        if kind in _FIXED and not many:
            yield name, held[place : place + _FIXED[kind]], False
            place += _FIXED[kind]
            continue
        if place + 4 > len(held):
            return
        count = struct.unpack_from("<I", held, place)[0]
        place += 4
        if kind in _FIXED:
            place += count * _FIXED[kind]
            continue
        if kind not in _VARIABLE:
            return
        for number in range(min(count, len(held))):
            if place + 4 > len(held):
                return
            size = struct.unpack_from("<I", held, place)[0]
            if not number:
                yield name, held[place + 4 : place + 4 + size], kind == 0x1F
            place += 4 + size + (-size % 4)


def _after_name(held: bytes, place: int) -> int:
    """Named properties carry a GUID and a number or a name."""
    if place + 24 > len(held):
        return len(held)
    kind, number = struct.unpack_from("<II", held, place + 16)
    return place + 24 + (number + (-number % 4) if kind == 1 else 0)
