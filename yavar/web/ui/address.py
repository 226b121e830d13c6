"""Where this desk is reached, and addresses that more than one face must know."""

from django.conf import settings
from django.http import HttpRequest

TRY = "/settings/try"  # the desk's own page that may show the chat


def desk_url(request: HttpRequest) -> str:
    """Where browsers reach this desk."""
    return settings.ENV.url or f"{request.scheme}://{request.get_host()}"
