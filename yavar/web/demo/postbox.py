"""The customers' mailboxes of the demonstration: whatever the desk sends arrives here, and can be answered as a customer would."""

import logging
import re
import smtplib
import threading
import time
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import escape
from django.views.decorators.http import require_http_methods, require_safe

from yavar.base import mime
from yavar.base.edge.post import Post
from yavar.web.ui.templating import page

log = logging.getLogger("yavar.demo")
KEPT, SHOWN = 500, 50
_NAME = re.compile(r"\d{1,20}-\d{1,6}")
CSP = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"


class Arrived(NamedTuple):
    """A mail in somebody's mailbox."""

    name: str
    to: str
    at: float
    letter: mime.Letter


def port() -> int:
    """Where the demonstration's customers take mail: the port beside the desk's own door."""
    return int(settings.ENV.smtp.rpartition(":")[2]) + 1


def _folder() -> Path:
    return Path(settings.ENV.data) / "demo-mail"


def _store(_sender: str, recipients: Sequence[str], raw: bytes) -> None:
    _folder().mkdir(exist_ok=True)
    for number, address in enumerate(recipients):
        (_folder() / f"{time.time_ns()}-{number}.eml").write_bytes(f"X-Original-To: <{address}>\r\n".encode() + raw)
    for old in sorted(_folder().glob("*.eml"))[:-KEPT]:
        old.unlink(missing_ok=True)


def keep(stop: threading.Event) -> None:
    """Take mail for everybody until `stop` is set; only in a demonstration."""
    if not (settings.ENV.demo and settings.ENV.smtp):
        return
    post = Post("127.0.0.1", port(), known=lambda _address: True, store=_store)
    try:
        post.start()
    except OSError as error:
        log.warning("the demonstration's customers get no mail: %s", error)
        return
    stop.wait()
    post.stop()


def _read(path: Path) -> Arrived:
    raw = path.read_bytes()
    to = raw.partition(b"<")[2].partition(b">")[0].decode("ascii", "replace")
    return Arrived(path.stem, to, int(path.stem.partition("-")[0]) / 1e9, mime.read(raw))


def _one(name: str) -> Arrived:
    path = _folder() / f"{name}.eml"
    if not _NAME.fullmatch(name) or not path.exists():
        raise Http404
    return _read(path)


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """`/shop/mail`: the newest mails to anybody."""
    mails = [_read(path) for path in sorted(_folder().glob("*.eml"), reverse=True)[:SHOWN]]
    return page(request, "demo/mail.html", mails=mails, opened=None)


@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """`/shop/mail/<name>`: one of them; a POST answers it."""
    found = _one(name)
    if request.method == "POST":
        if text := request.POST.get("text", "").strip():
            _answer(found, text)
        return HttpResponseRedirect(f"/shop/mail/{name}?answered", status=303)
    return page(request, "demo/mail.html", mails=[], opened=found, answered="answered" in request.GET)


@require_safe
def body(request: HttpRequest, name: str) -> HttpResponse:
    """The page of a mail, in a frame that can do nothing."""
    found = _one(name)
    response = HttpResponse(found.letter.html or f"<pre>{escape(found.letter.text)}</pre>")
    response.headers["Content-Security-Policy"] = CSP
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _answer(found: Arrived, text: str) -> None:
    """As a mail program does it: above what is answered, under a line that says so."""
    letter, answer = found.letter, EmailMessage()
    to = letter.reply_to[0].address if letter.reply_to else letter.from_
    answer["From"], answer["To"], answer["Subject"] = found.to, to, f"Re: {re.sub(r'^(Re: )+', '', letter.subject)}"
    answer["Date"], answer["Message-ID"] = formatdate(), make_msgid(domain="demo.example")
    answer["In-Reply-To"] = letter.message_id
    answer["References"] = " ".join([*letter.references[-10:], letter.message_id])
    quoted = "\n".join(f"> {line}" for line in letter.text.splitlines())
    answer.set_content(f"{text}\n\nOn {formatdate(found.at)} {letter.from_name} <{letter.from_}> wrote:\n{quoted}\n")
    host, _colon, at = settings.ENV.smtp.rpartition(":")
    with smtplib.SMTP(host, int(at), timeout=10) as line:
        line.send_message(answer, found.to, [to])
