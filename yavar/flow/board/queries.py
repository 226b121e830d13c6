"""The board's read: a fixed number of statements for any number of conversations, each along an index. It starts at the viewer."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from yavar.base import clock
from yavar.base.db import sql
from yavar.base.named import by_name
from yavar.conversations import union
from yavar.conversations.models import Inbox
from yavar.conversations.policies import inboxes_of
from yavar.conversations.queries import CAP, rows
from yavar.conversations.shapes import Row
from yavar.flow.sla.published import Presence, presence
from yavar.people.hours.queries import hours_of
from yavar.people.models import Agent, Calendar, Team

from .shapes import AgentNow, Board, InboxNow, Numbers, TeamNow
from .walks import DUE, FREE, HOUR, TAKEN, WAITS, Walks, is_soon, moment

PRESSING = 50
PEOPLE = 100  # who is here, the busiest first


def board(agent: Agent, online: Collection[str], *, team: Team | None = None, inbox: Inbox | None = None, now: datetime | None = None) -> Board:
    """The board as this agent may see it, of one team or inbox alone if wanted. `online`: public ids of those who are here."""
    now = now or clock.now()
    inboxes = [each for each in inboxes_of(agent).select_related("calendar").order_by("pk") if inbox is None or each.pk == inbox.pk]
    teams = by_name(Team.objects.select_related("calendar"))
    members = _members()
    people = [each for each in Agent.objects.filter(is_active=True, kind=Agent.Kind.PERSON) if team is None or each.pk in members.get(team.pk, ())]
    here = [each for each in people if each.public_id in online]
    walks = Walks.of(agent, Q(team=team.pk) if team else Q())
    main = Calendar.objects.filter(main=True).first()
    numbers = _numbers(walks, [each.pk for each in inboxes], now)
    shown = [_inbox_now(each, _presence(each.calendar or main, now), numbers[each.pk]) for each in inboxes]
    working = [_team_now(each, _presence(each.calendar or main, now), members.get(each.pk, set()), {one.pk for one in here}) for each in teams]
    theirs = next((each.open for each in working if team and each.id == team.public_id), None)
    carriers = Walks.of(agent, Q(**{name: found.pk for name, found in (("team", team), ("inbox", inbox)) if found}))
    return Board(
        now, _total([each.numbers for each in shown]), _away(walks, [each.pk for each in inboxes], here), len(people),
        theirs if theirs is not None else any(each.open for each in shown),
        shown, working, _carrying(carriers, here, now), _pressing(agent, walks, [each.pk for each in inboxes], now),
    )  # fmt: skip


def _numbers(walks: Walks, inboxes: Sequence[int], now: datetime) -> dict[int, Numbers]:
    found = {key: Numbers() for key in inboxes}
    for key, (number, at) in walks.counted(inboxes, WAITS, walk="waiting_since").items():
        found[key].waiting, found[key].longest = number, moment(at)
    for key, (number, at) in walks.counted(inboxes, DUE, [sql.moment(now)], walk="due_at").items():
        found[key].late, found[key].worst = number, moment(at)
    for key, (number, _id) in walks.counted(inboxes, TAKEN, walk="id").items():
        found[key].assigned = number
    for key, (number, _id) in walks.counted(inboxes, FREE).items():
        found[key].unassigned = number
    ahead = walks.listed(inboxes, "due_at, due_from, id", f"due_at > ? AND {DUE}", [sql.moment(now), sql.moment(now + HOUR)], order="due_at", size=CAP)
    for key, due, since, _id in ahead:
        at = moment(due)
        if at and is_soon(at, moment(since), now):
            found[key].soon += 1
            found[key].nearest = min(found[key].nearest or at, at)
    return found


def _total(parts: Sequence[Numbers]) -> Numbers:
    def least(name: str) -> Any:
        return min((at for at in (getattr(each, name) for each in parts) if at), default=None)

    sums = {name: min(CAP, sum(getattr(each, name) for each in parts)) for name in ("waiting", "soon", "late", "assigned", "unassigned")}
    return Numbers(**sums, **{name: least(name) for name in ("longest", "nearest", "worst")})


def _away(walks: Walks, inboxes: Sequence[int], here: Sequence[Agent]) -> int:
    but = f" AND assignee_id NOT IN ({', '.join(str(each.pk) for each in here)})" if here else ""
    return min(CAP, sum(number for number, _id in walks.counted(inboxes, TAKEN + but, walk="id").values()))


def _carrying(walks: Walks, here: Sequence[Agent], now: datetime) -> list[AgentNow]:
    """What those have who are here: who is in the worst straits first."""
    by_key = {each.pk: each for each in here}
    found = dict.fromkeys(by_key, (0, 0, None, 0)) | {row[0]: (row[1], row[2], moment(row[3]), int(row[4])) for row in walks.carried(list(by_key), now)}
    told = [AgentNow(by_key[key].public_id, by_key[key].name, by_key[key].initials(), by_key[key].hue, *facts) for key, facts in found.items()]
    return sorted(told, key=lambda each: (-each.late, -each.waiting, -each.assigned, each.name))[:PEOPLE]


def _pressing(agent: Agent, walks: Walks, inboxes: Sequence[int], now: datetime) -> list[Row]:
    """Late or due within the hour, soonest first; then whoever waits longest."""
    due = walks.listed(inboxes, "due_at AS at, id", DUE, [sql.moment(now + HOUR)], order="due_at", size=PRESSING)
    keys = [row[2] for row in sorted(due, key=lambda row: row[1:])][:PRESSING]
    if len(keys) < PRESSING:  # of those who wait, as many as there can be beside them
        waiting = walks.listed(inboxes, "waiting_since AS at, id", WAITS, [], order="waiting_since", size=2 * PRESSING)
        keys += [row[2] for row in sorted(waiting, key=lambda row: row[1:]) if row[2] not in set(keys)]
    return rows(agent, union.load(keys[:PRESSING]))


def _members() -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for team, agent in Team.members.through.objects.values_list("team_id", "agent_id"):
        found.setdefault(team, set()).add(agent)
    return found


def _presence(calendar: Calendar | None, now: datetime) -> Presence:
    return presence(hours_of(calendar), now)


def _inbox_now(inbox: Inbox, now: Presence, numbers: Numbers) -> InboxNow:
    return InboxNow(inbox.public_id, inbox.name, inbox.kind, now.open and inbox.active, now.until, now.opens, numbers)


def _team_now(team: Team, now: Presence, members: set[int], here: set[int]) -> TeamNow:
    return TeamNow(team.public_id, team.name, now.open, now.until, now.opens, len(members), len(members & here))
