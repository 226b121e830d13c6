"""The inbox's page: the shell comes with everything the client needs to draw its first list."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from yavar.base import clock
from yavar.base.days import calendar_of
from yavar.base.named import by_name
from yavar.channels.chat import config_of
from yavar.channels.contract import channel
from yavar.channels.delivery import able
from yavar.conversations.canned.fields import labelled
from yavar.conversations.lists import Order, UnknownView, counts, view
from yavar.conversations.models import Tag
from yavar.conversations.policies import inboxes_of
from yavar.desk.locales import LOCALES
from yavar.desk.models import Brand, FieldDefinition, RequestType
from yavar.notifications.choices import SOUNDING, read, zone_of
from yavar.notifications.queries import unseen
from yavar.people.models import Agent, Team
from yavar.people.team.roles import PERMISSIONS
from yavar.web.api.desk import field_facts
from yavar.web.api.reading import list_page, mark
from yavar.web.api.team import agent_facts, colleagues
from yavar.web.api.words import tag_facts, view_facts, views_of
from yavar.web.ui.strings import client_strings
from yavar.web.ui.templating import direction, json_block, page

from .settings.chat import setup_of

SHOWN = 12  # rows that a laptop shows at once


def inbox(request: HttpRequest, path: str = "") -> HttpResponse:
    """`/inbox/<view>/<conversation>`: the client reads the rest of the path."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect("/sign-in?" + urlencode({"next": request.get_full_path()}))
    facts = boot(request, path)
    shell = {
        "brand": facts["brand"],
        "open": "/" in path.strip("/"),
        "view": facts["list"]["view"],
        "rows": facts["list"]["rows"][:SHOWN] if (path.partition("/")[0] or "mine") == facts["list"]["view"] else [],
    }
    return page(request, "agent/inbox.html", boot_json=json_block(facts), shell=shell, theme=request.user.theme)


def boot(request: HttpRequest, path: str) -> dict[str, Any]:
    """docs/develop/client-api.md: the boot data."""
    agent: Agent = request.user
    lang = translation.get_language() or "en"
    brands = {brand.pk: brand for brand in Brand.objects.all()}
    first = next(iter(brands.values()), None)
    inboxes = list(inboxes_of(agent))
    sending = able(inboxes)
    own = list(FieldDefinition.objects.filter(active=True).select_related("brand", "request_type").order_by("position", "pk"))
    cursor = mark()
    try:
        shown = _list(request, path.split("/")[0] or "mine", request.GET.get("tab", "open"))
    except UnknownView:
        shown = _list(request, "mine", "open")
    return {
        "me": agent_facts(agent), "email": agent.email, "may": [name for name in PERMISSIONS if agent.may(name)], "csrf": get_token(request), "lang": lang, "dir": direction(lang), "calendar": calendar_of(agent.calendar, lang),
        "now": clock.now(), "theme": agent.theme, "digits": agent.digits, "single_keys": agent.single_keys,
        "brand": {"name": first.name_in(lang), "initials": first.initials(lang)} if first else {"name": "Yavar", "initials": "Y"},
        "agents": colleagues(),
        "teams": [{"id": team.public_id, "name": team.name} for team in by_name(Team.objects.all())],
        "tags": [tag_facts(tag) for tag in by_name(Tag.objects.order_by("name")[:500])],
        "inboxes": [{"id": i.public_id, "name": i.name, "kind": i.kind, "sends": i.pk in sending, "writes": (of := channel(i.kind)) is not None and of.way != "" and not of.by_mail, "brand": brands[i.brand_id].name_in(lang), "names": brands[i.brand_id].name, "brand_id": brands[i.brand_id].public_id} for i in inboxes],
        "visitors": any(config_of(each.config).see_visitors for each in inboxes if each.kind == "chat"), "request_types": [{"id": kind.public_id, "name": kind.name.get(lang) or next(iter(kind.name.values()), "")} for kind in RequestType.objects.all()],
        "views": [view_facts(each) for each in views_of(agent)], "fields": [field_facts(each) for each in own], "canned_fields": labelled(own, lang), "yes_no": yes_no() if any(each.kind == "yesno" for each in own) else {},
        "counts": {**counts(agent), "notifications": unseen(agent)}, "notify": notify_of(agent), "list": shown, "cursor": cursor, "setup": setup_of(agent), **client_strings("agent", lang),
    }  # fmt: skip


def yes_no() -> dict[str, list[str]]:
    """No and yes in each language: a canned reply is in its customer's."""
    words = {}
    for lang in LOCALES:
        with translation.override(lang):
            words[lang] = [_("No"), _("Yes")]
    return words


def notify_of(agent: Agent) -> dict[str, Any]:
    """What makes a sound for somebody, and when nothing does."""
    own = read(agent)
    return {"sound": [kind for kind in SOUNDING if own.wants(kind, "sound")], "quiet": own.quiet, "zone": zone_of(agent) if own.quiet else ""}


def _list(request: HttpRequest, name: str, tab: str) -> dict[str, Any]:
    agent: Agent = request.user
    order: Order = (
        "newest" if request.COOKIES.get(f"order-{agent.public_id}") == "newest" else "due"
    )  # what this device was told, so that no row moves when the client comes
    return {**list_page(agent, view(agent, name, tab, order), ""), "view": name, "tab": tab, "order": order}
