"""Mail that is handed to us: SMTP (RFC 5321) from other servers, LMTP (RFC 2033) from a mail server beside us. The protocol is aiosmtpd's.

What is in here runs on an event loop of its own thread. A mail is answered 250 only after `store` has returned; until then its sender keeps it.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

log = logging.getLogger("yavar.post")

Known = Callable[[str], bool]  # whether an address leads to somebody here
Store = Callable[[str, Sequence[str], bytes], None]  # sender, recipients, raw bytes; raises when it could not be stored
MOST_RECIPIENTS = 50


class _Hooks:
    """What aiosmtpd asks."""

    def __init__(self, known: Known, store: Store, threads: ThreadPoolExecutor, each_answered: bool) -> None:
        self._known, self._store, self._threads, self._each = known, store, threads, each_answered

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        try:
            known = await asyncio.get_running_loop().run_in_executor(self._threads, self._known, address)
        except Exception:
            log.exception("RCPT could not be looked up")
            return "451 4.3.0 Try again later"
        if not known:
            return "550 5.1.1 Nobody here has this address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        raw = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._store, envelope.mail_from or "", list(envelope.rcpt_tos), raw)
        except Exception:
            log.exception("a mail could not be stored; its sender keeps it")
            answer = "451 4.3.0 Could not be stored, try again later"
        else:
            answer = "250 2.0.0 Stored"
        return "\r\n".join([answer] * (len(envelope.rcpt_tos) if self._each else 1))  # LMTP answers for each recipient (RFC 2033, 4.2)


def _patient(kind: type[SMTP], longest: int) -> type[SMTP]:
    """A protocol that takes lines as long as a whole mail: RFC 5321 ends them after 998 characters, shops' newsletters do not, and a mail that is answered
    500 is lost to its reader. aiosmtpd keeps a line without end, whatever its limits say: here it costs the connection."""

    class Patient(kind):  # type: ignore[misc,valid-type]
        line_length_limit = longest
        _unbroken = 0

        def data_received(self, data: bytes) -> None:
            self._unbroken = len(data) - data.rfind(b"\n") - 1 if b"\n" in data else self._unbroken + len(data)
            if self._unbroken > longest + 2:
                self.transport.abort()
            else:
                super().data_received(data)

    return Patient


class Post(Controller):
    """A door for mail. `start()` returns when it listens (raises OSError when it cannot); `stop()` closes it."""

    def __init__(
        self, host: str, port: int, *, known: Known, store: Store, lmtp: bool = False, tls: ssl.SSLContext | None = None, limit: int = 32 << 20
    ) -> None:
        self._threads = ThreadPoolExecutor(8, thread_name_prefix="post")
        self._kind, self._limit, self._tls = _patient(LMTP if lmtp else SMTP, limit), limit, tls
        super().__init__(_Hooks(known, store, self._threads, lmtp), hostname=host, port=port, ready_timeout=10)

    def factory(self) -> SMTP:
        """The protocol of one connection."""
        return self._kind(self.handler, data_size_limit=self._limit, ident="Yavar", tls_context=self._tls, timeout=120, enable_SMTPUTF8=True)
