"""The team's verbs: the rows, the fact, and twice is once."""

from datetime import timedelta

import pytest

from yavar.base import clock, ids, search
from yavar.base.db import savepoint
from yavar.base.events.models import Event
from yavar.conversations import actions, jobs
from yavar.conversations.finding import find
from yavar.conversations.lists import counts, page, view
from yavar.conversations.models import Conversation, Draft, Message
from yavar.conversations.notes.actions import write_note
from yavar.conversations.notes.models import Mention, Note
from yavar.conversations.notes.timeline import timeline
from yavar.conversations.setup import make_tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(shop):
    return Conversation.objects.get(pk=shop.says(shop.visitor(), "hello").conversation_id)


def last_fact(talk):
    event = Event.objects.filter(subject_kind="conversation", subject_id=talk.pk, seq__isnull=False).order_by("-seq").first()
    return event.name, event.payload, event.actor


def test_reply_answers_takes_over_and_clears_the_waiting(shop, talk):
    sent = actions.reply(talk.pk, by=shop.amir, client_id="reply-0001", text="Good morning")
    talk.refresh_from_db()
    assert (talk.assignee, talk.unread, talk.waiting_since, talk.preview_by) == (shop.amir, 0, None, f"agent:{shop.amir.pk}")
    assert last_fact(talk) == ("message.sent", {"message": sent.message_id, "seq": 2}, f"agent:{shop.amir.pk}")


def test_reply_twice_is_one_message(shop, talk):
    for _ in range(2):
        actions.reply(talk.pk, by=shop.amir, client_id="reply-0001", text="Good morning", resolving=True)
    assert Message.objects.filter(author=f"agent:{shop.amir.pk}").count() == 1
    assert Event.objects.filter(name="conversation.resolved").count() == 1


def test_reply_stops_when_the_customer_wrote_meanwhile(shop, talk):
    shop.says(talk.customer, "wait, one more thing", talk.pk)
    with pytest.raises(actions.CustomerWrote), savepoint():
        actions.reply(talk.pk, by=shop.amir, client_id="reply-0001", text="Bye", seen=1)
    assert Message.objects.count() == 2
    actions.reply(talk.pk, by=shop.amir, client_id="reply-0001", text="Bye", seen=2)
    assert Message.objects.count() == 3


def test_sending_forgets_the_draft(shop, talk):
    actions.keep_draft(talk.pk, "reply", "Good morning", by=shop.amir)
    assert counts(shop.amir)["drafts"] == 1
    actions.reply(talk.pk, by=shop.amir, client_id="reply-0001", text="Good morning")
    assert not Draft.objects.exists()


def test_a_newer_draft_survives_an_older_message_that_arrives_late(shop, talk):
    actions.keep_draft(talk.pk, "reply", "the next thing", by=shop.amir)
    actions.reply(talk.pk, by=shop.amir, client_id="reply-0001", text="Good morning")
    assert Draft.objects.get().text == "the next thing"


@pytest.mark.parametrize(
    ("verb", "name", "payload"),
    [
        (lambda s, t: actions.assign(t.pk, s.sara, by=s.amir), "conversation.assigned", lambda s: {"before": None, "after": s.sara.pk}),
        (lambda s, t: actions.prioritise(t.pk, "urgent", by=s.amir), "conversation.prioritised", lambda s: {"before": "normal", "after": "urgent"}),
        (lambda s, t: actions.snooze(t.pk, None, by=s.amir), "conversation.snoozed", lambda s: {"before": "open", "until": None}),
        (lambda s, t: actions.resolve(t.pk, by=s.amir), "conversation.resolved", lambda s: {"before": "open"}),
    ],
)
def test_a_verb_tells_its_fact_once(shop, talk, verb, name, payload):
    verb(shop, talk)
    before = Event.objects.count()
    verb(shop, talk)
    assert Event.objects.count() == before
    assert last_fact(talk)[:2] == (name, payload(shop))


def test_tags_go_on_and_off(shop, talk):
    order, vip = make_tag("Order"), make_tag("VIP")
    assert make_tag("  order ") == order
    actions.tag(talk.pk, add=[order, vip], by=shop.amir)
    actions.tag(talk.pk, add=[vip], remove=[order], by=shop.amir)
    assert list(talk.tags.all()) == [vip]
    assert last_fact(talk)[1] == {"added": [], "removed": [order.pk]}


def test_the_timeline_outlives_a_deleted_tag(shop, talk):
    order = make_tag("Order")
    actions.tag(talk.pk, add=[order], by=shop.amir)
    order.delete()
    ids.public_id_of.cache_clear()
    assert timeline(talk.pk)[0][-1].data == {"added": [""], "removed": []}


def test_reopening_is_the_opposite_of_resolving(shop, talk):
    waiting, unread = talk.waiting_since, talk.unread
    assert unread
    actions.resolve(talk.pk, by=shop.amir)
    actions.reopen(talk.pk, by=shop.amir)
    talk.refresh_from_db()
    assert (talk.status, talk.waiting_since, talk.unread) == ("open", waiting, unread), "what nobody had read nobody has read"
    actions.mark_read(talk.pk, talk.event_seq, by=shop.amir)
    actions.resolve(talk.pk, by=shop.amir)
    actions.reopen(talk.pk, by=shop.amir)
    talk.refresh_from_db()
    assert talk.unread == 0


def test_snoozed_comes_back_in_time_and_once(shop, talk):
    actions.snooze(talk.pk, clock.now() + timedelta(hours=3), by=shop.amir)
    jobs.wake_snoozed()
    assert Conversation.objects.get().status == "snoozed"
    with clock.stopped_at(clock.now() + timedelta(hours=3, seconds=1)):
        jobs.wake_snoozed()
        jobs.wake_snoozed()
    assert Conversation.objects.get().status == "open"
    assert Event.objects.filter(name="conversation.woken").count() == 1


def test_reading_marks_and_unread(shop, talk):
    actions.mark_read(talk.pk, talk.event_seq, by=shop.amir)
    talk.refresh_from_db()
    assert (talk.unread, talk.agent_seen) == (0, 1)
    actions.mark_unread(talk.pk, by=shop.amir)
    talk.refresh_from_db()
    assert talk.unread == 1


def test_a_note_is_for_the_team_and_calls_the_mentioned(shop, talk):
    for _ in range(2):
        write_note(talk.pk, by=shop.amir, client_id="note-00001", text="look @Sara", mentions=[shop.sara])
    assert Note.objects.count() == Mention.objects.count() == 1
    assert not Message.objects.filter(text__contains="look").exists()
    assert [c.pk for c in page(view(shop.sara, "mentions"))[0]] == [talk.pk]
    items, _ = timeline(talk.pk)
    assert [item.kind for item in items] == ["event", "message", "note"]
    assert [item.version for item in items] == [1, 2, 3]
    assert items[-1].data == {"mentions": [shop.sara.public_id]}


def test_what_is_found_shows_the_word_that_was_looked_for(shop):
    customer = shop.visitor()
    said = shop.says(customer, "I am sorry to say so, and I hope that you can help me, " * 6 + "but the kettle leaks.")
    search.refresh("message", list(Message.objects.values_list("pk", flat=True)))
    [row] = find(shop.amir, "Kettle")
    assert row.id == said.conversation and row.found["text"].startswith("… ") and row.found["text"].endswith("but the kettle leaks.")
    [row] = find(shop.amir, "sorry")
    assert row.found["text"].startswith("I am sorry to say so") and len(row.found["text"]) == 200
