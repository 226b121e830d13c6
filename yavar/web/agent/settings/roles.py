"""Roles: what the built-in ones allow, and the owner's own."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yavar.base.named import alphabetical, by_name
from yavar.base.problem import Problem
from yavar.desk.locales import digits
from yavar.people.models import Agent, Grant, Role
from yavar.people.team.custom import remove_role, save_role
from yavar.people.team.roles import BUILT_IN, DESK_WIDE

from .frame import Form, Said, Typed, isolated, kept, listed, settings_page
from .words import rights

MOST_NAMES = 20


def role_of(query: Typed) -> Role:
    """The one that `?role=` names. Raises Http404."""
    found = Role.objects.filter(public_id=query.get("role", "")).first()
    if found is None:
        raise Http404
    return found


def _allowed(typed: Typed) -> list[str]:
    if not typed["permissions"]:
        raise Problem(422, "permissions.none", _("Tick at least one right."), field="permissions")
    return typed["permissions"]


def _add(agent: Agent, typed: Typed) -> Said:
    role = save_role(typed["name"], _allowed(typed), by=agent)
    return Said("own", _("The role {name} is here. Give it to somebody under People.").format(name=isolated(role.name)))


def _change(agent: Agent, typed: Typed) -> Said:
    save_role(typed["name"], _allowed(typed), by=agent, role=role_of(typed["query"]))
    return Said("role", _("Saved. It holds for everybody who has the role, within a minute."))


def _remove(agent: Agent, typed: Typed) -> Said:
    role = role_of(typed["query"])
    remove_role(role, by=agent)
    return Said("own", _("The role {name} is removed.").format(name=isolated(role.name)), to="/settings/roles")


FORMS = {
    "add": Form("add", _add, {"name"}, lists={"permissions"}),
    "change": Form("role", _change, {"name"}, lists={"permissions"}),
    "remove": Form("remove", _remove),
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    if "role" in request.GET:
        here = role_of(request.GET.dict())
        holders = sorted(
            Agent.objects.filter(pk__in=Grant.objects.filter(role=here.public_id).values("agent")).values_list("name", flat=True), key=alphabetical
        )
        number = len(holders)
        lose = ngettext("{n} person loses this role:", "{n} people lose this role:", number).format(n=digits(number)) if number else _("Nobody has it.")
        return {
            "here": here, "groups": rights(), "shown": kept(typed, "change", {"name": here.name, "permissions": here.permissions}), "mine": agent.powers.everywhere, "desk_wide": DESK_WIDE,
            "lose": lose, "holders": holders[:MOST_NAMES], "names": listed(holders[:MOST_NAMES]), "more": number > MOST_NAMES,
        }  # fmt: skip
    own = [{"id": each.public_id, "name": each.name, "number": digits(len(each.permissions))} for each in by_name(Role.objects.all())]
    built = [{"key": each.key, "label": each.label, "permissions": each.permissions} for each in sorted(BUILT_IN.values(), key=lambda each: -each.rank)]
    new = {"name": "", "permissions": ["conversation.read", "customer.read"]}
    return {
        "here": None,
        "built": built,
        "own": own,
        "groups": rights(),
        "shown": kept(typed, "add", new),
        "mine": agent.powers.everywhere,
        "desk_wide": DESK_WIDE,
    }


roles = settings_page("roles", FORMS, _facts)
