"""Which policy holds for a conversation, and in whose hours it is measured."""

import msgspec

from yavar.base.db import sql
from yavar.channels.contract import channel
from yavar.conversations.models import Conversation, Inbox
from yavar.desk.models import Brand, RequestType
from yavar.people.hours.counting import Hours
from yavar.people.hours.queries import AROUND_THE_CLOCK, hours
from yavar.people.models import Calendar, Team

from .models import Course, Policy
from .terms import Match, Terms

NOTHING = Terms()
_known: dict[tuple[int, int], Terms] = {}


def terms(policy: int | None, version: int) -> Terms:
    """What a version of a policy says. One that was overtaken is forgotten: then what the policy says now, or nothing when it is gone."""
    if policy is None:
        return NOTHING
    if (policy, version) not in _known:
        found = sql.by_key(Policy, [policy]).get(policy)
        if found is None or found.version != version:
            return terms_of(found)
        if len(_known) > 500:
            _known.clear()
        _known[policy, version] = terms_of(found)
    return _known[policy, version]


def forget() -> None:
    """What was known of policies is no longer so. For tests."""
    _known.clear()


def family(kind: str) -> str:
    """The family of channels that an inbox's kind belongs to; a kind that nobody has introduced is a family of its own."""
    found = channel(kind)
    return found.family if found else kind


def policy_for(conversation: Conversation) -> Policy | None:
    """The first active policy that matches, or none."""
    found = sql.pick(Policy, "active ORDER BY position, id", ())
    if not found:
        return None
    facts = _Facts(conversation)
    return next((each for each in found if facts.fit(terms_of(each).match)), None)


def terms_of(policy: Policy | None) -> Terms:
    """What it says now; nothing, for none."""
    return msgspec.convert(policy.terms, Terms) if policy else NOTHING


class _Facts:
    """What of a conversation policies ask for, looked up when the first one asks."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.inbox = sql.by_key(Inbox, [conversation.inbox_id])[conversation.inbox_id]

    def fit(self, match: Match) -> bool:
        c = self.conversation
        return (
            (not match.channels or family(self.inbox.kind) in match.channels)
            and (not match.priorities or c.priority in match.priorities)
            and (not match.brands or _public(Brand, self.inbox.brand_id) in match.brands)
            and (not match.request_types or _public(RequestType, c.request_type_id) in match.request_types)
            and (not match.segments or not self._segments().isdisjoint(match.segments))
        )

    def _segments(self) -> set[str]:
        return set(self.conversation.customer.survivor().tags.values_list("public_id", flat=True))


def _public(model: type[Brand] | type[RequestType], key: int | None) -> str:
    found = sql.by_key(model, [key]) if key is not None else {}
    return found[key].public_id if key in found else ""


def calendar_for(conversation: Conversation) -> Calendar | None:
    """The team's calendar, else the inbox's, else the desk's; None while the desk has none: around the clock."""
    team = sql.by_key(Team, [conversation.team_id]).get(conversation.team_id) if conversation.team_id else None
    inbox = sql.by_key(Inbox, [conversation.inbox_id])[conversation.inbox_id]
    key = (team.calendar_id if team else None) or inbox.calendar_id
    found = sql.pick(Calendar, "id = ?", (key,)) if key else sql.pick(Calendar, "main", ())
    return found[0] if found else None


def hours_of(course: Course) -> Hours:
    """In whose hours a course is measured."""
    return hours(course.calendar_id, course.calendar_version) if course.calendar_id else AROUND_THE_CLOCK
