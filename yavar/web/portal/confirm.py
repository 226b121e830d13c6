"""Confirming an address. The mail's link only shows a button, since programs that look at mail follow links too; the press is what counts."""

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from yavar.channels import claims
from yavar.web.ui.address import only_from_here
from yavar.web.ui.templating import page

from .place import LANGUAGES, portal_page


@csrf_exempt  # the token is the secret, and no cookie gives any right here
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """`/form/confirm/<token>`"""
    claim = claims.by_token(token)
    if claim is None or claim.inbox is None:
        return page(request, "portal/expired.html", 404, title=_("This link is too old or not complete"))
    lang = request.GET.get("lang", "")
    lang = lang if lang in LANGUAGES else claim.lang
    done = request.method == "POST"
    if done:
        only_from_here(request.headers.get("Origin", ""), f"{request.scheme}://{request.get_host()}")
        claims.confirm(claim)
    with translation.override(lang):
        return portal_page(
            request,
            "confirm",
            claim.inbox.brand,
            lang,
            done=done,
            links=[(code, name, f"/form/confirm/{token}?lang={code}") for code, name in LANGUAGES.items()],
            address=claim.address,
            action=f"/form/confirm/{token}?lang={lang}",
        )
