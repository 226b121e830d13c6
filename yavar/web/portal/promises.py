"""The page of promises: what a shop promises on each channel, whether somebody is there, and what it really reached. Also for search engines (schema.org)."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yavar.base import clock
from yavar.channels.families import FAMILIES
from yavar.conversations.models import Inbox
from yavar.desk import settings as desk_settings
from yavar.desk.lengths import spoken
from yavar.desk.locales import digits
from yavar.desk.models import Brand, translated
from yavar.desk.moments import until
from yavar.flow.sla.models import Reached
from yavar.flow.sla.published import Presence, Published, promises_of
from yavar.people.hours.rules import AROUND, DAY, DAYS, Rules, clock_time
from yavar.web.ui.address import desk_url
from yavar.web.ui.templating import json_block

from .place import LANGUAGES, portal_page

ICONS = {"chat": "message-circle", "mail": "mail", "form": "file", "phone": "phone"}
SCHEMA_DAYS = dict(zip(DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))


@require_safe
def promises(request: HttpRequest, brand: str = "") -> HttpResponse:
    """`/promises` for the first shop, `/promises/<shop>` for each. Absent while the owner does not publish them."""
    shops = Brand.objects.order_by("pk")
    shop = shops.filter(public_id=brand).first() if brand else shops.first()
    desk = desk_settings.read()
    if shop is None or not desk.publish_promises:
        raise Http404
    lang = request.GET.get("lang", "")
    lang = lang if lang in LANGUAGES else shop.locale
    path = request.path
    with translation.override(lang):
        found = promises_of(shop)
        links = [(code, name, f"{path}?lang={code}") for code, name in LANGUAGES.items()]
        response = portal_page(
            request, "promises", shop, lang, theme="system", links=links, rows=[_row(each, lang, desk.time_zone) for each in found], marked=json_block(_schema(shop, found, lang, desk_url(request))),
        )  # fmt: skip
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


def _row(each: Published, lang: str, zone: str) -> dict[str, Any]:
    targets = each.terms.targets
    return {
        "icon": ICONS.get(each.families[0], "message-circle"), "name": " · ".join(str(FAMILIES.get(family, family)) for family in each.families),
        "about": [translated(kind.name, lang) for kind in each.types], "href": _way(each.inboxes[0]), "open": each.presence.open, "presence": here(each.presence, lang, zone),
        "promises": [
            (words, spoken(target), _reached(each.reached.get(kind), target))
            for kind, words, target in (("first", _("First answer within"), targets.first), ("resolution", _("Solved within"), targets.resolution))
            if target
        ],
    }  # fmt: skip


def _way(inbox: Inbox) -> str:
    return f"/form/{inbox.public_id}" if inbox.kind == "form" else ""


def here(found: Presence, lang: str, zone: str) -> str:
    """Whether somebody is there, in a sentence."""
    now = clock.now()

    def told(at: datetime) -> str:
        return until(at, now, zone, lang)

    if found.open:
        return _("Open now, until {time}").format(time=told(found.until)) if found.until else _("Open around the clock")
    return _("Closed until {time}").format(time=told(found.opens)) if found.opens else _("Closed now")


def _reached(found: Reached | None, target: int) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "half": spoken(found.half), "most": spoken(found.most), "share": percent(100 * found.kept // found.number), "number": digits(found.number),
        "met": found.most <= target,
    }  # fmt: skip


def percent(number: int) -> str:
    """As each language writes it."""
    return f"{digits(number)}٪" if translation.get_language() == "fa" else f"{number}%" if translation.get_language() == "en" else f"{number} %"


def _schema(shop: Brand, found: list[Published], lang: str, desk: str) -> dict[str, Any]:
    """https://schema.org/ContactPoint, one for each channel."""
    points = []
    for each in found:
        first = each.terms.targets.first
        point: dict[str, Any] = {
            "@type": "ContactPoint", "contactType": "customer support", "name": " · ".join(str(FAMILIES.get(family, family)) for family in each.families),
            "availableLanguage": list(LANGUAGES), "hoursAvailable": _opening(each.hours.rules),
        }  # fmt: skip
        if first:
            point["description"] = f"{_('First answer within')} {spoken(first)}"
        if way := _way(each.inboxes[0]):
            point["url"] = f"{desk}{way}"
        if each.families[0] == "mail" and (address := each.inboxes[0].config.get("address")):
            point["email"] = address
        points.append(point)
    return {"@context": "https://schema.org", "@type": "OnlineStore", "name": shop.name_in(lang), "contactPoint": points}


def _opening(rules: Rules) -> list[dict[str, str]]:
    """https://schema.org/OpeningHoursSpecification. Around the clock is 00:00 to 23:59 there."""
    found = []
    for day in DAYS:
        for start, end in rules.week.get(day, ()):
            closes = "23:59" if (start, end) == AROUND[0] else clock_time(end) if end != DAY else "23:59"
            found.append(
                {"@type": "OpeningHoursSpecification", "dayOfWeek": f"https://schema.org/{SCHEMA_DAYS[day]}", "opens": clock_time(start), "closes": closes}
            )
    return found
