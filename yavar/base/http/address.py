"""Which addresses may be called. An operator names exceptions in YAVAR_HTTP_ALLOW (`host` or `host:port`): a shop's own intranet, a test's receiver."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from .errors import Refused

LONGEST = 2000
PORTS = {"http": 80, "https": 443}
# IANA special-purpose registries (RFC 6890 and its updates): what is not a stranger's machine on the public internet
CLOSED_4 = [IPv4Network(each) for each in (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)]  # fmt: skip
OPEN_6 = IPv6Network("2000::/3")  # outside of it lie loopback, link-local, unique local, multicast, IPv4-mapped (::ffff:0:0/96) and NAT64 (64:ff9b::/96)
CLOSED_6 = [IPv6Network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]  # Teredo and its like, documentation, 6to4


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be tried: its scheme, port and form are fine; its addresses are checked when they are known."""

    url: httpx.URL
    host: str  # ASCII, lower case, without brackets
    port: int
    trusted: bool  # the operator named it


def read(text: str) -> Target:
    """Parse a URL. Raises Refused `url`, `scheme`, `userinfo`, `port` or `address`; nothing is resolved here."""
    try:
        url = httpx.URL(text.strip())
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise Refused("url", str(error)) from None
    if url.scheme not in PORTS:
        raise Refused("scheme", url.scheme)
    host = url.raw_host.decode("ascii").lower()
    if not host or len(text) > LONGEST:
        raise Refused("url")
    if url.userinfo:
        raise Refused("userinfo")
    port = PORTS[url.scheme] if url.port is None else url.port
    if not 0 < port < 65536:
        raise Refused("port", str(port))
    trusted = _named(host, port, settings.HTTP_ALLOW)
    if not trusted:
        if port not in PORTS.values() and port < 1024:
            raise Refused("port", str(port))
        if _is_number(host):
            check(host)
    return Target(url, host, port, trusted)


def check(address: str) -> None:
    """Raises Refused `address` unless it is one of the public internet's, in its plain spelling."""
    try:
        six = IPv6Address(address) if ":" in address else None
        four = None if six else IPv4Address(address)  # it takes no octal, hexadecimal or short forms
    except AddressValueError:
        raise Refused("address", address) from None
    good = not any(four in net for net in CLOSED_4) if four else six in OPEN_6 and not any(six in net for net in CLOSED_6)
    if not good:
        raise Refused("address", address)


def _is_number(host: str) -> bool:
    """Whether resolvers would read it as an address, however it is spelt (WHATWG URL, "ends in a number")."""
    last = host.rstrip(".").rsplit(".", 1)[-1]
    return ":" in host or last.isdigit() or last.startswith("0x")


def _named(host: str, port: int, allowed: Iterable[str]) -> bool:
    for entry in allowed:
        parts = urlsplit(f"//{entry}")
        if parts.hostname == host and parts.port in (None, port):
            return True
    return False
