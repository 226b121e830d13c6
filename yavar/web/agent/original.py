"""A mail as it came: its whole text, or its page in a frame that can do nothing."""

import base64
import re
from html import unescape
from typing import Any

import filetype
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yavar.base import files, http
from yavar.base.problem import Problem
from yavar.conversations.models import Attachment, Original
from yavar.web.api.reading import conversation_for
from yavar.web.ui.address import desk_url
from yavar.web.ui.templating import page

from .access import needs

# scripts, forms, links to the opener: none of it; the frame has no origin of its own
CSP = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data: {pictures}; style-src 'unsafe-inline'; font-src 'none'; frame-ancestors 'self'"
PICTURES = 4 << 20  # bytes of pictures put into a page
_CID = re.compile(r"cid:([^\"'\s>)]{1,250})", re.IGNORECASE)
_REMOTE = re.compile(r"(<img\b[^>]{0,2000}?\bsrc=\")(https?://[^\"]{1,2000})(?=\")", re.IGNORECASE)
MOST, SALT, HOUR = 60, "picture", 3600
FRAME = (
    '<!doctype html><meta charset="utf-8"><base target="_blank"><meta name="referrer" content="no-referrer"><style>body{{font:14px/1.55 system-ui,sans-serif;margin:16px;'
    "overflow-wrap:anywhere;color-scheme:light}}img{{max-inline-size:100%;block-size:auto}}pre{{white-space:pre-wrap;font:inherit}}</style>{body}"
)


def _original(request: HttpRequest, conversation: str, message: str) -> Original:
    try:
        found = conversation_for(request.user, conversation)  # type: ignore[arg-type]
    except Problem:
        raise Http404 from None
    original = Original.objects.select_related("message").filter(message__conversation=found, message__public_id=message).first()
    if original is None:
        raise Http404
    return original


@needs("conversation.read")
@require_safe
def original(request: HttpRequest, conversation: str, message: str) -> HttpResponse:
    """The page around it: who wrote to whom, and the frame."""
    found = _original(request, conversation, message)
    facts: dict[str, Any] = found.head
    rows = [
        (_("Subject"), facts.get("subject", "")),
        (_("From"), _who(facts)),
        (_("To"), ", ".join(facts.get("to", []))),
        (_("Cc"), ", ".join(facts.get("cc", []))),
        (_("Date"), facts.get("date", "")),
        (_("Phone"), facts.get("phone", "")),
        *((name, str(value)) for name, value in facts.get("fields", {}).items()),  # of a form
    ]
    title = _("The form as it was sent") if found.message.client_id.startswith(Original.FORM_ID) else _("The mail as it came")
    return page(
        request, "agent/original.html", theme=request.user.theme, title=title, rows=[row for row in rows if row[1]], body=f"/inbox-original/{conversation}/{message}/body" + ("?pictures" if "pictures" in request.GET else ""),
        asked="pictures" in request.GET, sealed=facts.get("sealed", ""), withheld=facts.get("withheld", []), remote=bool(_REMOTE.search(found.html)),
    )  # fmt: skip


def _who(facts: dict[str, Any]) -> str:
    return f"{facts['name']} <{facts['from']}>" if facts.get("name") else str(facts.get("from", ""))


@needs("conversation.read")
@require_safe
def body(request: HttpRequest, conversation: str, message: str) -> HttpResponse:
    """What stands in the frame: the cleaned page with the pictures that came with it, else the text."""
    found = _original(request, conversation, message)
    shown = _with_pictures(found) if found.html else f'<pre dir="auto">{escape(found.text)}</pre>'
    here = desk_url(request)
    if "pictures" in request.GET:
        shown = _REMOTE.sub(lambda match: f"{match[1]}{here}/picture/{signing.dumps(unescape(match[2]), salt=SALT)}", shown, count=MOST)
    response = HttpResponse(FRAME.format(body=shown))
    response.headers["Content-Security-Policy"] = CSP.format(pictures=f"{here}/picture/" if "pictures" in request.GET else "")
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@require_safe
def picture(request: HttpRequest, token: str) -> HttpResponse:
    """A picture from elsewhere, fetched by the desk so that its sender learns nothing of who reads. Only addresses that `body` signed, for an hour; no cookie is
    asked for, since the frame has no origin that would send one."""
    try:
        answer = http.send("GET", signing.loads(token, salt=SALT, max_age=HOUR), headers={"Accept": "image/*"}, redirects=3, limit=PICTURES)
    except (signing.BadSignature, http.HttpError):
        raise Http404 from None
    kind = filetype.guess_mime(answer.body)
    if answer.status != 200 or kind not in files.PICTURES:
        raise Http404
    headers = {
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "private, max-age=3600",
    }
    return HttpResponse(answer.body, content_type=kind, headers=headers)


def _with_pictures(found: Original) -> str:
    """Pictures of the mail itself, put into the page: a frame without an origin could not fetch them."""
    kept = {link.file.key: link.file for link in Attachment.objects.filter(message=found.message_id).select_related("file")}
    cids, room = found.head.get("cids", {}), PICTURES

    def picture(match: re.Match[str]) -> str:
        nonlocal room
        file = kept.get(cids.get(match[1].lower(), ""))
        if file is None or not file.mime.startswith("image/") or file.size > room:
            return "data:,"
        room -= file.size
        return f"data:{file.mime};base64,{base64.b64encode(files.read(file)).decode()}"

    return _CID.sub(picture, found.html)
