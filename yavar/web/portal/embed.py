"""The form on the shop's own pages: one line of script puts it into a frame that grows with it."""

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from yavar.web.ui.address import desk_url
from yavar.web.ui.assets import assets
from yavar.web.ui.templating import json_block

from .place import LANGUAGES, open_form


@require_GET
def embed(request: HttpRequest, key: str) -> HttpResponse:
    """`/form/<key>/embed.js`"""
    inbox, _config = open_form(key)
    titles = {}
    for lang in LANGUAGES:
        with translation.override(lang):
            titles[lang] = pgettext("form", "Write to {shop}").format(shop=inbox.brand.name_in(lang))
    facts = {"key": key, "desk": desk_url(request), "lang": inbox.brand.locale, "titles": titles}
    response = HttpResponse(f"(()=>{{const YAVAR={json_block(facts)};\n{assets().text('portal/embed.js')}}})();", content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
