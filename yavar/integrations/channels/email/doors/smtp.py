"""The desk's own SMTP and LMTP door: the first mail works with no account anywhere, and a mail server beside us can hand its mail over."""

import logging
import ssl
import threading
from collections.abc import Sequence

from django.conf import settings
from django.db import close_old_connections

from yavar.base.edge.post import Post
from yavar.channels import ledger
from yavar.conversations.models import Inbox

from ..channel import MIME, base_of, own_addresses
from ..keys import key_of

log = logging.getLogger("yavar.email")


def known(address: str) -> bool:
    """Whether it leads to an inbox that is on."""
    inbox = own_addresses().get(base_of(address))
    return inbox is not None and inbox.active


def store(sender: str, recipients: Sequence[str], raw: bytes, *, source: str = "smtp", otherwise: Inbox | None = None) -> None:
    """Put the mail into the ledger of each inbox it is for, or of the inbox `otherwise` when it is for none that is known. Its envelope, which the mail itself need not say, is written above it (RFC 5321, 4.4)."""
    own, wanted = own_addresses(), dict[int, tuple[Inbox, list[str]]]()
    for address in recipients:
        if inbox := own.get(base_of(address)):
            wanted.setdefault(inbox.pk, (inbox, []))[1].append(address)
    if not wanted and otherwise is not None:
        wanted[otherwise.pk] = otherwise, list(recipients)
    for inbox, addresses in wanted.values():
        trace = "".join(f"{name}: <{_line(value)}>\r\n" for name, value in [("Return-Path", sender), *(("X-Original-To", each) for each in addresses)] if value)
        ledger.take_in(inbox, [ledger.Came(key_of(raw), trace.encode() + raw, source)], mime=MIME)


def _taken(sender: str, recipients: Sequence[str], raw: bytes) -> None:
    close_old_connections()  # these threads live as long as the door
    store(sender, recipients, raw)


def _line(text: str) -> str:
    return "".join(c for c in text if c.isprintable() and c not in "<>")[:320]


def door(at: str, *, lmtp: bool = False, certificate: str = "", key: str = "") -> Post:
    """A door at `host:port`, not opened yet. With a certificate it offers STARTTLS."""
    host, _colon, port = at.rpartition(":")
    tls = None
    if certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate, key or None)
    return Post(host.strip("[]"), int(port), known=known, store=_taken, lmtp=lmtp, tls=tls, limit=ledger.LARGEST)


def keep(stop: threading.Event) -> None:
    """Hold the operator's doors open until `stop` is set. A port that is taken is said, and tried again: the desk runs without."""
    env = settings.ENV
    wanted = {"SMTP": (env.smtp, False), "LMTP": (env.lmtp, True)}
    open_: dict[str, Post] = {}
    while any(at for at, _lmtp in wanted.values()) and not stop.is_set():
        for name, (at, lmtp) in wanted.items():
            if not at or name in open_:
                continue
            try:
                made = door(at, lmtp=lmtp, certificate=env.mail_certificate, key=env.mail_key)
                made.start()
            except OSError as error:
                log.warning("mail is not taken by %s: %s", name, error)
            else:
                open_[name] = made
        stop.wait(10)
    stop.wait()
    for made in open_.values():
        made.stop()
