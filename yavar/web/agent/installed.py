"""The desk as an app on somebody's device: what it is called there, its service worker, and what it shows when the desk can't be reached."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yavar.web.ui.assets import assets
from yavar.web.ui.middleware import LANGUAGES
from yavar.web.ui.templating import direction, json_block, page

from .sign_in import brand_facts

FONTS = {"fa": "vazirmatn-arabic", "ru": "inter-cyrillic", "en": "inter-latin"}
THEME, CANVAS = "#006d77", "#f5f4f1"  # the mark's turquoise, the canvas by day: a manifest knows no other form of colours
ICONS = [("192", "any"), ("512", "any"), ("512", "maskable")]


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """`/manifest.webmanifest` (W3C Web Application Manifest), in the reader's language."""
    lang, shop = translation.get_language() or "en", brand_facts()
    name = shop["name"] if shop else "Yavar"
    facts = {
        "id": "/inbox", "name": name, "short_name": name[:30], "description": _("The support desk of {shop}").format(shop=name), "lang": lang, "dir": direction(lang),
        "start_url": "/inbox", "scope": "/", "display": "standalone", "theme_color": THEME, "background_color": CANVAS, "categories": ["business", "productivity"],
        "icons": [_icon(size, purpose) for size, purpose in ICONS] + [{"src": assets().url("ui/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }  # fmt: skip
    return JsonResponse(facts, content_type="application/manifest+json", headers={"Cache-Control": "no-cache"})


def _icon(size: str, purpose: str) -> dict[str, str]:
    name = "maskable" if purpose == "maskable" else "icon"
    return {"src": assets().url(f"ui/app/{name}-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """`/sw.js?lang=fa`: asked for anew at each visit; another build, or another language, is another worker."""
    lang = request.GET.get("lang", "")
    lang = lang if lang in LANGUAGES else "en"
    names = ["ui/tokens.css", "ui/base.css", "ui/components.css", "agent/sign-in.css", "ui/icons.svg", f"ui/fonts/{FONTS[lang]}-wght-normal.woff2"]
    facts = {
        "build": assets().build, "lang": lang, "files": [assets().url(name) for name in names], "icon": assets().url("ui/app/icon-192.png"),
        "mark": assets().url("ui/app/mark-96.png"),
    }  # fmt: skip
    response = HttpResponse(f"const DESK = {json_block(facts)};\n{assets().text('agent/worker.js')}", content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = "/"
    return response


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What the service worker keeps for when the desk can't be reached: it knows nobody and nothing."""
    return page(request, "agent/offline.html")
