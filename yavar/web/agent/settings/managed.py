"""The inboxes that somebody may change."""

from django.http import Http404

from yavar.conversations.models import Inbox
from yavar.conversations.policies import inboxes_of
from yavar.people.models import Agent


def managed(agent: Agent) -> list[Inbox]:
    """The inboxes that this person may change: a role within a team reaches none of them."""
    found = inboxes_of(agent, "inbox.manage").select_related("brand").order_by("pk")
    return [inbox for inbox in found if agent.powers.at("inbox.manage", "inbox", inbox.pk) or agent.powers.at("inbox.manage", "brand", inbox.brand_id)]


def chat_inbox(agent: Agent, query: dict[str, str]) -> Inbox:
    """The chat that `?inbox=` names, else the first that this person may change. Raises Http404."""
    found = [inbox for inbox in managed(agent) if inbox.kind == "chat" and query.get("inbox", inbox.public_id) == inbox.public_id]
    if not found:
        raise Http404
    return found[0]
