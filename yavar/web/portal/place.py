"""Where a page of the portal stands: whose it is, in which language, by itself or in a frame on the shop's page."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from yavar.base.problem import Problem
from yavar.channels.chat import origin
from yavar.channels.form import KIND, FormConfig, config_of
from yavar.conversations.models import Inbox
from yavar.desk.accent import HOUSE
from yavar.desk.models import Brand
from yavar.web.ui.address import desk_url
from yavar.web.ui.templating import page

LANGUAGES = {"fa": "فارسی", "ru": "Русский", "en": "English"}


@dataclass(frozen=True)
class Place:
    """One form on one page."""

    inbox: Inbox
    config: FormConfig
    lang: str
    framed: bool
    theme: str

    def path(self, tail: str = "", **more: str) -> str:
        """A path of this form that keeps how it is shown."""
        how = {"lang": self.lang} | ({"frame": "1", "theme": self.theme} if self.framed else {}) | more
        return f"/form/{self.inbox.public_id}{tail}?{urlencode(how)}"


def open_form(key: str) -> tuple[Inbox, FormConfig]:
    """The form behind a public key; off, absent and of another kind are the same 404."""
    inbox = Inbox.objects.select_related("brand").filter(public_id=key, kind=KIND, active=True).first()
    if inbox is None:
        raise Http404
    return inbox, config_of(inbox.config)


def place_of(request: HttpRequest, key: str) -> Place:
    """Where this request stands. Only pages of the form's origins may frame it: the browser is told so, and a frame that says it comes from elsewhere gets
    nothing. Raises Http404, Problem 403."""
    inbox, config = open_form(key)
    request.frame_ancestors = " ".join(config.origins) or "'none'"  # type: ignore[attr-defined]
    framed = "frame" in request.GET
    came_from = origin(request.headers.get("Referer", ""))
    if framed and came_from is not None and came_from not in (*config.origins, desk_url(request)):
        raise Problem(403, "origin.foreign", _("This page may not show this form."))
    lang, theme = request.GET.get("lang", ""), request.GET.get("theme", "")
    return Place(inbox, config, lang if lang in LANGUAGES else inbox.brand.locale, framed, theme if theme in ("light", "dark") else "system")


def portal_page(request: HttpRequest, template: str, shop: Brand, lang: str, status: int = 200, **context: object) -> HttpResponse:
    """A page in the shop's name and colour, inside `translation.override(lang)`."""
    accent = shop.accent or {"h": HOUSE.h, "c": HOUSE.c}
    facts = {"name": shop.name_in(lang), "initials": shop.initials(lang), "h": f"{accent['h']:g}", "c": f"{accent['c']:g}"}
    return page(request, f"portal/{template}.html", status, **({"shop": facts, "framed": False} | context))
