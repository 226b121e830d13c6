"""What the board says is what there is, for whoever may see it, and stays a handful of walks on a large desk."""

from datetime import timedelta

import pytest
from django.db import connection

from yavar.base import clock, ids
from yavar.base.db import is_sqlite
from yavar.conversations.models import Conversation
from yavar.conversations.queries import CAP
from yavar.conversations.setup import add_inbox
from yavar.conversations.testing import ChatLike
from yavar.conversations.tests.test_plans import asks, plans, wrong
from yavar.flow.board import alarms
from yavar.flow.board.queries import board
from yavar.flow.board.walks import is_soon
from yavar.flow.sla.testing import MONDAY, nine_to_five
from yavar.people.models import Agent, Grant
from yavar.people.team.actions import add_team

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def talk(shop):
    """Makes a conversation: minutes since it waits, until it is due and since when that runs; whose it is."""
    customer, number, now = shop.visitor(), iter(range(100_000)), clock.now()

    def make(waits=None, due=None, since=-60, **more):
        key = next(number)
        facts = {"inbox": shop.inbox, "customer": customer, "last_at": now, "created_at": now, "status": "open", "event_seq": 1, "seq": 1} | more
        if due is not None:
            facts |= {"due_at": now + due * MINUTE, "due_from": now + since * MINUTE, "due_kind": "first"}
        return Conversation.objects.create(
            public_id=ids.public_id(), reference=f"{key:08d}", waiting_since=None if waits is None else now - waits * MINUTE, **facts
        )

    talk.now = make.now = now
    return make


def fresh(agent):
    return Agent.objects.get(pk=agent.pk)


def test_numbers(shop, talk):
    worst, late = talk(90, -30, assignee=shop.amir), talk(70, -10)
    soon, later, far = talk(45, 10), talk(10, 50), talk(20, 900)
    plain, answered = talk(200), talk(assignee=shop.amir)
    talk(500, -500, status="resolved"), talk(500, -500, status="snoozed")
    found = board(shop.sara, {shop.amir.public_id}, now=talk.now)
    total = found.total
    assert (total.waiting, total.longest) == (6, plain.waiting_since)
    assert (total.late, total.worst) == (2, worst.due_at)
    assert (total.soon, total.nearest) == (1, soon.due_at)
    assert (total.assigned, total.unassigned, found.away) == (2, 5, 0)
    assert [row.id for row in found.pressing] == [each.public_id for each in (worst, late, soon, later, plain, far)]
    assert answered.public_id not in {row.id for row in found.pressing}
    [amir] = found.agents
    assert (amir.id, amir.assigned, amir.waiting, amir.longest, amir.late) == (shop.amir.public_id, 2, 1, worst.waiting_since, 1)
    assert found.people == 3


def test_an_empty_desk_has_nothing_to_say(shop):
    found = board(shop.sara, set())
    assert (found.total.waiting, found.total.longest, found.total.late, found.total.nearest) == (0, None, 0, None)
    assert found.pressing == [] and found.agents == []


@pytest.mark.parametrize(
    "span, left, soon", [(HOUR, 15 * MINUTE, True), (HOUR, 16 * MINUTE, False), (24 * HOUR, HOUR, True), (24 * HOUR, 61 * MINUTE, False), (2 * MINUTE, 2 * MINUTE, True)]
)  # fmt: skip
def test_when_it_is_soon(span, left, soon):
    now = clock.now()
    assert is_soon(now + left, now + left - span, now) is soon


def test_each_inbox_and_the_sum(shop, talk):
    other = add_inbox(shop.brand, "chat", "Second", ChatLike(), by=shop.owner.actor)
    talk(5, -1), talk(9, inbox=other), talk(8, -2, inbox=other, assignee=shop.sara)
    found = board(shop.sara, set(), now=talk.now)
    assert [(each.name, each.numbers.waiting, each.numbers.late, each.numbers.assigned) for each in found.inboxes] == [("Chat", 1, 1, 0), ("Second", 2, 1, 1)]
    assert (found.total.waiting, found.total.late, found.away) == (3, 2, 1)
    only = board(shop.sara, {shop.sara.public_id}, inbox=shop.inbox, now=talk.now)
    assert [each.name for each in only.inboxes] == ["Chat"]
    assert (only.total.waiting, len(only.pressing), only.agents[0].assigned) == (1, 1, 0)


def test_one_team_alone(shop, talk):
    team = add_team("Nila", [shop.amir], by=shop.owner.actor)
    mine, _other = talk(5, -1, team=team, assignee=shop.amir), talk(6, -2, assignee=shop.amir)
    here = {shop.amir.public_id, shop.sara.public_id}
    found = board(shop.sara, here, team=team, now=talk.now)
    assert [row.id for row in found.pressing] == [mine.public_id]
    assert (found.total.waiting, found.total.late, found.total.assigned, found.people) == (1, 1, 1, 1)
    assert [(each.name, each.assigned) for each in found.agents] == [(shop.amir.name, 1)]
    assert [(each.name, each.members, each.here) for each in found.teams] == [("Nila", 1, 1)]


def test_it_shows_what_its_reader_may_see(shop, talk):
    other = add_inbox(shop.brand, "chat", "Second", ChatLike(), by=shop.owner.actor)
    own, _foreign = talk(5, -1), talk(50, -10, inbox=other, assignee=shop.amir)
    Grant.objects.filter(agent=shop.sara).delete()
    Grant.objects.create(agent=shop.sara, role="agent", scope="inbox", scope_id=shop.inbox.pk)
    found = board(fresh(shop.sara), {shop.amir.public_id}, now=talk.now)
    assert [row.id for row in found.pressing] == [own.public_id] and [each.name for each in found.inboxes] == ["Chat"]
    assert (found.total.waiting, found.agents[0].assigned) == (1, 0)
    Grant.objects.filter(agent=shop.sara).update(scope="desk", sees="own")
    assert board(fresh(shop.sara), set(), now=talk.now).total.waiting == 0
    Grant.objects.filter(agent=shop.sara).delete()
    assert board(fresh(shop.sara), set(), now=talk.now).pressing == []


def test_who_works_by_the_hours(shop):
    add_team("Nila", [shop.amir], by=shop.owner.actor)
    nine_to_five()
    early = board(shop.sara, set(), now=MONDAY)
    assert (early.open, early.teams[0].open, early.teams[0].opens, early.inboxes[0].open) == (False, False, MONDAY + HOUR, False)
    at_work = board(shop.sara, set(), now=MONDAY + 2 * HOUR)
    assert (at_work.open, at_work.teams[0].open, at_work.teams[0].until) == (True, True, MONDAY + 9 * HOUR)


def test_counts_stop_and_the_list_has_fifty(shop, talk):
    now = talk.now
    customer = shop.visitor()
    Conversation.objects.bulk_create(
        Conversation(
            public_id=ids.public_id(), reference=f"x{n:07d}", inbox=shop.inbox, customer=customer, last_at=now, created_at=now, status="open", waiting_since=now,
            due_at=now - n * MINUTE, due_from=now - HOUR,
        )
        for n in range(CAP + 5)
    )  # fmt: skip
    found = board(shop.sara, set(), now=now)
    assert (found.total.waiting, found.total.late, found.total.unassigned) == (CAP, CAP, CAP)
    assert found.total.worst == now - (CAP + 4) * MINUTE
    assert len(found.pressing) == 50 and found.pressing[0].due_at == found.total.worst


@pytest.mark.slow
def test_it_is_walks_and_asks_as_often_on_a_large_desk(shop, talk):
    team = add_team("Nila", [shop.amir, shop.owner], by=shop.owner.actor)
    add_inbox(shop.brand, "chat", "Second", ChatLike(), by=shop.owner.actor)
    online = {shop.amir.public_id, shop.owner.public_id}
    board(shop.sara, online)  # now rights, hours and public ids are known
    empty = asks(lambda: board(shop.sara, online))
    now, customer = talk.now, shop.visitor()
    Conversation.objects.bulk_create(
        Conversation(
            public_id=ids.public_id(), reference=f"{n:08d}", inbox=shop.inbox, customer=customer, last_at=now - n * MINUTE, created_at=now,
            status="open" if n % 40 == 0 else "resolved", waiting_since=now - n * MINUTE if n % 80 == 0 else None, assignee=(shop.amir, shop.owner, None)[n % 3],
            team=team if n % 7 == 0 else None, due_at=now + (n - 300) * MINUTE if n % 120 == 0 else None, due_from=now - HOUR,
        )
        for n in range(8000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    bound = fresh(shop.amir)
    Grant.objects.filter(agent=bound).update(sees="team")
    reads = {
        "all": lambda: board(shop.sara, online), "a team": lambda: board(shop.sara, online, team=team), "an inbox": lambda: board(shop.sara, online, inbox=shop.inbox),
        "the team's": lambda: board(bound, online),
    }  # fmt: skip
    assert not {name: bad for name, read in reads.items() if (bad := wrong(read))}
    if is_sqlite():  # PostgreSQL weighs them by what there is
        told = " ".join(text for _sql, plan in plans(reads["all"]) for _node, _parent, text in plan)
        assert [name for name in ("waiting", "due_inbox", "taken", "free_inbox", "assignee") if f"conversation_{name} (" not in told] == []
    filled = asks(reads["all"])
    assert filled <= empty + 6 and filled <= 22, (empty, filled)  # the rows of the list, once there are any


def test_alarms_are_kept(shop):
    assert alarms.read(shop.sara) == alarms.Alarms(late=True)
    wanted = alarms.Alarms(wait=10, waiting=5, late=False, nobody=True)
    for _twice in range(2):
        assert alarms.choose(shop.sara, wanted) == wanted
    assert alarms.read(shop.sara) == wanted and alarms.read(shop.amir).late
