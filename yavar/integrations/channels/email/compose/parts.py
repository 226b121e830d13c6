"""MIME parts as bytes (RFC 2045, 2046, 2387, 2183), every line of them ASCII and at most 78 long."""

import hashlib
import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Sequence
from typing import Final

from . import headers

_TYPE: Final = re.compile(r"(?:text|image|audio|video|application|font|model)/[a-z0-9][a-z0-9.+-]{0,80}")
_PICTURE: Final = re.compile(r"image/(?:png|jpeg|gif|webp|avif|bmp)")
_AS_IS: Final = bytes(octet for octet in range(127) if octet != 61)  # what quoted-printable leaves alone
_TRAILING: Final = re.compile(r"[ \t](?:\n|$)")


def words(text: str, subtype: str) -> bytes:
    """A text part; its lines end in `\\n` as given. 7bit when every line may stay as it is, else whichever encoding is shorter."""
    content_type = headers.field("Content-Type", [f"text/{subtype};", "charset=utf-8"])
    text = text if text.endswith("\n") else text + "\n"
    if _plain(text):
        return _part([content_type, "Content-Transfer-Encoding: 7bit\r\n"], text.replace("\n", "\r\n").encode("ascii"))
    octets = text.replace("\n", "\r\n").encode("utf-8")
    beyond = len(octets.translate(None, _AS_IS))
    if beyond * 6 < len(octets):
        return _part([content_type, "Content-Transfer-Encoding: quoted-printable\r\n"], _quoted_printable(text))
    return _part([content_type, "Content-Transfer-Encoding: base64\r\n"], base64(octets))


def _plain(text: str) -> bool:
    """Whether nothing on the way changes it: no long lines, blanks at line ends, `From ` or a lone dot; and no boundary of ours."""
    if not text.isascii() or "--=_" in text or _TRAILING.search(text):
        return False
    return all(len(line) <= 76 and line != "." and not line.startswith("From ") for line in text.split("\n"))


def _quoted_printable(text: str) -> bytes:
    """RFC 2045 section 6.7; `From ` at a line's beginning is encoded too, since mailboxes of old put a `>` before it and break signatures."""
    made = b2a_qp(text.encode("utf-8"), istext=True, header=False)
    return b"\r\n".join(_kept(line) for line in made.split(b"\n"))


def _kept(line: bytes) -> bytes:
    if not line.startswith(b"From "):
        return line
    return b"=46rom=\r\n" + line[4:] if len(line) > 74 else b"=46" + line[1:]


def base64(octets: bytes) -> bytes:
    """RFC 2045 section 6.8, lines of 76."""
    made = b2a_base64(octets, newline=False)
    return b"".join(made[at : at + 76] + b"\r\n" for at in range(0, len(made), 76))


def is_picture(kind: str) -> bool:
    """Whether mail programs show the type within a letter."""
    return bool(_PICTURE.fullmatch(kind.lower()))


def file(name: str, kind: str, content: bytes, content_id: str = "") -> bytes:
    """A file: attached, or shown in the text where `content_id` is given. A type that is none, or that must not be in base64, is `application/octet-stream`."""
    kind = kind.lower() if _TYPE.fullmatch(kind.lower()) else "application/octet-stream"
    fallback, tokens = headers.file_tokens(headers.file_name(name) or "file")
    head = [
        headers.field("Content-Type", [f"{kind};", f'name="{fallback}"']),
        "Content-Transfer-Encoding: base64\r\n",
        headers.field("Content-Disposition", ["inline;" if content_id else "attachment;", *tokens]),
        *([f"Content-ID: <{content_id}>\r\n"] if content_id else []),
    ]
    return _part(head, base64(content))


def together(kind: str, parts: Sequence[bytes], seed: str) -> bytes:
    """`multipart/kind` of the parts. The boundary follows from `seed`, so the same mail has the same bytes; `=_` stands in none of our encodings."""
    boundary = "=_" + hashlib.sha256(f"{kind} {seed}".encode()).hexdigest()[:24]
    related = ['type="multipart/alternative";'] if kind == "related" else []
    head = headers.field("Content-Type", [f"multipart/{kind};", *related, f'boundary="{boundary}"'])
    line = f"--{boundary}".encode()
    return _part([head], b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n")


def _part(head: Sequence[str], body: bytes) -> bytes:
    return "".join(head).encode("ascii") + b"\r\n" + body
