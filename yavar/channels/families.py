"""Families of channels: what promises are made for and figures are told by, also those whose package is not here yet."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FAMILIES: dict[str, Promise] = {
    "chat": _("Chat"), "mail": _("E-mail"), "form": _("Contact form"), "phone": _("Phone"), "social": _("Social networks"), "forum": _("Forum"),
}  # fmt: skip
