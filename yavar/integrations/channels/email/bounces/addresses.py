"""Addresses in notices. They are taken as text and never believed: whom a bounce concerns is checked against what we sent."""

import re
from typing import Final

_ADDRESS: Final = re.compile(r"(\"[^\"\s<>]{1,64}\"|[^\s<>()\[\]:;,\"'|=@`]{1,64})@([A-Za-z0-9\u0080-\uffff-]{1,63}(?:\.[A-Za-z0-9\u0080-\uffff-]{1,63}){0,8})")
_SINGLE: Final = re.compile(r"[^\s@<>:,;]{1,128}@[^\s@<>:,;]{1,255}")
_TYPED: Final = re.compile(r"^\s*(?:rfc822|utf-8|x-local-user|smtp|unknown)\s*;\s*", re.IGNORECASE)


def find(text: str) -> list[str]:
    """Every address in `text`, in order, each once, lower case in its domain."""
    return list(dict.fromkeys(_whole(match) for match in _ADDRESS.finditer(text[:200_000])))


def _whole(match: re.Match[str]) -> str:
    return f"{match[1]}@{match[2].lower()}"


def of_field(value: str) -> str:
    """ "rfc822; x@example.org" as RFC 3464 writes it, or any of its variants; "" when it holds no address."""
    bare = _TYPED.sub("", value).strip("<> ")
    if _SINGLE.fullmatch(bare):
        return bare
    found = find(bare.rpartition(":")[2] if bare.startswith("@") else bare)
    return found[0] if found else ""


def same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
