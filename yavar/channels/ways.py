"""The other ways to a shop that stand beside its chat: telephone, mail, messengers, the contact form, help. Each is checked once, when it is saved."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yavar.base import hosts
from yavar.base.problem import Problem
from yavar.conversations.models import Inbox
from yavar.desk.locales import LOCALES
from yavar.people.customers import identities

Kind = Literal["phone", "email", "telegram", "whatsapp", "instagram", "vk", "form", "help", "link"]
MOST = 8
LONGEST = 40  # of a label, in characters: it is one line of a narrow menu
_BETWEEN = re.compile(r"[\s().\-\u200c\u200e\u200f\u2010-\u2015]")
_NUMBER, _HANDLE = re.compile(r"\+?\d{3,15}", re.ASCII), re.compile(r"[\w.]{2,64}", re.ASCII)
_PLAIN = re.compile(r"https://[a-z0-9][a-z0-9.-]*(:\d+)?(/[!-~]*)?", re.ASCII)
# A messenger's own hosts: what is saved as Telegram leads to Telegram. The first is where a bare name leads.
HOSTS = {
    "telegram": ("t.me", "telegram.me"),
    "whatsapp": ("wa.me", "api.whatsapp.com", "whatsapp.com", "www.whatsapp.com"),
    "instagram": ("instagram.com", "www.instagram.com", "ig.me"),
    "vk": ("vk.com", "vk.me", "vk.ru", "m.vk.com"),
}


class Way(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way. `value` is a number, an address, a name, or a form's public id; `label` {locale: text} replaces the usual words."""

    kind: Kind
    value: Annotated[str, msgspec.Meta(max_length=300)]
    label: dict[str, Annotated[str, msgspec.Meta(max_length=LONGEST)]] = {}


class Shown(msgspec.Struct, frozen=True):
    """A way as a page shows it in one language."""

    kind: Kind
    href: str
    words: str


USUAL = {
    "phone": _("Call us"), "email": _("Send an e-mail"), "telegram": _("Telegram"), "whatsapp": _("WhatsApp"), "instagram": _("Instagram"), "vk": _("VK"),
    "form": _("Contact form"), "help": _("Help centre"), "link": "",
}  # fmt: skip


def checked(ways: Sequence[Way]) -> list[Way]:
    """The ways in their normal form, none of them twice. Raises Problem 422 with what is wrong."""
    found = list({(way.kind, way.value): way for way in map(_checked, ways)}.values())
    if len(found) > MOST:
        raise Problem(422, "ways.too_many", _("Eight ways are the most: more would hide each other."), field="value")
    return found


def _checked(way: Way) -> Way:
    label = {code: tidied for code, text in way.label.items() if (tidied := " ".join(text.split()))}
    if not set(label) <= set(LOCALES):
        raise Problem(422, "locale.unknown", _("Please choose one of the languages."), field="label")
    if way.kind == "link" and not label:
        raise Problem(422, "label.missing", _("Say where the link leads, in at least one language."), field="label")
    return Way(way.kind, _normal(way.kind, way.value.strip()), label)


def _normal(kind: Kind, typed: str) -> str:
    """The value as it is kept. Raises Problem 422."""
    if kind == "phone":
        found = number(typed)
        wrong = gettext("A phone number has 3 to 15 digits, best with + and the country.")
    elif kind == "email":
        found, wrong = identities.email(typed), gettext("Please check the e-mail address.")
    elif kind == "form":
        found = typed if Inbox.objects.filter(kind="form", public_id=typed).exists() else None
        wrong = gettext("What you chose is no longer here. Please reload the page.")
    elif kind in ("help", "link"):
        found, wrong = address(typed), gettext("Give a full address that begins with https://.")
    else:
        found = _of_messenger(kind, typed)
        wrong = gettext("Give the name, or an address at {host}.").format(host=f"\u2066{HOSTS[kind][0]}\u2069")
    if found is None:
        raise Problem(422, f"{kind}.invalid", wrong, field="value")
    return found


def number(typed: str) -> str | None:
    """A number to dial, in Latin digits without separators; short and local ones too (unlike an identity, it is only ever dialled)."""
    cleaned = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in _BETWEEN.sub("", unicodedata.normalize("NFKC", typed)))
    return cleaned if _NUMBER.fullmatch(cleaned) else None


def address(typed: str) -> str | None:
    """A whole https address in ASCII, or None: no other scheme, no user name in it."""
    try:
        parts = urlsplit(typed)
        host = hosts.to_ascii(parts.hostname or "")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if parts.scheme != "https" or "@" in parts.netloc or "." not in host:
        return None
    rest = "".join(c if "!" <= c <= "~" else "".join(f"%{byte:02X}" for byte in c.encode()) for c in typed.partition("://")[2].partition("/")[2])
    found = f"https://{host}{port}/{rest}"
    return found if _PLAIN.fullmatch(found) else None


def _of_messenger(kind: Kind, typed: str) -> str | None:
    """An address at the messenger, from such an address or from the name there."""
    if "/" in typed:
        found = address(typed if "://" in typed else f"https://{typed}")
        host, _slash, path = (found or "").removeprefix("https://").partition("/")
        return found if host in HOSTS[kind] and path else None
    if kind == "whatsapp":
        dialled = number(typed)
        return f"https://wa.me/{dialled.lstrip('+')}" if dialled and len(dialled) > 7 else None
    name = typed.removeprefix("@")
    return f"https://{HOSTS[kind][0]}/{name}" if _HANDLE.fullmatch(name) else None


def shown(ways: Sequence[Way], lang: str, shop_lang: str, desk: str) -> list[Shown]:
    """The ways in the active language, in the shop's order; a form that is off or gone is left out. At most one query."""
    wanted = [way.value for way in ways if way.kind == "form"]
    forms = set(Inbox.objects.filter(kind="form", active=True, public_id__in=wanted).values_list("public_id", flat=True)) if wanted else set()
    return [Shown(way.kind, href(way, lang, desk), words(way, lang, shop_lang)) for way in ways if way.kind != "form" or way.value in forms]


def words(way: Way, lang: str, shop_lang: str) -> str:
    """What the way is called: the shop's own words, else the usual ones of the active language; a link has only its own."""
    own = way.label.get(lang) or ("" if USUAL[way.kind] else way.label.get(shop_lang) or next(iter(way.label.values()), way.value))
    return own or str(USUAL[way.kind])


def href(way: Way, lang: str, desk: str) -> str:
    """Where the way leads."""
    if way.kind == "form":
        return f"{desk}/form/{way.value}?lang={lang}"
    return {"phone": "tel:", "email": "mailto:"}.get(way.kind, "") + way.value
