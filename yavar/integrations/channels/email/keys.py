"""What makes a mail that mail, however it travelled."""

import hashlib
import re

_END = re.compile(rb"\r?\n[ \t]*\r?\n")
_FIELD = re.compile(rb"^(message-id|from|to|cc|date|subject)[ \t]*:", re.IGNORECASE)
_SPACE = re.compile(rb"\s+")
HEAD = 256 * 1024  # more of a head is taken as it is


def key_of(raw: bytes) -> str:
    """A hash over what its writer wrote: a few fields and the body. Trace lines (Received, Delivered-To …) differ by the way it took, so they do not count;
    two mails that share a Message-ID and yet say different things are two. Linear in its length."""
    end = _END.search(raw, 0, HEAD)
    head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw[:HEAD], raw[HEAD:])
    found, wanted = hashlib.sha256(), False
    for line in head.split(b"\n"):
        if line[:1] not in b" \t":
            wanted = _FIELD.match(line) is not None
        if wanted:
            found.update(_SPACE.sub(b" ", line.strip()) + b"\n")
    found.update(b"\n" + body.replace(b"\r\n", b"\n").rstrip())
    return found.hexdigest()
