"""Jinja2 for pages: autoescape, gettext, and the few globals that templates use."""

from typing import Any
from urllib.parse import quote

import msgspec
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils import translation
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from yavar.base.days import calendar_of
from yavar.base.numbers import digits, numerals

from .assets import assets

REGIONS = {"fa": "fa-IR", "ru": "ru-RU", "en": "en-GB"}
CALENDARS = {"jalali": "persian", "gregorian": "gregory"}
NUMERALS = {"persian": "arabext", "latin": "latn"}


def environment(**options: Any) -> Environment:
    """Django's hook for the environment."""
    env = Environment(**{**options, "autoescape": True, "undefined": StrictUndefined, "extensions": ["jinja2.ext.i18n"]})
    env.install_gettext_callables(translation.gettext, translation.ngettext, newstyle=True, pgettext=translation.pgettext)  # type: ignore[attr-defined]
    env.globals.update(digits=digits, static=assets().url, icon=icon, modules=modules, favicon=favicon, installable=installable)
    env.filters["numerals"] = numerals
    return env


def icon(name: str, size: int = 16, mirror: bool = False) -> Markup:
    """A Lucide icon from the sprite; `mirror`: it points along the line of reading."""
    href = f"{assets().url('ui/icons.svg')}#{name}"
    return Markup('<svg class="icon{2}" width="{0}" height="{0}" aria-hidden="true"><use href="{1}"/></svg>').format(size, href, " mirror" if mirror else "")


def installable() -> Markup:
    """What makes the agents' pages an app: asked for with their session, since it speaks their language."""
    return Markup('<link rel="manifest" href="/manifest.webmanifest" crossorigin="use-credentials">\n<link rel="apple-touch-icon" href="{}">').format(
        assets().url("ui/app/maskable-192.png")
    )


def favicon() -> Markup:
    """The page's icon, in the page itself: no request for it."""
    return Markup('<link rel="icon" href="data:image/svg+xml,{}">').format(quote(assets().text("ui/icon.svg").strip(), safe=" ='/:;,"))


def modules(face: str) -> list[str]:
    """The addresses of a face's modules, for modulepreload."""
    return [assets().url(name) for name in assets().names(f"{face}/") if name.endswith(".js")]


def json_block(value: Any) -> Markup:
    """JSON that may stand inside <script type="application/json">: no character in it can end the element."""
    text = msgspec.json.encode(value).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render a template with what every page knows."""
    lang = translation.get_language() or "en"
    context = {"lang": lang, "dir": direction(lang), "locale": locale_of(request, lang), "nonce": request.nonce, **context}  # type: ignore[attr-defined]
    return HttpResponse(loader.render_to_string(template, context, request), status=status)


def locale_of(request: HttpRequest, lang: str) -> str:
    """How browsers are to write dates and numbers for this reader (BCP 47): the language's way, or the calendar and digits they have chosen."""
    agent = getattr(request, "user", None)
    known = agent is not None and agent.is_authenticated
    calendar = calendar_of(agent.calendar if known else "", lang)
    digits = known and agent.digits
    return REGIONS[lang] + "-u-ca-" + CALENDARS[calendar] + (f"-nu-{NUMERALS[digits]}" if digits else "")


def direction(lang: str) -> str:
    """`rtl` or `ltr`."""
    return "rtl" if lang == "fa" else "ltr"


__all__ = ["Markup", "direction", "environment", "escape", "icon", "json_block", "page"]
