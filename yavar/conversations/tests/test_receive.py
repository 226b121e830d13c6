"""A customer's message arrives: once, in order, with its fact."""

import pytest

from yavar.base import clock
from yavar.base.db import transaction
from yavar.base.events.models import Event
from yavar.base.jobs.models import Job
from yavar.conversations import actions
from yavar.conversations.models import Conversation, Message
from yavar.conversations.receive import Inbound, receive

pytestmark = pytest.mark.django_db


def test_a_first_message_leaves_the_row_as_any_message_does(shop):
    """It is written with the row, any other by the statement that counts: behind a greeting it is such a one."""
    left = []
    for greeting in ("", "Good morning!"):
        inbound = Inbound(shop.inbox.pk, shop.visitor().pk, None, "client-0001", " Where\n is it? ", (), "en", clock.now(), greeting=greeting)
        with transaction():
            stored = receive(inbound)
        row = Conversation.objects.get(pk=stored.conversation_id)
        same = (row.status, row.unread, row.preview, row.undelivered, row.snoozed_until, row.agent_seen)
        left.append(
            (*same, row.preview_by == stored.author, row.last_at == row.waiting_since == stored.at, row.seq == stored.seq, row.event_seq == stored.version)
        )
    assert left[0] == left[1] and all(left[0][-4:])


def facts(conversation_id):
    return list(Event.objects.filter(subject_kind="conversation", subject_id=conversation_id, seq__isnull=False).order_by("seq").values_list("seq", "name"))


def test_the_first_message_begins_a_conversation(shop):
    maryam = shop.visitor()
    stored = shop.says(maryam, "سلام")
    conversation = Conversation.objects.get(pk=stored.conversation_id)
    assert (conversation.status, conversation.seq, conversation.event_seq, conversation.unread, conversation.preview) == ("open", 1, 2, 1, "سلام")
    assert conversation.waiting_since == stored.at
    assert facts(conversation.pk) == [(1, "conversation.opened"), (2, "message.received")]
    assert len(conversation.reference) == 8
    assert Job.objects.filter(name="conversations.index_message").count() == 1


def test_the_same_client_id_is_one_message_even_when_it_was_the_first(shop):
    maryam = shop.visitor()
    first = shop.says(maryam, "one", client_id="first-message")
    again = shop.says(maryam, "one", client_id="first-message")
    named = shop.says(maryam, "one", first.conversation_id, client_id="first-message")
    assert again.repeated and named.repeated and not first.repeated
    assert {first.message, again.message, named.message} == {first.message}
    assert Conversation.objects.count() == Message.objects.count() == 1
    assert Event.objects.filter(name="message.received").count() == 1


def test_a_repeat_after_resolving_stays_the_first_message(shop):
    maryam = shop.visitor()
    first = shop.says(maryam, "one", client_id="first-message")
    actions.resolve(first.conversation_id, by=shop.amir)
    assert shop.says(maryam, "one", client_id="first-message").conversation_id == first.conversation_id
    assert Conversation.objects.get().status == "resolved"


def test_without_a_name_the_open_conversation_goes_on(shop):
    maryam = shop.visitor()
    first, second = shop.says(maryam, "one"), shop.says(maryam, "two")
    assert second.conversation_id == first.conversation_id
    assert (second.seq, second.version) == (2, 3)


@pytest.mark.parametrize(("verb", "told"), [("resolve", "conversation.reopened"), ("snooze", "conversation.woken")])
def test_a_message_brings_it_back(shop, verb, told):
    maryam = shop.visitor()
    first = shop.says(maryam, "one")
    actions.resolve(first.conversation_id, by=shop.amir) if verb == "resolve" else actions.snooze(first.conversation_id, None, by=shop.amir)
    shop.says(maryam, "still broken", first.conversation_id)
    assert Conversation.objects.get().status == "open"
    assert facts(first.conversation_id)[-2:] == [(4, told), (5, "message.received")]


def test_counters_have_no_gaps_whatever_happens(shop):
    maryam = shop.visitor()
    key = shop.says(maryam, "one").conversation_id
    actions.reply(key, by=shop.amir, client_id="reply-0001", text="hello")
    shop.says(maryam, "two", key)
    actions.resolve(key, by=shop.amir)
    shop.says(maryam, "three", key)
    assert [seq for seq, _ in facts(key)] == list(range(1, len(facts(key)) + 1))
    assert list(Message.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4]
    assert Conversation.objects.get().event_seq == len(facts(key))


def test_a_foreign_file_is_refused_and_nothing_is_stored(shop):
    from yavar.base.problem import Problem

    maryam = shop.visitor()
    inbound = Inbound(shop.inbox.pk, maryam.pk, None, "with-a-file", "look", ("nobody's key",), "fa", clock.now())
    with pytest.raises(Problem) as problem, transaction():
        receive(inbound)
    assert problem.value.code == "file.unknown"
