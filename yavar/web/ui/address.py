"""Where this desk is reached, and addresses that more than one face must know."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from yavar.base.problem import Problem

TRY = "/settings/try"  # the desk's own page that may show the chat


def desk_url(request: HttpRequest) -> str:
    """Where browsers reach this desk."""
    return settings.ENV.url or f"{request.scheme}://{request.get_host()}"


def only_from_here(sent: str, own: str) -> None:
    """The Origin header of a write: our pages live on our origin. None sent is no browser; then the token must do. Raises Problem 403."""
    if sent and sent not in (own, settings.ENV.url):
        raise Problem(403, "origin.foreign", _("This page may not write to this desk."))
