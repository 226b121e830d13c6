"""Teams: who is in them, and when they work."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yavar.base.named import alphabetical, by_name
from yavar.base.problem import Problem
from yavar.conversations.models import Conversation
from yavar.desk.locales import digits
from yavar.people.models import Agent, Grant, Team
from yavar.people.team.actions import add_team, change_team, remove_team

from .frame import Form, Said, Typed, isolated, kept, listed, settings_page, without_right
from .hours_words import chosen, offered

CAP = 1000


def team_of(agent: Agent, query: Typed) -> Team:
    """The one that `?team=` names, if `agent` may change it. Raises Http404."""
    found = Team.objects.filter(public_id=query.get("team", "")).first()
    if found is None or not agent.powers.at("team.manage", "team", found.pk):
        raise Http404
    return found


def _members(typed: Typed) -> list[Agent]:
    return list(Agent.objects.filter(public_id__in=typed["members"]))


def _add(agent: Agent, typed: Typed) -> Said:
    if not agent.powers.everywhere("team.manage"):
        raise without_right()
    team = add_team(typed["name"], _members(typed), by=agent.actor)
    return Said("teams", _("The team {name} is here.").format(name=isolated(team.name)))


def _change(agent: Agent, typed: Typed) -> Said:
    team = team_of(agent, typed["query"])
    unseen = team.members.exclude(is_active=True, kind="person")  # the page doesn't show them to be ticked
    change_team(team, by=agent.actor, name=typed["name"], members=[*_members(typed), *unseen], calendar=chosen(typed))
    return Said("team", _("Saved."))


def _remove(agent: Agent, typed: Typed) -> Said:
    team = team_of(agent, typed["query"])
    if not agent.powers.everywhere("team.manage"):
        raise without_right()
    name = team.name
    remove_team(team, by=agent.actor)
    return Said("teams", _("The team {name} is dissolved.").format(name=isolated(name)), to="/settings/teams")


FORMS = {
    "add": Form("add", _add, {"name"}, lists={"members"}),
    "change": Form("team", _change, {"name", "calendar"}, lists={"members"}),
    "remove": Form("remove", _remove),
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    people = [
        {"id": each.public_id, "name": each.name, "initials": each.initials(), "hue": each.hue}
        for each in by_name(Agent.objects.filter(is_active=True, kind="person").order_by("pk"))
    ]
    everywhere = agent.powers.everywhere("team.manage")
    if "team" in request.GET:
        here = team_of(agent, request.GET.dict())
        members = [str(each) for each in here.members.values_list("public_id", flat=True)]
        talks = Conversation.objects.filter(team=here).exclude(status="resolved").order_by()[:CAP].count()
        roles = Grant.objects.filter(scope="team", scope_id=here.pk).count()
        return {
            "here": here, "people": people, "everywhere": everywhere, "shown": kept(typed, "change", {"name": here.name, "members": members, "calendar": here.calendar.public_id if here.calendar else ""}),
            "calendars": offered(_("as the inbox or the desk")),
            "talks": ngettext("{n} open conversation then belongs to no team.", "{n} open conversations then belong to no team.", talks).format(n=f"{digits(999)}+" if talks == CAP else digits(talks)),
            "roles": ngettext("{n} role that is given in this team ends.", "{n} roles that are given in this team end.", roles).format(n=digits(roles)) if roles else "",
        }  # fmt: skip
    found = [team for team in by_name(Team.objects.prefetch_related("members")) if agent.powers.at("team.manage", "team", team.pk)]
    teams = [
        {"id": team.public_id, "name": team.name, "members": listed(sorted((each.name for each in team.members.all() if each.is_active), key=alphabetical))}
        for team in found
    ]
    return {"here": None, "teams": teams, "people": people, "everywhere": everywhere, "shown": kept(typed, "add", {"name": "", "members": []})}


teams = settings_page("teams", FORMS, _facts)
