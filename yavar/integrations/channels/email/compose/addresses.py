"""Addresses that a mail can be sent to as they are (RFC 5321 section 4.1.2, without quoted local parts and literals)."""

import re
from typing import Final

from yavar.base import hosts

_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")  # dots may also stand where RFC 5321 has none: docomo gave such addresses to people
_LABEL: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_LONGEST: Final = 254  # RFC 5321 section 4.5.3.1.3, erratum 1690


class Unsendable(ValueError):
    """A mail that cannot be sent as it is. `reason` is a word for machines: `address`, `smtputf8` (letters beyond ASCII before the @), `message_id`, `automatic`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def sendable(address: str) -> str:
    """The address as it goes into headers and envelopes: ASCII, its domain in punycode (IDNA 2008). Raises `Unsendable`."""
    local, at, domain = address[:1000].rpartition("@")
    if not at or not local:
        raise Unsendable("address")
    ascii_domain = _domain(domain)
    if not _LOCAL.fullmatch(local):
        readable = re.fullmatch(r"[^\W_]{1,64}|[\w!#$%&'*+/=?^`{|}~.-]{1,64}", local)
        raise Unsendable("smtputf8" if readable and not local.isascii() else "address")
    whole = f"{local}@{ascii_domain}"
    if len(whole) > _LONGEST or len(address) > 1000:
        raise Unsendable("address")
    return whole


def _domain(domain: str) -> str:
    try:
        domain = hosts.to_ascii(domain)
    except UnicodeError as error:
        raise Unsendable("address") from error
    if not all(_LABEL.fullmatch(label) for label in domain.split(".")):
        raise Unsendable("address")
    return domain
