"""Who sees which canned replies, and who may change them."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from yavar.base.problem import Problem
from yavar.people.models import Agent

from .models import CannedReply

SHARE = "canned.share"


def visible_to(agent: Agent) -> QuerySet[CannedReply]:
    """What an agent can use: their own, everyone's, and those of their teams."""
    teams = CannedReply.teams.through.objects.filter(team__in=agent.teams.all()).values("cannedreply")
    shared = Q(owner__isnull=True) & (Q(everyone=True) | Q(pk__in=teams))
    return CannedReply.objects.filter(Q(owner=agent) | shared, removed_at__isnull=True)


def known_to(agent: Agent) -> QuerySet[CannedReply]:
    """What they can use or change: whoever may share sees what every team has."""
    if not agent.may(SHARE):
        return visible_to(agent)
    return CannedReply.objects.filter(Q(owner=agent) | Q(owner__isnull=True), removed_at__isnull=True)


def may_change(agent: Agent, canned: CannedReply) -> bool:
    """Their own, or with the right to share the team's."""
    return canned.owner_id == agent.pk if canned.owner_id is not None else agent.may(SHARE)


def denied(right: str) -> Problem:
    """403: the right is missing."""
    return Problem(403, "permission.missing", _("You don’t have the right to do this. An owner or administrator can give it to you."), extra={"needs": right})
