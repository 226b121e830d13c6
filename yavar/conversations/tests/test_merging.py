"""Merging moves nothing and can be undone; splitting copies; a customer sees one conversation and never another's."""

from datetime import timedelta

import pytest

from yavar.base import clock
from yavar.base.db import savepoint
from yavar.base.events.models import Event
from yavar.base.problem import Problem
from yavar.conversations import actions, merging, splitting, ties
from yavar.conversations.lists import counts, page, view
from yavar.conversations.models import Conversation, Link, Message
from yavar.conversations.notes.actions import write_note
from yavar.conversations.notes.timeline import timeline
from yavar.conversations.public import conversation_of, latest_conversation, messages
from yavar.people.customers import tending

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(shop):
    """Two conversations of one customer, told in turns: a1 b1 a2 b2."""
    person, begin, keys = shop.visitor(), clock.now() - timedelta(hours=1), {}
    for n, (side, text) in enumerate((("a", "a1"), ("b", "b1"), ("a", "a2"), ("b", "b2"))):
        with clock.stopped_at(begin + timedelta(minutes=n)):
            if side in keys:
                shop.says(person, text, keys[side], client_id=f"client-{text}")
            else:
                Conversation.objects.update(status="resolved")
                keys[side] = shop.says(person, text, client_id=f"client-{text}").conversation_id
    return Conversation.objects.get(pk=keys["a"]), Conversation.objects.get(pk=keys["b"])


def facts(talk):
    return list(Event.objects.filter(subject_kind="conversation", subject_id=talk.pk, seq__isnull=False).order_by("seq").values_list("name", "seq"))


def texts(talk, **more):
    return [item.text for item in timeline(talk.pk, **more)[0] if item.kind == "message"]


def test_merged_into_one_thread_by_time(shop, pair):
    a, b = pair
    merging.merge(a.pk, b.pk, by=shop.amir)
    a.refresh_from_db(), b.refresh_from_db()
    assert (a.status, a.merged_into, a.unread, a.waiting_since) == ("merged", b, 0, None)
    assert (b.unread, b.waiting_since, b.status) == (4, Message.objects.get(text="a1").created_at, "open")
    assert texts(b) == ["a1", "b1", "a2", "b2"]
    assert [item.origin for item in timeline(b.pk)[0] if item.kind == "message"] == [a.public_id, None, a.public_id, None]
    assert facts(a)[-1][0] == "conversation.merged_away" and facts(b)[-1][0] == "conversation.merged"
    assert [seq for _name, seq in facts(b)] == list(range(1, len(facts(b)) + 1)), "no gaps"
    assert [c.pk for c in page(view(shop.amir, "all"))[0]] == [b.pk], "the merged one stands in no list"
    assert counts(shop.amir)["all"] == 1


def test_twice_is_once_and_undo_brings_it_back(shop, pair):
    a, b = pair
    status = Conversation.objects.get(pk=a.pk).status
    for _ in range(2):
        merging.merge(a.pk, b.pk, by=shop.amir)
    assert Event.objects.filter(name="conversation.merged").count() == 1
    for _ in range(2):
        merging.unmerge(a.pk, by=shop.amir)
    a.refresh_from_db()
    b.refresh_from_db()
    assert (a.status, a.merged_into) == (status, None)
    assert b.waiting_since == Message.objects.get(text="b1").created_at, "each waits for its own answer again"
    assert Event.objects.filter(name="conversation.unmerged").count() == 2, "told to both"
    assert texts(b) == ["b1", "b2"] and texts(a) == ["a1", "a2"]


def test_what_comes_later_goes_to_the_survivor(shop, pair):
    a, b = pair
    merging.merge(a.pk, b.pk, by=shop.amir)
    written = shop.says(a.customer, "later", a.pk, client_id="client-later")
    assert written.conversation_id == b.pk
    repeated = shop.says(a.customer, "a2", a.pk, client_id="client-a2")
    assert repeated.repeated and repeated.conversation_id == a.pk, "a repeat of the old write is still the old message"
    assert actions.reply(a.pk, by=shop.amir, client_id="reply-0001", text="answer").conversation_id == b.pk


def test_the_customer_sees_one_conversation(shop, pair):
    a, b = pair
    merging.merge(a.pk, b.pk, by=shop.amir)
    assert conversation_of(a.customer_id, a.public_id) == b
    assert latest_conversation(a.customer_id, shop.inbox.pk) == b
    shown, more = messages(b.pk)
    assert [(m.text, m.seq) for m in shown] == [("a1", 0), ("b1", 1), ("a2", 0), ("b2", 2)] and not more


def test_long_threads_come_in_pages_with_what_was_merged_between(shop, pair):
    a, b = pair
    begin = clock.now()
    for n in range(60):
        with clock.stopped_at(begin + timedelta(minutes=n)):
            shop.says(a.customer, f"{'b' if n % 3 else 'a'} {n}", (b if n % 3 else a).pk, client_id=f"client-{n:04}")
    merging.merge(a.pk, b.pk, by=shop.amir)
    found, edge = [], None
    while True:
        items, edge = timeline(b.pk, before=edge)
        found = [item for item in items if item.kind == "message"] + found
        if edge is None:
            break
    assert [item.text for item in found] == list(Message.objects.order_by("created_at").values_list("text", flat=True))
    newest, more = messages(b.pk)
    assert more is False or newest[0].seq or newest[-1].text.endswith("59")


def test_chains_follow_to_the_end(shop, pair):
    a, b = pair
    c = Conversation.objects.get(pk=shop.says(a.customer, "c1", client_id="client-c1").conversation_id)
    if c.pk in (a.pk, b.pk):
        Conversation.objects.update(status="resolved")
        c = Conversation.objects.get(pk=shop.says(a.customer, "c1", client_id="client-c9").conversation_id)
    merging.merge(a.pk, b.pk, by=shop.amir)
    merging.merge(b.pk, c.pk, by=shop.amir)
    a.refresh_from_db()
    assert merging.survivor_of(a) == c and set(merging.merged_into(c.pk)) == {a.pk, b.pk}
    assert {"a1", "b1", "c1"} <= set(texts(c))


def test_never_across_customers(shop, pair):
    a, _b = pair
    stranger = Conversation.objects.get(pk=shop.says(shop.visitor(name="Else"), "mine").conversation_id)
    with pytest.raises(Problem, match=r"merge\.customers"), savepoint():
        merging.merge(stranger.pk, a.pk, by=shop.amir)
    tending.merge(stranger.customer, a.customer, by=shop.sara.actor)
    merging.merge(stranger.pk, a.pk, by=shop.amir)
    with pytest.raises(Problem, match=r"merge\.self"), savepoint():
        merging.merge(a.pk, a.pk, by=shop.amir)


def test_a_split_copies_and_leaves_the_first_as_it_was(shop, pair):
    a, _b = pair
    write_note(a.pk, by=shop.amir, client_id="note-00001", text="stays")
    before = texts(a)
    for _ in range(2):
        made = splitting.split(a.pk, [2], by=shop.amir, client_id="split-0001", subject="  Second   matter ")
    a.refresh_from_db(), made.refresh_from_db()
    assert Conversation.objects.filter(start_key__startswith="split:").count() == 1
    assert (texts(a), texts(made)) == (before, ["a2"])
    copy = Message.objects.get(conversation=made)
    assert (copy.copied_from.text, copy.author, copy.created_at) == ("a2", f"customer:{a.customer_id}", Message.objects.get(conversation=a, seq=2).created_at)
    assert (made.subject, made.seq, made.customer, made.preview) == ("Second matter", 1, a.customer, "a2")
    assert made.waiting_since == copy.created_at
    assert [name for name, _seq in facts(made)] == ["conversation.opened", "message.copied", "conversation.split"]
    assert facts(a)[-1][0] == "conversation.split" and Link.objects.count() == 1
    item = next(item for item in timeline(made.pk)[0] if item.kind == "message")
    assert item.author.kind == "customer", "said by whom it was said, not by whom it was copied"
    with pytest.raises(Problem, match=r"split\.messages"), savepoint():
        splitting.split(a.pk, [99], by=shop.amir, client_id="split-0002")


def test_a_split_says_no_more_of_what_was_seen_than_is_known(shop, pair):
    a, _b = pair
    actions.reply(a.pk, by=shop.amir, client_id="reply-0001", text="Yes")
    made = splitting.split(a.pk, [2, 3], by=shop.amir, client_id="split-0001")
    assert made.customer_seen == 0
    Conversation.objects.filter(pk=a.pk).update(customer_seen=2)
    assert splitting.split(a.pk, [2, 3], by=shop.amir, client_id="split-0002").customer_seen == 1


def test_links_and_followers(shop, pair):
    a, b = pair
    for _ in range(2):
        ties.link(a.pk, b.pk, by=shop.amir)
        ties.follow(a.pk, shop.sara, by=shop.amir)
    assert [c.pk for c in ties.linked_with(shop.amir, b.pk)] == [a.pk]
    assert Event.objects.filter(name="conversation.linked").count() == 2 and Event.objects.filter(name="conversation.followed").count() == 1
    Conversation.objects.filter(pk=a.pk).update(status="open")
    assert counts(shop.sara)["following"] == 1
    ties.unlink(b.pk, a.pk, by=shop.amir)
    ties.follow(a.pk, shop.sara, by=shop.sara, on=False)
    assert not ties.linked_with(shop.amir, b.pk) and counts(shop.sara)["following"] == 0
