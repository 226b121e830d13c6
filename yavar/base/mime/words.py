"""Header values as text: RFC 2047 encoded words as they are found in the wild, raw 8-bit bytes, folding.

Taken although the RFC forbids it: words inside quotes, spaces inside words, words that touch, characters and base64 groups split between two words.
"""

import binascii
import re

from .charsets import decode

_START = re.compile(r"=\?([^?\s=]{1,60})\?([bBqQ])\?")
_FOLD = re.compile(r"[ \t]*[\r\n]+[ \t]*")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def raw_text(value: bytes, hint: str = "") -> str:
    """A header's bytes as one line of text, encoded words still encoded. `hint`: the codec of the mail's other raw headers."""
    text = value.decode("ascii") if value.isascii() and b"\x1b" not in value else decode(value, "", hint)
    return _FOLD.sub(" ", text).strip() if "\n" in text or "\r" in text else text.strip()


def readable(text: str) -> str:
    """`raw_text` with its encoded words decoded and control characters gone. Linear."""
    if "=?" not in text:
        return _CONTROLS.sub("", text)
    out: list[str] = []
    run: list[tuple[str, str, str]] = []  # encoded words that follow each other: charset, encoding, what they hold
    place = 0
    while (begin := text.find("=?", place)) >= 0:
        start = _START.match(text, begin)
        end = _end(text, start.end(), start[2]) if start else -1
        between = text[place:begin]
        if start is None:
            out += [*_flush(run), between, "=?"]
            place = begin + 2
            continue
        if end < 0:
            break
        if not run or between.strip():
            out += [*_flush(run), between]
        run.append((start[1], start[2].upper(), text[start.end() : end]))
        place = end + 2
    out += [*_flush(run), text[place:]]
    return _CONTROLS.sub("", "".join(out))


def _end(text: str, begin: int, encoding: str) -> int:
    """Where the word's closing `?=` stands, -1 for nowhere. `?=20` inside a Q word is a question mark that was not encoded."""
    end = text.find("?=", begin)
    while encoding in "qQ" and end >= 0 and re.match(r"[0-9A-F]{2}", text[end + 2 : end + 4]) and 0 <= (later := text.find("?=", end + 2)) < end + 80:
        end = later
    return end


def _flush(run: list[tuple[str, str, str]]) -> list[str]:
    """The words decoded; neighbours in the same charset are joined as bytes first, since senders cut inside characters."""
    out: list[str] = []
    data, charset, carry = b"", "", ""
    for place, (name, encoding, held) in enumerate(run):
        if name.lower() != charset and data:
            out.append(decode(data, charset))
            data = b""
        charset = name.lower()
        if encoding == "Q":
            data += _quoted(held)
            continue
        held = carry + "".join(held.split())
        follows = place + 1 < len(run) and run[place + 1][1] == "B" and run[place + 1][0].lower() == charset
        whole = len(held) if not follows or held.endswith("=") else len(held) // 4 * 4
        held, carry = held[:whole], held[whole:]
        data += from_base64(held.encode("ascii", "ignore"))
    if data:
        out.append(decode(data, charset))
    run.clear()
    return out


def _quoted(held: str) -> bytes:
    data = held.replace("_", " ").encode("utf-8")
    return _HEX.sub(lambda found: bytes.fromhex(found[1].decode()), data)


_ALPHABET = bytes(range(256)).translate(None, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")


def from_base64(data: bytes) -> bytes:
    """The bytes, whatever else stands between the letters: trash is left out, padding in the middle starts a new run, a lone letter at the end is dropped."""
    data = data.translate(None, _ALPHABET)
    body = data.rstrip(b"=")
    if b"=" in body:
        return b"".join(from_base64(piece) for piece in re.split(rb"=+", body))
    body = body[:-1] if len(body) % 4 == 1 else body
    return binascii.a2b_base64(body + b"=" * (-len(body) % 4))
