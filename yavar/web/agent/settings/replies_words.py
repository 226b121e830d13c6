"""What the page of canned replies says in words: what one does, who has it, how it was used; and the people of its previews."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from yavar.base import clock
from yavar.conversations.canned.macro import Actions
from yavar.conversations.canned.models import CannedReply
from yavar.desk.locales import LOCALES, digits
from yavar.desk.models import Brand, FieldDefinition
from yavar.people.models import Agent

from .frame import isolated, listed
from .words import big

Options = dict[str, list[tuple[str, str]]]
# somebody whom each language's preview is written to
CUSTOMER: dict[str, Promise] = {
    "customer.first_name": gettext_lazy("Tom"), "customer.name": gettext_lazy("Tom Okafor"), "conversation.subject": gettext_lazy("A cracked lid"),
}  # fmt: skip


def does_words(does: Actions, options: Options) -> tuple[str, bool]:
    """What a macro does, in short, and whether it names something that is not here any more."""
    names = {part: dict(options[part]) for part in options}
    fixed = {("assignee", "me"): _("given to whoever uses it"), ("assignee", "nobody"): _("given to nobody"), ("team", "none"): _("no team"), ("request_type", "none"): _("no type")}  # fmt: skip
    forms = {"assignee": _("given to {name}"), "team": _("team {name}")}
    words, gone = [], False
    for part, key in _named(does):
        name = names["tags" if part.endswith("tags") else part].get(key)
        gone = gone or name is None
        form = {**forms, "add_tags": _("tag {name}"), "remove_tags": _("without the tag {name}")}.get(part, "{name}")
        words.append(fixed.get((part, key)) or form.format(name=isolated(name or "?")))
    return " · ".join(words), gone


def _named(does: Actions) -> Iterable[tuple[str, str]]:
    for part in ("add_tags", "remove_tags"):
        yield from ((part, key) for key in getattr(does, part))
    for part in ("request_type", "priority", "team", "assignee", "then"):
        if key := getattr(does, part):
            yield part, key


def who_words(canned: CannedReply) -> str:
    """Who has it."""
    if canned.owner_id is not None:
        return _("only you")
    if canned.everyone:
        return _("everyone")
    return listed(sorted(team.name for team in canned.teams.all())) or _("nobody: its teams are dissolved")


def used(canned: CannedReply, zone: str) -> dict[str, Any]:
    """How often, and when last: `words`, and where that is long ago `at` to be written as a date. Days are those of `zone`, the desk's."""
    if canned.used_at is None:
        return {"words": _("Not used yet"), "at": None}
    words = ngettext("Used {n} time", "Used {n} times", canned.uses).format(n=big(canned.uses))
    days = _days_since(canned.used_at, zone)
    if days > 30:
        return {"words": words, "at": canned.used_at}
    last = _("last today") if days < 1 else _("last yesterday") if days == 1 else ngettext("last {n} day ago", "last {n} days ago", days).format(n=digits(days))
    return {"words": f"{words} · {last}", "at": None}


def _days_since(moment: datetime, zone: str) -> int:
    here = ZoneInfo(zone)
    return (clock.now().astimezone(here).date() - moment.astimezone(here).date()).days


def samples(agent: Agent, own: Iterable[FieldDefinition]) -> dict[str, dict[str, str]]:
    """What stands in a preview for each field, by language."""
    brand, found = Brand.objects.order_by("pk").first(), {}
    for code in LOCALES:
        with translation.override(code):
            found[code] = {
                **{name: str(words) for name, words in CUSTOMER.items()}, "customer.email": "tom@example.com", "conversation.reference": "8F3K2P9X",
                "agent.name": agent.name, "agent.first_name": agent.first_name(), "shop.name": brand.name_in(code) if brand else "Yavar",
                **{f"{each.on}.field.{each.key}": _sample(each, code) for each in own},
            }  # fmt: skip
    return found


def _sample(field: FieldDefinition, lang: str) -> str:
    if field.kind == "choice" and field.choices:
        return str(field.choices[0])
    known = {"number": "4071", "yesno": _("Yes"), "url": "https://shop.example", "date": "2026-11-22"}
    return known.get(field.kind) or field.label.get(lang) or next(iter(field.label.values()), "")
