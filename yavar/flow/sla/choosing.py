"""Which policy holds for a conversation, and in whose hours it is measured."""

from typing import Any

import msgspec
from django.db.models import Model

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
    if (policy, version) in _known:
        return _known[policy, version]
    return terms_of(sql.by_key(Policy, [policy]).get(policy))


def forget() -> None:
    """What was known of policies is no longer so. For tests."""
    _known.clear()


def family(kind: str) -> str:
    """The family of channels that an inbox's kind belongs to; a kind that nobody has introduced is a family of its own."""
    found = channel(kind)
    return found.family if found else kind


def terms_of(policy: Policy | None) -> Terms:
    """What it says now; nothing, for none."""
    if policy is None:
        return NOTHING
    said = (policy.pk, policy.version)
    if said not in _known:
        if len(_known) > 500:
            _known.clear()
        _known[said] = msgspec.convert(policy.terms, Terms)
    return _known[said]


class Rules:
    """Which policy and calendar hold for the conversations of one transaction: what they stand on is read when one asks for it first, and once for all of them."""

    def __init__(self) -> None:
        self._read: dict[tuple[type[Model], str, int | None], list[Any]] = {}

    def policy_for(self, conversation: Conversation) -> Policy | None:
        """The first active policy that matches, or none."""
        policies = self._once(Policy, "active ORDER BY position, id")
        return next((each for each in policies if self._fits(terms_of(each).match, conversation)), None)

    def calendar_for(self, conversation: Conversation) -> Calendar | None:
        """The team's calendar, else the inbox's, else the desk's; None while the desk has none: around the clock."""
        team = self._one(Team, conversation.team_id)
        key = (team.calendar_id if team else None) or self._inbox(conversation).calendar_id
        return self._one(Calendar, key) if key else next(iter(self._once(Calendar, "main")), None)

    def _fits(self, match: Match, c: Conversation) -> bool:
        return (
            (not match.channels or family(self._inbox(c).kind) in match.channels)
            and (not match.priorities or c.priority in match.priorities)
            and (not match.brands or self._public(Brand, self._inbox(c).brand_id) in match.brands)
            and (not match.request_types or self._public(RequestType, c.request_type_id) in match.request_types)
            and (not match.segments or not _segments(c).isdisjoint(match.segments))
        )

    def _inbox(self, conversation: Conversation) -> Inbox:
        found: Inbox = self._one(Inbox, conversation.inbox_id)
        return found

    def _public(self, model: type[Brand] | type[RequestType], key: int | None) -> str:
        found = self._one(model, key)
        return found.public_id if found else ""

    def _one(self, model: type[Model], key: int | None) -> Any:
        return next(iter(self._once(model, "id = ?", key)), None) if key is not None else None

    def _once(self, model: type[Model], which: str, key: int | None = None) -> list[Any]:
        if (model, which, key) not in self._read:
            self._read[model, which, key] = sql.pick(model, which, () if key is None else (key,))
        return self._read[model, which, key]


def _segments(conversation: Conversation) -> set[str]:
    return set(conversation.customer.survivor().tags.values_list("public_id", flat=True))


def hours_of(course: Course) -> Hours:
    """In whose hours a course is measured."""
    return hours(course.calendar_id, course.calendar_version) if course.calendar_id else AROUND_THE_CLOCK
