"""Lists in order of what is due: complete, in order, walks along indexes on an old desk; and the copy of the promise that they go by."""

import re
from datetime import timedelta

import pytest
from django.db import connection

from yavar.base import clock
from yavar.base.db import is_sqlite, run, transaction
from yavar.base.events.models import Event
from yavar.conversations.due import Due, set_due
from yavar.conversations.filters import Filter
from yavar.conversations.lists import count, filtered, page, view
from yavar.conversations.models import Conversation, SavedView
from yavar.conversations.policies import sight

from .test_plans import asks, everyone, named_lists, old_desk, plans, wrong  # noqa: F401  # a fixture

pytestmark = pytest.mark.django_db


def promise(shop, minutes, name="v"):
    """A conversation with something due in so many minutes, None: with nothing."""
    talk = Conversation.objects.get(pk=shop.says(shop.visitor(name=name), "hello").conversation_id)
    if minutes is not None:
        with transaction():
            set_due(talk, Due(clock.now() + timedelta(minutes=minutes), clock.now() - timedelta(minutes=1), "first"))
    return talk


def names(found, size=50):
    """All of a list, page by page."""
    got, place = [], None
    while True:
        rows, place = page(found, place, size)
        got += [row.pk for row in rows]
        if place is None:
            return got


def test_a_promise_is_kept_on_the_row_and_is_no_fact(shop):
    talk, facts = promise(shop, None), Event.objects.count()
    due = Due(clock.now(), clock.now() - timedelta(minutes=5), "next")
    assert [set_due(talk, due), set_due(talk, due)] == [True, False]
    kept = Conversation.objects.get(pk=talk.pk)
    assert (kept.due_at, kept.due_from, kept.due_kind) == due
    assert [set_due(talk, None), set_due(talk, None)] == [True, False]
    kept = Conversation.objects.get(pk=talk.pk)
    assert (kept.due_at, kept.due_from, kept.due_kind) == (None, None, "")
    assert Event.objects.count() == facts


def test_what_is_due_soonest_stands_first_and_the_rest_is_behind_it(shop):
    talks = [promise(shop, minutes, f"v{n}") for n, minutes in enumerate((None, 90, -3, None, 5, 5))]
    order = [talks[n].pk for n in (2, 4, 5, 1, 3, 0)]
    assert all(names(view(shop.owner, "all", order="due"), size) == order for size in (1, 2, 3, 4, 5, 50))
    assert names(view(shop.owner, "all"), 2) == [talk.pk for talk in reversed(talks)]
    Conversation.objects.filter(pk=talks[2].pk).update(status="resolved")
    assert names(view(shop.owner, "all", "done", "due")) == [talks[2].pk] and names(view(shop.owner, "all", order="due")) == order[1:]


def test_an_answer_between_two_pages_loses_nothing(shop):
    talks = [promise(shop, minutes, f"v{n}") for n, minutes in enumerate((1, 2, 3, 4, None))]
    first, place = page(view(shop.owner, "all", order="due"), None, 2)
    set_due(talks[1], None)
    rest, end = page(view(shop.owner, "all", order="due"), place, 50)
    assert [row.pk for row in (*first, *rest)] == [talks[n].pk for n in (0, 1, 2, 3, 4, 1)] and end is None


def test_a_filter_of_what_is_due_comes_in_that_order_and_counts(shop):
    talks = [promise(shop, minutes, f"v{n}") for n, minutes in enumerate((30, None, -3, 90))]
    for given, order in (
        (Filter(due="soon"), (2, 0)),
        (Filter(due="late"), (2,)),
        (Filter(due="soon", status=None), (2, 0)),
        (Filter(due="soon", status="resolved"), ()),
    ):
        found = filtered(shop.owner, given)
        assert names(found, 1) == [talks[n].pk for n in order] and count(found) == len(order)
    saved = SavedView.objects.create(name="Reply due soon", filter={"due": "soon"})
    assert names(view(shop.owner, f"view:{saved.public_id}")) == [talks[2].pk, talks[0].pk]
    saved = SavedView.objects.create(name="Open", filter={})
    assert names(view(shop.owner, f"view:{saved.public_id}", order="due"))[:3] == [talks[2].pk, talks[0].pk, talks[3].pk]


@pytest.fixture
def busy_desk(old_desk):  # noqa: F811
    """Nine of ten open conversations have something due."""
    now = clock.now()
    made = [talk for n, talk in enumerate(Conversation.objects.filter(status="open").order_by("pk")) if n % 10]
    for n, talk in enumerate(made):
        talk.due_at, talk.due_from, talk.due_kind = now + timedelta(minutes=7 * n % 101 - 20), now - timedelta(hours=1), "next"
    Conversation.objects.bulk_update(made, ["due_at", "due_from", "due_kind"])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return old_desk


@pytest.mark.slow
def test_everybody_gets_all_they_may_see_in_order_and_once(busy_desk):
    shop = busy_desk
    for who, agent in everyone(shop).items():
        seen = Conversation.objects.filter(sight(agent), status="open")
        due = list(seen.filter(due_at__isnull=False).order_by("due_at", "pk").values_list("pk", flat=True))
        rest = list(seen.filter(due_at__isnull=True).order_by("-last_at", "-pk").values_list("pk", flat=True))
        assert names(view(agent, "all", order="due"), 17) == [*due, *rest], who


@pytest.mark.slow
def test_lists_in_order_of_what_is_due_are_walks(busy_desk):
    shop, found = busy_desk, {}
    for who, agent in everyone(shop).items():
        for name in named_lists(shop):
            listed = view(agent, name, order="due")
            _rows, place = page(listed, None, 5)
            for before in (None, place):
                if bad := wrong(lambda: page(listed, before, 5)):  # noqa: B023
                    found[who, name, before is not None] = bad
        soon, late = filtered(agent, Filter(due="soon")), filtered(agent, Filter(due="late"))
        if bad := wrong(lambda: (names(soon, 5), count(late)), sorting=not agent.powers.all_of("conversation.read")):  # noqa: B023
            found[who, "soon"] = bad
    assert not found


@pytest.mark.slow
def test_the_walk_is_along_the_index_of_what_is_due(busy_desk):
    """On PostgreSQL a table of this size may as well be sorted; told not to, it must know a way that is in order from the start."""
    shop = busy_desk
    if not is_sqlite():
        run("SET enable_sort = off"), run("SET enable_bitmapscan = off"), run("SET enable_seqscan = off")
    wanted = {
        "all": "due",
        "mine": "due_assignee",
        "unassigned": "due_(free|assignee)",
        f"team:{shop.team.public_id}": "due_team",
        f"inbox:{shop.rare.public_id}": "due_inbox",
    }
    for name, index in wanted.items():
        asked = plans(lambda: page(view(shop.owner, name, order="due"), None, 5))  # noqa: B023
        [plan] = [" ".join(text for *_, text in plan) for sql, plan in asked if "ORDER BY 1, 2" in sql]
        assert re.search(f"(INDEX|using) conversation_{index} ", plan), (name, plan)
        assert "Sort" not in plan and "TEMP B-TREE" not in plan, (name, plan)


@pytest.mark.slow
def test_it_asks_once_more_than_by_activity_at_most(busy_desk):
    shop = busy_desk
    plain, due = view(shop.owner, "all"), view(shop.owner, "all", order="due")
    assert asks(lambda: page(due, None, 5)) == asks(lambda: page(plain, None, 5)), "a page full of what is due needs nothing of the rest"
    whole = asks(lambda: page(due, None, 500))
    assert whole == asks(lambda: page(plain, None, 500)) + 1
