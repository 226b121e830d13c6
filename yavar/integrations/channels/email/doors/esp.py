"""Mail that a mail provider posts to us. django-anymail checks who posts; what is taken is the raw mail alone, which is read where all mail is read.

Each provider has to be told to send the raw mail: Mailgun by a route to an address that ends in `mime`, SendGrid by "POST the raw, full MIME message",
Postmark by "Include raw email content"; SparkPost always does.
"""

import base64
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import NamedTuple

import msgspec
from anymail.exceptions import AnymailWebhookValidationFailure
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from yavar.base.problem import Problem
from yavar.conversations.models import Inbox

from ..channel import KIND
from .smtp import store

LARGEST = 60 << 20  # bytes of a post; base64 and JSON make a mail larger


class Posted(NamedTuple):
    """One mail of a post: who sent it to whom by the envelope, and its bytes."""

    sender: str
    recipients: Sequence[str]
    raw: bytes


class _Postmark(msgspec.Struct):
    RawEmail: str
    OriginalRecipient: str = ""


class _Content(msgspec.Struct):
    email_rfc822: str
    email_rfc822_is_base64: bool = False


class _Relay(msgspec.Struct):
    content: _Content
    rcpt_to: str = ""
    msg_from: str = ""


class _Envelope(msgspec.Struct):
    to: list[str] = []


def _mailgun(request: HttpRequest) -> Iterator[Posted]:
    raw = request.POST["body-mime"]
    yield Posted(request.POST.get("sender", ""), [request.POST.get("recipient", "")], raw.encode("utf-8", "surrogateescape"))


def _sendgrid(request: HttpRequest) -> Iterator[Posted]:
    envelope = msgspec.json.decode(request.POST.get("envelope", "{}"), type=_Envelope)
    yield Posted("", envelope.to, request.POST["email"].encode("utf-8", "surrogateescape"))


def _postmark(request: HttpRequest) -> Iterator[Posted]:
    body = msgspec.json.decode(request.body, type=_Postmark)
    yield Posted("", [body.OriginalRecipient], body.RawEmail.encode("utf-8", "surrogateescape"))


def _sparkpost(request: HttpRequest) -> Iterator[Posted]:
    for each in msgspec.json.decode(request.body, type=list[dict[str, dict[str, _Relay]]]):
        relay = each["msys"]["relay_message"]
        text = relay.content.email_rfc822
        raw = base64.b64decode(text) if relay.content.email_rfc822_is_base64 else text.encode("utf-8", "surrogateescape")
        yield Posted(relay.msg_from, [relay.rcpt_to], raw)


PROVIDERS: dict[str, tuple[str, Callable[[HttpRequest], Iterator[Posted]]]] = {
    "mailgun": ("MailgunInboundWebhookView", _mailgun), "sendgrid": ("SendGridInboundWebhookView", _sendgrid), "postmark": ("PostmarkInboundWebhookView", _postmark),
    "sparkpost": ("SparkPostInboundWebhookView", _sparkpost),
}  # fmt: skip


@csrf_exempt
def hook(request: HttpRequest, name: str, mime: str = "") -> HttpResponse:
    """`/hooks/mail/<provider>`: checked, stored, answered. Without YAVAR_ESP_SECRET the door is closed; an error makes the provider post again."""
    if name not in PROVIDERS or name not in settings.ENV.esp or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404
    if request.method != "POST":
        return HttpResponse(status=200 if request.method == "HEAD" else 405)
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        raise Problem(413, "body.too_large", _("The request is too large."))
    view, posted = PROVIDERS[name]
    try:
        checker = getattr(import_module(f"anymail.webhooks.{name}"), view)()
        checker.run_validators(request)
        mails = list(posted(request))
    except AnymailWebhookValidationFailure:
        raise Problem(403, "signature.invalid", _("The request isn’t in the expected form.")) from None
    except (msgspec.MsgspecError, KeyError, ValueError):
        raise Problem(400, "body.invalid", _("The request isn’t in the expected form.")) from None
    for mail in mails:
        store(mail.sender, mail.recipients, mail.raw, source=f"esp:{name}", otherwise=Inbox.objects.filter(kind=KIND, active=True).order_by("pk").first())
    return HttpResponse("stored")
