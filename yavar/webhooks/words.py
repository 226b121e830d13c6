"""What became of a post, in plain words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFUSED: dict[str, "str | Promise"] = {
    "url": _("This isn’t a complete address. It looks like https://shop.example/hook."),
    "scheme": _("The address begins with https:// or http://."),
    "userinfo": _("Leave the name and password out of the address: every delivery is signed instead."),
    "port": _("This port isn’t called. Use 443, 80, or one from 1024 on."),
    "address": _("This address lies inside a private network. The desk’s operator can allow it (YAVAR_HTTP_ALLOW)."),
    "redirects": _("It redirects elsewhere. Give the address it redirects to."),
}
ERRORS: dict[str, "str | Promise"] = {
    **{f"refused.{reason}": text for reason, text in REFUSED.items()},
    "unreachable.name": _("The name in the address isn’t known to the internet."),
    "unreachable.connect": _("Nobody answers at this address."),
    "unreachable.tls": _("A secure connection isn’t possible: look at its certificate."),
    "unreachable.broken": _("The connection broke before an answer came."),
    "tooslow.connect": _("No connection within 5 seconds."),
    "tooslow.answer": _("No answer within 15 seconds."),
    "secret": _("Its secret was stored with another desk key. Renew the secret."),
    "inside": _("The desk itself failed. Its log says more."),
}
WHY_OFF: dict[str, "str | Promise"] = {
    "owner": _("Switched off by hand."),
    "gone": _("It answered 410 Gone: it wants no more deliveries."),
    "failed": _("It accepted nothing for 5 days."),
    "copied": _("This desk was restored from a backup; the one it was copied from may have delivered since."),
}


def refusal(reason: str) -> "str | Promise":
    """Why an address is not called."""
    return REFUSED.get(reason, REFUSED["url"])


def of_try(status: int | None, error: str) -> "str | Promise":
    """How a try ended."""
    if status is None:
        return ERRORS.get(error, ERRORS["inside"])
    if 200 <= status < 300:
        return _("Accepted.")
    if 300 <= status < 400:
        return REFUSED["redirects"]
    if status == 410:
        return WHY_OFF["gone"]
    if status in (401, 403):
        return _("It refused the delivery: look at how it checks the signature.")
    if status == 404:
        return _("There is nothing at this address.")
    return _("The receiver got it and failed.") if status >= 500 else _("The receiver refused it.")
