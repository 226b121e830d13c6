"""A safe line to a mail server: TLS that is checked, or none to this machine alone."""

import ipaddress
import socket
import ssl

from ..models import Account
from .verdict import Trouble

SECONDS = 30.0


def context() -> ssl.SSLContext:
    """Who is believed: the system's authorities, names checked, TLS 1.2 or newer."""
    return ssl.create_default_context()


def check(account: Account) -> None:
    """Raises Trouble when the owner wants a line without encryption to another machine."""
    if account.security != "none":
        return
    try:
        found = {ipaddress.ip_address(info[4][0]) for info in socket.getaddrinfo(account.host, account.port, type=socket.SOCK_STREAM)}
    except OSError as error:
        raise Trouble("name", str(error)) from None
    if not all(address.is_loopback for address in found):
        raise Trouble("plain")


def secret(account: Account) -> str:
    """The password or grant. Raises Trouble when it was sealed under another key of the desk."""
    try:
        return account.unsealed_secret()
    except ValueError as error:
        raise Trouble("secret", str(error)) from None
