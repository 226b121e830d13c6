"""The contact form's pages: empty, sent back with what is wrong, and the thanks."""

import ipaddress
import math
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import translation
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yavar.base import clock, ids
from yavar.base.numbers import digits
from yavar.base.problem import Problem
from yavar.base.rate import Rate
from yavar.channels import delivery, slip, stamp, submitting
from yavar.channels.form import Sheet, sheet, text_in
from yavar.desk import settings as desk_settings
from yavar.desk.moments import until
from yavar.flow.sla.published import promised_by
from yavar.web.ui.address import only_from_here

from . import arriving
from .arriving import Arrived
from .place import LANGUAGES, Place, place_of, portal_page

ON = 1.0 if settings.ENV.rate else 0.0
tries_rate = Rate(ON / 5, 30)  # of one network: forms that come back to be mended count, too
sends_rate = Rate(ON / 60, 10)  # of one network: forms that are taken
inbox_rate = Rate(ON, 300)  # of one form, from wherever they come
uploads_rate = Rate(ON / 4, 20)  # of one network


def network(request: HttpRequest) -> str:
    """Who is counted together: an address of IPv4, a /64 of IPv6, since that many belong to one household."""
    text = request.META.get("REMOTE_ADDR", "")
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return text
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else text


def limit(rate: Rate, key: str) -> None:
    """Raises Problem 429 with what to do."""
    if wait := rate.take(key):
        minutes = math.ceil(wait / 60)
        said = ngettext(
            "That was a lot at once. Please wait {n} minute and press Send again; everything you typed is still here.",
            "That was a lot at once. Please wait {n} minutes and press Send again; everything you typed is still here.",
            minutes,
        ).format(n=digits(minutes))
        raise Problem(429, "rate.limited", said, retry_after=wait)


@csrf_exempt  # nobody is signed in here, and in a frame there are no cookies: the Origin and the stamp say what a token would
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, key: str) -> HttpResponse:
    """`/form/<key>`"""
    place = place_of(request, key)
    with translation.override(place.lang):
        asked = sheet(place.inbox, place.lang)
        if request.method != "POST":
            return _draw(request, place, asked, Arrived({"stamp": stamp.issue(key), "type": request.GET.get("type", "")}))
        try:
            only_from_here(request.headers.get("Origin", ""), f"{request.scheme}://{request.get_host()}")
            arrived = arriving.read(request, asked, submitting.owner(place.inbox))
        except Problem as problem:
            return portal_page(request, "stop", place.inbox.brand, place.lang, problem.status, title=problem.title, again=place.path())
        return _take(request, place, asked, arrived)


def _take(request: HttpRequest, place: Place, asked: Sheet, arrived: Arrived) -> HttpResponse:
    """Take it in and say thanks, or give it back with all that was typed and what is wrong."""
    typed, here = arrived.typed, network(request)
    known = stamp.read(typed.get("stamp", ""), place.inbox.public_id)
    doubt = "trap" if typed.get(arriving.TRAP) else known.doubt
    try:
        limit(tries_rate, here)
        read = slip.read(asked, typed, [file.key for file in arrived.kept], nonce=known.nonce, doubt=doubt)
        if arrived.wrong:
            raise slip.Refused(arrived.wrong)
        limit(sends_rate, here)
        limit(inbox_rate, place.inbox.public_id)
        sent = submitting.submit(place.inbox, read)
    except slip.Refused as refused:
        arrived.wrong = {**refused.wrong, **arrived.wrong}
        return _draw(request, place, asked, arrived, 422)
    except Problem as problem:
        arrived.wrong.setdefault(problem.field or "", str(problem.title))
        back = _draw(request, place, asked, arrived, problem.status)
        for name, value in problem.headers().items():
            back.headers[name] = value
        return back
    by = promised_by(place.inbox, typed.get("type", ""), clock.now())  # said alike to whoever is looked at first
    return HttpResponseRedirect(place.path("/thanks", n=sent.reference, **({"by": f"{by.timestamp():.0f}"} if by else {})), status=303)


def _links(place: Place, tail: str = "", **more: str) -> list[tuple[str, str, str]]:
    return [(code, name, place.path(tail, **more, lang=code)) for code, name in LANGUAGES.items()]


def _draw(request: HttpRequest, place: Place, asked: Sheet, arrived: Arrived, status: int = 200) -> HttpResponse:
    config, shop = place.config, place.inbox.brand
    ask = {"name": config.ask_name, "phone": config.ask_phone, "subject": config.subject}
    questions = [
        {"name": each.name, "label": each.label, "kind": each.definition.kind, "choices": each.definition.choices, "type": each.type}
        for each in asked.questions
    ]
    order = ["type", "name", "email", "phone", *(each.name for each in asked.questions), "subject", "text", "files"]
    first = next((name for name in order if name in arrived.wrong), "")  # where the cursor goes
    return portal_page(
        request, "form", shop, place.lang, status, theme=place.theme, framed=place.framed, action=place.path(), files_url=place.path("/files"), links=_links(place),
        intro=text_in(config.intro, place.lang, shop.locale), ask=ask, types=[(kind.public_id, label) for kind, label in asked.types], questions=questions,
        first=first, typed=arrived.typed, wrong=arrived.wrong, kept=arrived.kept, takes_files=config.files, trap=arriving.TRAP,
    )  # fmt: skip


def _moment(text: str) -> datetime | None:
    """Epoch seconds of a moment not too far off, else None."""
    if not text.isascii() or not text.isdecimal() or len(text) > 11:
        return None
    now, found = clock.now(), datetime.fromtimestamp(int(text), UTC)
    return found if abs(found - now) < timedelta(days=366) else None


@require_safe
def thanks(request: HttpRequest, key: str) -> HttpResponse:
    """`/form/<key>/thanks?n=…`: the same for a form that a person looks at first."""
    place = place_of(request, key)
    reference = ids.as_reference(request.GET.get("n", ""))
    if reference is None:
        raise Http404
    shop = place.inbox.brand
    by = _moment(request.GET.get("by", ""))
    more = {"by": request.GET["by"]} if by else {}
    with translation.override(place.lang):
        told = until(by, clock.now(), desk_settings.read().time_zone, place.lang) if by else ""
        facts: dict[str, Any] = {"reference": reference, "thanks": text_in(place.config.thanks, place.lang, shop.locale), "again": place.path()}
        return portal_page(
            request,
            "thanks",
            shop,
            place.lang,
            theme=place.theme,
            framed=place.framed,
            links=_links(place, "/thanks", n=reference, **more),
            by=told,
            asks=delivery.mail_of(shop.pk) is not None,
            **facts,
        )


@csrf_exempt
@require_POST
def files(request: HttpRequest, key: str) -> HttpResponse:
    """A file beforehand, while the rest is still being typed: the raw body, its name in `X-Name`."""
    place = place_of(request, key)
    with translation.override(place.lang):
        only_from_here(request.headers.get("Origin", ""), f"{request.scheme}://{request.get_host()}")
        if not place.config.files:
            raise Problem(403, "files.off", gettext_lazy("This form takes no files."))
        limit(uploads_rate, network(request))
        file = arriving.bring(request, unquote(request.headers.get("X-Name", "file")), submitting.owner(place.inbox))
        return JsonResponse({"key": file.key, "name": file.name, "size": file.size}, status=201)
