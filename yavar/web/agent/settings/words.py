"""What several pages of the settings say in words: roles and where they hold, browsers, a language's names."""

import re
import secrets
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yavar.base import days
from yavar.base.named import by_name
from yavar.base.problem import Problem
from yavar.conversations.models import Inbox
from yavar.desk.locales import digits
from yavar.desk.models import Brand
from yavar.people.models import Agent, Grant, Role, Team
from yavar.people.team.actions import Given
from yavar.people.team.roles import BUILT_IN, PERMISSIONS

from .frame import unexpected

if TYPE_CHECKING:
    from django.db.models import QuerySet

SEES: dict[str, Promise] = {"all": gettext_lazy("all conversations"), "team": gettext_lazy("their team’s and nobody’s"), "own": gettext_lazy("only their own")}
GROUPS: list[tuple[Promise, tuple[str, ...]]] = [
    (gettext_lazy("Conversations"), ("conversation",)), (gettext_lazy("Customers"), ("customer",)), (gettext_lazy("The desk"), ()),
]  # fmt: skip
_BROWSERS = [("Edge", r"Edg(?:e|A|iOS)?/"), ("Opera", r"OPR/"), ("Yandex", r"YaBrowser/"), ("Samsung Internet", r"SamsungBrowser/"), ("Firefox", r"Firefox/|FxiOS/"), ("Chrome", r"Chrom(?:e|ium)/|CriOS/"), ("Safari", r"Safari/"), ("curl", r"^curl/")]  # fmt: skip
_SYSTEMS = [
    ("Windows", r"Windows"),
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("Linux", r"Linux|X11"),
]
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


def browser_of(agent: str) -> str:
    """A browser in short, as in "Firefox, Linux"; '' for one nobody knows."""
    return ", ".join(filter(None, (next((name for name, mark in known if re.search(mark, agent)), "") for known in (_BROWSERS, _SYSTEMS))))


def new_password() -> str:
    """A password to read out or copy: four groups of four, 79 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _each in range(4)) for _group in range(4))


def rights() -> list[dict[str, Any]]:
    """All rights in their groups, as pages show them."""
    grouped = {room for _label, rooms in GROUPS for room in rooms}

    def here(name: str, rooms: tuple[str, ...]) -> bool:
        room = name.split(".")[0]
        return room in rooms if rooms else room not in grouped

    return [{"label": label, "rights": [(name, words) for name, words in PERMISSIONS.items() if here(name, rooms)]} for label, rooms in GROUPS]


def choices(found: "QuerySet[Any]") -> list[tuple[str, str]]:
    """Things with a name, as a field to choose from offers them."""
    return by_name(found.values_list("public_id", "name"), itemgetter(1))


class Places:
    """Roles and the places where they can be given, asked of the database once for a page."""

    @cached_property
    def roles(self) -> dict[str, str]:
        """Key -> name: those of every desk, then the owner's own."""
        return {role.key: str(role.label) for role in BUILT_IN.values()} | dict(choices(Role.objects.all()))

    @cached_property
    def _rows(self) -> dict[str, dict[int, tuple[str, str]]]:
        lang = translation.get_language() or "en"
        return {
            "brand": {each.pk: (each.public_id, each.name_in(lang)) for each in Brand.objects.order_by("pk")},
            "inbox": {each.pk: (each.public_id, each.name) for each in by_name(Inbox.objects.order_by("pk"))},
            "team": {each.pk: (each.public_id, each.name) for each in by_name(Team.objects.all())},
        }

    def groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The places to choose from, by kind."""
        labels = [("brand", _("A shop")), ("inbox", _("An inbox")), ("team", _("A team"))]
        return [(label, [(f"{kind}:{public}", name) for public, name in self._rows[kind].values()]) for kind, label in labels if self._rows[kind]]

    def value(self, each: Grant) -> str:
        """A grant's place as the form sends it."""
        return "desk" if each.scope == "desk" else f"{each.scope}:{self._rows.get(each.scope, {}).get(each.scope_id, ('', ''))[0]}"

    def given(self, role: str, place: str, sees: str) -> Given:
        """A grant as the form sent it. Raises Problem 400 for what the form does not offer, 422 for what is gone meanwhile."""
        kind, _colon, public = place.partition(":")
        if sees not in SEES or (kind != "desk" and kind not in self._rows):
            raise unexpected()
        if kind == "desk":
            return Given(role, sees=sees)
        key = next((key for key, (known, _name) in self._rows[kind].items() if known == public), None)
        if key is None:
            raise Problem(422, "place.unknown", _("What you chose is no longer here. Please reload the page."), field="grants")
        return Given(role, kind, key, sees)

    def told(self, each: Grant) -> dict[str, str]:
        """A grant in words."""
        name = self._rows.get(each.scope, {}).get(each.scope_id, ("", ""))[1]
        where = {"brand": _("in the shop {name}"), "inbox": _("in the inbox {name}"), "team": _("in the team {name}")}
        return {
            "role": self.roles.get(each.role, "?"), "place": where[each.scope].format(name=f"\u2068{name}\u2069") if each.scope in where else "",
            "sees": "" if each.sees == "all" else str(SEES.get(each.sees, "")),
        }  # fmt: skip

    def words(self, grants: Iterable[Grant]) -> list[str]:
        """Grants as short sentences: "Agent in the inbox Chat, sees only their own"."""
        told = [self.told(each) for each in sorted(grants, key=lambda each: each.pk)]
        return [" ".join(filter(None, (each["role"], each["place"]))) + (_(", sees {what}").format(what=each["sees"]) if each["sees"] else "") for each in told]


def big(number: int) -> str:
    """A whole number with its thousands set apart, as the reader's language writes it."""
    mark = {"fa": "٬", "ru": "\u202f"}.get(translation.get_language() or "en", ",")
    return "".join(digits(int(each)) if each.isdigit() else mark for each in f"{number:,}")


def place_of(ip: str, browser: str) -> str:
    """From where, in short."""
    return " · ".join(filter(None, (browser_of(browser), f"\u2066{ip}\u2069" if ip else "")))


def over(by: Agent, other: Agent) -> bool:
    """Whether `by` may take over another's account (a new password, another address): nobody does to one who may more."""
    held = frozenset().union(*(each.permissions for each in other.powers.held)) if other.is_active else frozenset(PERMISSIONS)
    return by.powers.covers(held) and (other.title != "owner" or by.title == "owner")


def no_day() -> str:
    """What is said of a text that is no day, with one as the reader would write it."""
    lang = translation.get_language() or "en"
    return _("Type a day such as {example}.").format(example=f"\u2068{days.in_field(date(2026, 11, 26), days.calendar_of('', lang), lang)}\u2069")
