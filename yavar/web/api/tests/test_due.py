"""The order of what is due, at the list's door: pages to the end, strict words, saved views."""

from datetime import timedelta

import pytest

from yavar.base import clock
from yavar.conversations.due import Due, set_due
from yavar.conversations.models import Conversation
from yavar.people.team.actions import Given

from .world import program, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(shop):
    """Five conversations: nothing due, due in 90, 3 min late, nothing, due in 5."""
    shop.robot, shop.talks = program("robot", Given("admin")), []
    for n, minutes in enumerate((None, 90, -3, None, 5)):
        talk = Conversation.objects.get(pk=shop.says(shop.visitor(name=f"v{n}"), "hello").conversation_id)
        if minutes is not None:
            set_due(talk, Due(clock.now() + timedelta(minutes=minutes), clock.now(), "first"))
        shop.talks.append(talk.public_id)
    return shop


def listed(desk, query, size=2):
    """Which of the conversations stand in a list, read page by page."""
    found, before = [], ""
    while before is not None:
        answer = send(desk.robot, "GET", f"/conversations?{query}&size={size}&before={before}").json()
        found += [desk.talks.index(row["id"]) for row in answer["rows"]]
        before = answer["next"]
    return found


@pytest.mark.parametrize("query", ["view=all&order=due", "order=due", "status=any&order=due", "assignee=none&order=due"])
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_the_soonest_stand_first(desk, query, size):
    assert listed(desk, query, size) == [2, 4, 1, 3, 0]


def test_without_the_word_it_goes_by_activity(desk):
    assert listed(desk, "view=all") == listed(desk, "view=all&order=newest") == [4, 3, 2, 1, 0]


def test_what_is_due_is_a_filter_and_a_view(desk):
    assert listed(desk, "due=soon", 1) == [2, 4] and listed(desk, "due=late") == [2] and listed(desk, "due=soon&priority=high") == []
    view = send(desk.robot, "POST", "/views", {"name": "Reply due soon", "filter": {"due": "soon"}, "shared": True}).json()
    assert listed(desk, f"view=view:{view['id']}", 1) == [2, 4]
    assert send(desk.robot, "GET", "/views/counts").json()[f"view:{view['id']}"] == 2
    [row] = send(desk.robot, "GET", "/conversations?due=late").json()["rows"]
    assert row["due_kind"] == "first" and row["due_at"] < clock.iso(clock.now())


@pytest.mark.parametrize("query", ["order=", "order=oldest", "order=due&order=due", "due=", "due=never", "view=all&due=soon"])
def test_other_words_are_refused(desk, query):
    assert send(desk.robot, "GET", f"/conversations?{query}").status_code == 400
    assert send(desk.robot, "POST", "/views", {"name": "X", "filter": {"due": "never"}}).status_code in (400, 422)


def test_a_place_among_what_is_due_is_none_in_another_order(desk):
    place = send(desk.robot, "GET", "/conversations?order=due&size=1").json()["next"]
    assert send(desk.robot, "GET", f"/conversations?before={place}").json()["problem"]["code"] == "before.invalid"
    assert send(desk.robot, "GET", f"/conversations?tab=done&view=all&order=due&before={place}").status_code == 400
