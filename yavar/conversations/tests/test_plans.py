"""The inbox's reads stay walks along indexes when the desk is old and large, and ask as often as on an empty one."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from yavar.base import clock, ids, search
from yavar.base.db import is_sqlite, run
from yavar.base.events.models import Event
from yavar.conversations import union
from yavar.conversations.finding import find
from yavar.conversations.lists import CAP, PAGE, Place, count, counts, page, view
from yavar.conversations.models import Conversation, Message
from yavar.conversations.notes.timeline import timeline
from yavar.conversations.queries import customer_card, rows
from yavar.conversations.setup import add_inbox
from yavar.conversations.testing import ChatLike
from yavar.people.models import Agent, Grant
from yavar.people.team.actions import add_team

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NUMBER = 5_000
LARGE = ("conversations_conversation", "conversations_message", "base_event", "base_searchentry")


@pytest.fixture
def old_desk(shop):
    """Many conversations of few people, most of them settled; an inbox with hardly any; and an agent who works in that one alone."""
    shop.team = add_team("Nila", [shop.amir], by=shop.owner.actor)
    shop.rare = add_inbox(shop.brand, "chat", "Rare", ChatLike(), by=shop.owner.actor)
    shop.bound = Agent.objects.get(pk=shop.sara.pk)
    Grant.objects.filter(agent=shop.bound).delete()
    Grant.objects.create(agent=shop.bound, role="agent", scope="inbox", scope_id=shop.rare.pk)
    people, now = [shop.visitor(name=f"v{n}") for n in range(20)], clock.now()
    made = Conversation.objects.bulk_create(
        Conversation(
            public_id=ids.public_id(),
            reference=f"{n:08d}",
            inbox=shop.rare if n % 500 == 7 else shop.inbox,
            customer=people[n % 20],
            status="open" if n % 50 == 0 else "snoozed" if n % 50 == 1 else "resolved",
            assignee=(shop.amir, shop.owner, None)[n % 3],
            team=shop.team if n % 7 == 0 else None,
            seq=1,
            event_seq=1,
            last_at=now - timedelta(minutes=n),
            created_at=now - timedelta(minutes=n),
        )
        for n in range(NUMBER)
    )
    author = {"author": f"customer:{people[0].pk}"}
    Message.objects.bulk_create(
        Message(conversation=c, public_id=c.public_id, client_id=c.public_id, seq=1, version=1, text="a kettle", created_at=now, **author) for c in made
    )
    keys = Message.objects.values_list("pk", "conversation_id")
    fact = {"name": "message.received", "subject_kind": "conversation", "seq": 1, "actor": author["author"], "audience": "public", "at": now}
    Event.objects.bulk_create(Event(subject_id=conversation, payload={"message": key, "seq": 1}, **fact) for key, conversation in keys)
    search.refresh("message", [key for key, _conversation in keys[:1000]])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return shop


def plans(read):
    """Each statement of a read, with its plan as (node, parent, text)."""
    with CaptureQueriesContext(connection) as asked:
        read()
    found = []
    for sql in [query["sql"] for query in asked.captured_queries if query["sql"].startswith("SELECT")]:
        with connection.cursor() as cursor:
            cursor.execute(("EXPLAIN QUERY PLAN " if is_sqlite() else "EXPLAIN ") + sql.replace("%", "%%"), None if is_sqlite() else [])
            found.append((sql, [(row[0], row[1], row[3]) if is_sqlite() else (0, 0, row[0]) for row in cursor.fetchall()]))
    return found


def wrong(read, sorting=False):
    """The statements that read a large table from end to end, or (unless `sorting`) sort what an index could bring in order."""
    return [sql for sql, plan in plans(read) if _scans(plan) or (not sorting and is_sqlite() and _sorts(plan))]


def _scans(plan):
    # SQLite may read an index from end to end in order, for as long as the LIMIT asks: that is a walk
    return any(f"Seq Scan on {table} " in text or text == f"SCAN {table}" for _node, _parent, text in plan for table in LARGE)


def _sorts(plan):
    reading = {parent for _node, parent, text in plan if text.startswith(("SEARCH conversations_conversation ", "SCAN conversations_conversation"))}
    return any(parent in reading for _node, parent, text in plan if "TEMP B-TREE FOR ORDER BY" in text)


def named_lists(shop):
    return ("all", "mine", "unassigned", "snoozed", f"team:{shop.team.public_id}", f"inbox:{shop.inbox.public_id}", f"inbox:{shop.rare.public_id}")


def everyone(shop):
    own = Agent.objects.get(pk=shop.amir.pk)
    Grant.objects.filter(agent=own).update(sees="team")
    return {"owner": shop.owner, "bound to an inbox": shop.bound, "the team's": own}


def test_lists_are_walks(old_desk):
    shop, found = old_desk, {}
    deep = Conversation.objects.order_by("-last_at")[NUMBER // 2]
    for who, agent in everyone(shop).items():
        for name in named_lists(shop):
            for tab in ("open", "waiting", "done"):
                for before in (None, Place(deep.last_at, deep.public_id)):
                    parts = view(agent, name, tab)
                    if bad := wrong(lambda: page(parts, before)):  # noqa: B023
                        found[who, name, tab, before is not None] = bad
    assert not found


@pytest.mark.one_engine  # PostgreSQL says it in its condition, which is the same
def test_the_next_page_begins_where_the_last_one_ended(old_desk):
    """Not at the newest: the plan must say so, for the time does not on a small desk."""
    deep = Conversation.objects.order_by("-last_at")[NUMBER // 2]
    [(_sql, plan)] = [each for each in plans(lambda: page(view(old_desk.owner, "all", "done"), Place(deep.last_at, deep.public_id))) if "LIMIT 51" in each[0]]
    assert any("status=? AND last_at<?" in text for _node, _parent, text in plan), plan


def test_lists_by_links_read_no_large_table(old_desk):
    shop = old_desk
    for name in ("mentions", "following", "drafts"):
        assert not wrong(lambda: page(view(shop.owner, name)), sorting=True)  # noqa: B023


def test_counts_stop_and_are_walks(old_desk):
    shop = old_desk
    assert not {who: bad for who, agent in everyone(shop).items() if (bad := wrong(lambda: counts(agent), sorting=True))}  # noqa: B023
    assert count(view(shop.owner, "all", "done")) == CAP


def test_a_person_and_a_timeline_are_walks(old_desk):
    shop = old_desk
    talk = Conversation.objects.order_by("-last_at").select_related("customer__merged_into")[0]
    assert not wrong(lambda: customer_card(shop.owner, talk.customer, apart_from=talk.pk))
    assert not wrong(lambda: timeline(talk.pk))


@pytest.mark.one_engine
def test_the_person_beside_a_conversation_is_found_without_looking_at_a_whole_inbox(old_desk):
    shop = old_desk
    talk = Conversation.objects.filter(inbox=shop.rare).select_related("customer__merged_into")[0]
    [plan] = [plan for sql, plan in plans(lambda: customer_card(shop.bound, talk.customer, apart_from=talk.pk)) if "EXISTS" in sql]
    assert not [text for _node, _parent, text in plan if text.startswith("SCAN") or "(inbox_id=?)" in text]


def test_search_is_a_walk(old_desk, monkeypatch):
    asked = []
    monkeypatch.setattr("yavar.base.search.index.run", lambda sql, values=(), **how: (asked.append((sql, values)), run(sql, values, **how))[1])
    assert len(find(old_desk.owner, "kettle")) == 30
    assert not [sql for sql in wrong(lambda: find(old_desk.owner, "kettle"), sorting=True) if "base_searchwords" not in sql]  # those are looked at below
    if not is_sqlite():
        return
    for sql, values in asked:
        plan = [row[3] for row in run(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()]
        assert any("VIRTUAL TABLE INDEX" in text for text in plan), plan
        assert not any("SCAN e" in text for text in plan), plan


def test_who_sees_only_own_finds_theirs_among_many_of_others(old_desk, monkeypatch):
    own = Agent.objects.get(pk=old_desk.amir.pk)
    Grant.objects.filter(agent=own).update(sees="own")
    mine = list(Message.objects.filter(conversation__assignee=own).order_by("-conversation__last_at")[:40])
    Message.objects.filter(pk__in=[m.pk for m in mine[5:35]]).update(text="a porcelain cup")
    search.forget("message", list(Message.objects.values_list("pk", flat=True)))
    for message in reversed(mine):
        search.refresh("message", [message.pk])
    expected = [m.conversation.public_id for m in mine[5:35]]
    assert [row.id for row in find(own, "porcelain cup")] == expected
    theirs = Message.objects.exclude(conversation__assignee=own).order_by("conversation__last_at")[0]
    Message.objects.filter(pk=theirs.pk).update(text="a porcelain pot")
    search.refresh("message", [theirs.pk])
    assert find(own, "porcelain pot") == []
    monkeypatch.setattr("yavar.conversations.finding.NEAR", (2, 4))  # the rest is older than these
    assert [row.id for row in find(own, "porcelain cup")] == expected


def asks(read):
    with CaptureQueriesContext(connection) as asked:
        read()
    return len(asked)


def test_reads_ask_as_often_as_on_an_empty_desk(old_desk):
    shop = old_desk
    talk = Conversation.objects.order_by("-last_at").select_related("customer__merged_into")[0]
    place = page(view(shop.owner, "all", "done"))[1]
    owner = Agent.objects.get(pk=shop.owner.pk)
    rows(owner, page(view(owner, "all", "done"))[0])  # now the public ids of people and tags are known
    most = {
        "list": (4 + 2, lambda: rows(owner, page(view(owner, "all", "done"))[0])),
        "next page": (5 + 2, lambda: rows(owner, page(view(owner, "all", "done"), place)[0])),
        "counts": (7, lambda: counts(owner)),
        "person": (11, lambda: customer_card(owner, talk.customer, apart_from=talk.pk)),
        "search": (9 if is_sqlite() else 12, lambda: find(owner, "kettle")),
    }
    assert {name: number for name, (limit, read) in most.items() if (number := asks(read)) > limit} == {}
    assert len(page(view(owner, "all", "done"))[0]) == PAGE


def test_a_union_is_in_order_and_says_nothing_twice(old_desk):
    everything = Conversation.objects.filter(status="open")
    wanted = [Q(status="open", assignee=old_desk.amir), Q(status="open", team=old_desk.team)]
    together, both = everything.filter(wanted[0] | wanted[1]), union.parts(wanted)
    assert [c.pk for c in union.load(union.keys(both, 60))] == list(together.order_by("-last_at", "-pk").values_list("pk", flat=True)[:60])
    assert union.count(both, CAP) == together.count()
    assert union.count(both, 10) == 10
    assert union.keys([], 10) == [] and union.count([], 10) == 0
