"""How policies are said on their pages."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from yavar.base.named import by_name
from yavar.channels.families import FAMILIES
from yavar.conversations.models import Tag
from yavar.desk.lengths import split, spoken
from yavar.desk.locales import digits
from yavar.desk.models import Brand, RequestType, translated
from yavar.flow.sla.models import Policy
from yavar.flow.sla.terms import KINDS, Deed, Step, Terms
from yavar.people.models import Team

from .frame import Typed, listed

Choices = dict[str, list[tuple[str, str]]]
UNITS = {"s": 1, "min": 60, "h": 3600}
UNIT_WORDS: dict[str, Promise] = {"s": gettext_lazy("seconds"), "min": gettext_lazy("minutes"), "h": gettext_lazy("hours")}
SIDES: dict[str, Promise] = {"before": gettext_lazy("before it is due"), "at": gettext_lazy("when it is due"), "after": gettext_lazy("after it was due")}
PRIORITIES: dict[str, Promise] = {"low": gettext_lazy("Low"), "normal": gettext_lazy("Normal"), "high": gettext_lazy("High"), "urgent": gettext_lazy("Urgent")}
PROMISED: dict[str, tuple[Promise, Promise]] = {
    "ack": (gettext_lazy("First word"), gettext_lazy("An automatic message says that you have it, with its number and the time of the answer.")),
    "first": (gettext_lazy("First answer"), gettext_lazy("Somebody of the team answers.")),
    "next": (gettext_lazy("Each further answer"), gettext_lazy("Whenever the customer writes again.")),
    "resolution": (gettext_lazy("Resolution"), gettext_lazy("The matter is settled.")),
    "ownership": (gettext_lazy("The team’s part"), gettext_lazy("A team that was given it is done with it or hands it on.")),
}
DEEDS: dict[str, Promise] = {
    "notify": gettext_lazy("tell whose it is"), "alarm": gettext_lazy("tell the supervisors"), "customer": gettext_lazy("tell the customer, with a new time"),
    "priority:high": gettext_lazy("raise the priority to high"), "priority:urgent": gettext_lazy("raise the priority to urgent"),
}  # fmt: skip
FOR: dict[str, Promise] = {
    "answers": gettext_lazy("any answer"), "first": gettext_lazy("the first answer"), "next": gettext_lazy("a further answer"),
    "resolution": gettext_lazy("the resolution"), "ownership": gettext_lazy("the team’s part"), "all": gettext_lazy("all of them"),
}  # fmt: skip


def choices() -> Choices:
    """Everything that can be chosen on a policy's page: (key, words) each."""
    lang = translation.get_language() or "en"
    brands = [(each.public_id, each.name_in(lang)) for each in Brand.objects.order_by("pk")]
    types = [(each.public_id, translated(each.name, lang)) for each in RequestType.objects.order_by("pk")]
    tags = [(each.public_id, each.name) for each in by_name(Tag.objects.filter(customers__isnull=False).distinct().order_by("name")[:100])]
    deeds = [(key, str(words)) for key, words in DEEDS.items()]
    deeds += [(f"team:{each.public_id}", _("give it to {team}").format(team=each.name)) for each in by_name(Team.objects.all())]
    deeds += [(f"tag:{each.public_id}", _("tag it {tag}").format(tag=each.name)) for each in by_name(Tag.objects.order_by("name")[:100])]
    words: Mapping[str, Mapping[str, Promise]] = {"channels": FAMILIES, "priorities": PRIORITIES, "units": UNIT_WORDS, "sides": SIDES, "for": FOR}
    return {"brands": brands, "request_types": types, "segments": tags, "deeds": deeds} | {
        name: [(key, str(each)) for key, each in found.items()] for name, found in words.items()
    }


def deed(text: str) -> tuple[Deed, str]:
    """A choice of what follows as (deed, what it is about)."""
    do, _colon, to = text.partition(":")
    return cast(Deed, do), to


def saved(terms: Terms, name: str, rows: int) -> Typed:
    """A policy as its form holds it, with `rows` for what follows."""
    shown: Typed = {"name": name, "pauses": terms.pauses, "published": terms.published}
    shown |= {part: list(getattr(terms.match, part)) for part in ("channels", "brands", "request_types", "priorities", "segments")}
    for kind in KINDS:
        target = terms.targets.of(kind)
        amount, unit = split(target) if target else (0, "h" if kind in ("resolution", "ownership") else "min")
        shown |= {f"{kind}_n": digits(amount) if amount else "", f"{kind}_unit": unit}
    shown |= {f"words_{lang}": terms.words.get(lang, "") for lang in ("fa", "ru", "en")}
    steps = [_step(each) for each in terms.steps] + [("", "min", "at", "", "answers")] * (rows - len(terms.steps))
    return shown | {name: [each[at] for each in steps] for at, name in enumerate(("step_n", "step_unit", "step_side", "step_do", "step_for"))}


def _step(step: Step) -> tuple[str, str, str, str, str]:
    amount, unit = split(abs(step.at)) if step.at else (0, "min")
    side = "before" if step.at < 0 else "after" if step.at else "at"
    kinds = set(step.kinds)
    whom = "all" if len(kinds) > 2 else "answers" if kinds == {"first", "next"} else step.kinds[0]
    return digits(amount) if amount else "", unit, side, f"{step.do}:{step.to}" if step.to else step.do, whom


def row(policy: Policy, terms: Terms, known: Choices) -> dict[str, Any]:
    """A policy in the list: what it promises, to whom, what follows."""
    said = [f"{PROMISED[kind][0]}: {spoken(target)}" for kind in KINDS if (target := terms.targets.of(kind))]
    return {
        "id": policy.public_id, "name": policy.name, "active": policy.active, "published": terms.published, "promised": said, "whom": whom(terms, known),
        "follows": ngettext("{n} thing follows when it is near or late", "{n} things follow when it is near or late", len(terms.steps)).format(n=digits(len(terms.steps))) if terms.steps else "",
    }  # fmt: skip


def whom(terms: Terms, known: Choices) -> str:
    """For which conversations, in words."""
    found = []
    for part in ("channels", "brands", "request_types", "priorities", "segments"):
        named, chosen = dict(known[part]), getattr(terms.match, part)
        if chosen:
            found.append(listed([named.get(key, key) for key in chosen]))
    return " · ".join(found) or _("all conversations")


def goals(values: Mapping[str, str]) -> Sequence[tuple[str, str, str, str]]:
    """The goals: (field, words, unit, value) each."""
    return [
        ("goal_first_minutes", _("First answer within"), _("minutes"), values["goal_first_minutes"]),
        ("goal_resolution_hours", _("Solved within"), _("hours"), values["goal_resolution_hours"]),
        ("goal_satisfied", _("Satisfied customers, at least"), _("percent"), values["goal_satisfied"]),
        ("goal_solved_at_once", _("Solved at the first contact, at least"), _("percent"), values["goal_solved_at_once"]),
    ]
