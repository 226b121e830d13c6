"""Who may see and do what. Reads start at the viewer; what one may not see does not exist."""

from django.db.models import Q, QuerySet

from yavar.people.models import Agent

from .models import Conversation, Inbox


def inboxes_of(agent: Agent) -> QuerySet[Inbox]:
    """The inboxes an agent works in: those that name them and those that name nobody; supervisors and owners work in all."""
    if agent.role != Agent.Role.AGENT:
        return Inbox.objects.all()
    return Inbox.objects.filter(Q(members=agent) | Q(members__isnull=True)).distinct()


def visible_to(agent: Agent) -> QuerySet[Conversation]:
    """The conversations an agent may see: in their inboxes, and there their own, their teams' or all."""
    if not agent.is_active:
        return Conversation.objects.none()
    found = Conversation.objects.all()
    if agent.role != Agent.Role.AGENT:
        return found
    if Inbox.objects.filter(members__isnull=False).exists():
        found = found.filter(inbox__in=inboxes_of(agent).values("pk"))
    if agent.sees == Agent.Sees.OWN:
        return found.filter(assignee=agent)
    if agent.sees == Agent.Sees.TEAM:
        return found.filter(Q(assignee=agent) | Q(team__in=agent.teams.all()) | Q(assignee__isnull=True, team__isnull=True))
    return found


def may_see(agent: Agent, conversation_id: int) -> bool:
    """Whether this one is among them."""
    return visible_to(agent).filter(pk=conversation_id).exists()
