"""Promises about time: which policy holds where, what it promises, what follows; the goals beside them; and whether customers may read them."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from yavar.base.problem import Problem
from yavar.desk import settings as desk_settings
from yavar.desk.locales import digits
from yavar.flow.sla.actions import add_policy, change_policy, order_policies, remove_policy
from yavar.flow.sla.choosing import terms_of
from yavar.flow.sla.models import Policy
from yavar.flow.sla.terms import KINDS, LONGEST, Match, Step, Targets, Terms
from yavar.people.models import Agent

from .frame import Form, Said, Typed, isolated, kept, settings_page, unexpected
from .promises_words import PROMISED, SIDES, UNITS, choices, deed, goals, row, saved

STEPS = 8  # rows for what follows
WIDE = {"answers": ("first", "next"), "all": ("first", "next", "resolution", "ownership")}
GOALS = {"goal_first_minutes": 14400, "goal_satisfied": 100, "goal_solved_at_once": 100, "goal_resolution_hours": 8760}


def policy_of(query: Typed) -> Policy:
    """The one that `?policy=` names. Raises Http404."""
    found = Policy.objects.filter(public_id=query.get("policy", "")).first()
    if found is None:
        raise Http404
    return found


def number(text: str, field: str, most: int, least: int = 1) -> int:
    """A whole number in digits of any script. Raises Problem 422."""
    typed = text.strip()
    if not typed.isdecimal() or len(typed) > 9 or not least <= int(typed) <= most:
        raise Problem(422, "number.invalid", _("Type a whole number, such as 30."), field=field)
    return int(typed)


def seconds(text: str, unit: str, field: str) -> int | None:
    """A length of time as typed, None for none. Raises Problem 422."""
    if not text.strip():
        return None
    if unit not in UNITS:
        raise unexpected()
    return number(text, field, LONGEST // UNITS[unit]) * UNITS[unit]


def _terms(typed: Typed) -> Terms:
    known = choices()
    for name in ("channels", "brands", "request_types", "priorities", "segments"):
        if not set(typed[name]) <= {key for key, _words in known[name]}:
            raise Problem(422, "choice.unknown", _("What you chose is no longer here. Please reload the page."), field=name)
    match = Match(**{name: tuple(typed[name]) for name in ("channels", "brands", "request_types", "priorities", "segments")})
    targets = Targets(**{kind: seconds(typed[f"{kind}_n"], typed[f"{kind}_unit"], f"{kind}_n") for kind in KINDS})
    words = {lang: typed[f"words_{lang}"].strip() for lang in ("fa", "ru", "en") if typed[f"words_{lang}"].strip()}
    if any(len(text) > 2000 for text in words.values()):
        raise Problem(422, "words.too_long", _("The text is longer than 2000 letters."), field="words")
    return Terms(match, targets, _steps(typed), "pauses" in typed, "published" in typed, words)


def _steps(typed: Typed) -> tuple[Step, ...]:
    columns = [typed[name] for name in ("step_n", "step_unit", "step_side", "step_do", "step_for")]
    if len({len(column) for column in columns}) != 1 or len(columns[0]) > STEPS:
        raise unexpected()
    found = []
    for index, (amount, unit, side, does, whom) in enumerate(zip(*columns, strict=True)):
        if not does:
            continue
        if side not in SIDES or whom not in {*WIDE, *KINDS} or unit not in UNITS:
            raise unexpected()
        moment = 0 if side == "at" else number(amount, f"step_{index}", LONGEST // UNITS[unit]) * UNITS[unit]
        do, to = deed(does)
        found.append(Step(-moment if side == "before" else moment, do, WIDE.get(whom) or (whom,), to))
    return tuple(found)


def _add(agent: Agent, typed: Typed) -> Said:
    policy = add_policy(typed["name"], _terms(typed), by=agent.actor)
    return Said("policies", _("The policy {name} is here. It is tried after all others.").format(name=isolated(policy.name)), to="/settings/promises")


def _change(agent: Agent, typed: Typed) -> Said:
    policy = policy_of(typed["query"])
    change_policy(policy, name=typed["name"], terms=_terms(typed), version=number(typed["version"], "version", 10**9), by=agent.actor)
    return Said("policy", _("Saved. Open conversations are reckoned anew."))


def _switch(agent: Agent, typed: Typed) -> Said:
    on = typed["active"] == "on"
    change_policy(policy_of(typed["query"]), active=on, by=agent.actor)
    return Said("state", _("It holds again.") if on else _("It holds no more; conversations fall under the next one that matches."), undo="" if on else "on")


def _remove(agent: Agent, typed: Typed) -> Said:
    policy = policy_of(typed["query"])
    remove_policy(policy, by=agent.actor)
    return Said("policies", _("The policy {name} is gone.").format(name=isolated(policy.name)), to="/settings/promises")


def _move(agent: Agent, typed: Typed) -> Said:
    order = list(Policy.objects.order_by("position", "pk"))
    at = next((index for index, each in enumerate(order) if each.public_id == typed["policy"]), None)
    to = (at or 0) + {"up": -1, "down": 1}.get(typed["way"], 0)
    if at is not None and 0 <= to < len(order):
        order.insert(to, order.pop(at))
        order_policies(order, by=agent.actor)
    return Said("policies", _("The order is changed."))


def _publish(agent: Agent, typed: Typed) -> Said:
    desk_settings.change(by=agent.actor, publish_promises="publish" in typed)
    return Said("publish", _("Customers can read them now.") if "publish" in typed else _("Customers don’t see them."))


def _goals(agent: Agent, typed: Typed) -> Said:
    desk_settings.change(by=agent.actor, **{name: number(typed[name], name, most) for name, most in GOALS.items()})
    return Said("goals", _("Saved."))


LISTS = {"channels", "brands", "request_types", "priorities", "segments", "step_n", "step_unit", "step_side", "step_do", "step_for"}
FIELDS = {"name", "words_fa", "words_ru", "words_en", *(f"{kind}_{part}" for kind in KINDS for part in ("n", "unit"))}
FORMS = {
    "add": Form("add", _add, FIELDS, {"pauses", "published"}, LISTS),
    "change": Form("policy", _change, {*FIELDS, "version"}, {"pauses", "published"}, LISTS),
    "switch": Form("state", _switch, {"active"}),
    "remove": Form("remove", _remove),
    "move": Form("policies", _move, {"policy", "way"}),
    "publish": Form("publish", _publish, boxes={"publish"}),
    "goals": Form("goals", _goals, set(GOALS)),
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    known, promised = choices(), list(PROMISED.items())
    boxes = ("pauses", "published")
    if "policy" in request.GET:
        here = policy_of(request.GET.dict())
        shown = kept(typed, "change", saved(terms_of(here), here.name, STEPS), boxes)
        return {
            "here": here,
            "promised": promised,
            "known": known,
            "shown": _rows(shown),
            "version": typed["version"] if typed and typed["do"] == "change" else here.version,
        }
    shown = kept(typed, "add", saved(Terms(), "", STEPS), boxes)
    policies = [row(each, terms_of(each), known) for each in Policy.objects.order_by("position", "pk")]
    desk = desk_settings.read()
    settled = kept(typed, "goals", {name: digits(getattr(desk, name)) for name in GOALS})
    return {
        "here": None,
        "promised": promised,
        "known": known,
        "policies": policies,
        "shown": _rows(shown),
        "publish": desk.publish_promises,
        "goals": goals(settled),
    }


def _rows(shown: Typed) -> Typed:
    """What follows, a row each, filled up with empty ones."""
    columns = [shown[name] for name in ("step_n", "step_unit", "step_side", "step_do", "step_for")]
    rows = [dict(zip(("n", "unit", "side", "do", "for"), each, strict=True)) for each in zip(*columns, strict=True)]
    return {**shown, "steps": rows}


promises = settings_page("promises", FORMS, _facts)
