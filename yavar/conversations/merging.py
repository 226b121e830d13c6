"""Two conversations about one matter become one. Merging moves nothing: the merged one points to its survivor, and undoing it takes the pointer away."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from yavar.base.db import sql, transaction
from yavar.base.events.models import Event
from yavar.base.problem import Problem
from yavar.people.models import Agent

from .actions import locked, tell, unanswered_since
from .events import Merged, MergedAway, Unmerged
from .models import Conversation

Status = Conversation.Status


def survivor_of(conversation: Conversation) -> Conversation:
    """Where a conversation goes on after merging: itself, mostly."""
    while conversation.merged_into_id is not None:
        conversation = Conversation.objects.get(pk=conversation.merged_into_id)
    return conversation


def merged_into(conversation_id: int) -> list[int]:
    """The keys of all that was merged into it, also by way of others."""
    return sql.below(Conversation, "merged_into_id", conversation_id)


def merge(conversation_id: int, into_id: int, *, by: Agent) -> Conversation:
    """From now on it goes on in `into`; answers that one. New messages go there, its thread shows both. Twice is the same as once.

    Raises Problem 409 when they belong to two customers (a customer would read the other's messages) or one is merged already, 422 for one with itself.
    """
    if conversation_id == into_id:
        raise Problem(422, "merge.self", _("A conversation can’t be merged with itself."), field="into")
    with transaction():
        rows = {key: locked(key) for key in sorted((conversation_id, into_id))}
        gone, kept = rows[conversation_id], rows[into_id]
        if gone.merged_into_id == kept.pk:
            return kept
        if gone.status == Status.MERGED or kept.status == Status.MERGED:
            raise Problem(409, "merge.merged", _("One of them has been merged already. Please reload the page."), field="into")
        if gone.customer.survivor() != kept.customer.survivor():
            raise Problem(409, "merge.customers", _("They belong to two customers. Merge the customers first, if they are one person."), field="into")
        before, gone.status, gone.merged_into, gone.snoozed_until = gone.status, Status.MERGED, kept, None
        kept.unread += gone.unread
        waiting = [moment for moment in (kept.waiting_since, gone.waiting_since) if moment]
        kept.waiting_since = min(waiting) if waiting else None
        kept.last_at = max(kept.last_at, gone.last_at)
        if waiting and kept.status == Status.RESOLVED:
            kept.status = Status.OPEN
        gone.unread, gone.waiting_since = 0, None
        tell(gone, MergedAway(kept.pk, before), by.actor, "status", "merged_into", "snoozed_until", "unread", "waiting_since")
        return tell(kept, Merged(gone.pk), by.actor, "unread", "waiting_since", "last_at", "status")


def take_apart(customers: Iterable[int], *, by: Agent) -> None:
    """What was merged between people who are two after all is two again, inside the transaction that parts them: neither reads what the other wrote."""
    theirs = Conversation.objects.filter(customer__in=customers, merged_into__isnull=False).select_related("customer", "merged_into__customer")
    for gone in theirs.order_by("pk"):
        if gone.merged_into is not None and gone.customer.survivor() != gone.merged_into.customer.survivor():
            unmerge(gone.pk, by=by)


def unmerge(conversation_id: int, *, by: Agent) -> Conversation:
    """Undo: it stands by itself again, with the status it had. What was written meanwhile stays where it was written. Answers it."""
    with transaction():
        pointed = Conversation.objects.get(pk=conversation_id).merged_into_id
        if pointed is None:
            return locked(conversation_id)
        rows = {key: locked(key) for key in sorted((conversation_id, pointed))}
        gone, kept = rows[conversation_id], rows[pointed]
        if gone.merged_into_id != pointed:
            raise Problem(409, "merge.changed", _("Somebody changed this meanwhile. Please reload the page."))
        told = Event.objects.filter(subject_kind="conversation", subject_id=gone.pk, name="conversation.merged_away").order_by("-seq").first()
        gone.status, gone.merged_into = (told.payload["before"] if told else Status.OPEN), None
        for each in (gone, kept):
            each.waiting_since = unanswered_since(each) if each.status == Status.OPEN else None
        tell(kept, Unmerged(gone.pk), by.actor, "waiting_since")
        return tell(gone, Unmerged(kept.pk), by.actor, "status", "merged_into", "waiting_since")
