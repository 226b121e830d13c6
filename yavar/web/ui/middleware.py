"""What every page of Django's chain gets: headers that protect, the reader's language, one shape of errors."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from yavar.base.numbers import written
from yavar.base.problem import Problem

from .errors import problem_response

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
LONGEST = 256 * 1024  # bytes of a form; files come by ways of their own
WITH_FILES = 128 << 20  # bytes of a customer's form, whose page works without scripts and so sends its files along
View = Callable[[HttpRequest], HttpResponse]
LANGUAGES = ("fa", "ru", "en")
CSP = "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"


class Headers:
    """Content-Security-Policy and its kin. A view may set `request.frame_ancestors` (the chat panel and the forms do)."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        most = WITH_FILES if request.path.startswith("/form/") else LONGEST
        if request.content_type in FORMS and int(request.META.get("CONTENT_LENGTH") or 0) > most and not request.path.startswith("/hooks/"):
            return problem_response(Problem(413, "body.too_large", _("The request is too large.")))
        request.nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined]
        response = self.get_response(request)
        ancestors = getattr(request, "frame_ancestors", "'none'")
        response.headers.setdefault("Content-Security-Policy", CSP.format(nonce=request.nonce, ancestors=ancestors))  # type: ignore[attr-defined]
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        if limits := getattr(request, "rate", None):  # draft-ietf-httpapi-ratelimit-headers-07
            response.headers["RateLimit-Limit"], response.headers["RateLimit-Remaining"], response.headers["RateLimit-Reset"] = map(str, limits)
        if settings.ENV.secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response


class Language:
    """The reader's language: `X-Lang` of our clients, `?lang=` (remembered), the agent's choice, the cookie, the browser's wish. And the digits the agent has chosen."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang", "")
        code = request.headers.get("X-Lang", "") or asked
        if code not in LANGUAGES and _is_known(request):
            code = request.user.lang
        if code not in LANGUAGES:
            code = request.COOKIES.get("yavar_lang", "")
        if code not in LANGUAGES and "Accept-Language" in request.headers:
            code = translation.get_language_from_request(request)[:2]
        with translation.override(code if code in LANGUAGES else "en"), written(self._digits(request)):
            response = self.get_response(request)
        if asked in LANGUAGES and not request.path.startswith(("/chat/", "/form/", "/sw.js")):
            response.set_cookie("yavar_lang", asked, max_age=365 * 24 * 3600, samesite="Lax", secure=settings.ENV.secure)
        return response

    @staticmethod
    def _digits(request: HttpRequest) -> str:
        """Our clients (`X-Lang`) write numbers by themselves: for them nobody need be looked up."""
        if request.headers.get("X-Lang") or request.path.startswith("/api/"):
            return ""
        return request.user.digits if _is_known(request) else ""


def _is_known(request: HttpRequest) -> bool:
    """Whether an agent has signed in. Without the session's cookie nobody need be looked for."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated


class Problems:
    """A raised Problem becomes its JSON."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and request.path.startswith("/api/"):
            refused = problem_response(Problem(405, "method", _("The request isn’t in the expected form.")))
            refused.headers["Allow"] = response.headers.get("Allow", "")
            return refused
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return problem_response(exception) if isinstance(exception, Problem) else None
