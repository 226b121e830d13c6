"""The line to an SMTP server (RFC 5321): kept open between mails, and clear about the one moment after which nobody can be sure."""

import re
import smtplib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from ..doors import line
from ..doors.oauth import access_token
from ..doors.verdict import Trouble, trouble
from ..models import Outlet

CONNECT, ANSWER = 30.0, 300.0  # seconds; RFC 5321, 4.5.3.2 wants a client to be patient
IDLE = 20.0  # seconds an open line is kept unused
MOST = 100  # mails over one line: some servers end it themselves
_LINES = re.compile(rb"\r\n|\r|\n")
_DOTS = re.compile(rb"(?m)^\.")


class Outcome(msgspec.Struct, frozen=True):
    """What came of one try. `state`: sent, failed (for good), queued (again, later) or unknown; `reason` a machine word, `detail` the server's answer.
    `trouble`: it is the server's or the account's matter, not this mail's; nobody else need try just now."""

    state: str
    reason: str = ""
    detail: str = ""
    trouble: bool = False


class _Line(msgspec.Struct):
    smtp: smtplib.SMTP
    used: int = 0
    free_since: float = 0.0


_free: dict[tuple[int, int], list[_Line]] = {}
_lock = threading.Lock()


def connect(outlet: Outlet) -> smtplib.SMTP:
    """A line over which mail can be sent, signed in. Raises Trouble. No database."""
    line.check(outlet)
    smtp: smtplib.SMTP | None = None
    try:
        if outlet.security == "tls":
            smtp = smtplib.SMTP_SSL(outlet.host, outlet.port, timeout=CONNECT, context=line.context())
        else:
            smtp = smtplib.SMTP(outlet.host, outlet.port, timeout=CONNECT)
        if smtp.sock is not None:
            smtp.sock.settimeout(ANSWER)
        if outlet.security == "starttls":
            smtp.starttls(context=line.context())
        smtp.ehlo_or_helo_if_needed()
        if outlet.user:
            _sign_in(smtp, outlet)
        return smtp
    except Exception as error:
        if smtp is not None:
            smtp.close()
        raise _trouble(error) from None


def _sign_in(smtp: smtplib.SMTP, outlet: Outlet) -> None:
    if outlet.auth == Outlet.Auth.XOAUTH2:
        token = access_token(outlet)
        smtp.auth("XOAUTH2", lambda challenge=None: "" if challenge else f"user={outlet.user}\x01auth=Bearer {token}\x01\x01", initial_response_ok=True)
    else:
        smtp.login(outlet.user, line.secret(outlet))


def _trouble(error: Exception) -> Trouble:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Trouble("login", _said(error.smtp_error))
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return Trouble("cut", str(error))
    if isinstance(error, smtplib.SMTPResponseException):
        return Trouble("protocol", f"{error.smtp_code} {_said(error.smtp_error)}")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Trouble("tls", str(error))
    return trouble(error)


def post(outlet: Outlet, sender: str, recipient: str, raw: bytes) -> Outcome:
    """Send one mail to one recipient; `sender` is the envelope's, '' for automatic mail. Never raises for what a server can do. No database."""
    try:
        with _lines(outlet) as each:
            return _transaction(each, sender, recipient, raw)
    except Trouble as found:
        return Outcome("queued", found.code, found.detail, trouble=True)


@contextmanager
def _lines(outlet: Outlet) -> Iterator[_Line]:
    """A line of our own: one that is open and still answers, else a new one. What broke is not given back."""
    found = _open(outlet)
    try:
        yield found
    except BaseException:
        found.smtp.close()
        raise
    if found.used >= MOST or found.smtp.sock is None:
        found.smtp.close()
        return
    found.free_since = time.monotonic()
    with _lock:
        _free.setdefault((outlet.pk, outlet.version), []).append(found)


def _open(outlet: Outlet) -> _Line:
    stale: list[_Line] = []
    try:
        while True:
            with _lock:
                for key in [key for key in _free if key[0] == outlet.pk and key[1] != outlet.version]:
                    stale += _free.pop(key)
                kept = _free.get((outlet.pk, outlet.version), [])
                found = kept.pop() if kept else None
            if found is None:
                return _Line(connect(outlet))
            if time.monotonic() - found.free_since < IDLE and _answers(found.smtp):
                return found
            stale.append(found)
    finally:
        for each in stale:
            each.smtp.close()


def _answers(smtp: smtplib.SMTP) -> bool:
    try:
        return smtp.rset()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


def _transaction(each: _Line, sender: str, recipient: str, raw: bytes) -> Outcome:
    """MAIL, RCPT, DATA. Until the final dot nothing has happened; from there on only the server's answer says what has."""
    smtp = each.smtp
    try:
        code, said = smtp.mail(sender, [f"size={len(raw)}"] if smtp.has_extn("size") else [])
        if code != 250:
            smtp.rset()
            return _refused(code, said, trouble=code != 552)
        code, said = smtp.rcpt(recipient)
        if code not in (250, 251):
            smtp.rset()
            return _refused(code, said)
        code, said = smtp.docmd("DATA")
        if code != 354:
            smtp.rset()
            return _refused(code, said)
    except (smtplib.SMTPException, OSError) as error:
        raise _trouble(error) from None
    each.used += 1
    try:
        smtp.send(_DOTS.sub(b"..", _LINES.sub(b"\r\n", raw)) + (b"" if raw.endswith(b"\n") else b"\r\n") + b".\r\n")
        code, said = smtp.getreply()
    except (smtplib.SMTPException, OSError) as error:
        smtp.close()
        return Outcome("unknown", "cut", str(error))
    return Outcome("sent", detail=_said(said)) if code == 250 else _refused(code, said)


def _refused(code: int, said: Any, *, trouble: bool = False) -> Outcome:
    """What a server's no means (RFC 5321, 4.2.1; RFC 3463)."""
    text = f"{code} {_said(said)}"
    if trouble or code == 421:
        return Outcome("queued", "sender" if code >= 500 else "busy", text, trouble=True)
    if code < 500:
        return Outcome("queued", "later", text)
    status = re.search(r"\b5\.(\d{1,3})\.(\d{1,3})\b", text)
    kind = f"{status[1]}.{status[2]}" if status else ""
    words = {"1.1": "no_such_address", "1.2": "no_such_address", "1.10": "no_such_address", "2.2": "mailbox_full", "3.4": "too_large", "7.1": "refused"}
    return Outcome("failed", "too_large" if code == 552 else words.get(kind, "no_such_address" if code == 550 and not kind else "refused"), text)


def _said(answer: Any) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return " ".join(text.replace("\0", "").split())
