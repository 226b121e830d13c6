"""Answers that leave the house: held, taken back, released; who gets a copy; and what is known of each."""

from datetime import timedelta

import pytest

from yavar.base import clock, files
from yavar.base.db import transaction
from yavar.base.events import Actor
from yavar.base.events.models import Event
from yavar.base.files.models import File
from yavar.base.jobs.models import Job
from yavar.base.problem import Problem
from yavar.channels import delivery, outgoing
from yavar.channels.models import ReplyToken
from yavar.conversations import deliveries, holding
from yavar.conversations.actions import CustomerWrote
from yavar.conversations.append import append
from yavar.conversations.deliveries import Recipient
from yavar.conversations.models import Conversation, Delivery, Draft, HeldReply, Message, Participant
from yavar.conversations.queries import FOR_ROWS, rows
from yavar.conversations.receive import Inbound, receive
from yavar.integrations.channels.email.testing import arrives, mail, outlet
from yavar.people.models import Identity

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def talk(shop):
    """Maryam asked by mail; the inbox can send."""
    way = outlet(shop.brand)
    arrives(way.inbox, mail("Where is my kettle?"))
    return Conversation.objects.get()


def writes(talk, by, text="It is on its way.", client_id="client-id-1", **more):
    return outgoing.answer(talk, by=by, client_id=client_id, text=text, **more)


def later(seconds):
    return clock.stopped_at(clock.now() + timedelta(seconds=seconds))


def names(talk):
    return list(Event.objects.filter(subject_kind="conversation", subject_id=talk.pk, seq__isnull=False).order_by("seq").values_list("name", flat=True))


def copies():
    return list(Delivery.objects.order_by("pk").values_list("address", "role", "state"))


def test_an_answer_is_held_and_then_leaves(shop, talk):
    held = writes(talk, shop.amir, resolving=True)
    assert isinstance(held, HeldReply) and not Message.objects.filter(author=str(shop.amir.actor)).exists()
    outgoing.release_due()
    assert HeldReply.objects.exists(), "its time has not come"
    with later(6):
        outgoing.release_due()
        outgoing.release_due()
    said = Message.objects.get(author=str(shop.amir.actor))
    assert (said.text, said.client_id) == ("It is on its way.", "client-id-1") and not HeldReply.objects.exists()
    assert copies() == [("maryam@shop.example", "to", "queued")]
    assert names(talk)[-4:] == ["conversation.reply_held", "conversation.assigned", "message.sent", "conversation.resolved"]
    copy = Delivery.objects.get()
    assert ReplyToken.objects.get(message=said).customer_id == copy.customer_id == talk.customer_id
    assert Job.objects.filter(name="email.send", unique_key=f"email.send:{talk.inbox_id}:{copy.slot}").exists()


def test_the_same_client_id_is_one_answer_before_and_after_it_left(shop, talk):
    first, again = writes(talk, shop.amir), writes(talk, shop.amir)
    assert first.pk == again.pk and HeldReply.objects.count() == 1
    with later(6):
        outgoing.release_due()
    assert writes(talk, shop.amir).repeated
    assert Delivery.objects.count() == 1 and not HeldReply.objects.exists()


def test_what_is_taken_back_never_leaves_and_its_words_are_a_draft_again(shop, talk):
    held = writes(talk, shop.amir)
    Draft.objects.create(conversation=talk, agent=shop.amir, kind="reply", text="Another thought", updated_at=clock.now())
    holding.recall(held, by=shop.amir)
    assert Draft.objects.get().text == "It is on its way.\nAnother thought"
    assert names(talk)[-2:] == ["conversation.reply_held", "conversation.reply_recalled"]
    with later(6):
        outgoing.release_due()
    assert Message.objects.count() == 1 and not Delivery.objects.exists()
    with pytest.raises(Problem, match=r"reply\.left"):
        holding.recall(held, by=shop.amir)


def test_files_of_a_held_answer_are_safe_from_the_sweep_and_leave_with_it(shop, talk):
    with open(__file__, "rb") as stream:
        file = files.store(stream, name="note.txt", owner=shop.amir.actor)
    File.objects.update(created_at=clock.now() - timedelta(days=3))
    held = writes(talk, shop.amir, files=[file.key], at=clock.now() + timedelta(days=2))
    files.sweep()
    assert File.objects.filter(key=file.key).exists()
    holding.put_off(held, clock.now(), by=shop.amir)
    outgoing.release_due()
    assert Message.objects.get(author=str(shop.amir.actor)).files.get().key == file.key


def test_a_scheduled_answer_stops_when_the_customer_writes_again_and_can_be_sent_all_the_same(shop, talk):
    held = writes(talk, shop.amir, at=clock.now() + timedelta(hours=1))
    with later(60), transaction():
        receive(Inbound(talk.inbox_id, talk.customer_id, talk.pk, "client-id-9", "Never mind!", (), "en", clock.now()))
    with later(3601):
        outgoing.release_due()
        held.refresh_from_db()
        assert (held.state, held.why) == ("stopped", "customer.wrote") and not Delivery.objects.exists()
        outgoing.release_due()
        holding.put_off(held, clock.now(), by=shop.amir)
        outgoing.release_due()
    assert len(copies()) == 1
    assert [name for name in names(talk) if name.startswith("conversation.reply")] == [
        "conversation.reply_held", "conversation.reply_stopped", "conversation.reply_held",
    ]  # fmt: skip


def test_what_the_customer_wrote_unseen_stops_the_answer(shop, talk):
    with pytest.raises(CustomerWrote):
        writes(talk, shop.amir, seen=0)
    assert not HeldReply.objects.exists()


def test_others_in_copy_take_part_from_then_on_and_those_in_blind_copy_do_not(shop, talk):
    given = {"to": ["Maryam@Shop.example"], "cc": ["boss@firm.example", "boss@firm.example"], "bcc": ["lawyer@firm.example"]}
    writes(talk, shop.amir, given=given)
    with later(6):
        outgoing.release_due()
    assert copies() == [("maryam@shop.example", "to", "queued"), ("boss@firm.example", "cc", "queued"), ("lawyer@firm.example", "bcc", "queued")]
    boss = Identity.objects.get(value="boss@firm.example").customer_id
    assert list(Participant.objects.values_list("customer", flat=True)) == [boss]
    assert Event.objects.filter(name="conversation.joined", subject_id=talk.pk).count() == 1
    writes(talk, shop.amir, client_id="client-id-2")
    with later(6):
        outgoing.release_due()
    assert copies()[3:] == [("maryam@shop.example", "to", "queued"), ("boss@firm.example", "cc", "queued")], "they stay in copy"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"to": []}, "recipient.missing"), ({"to": ["nobody"]}, "recipient.invalid"), ({"to": ["a@b.example\r\nBcc: x@y.example"]}, "recipient.invalid"),
        ({"to": ["support+x@nila.example"]}, "recipient.own"), ({"to": [f"a{n}@b.example" for n in range(51)]}, "recipient.too_many"),
    ],
)  # fmt: skip
def test_recipients_that_make_no_sense_are_refused_before_anything_is_kept(shop, talk, given, code):
    with pytest.raises(Problem) as refused:
        writes(talk, shop.amir, given=given)
    assert refused.value.code == code and refused.value.status == 422 and not HeldReply.objects.exists()


def test_an_inbox_without_a_way_out_takes_no_answer(shop, talk):
    talk.inbox.outlet.delete()
    with pytest.raises(Problem) as refused:
        writes(talk, shop.amir)
    assert (refused.value.status, refused.value.code) == (409, "channel.sends_nothing")


def test_what_can_no_longer_leave_stops_and_says_why(shop, talk):
    held = writes(talk, shop.amir)
    talk.inbox.outlet.delete()
    with later(6):
        outgoing.release_due()
    held.refresh_from_db()
    assert (held.state, held.why) == ("stopped", "channel.sends_nothing")
    assert not Message.objects.filter(author=str(shop.amir.actor)).exists(), "the answer is not said, since nobody would get it"


def queued(shop, talk):
    holding.put_off(writes(talk, shop.amir), clock.now(), by=shop.amir)
    outgoing.release_due()
    return Delivery.objects.get()


def told(copy):
    return [(e.payload["state"], e.payload["reason"]) for e in Event.objects.filter(name="message.delivery").order_by("pk") if e.payload["delivery"] == copy.pk]


def test_a_copy_that_was_under_way_when_everything_ended_is_unknown_and_never_sent_again_by_itself(shop, talk):
    copy = queued(shop, talk)
    assert deliveries.begin(copy) and not deliveries.begin(copy)
    with later(60):
        delivery.orphaned(copy.inbox_id, copy.slot)
        assert delivery.next_due(copy.inbox_id, copy.slot) is None
    copy.refresh_from_db()
    assert copy.state == "unknown" and told(copy) == [("unknown", "interrupted")]
    deliveries.decide(copy, again=True, by=shop.amir.actor)
    assert delivery.next_due(copy.inbox_id, copy.slot) == copy and told(copy)[-1] == ("queued", "")
    with pytest.raises(Problem, match=r"delivery\.decided"):
        deliveries.decide(copy, again=False, by=shop.amir.actor)


def test_who_calls_an_unknown_copy_sent_ends_the_matter(shop, talk):
    copy = queued(shop, talk)
    deliveries.begin(copy)
    deliveries.settle(copy.pk, "unknown", reason="cut")
    deliveries.decide(copy, again=False, by=shop.amir.actor)
    copy.refresh_from_db()
    assert copy.state == "sent" and copy.sent_at and delivery.next_due(copy.inbox_id, copy.slot) is None


def test_a_late_outcome_changes_nothing(shop, talk):
    copy = queued(shop, talk)
    deliveries.begin(copy)
    deliveries.settle(copy.pk, "unknown", reason="interrupted")
    deliveries.settle(copy.pk, "sent")
    copy.refresh_from_db()
    assert copy.state == "unknown" and told(copy) == [("unknown", "interrupted")]


def test_the_same_delay_is_told_once(shop, talk):
    copy = queued(shop, talk)
    for _ in range(3):
        assert deliveries.begin(copy)
        deliveries.settle(copy.pk, "queued", reason="later", again_at=clock.now())
    copy.refresh_from_db()
    assert copy.attempts == 3 and told(copy) == [("queued", "later")]


def test_tries_end_after_two_days():
    tries = [delivery.again_at(number) for number in range(1, 14)]
    assert tries[-1] is None and all(tries[:-1])
    assert timedelta(days=1) < sum(delivery.RETRIES, timedelta()) < timedelta(days=3)


def test_a_lost_job_is_left_again(shop, talk):
    copy = queued(shop, talk)
    Job.objects.filter(name="email.send").delete()
    delivery.wake_due()
    delivery.wake_due()
    assert Job.objects.get(name="email.send").args == {"inbox": copy.inbox_id, "slot": copy.slot}


def test_automatic_mail_to_one_address_has_a_budget(shop, talk):
    for number in range(delivery.AUTOMATIC_A_DAY + 5):
        with transaction():
            said = append(talk.pk, by=Actor("system"), client_id=f"notice-{number:04d}", text="A notice", at=clock.now())
            delivery.hand_out(Message.objects.get(pk=said.message_id), [Recipient(talk.customer_id, "victim@shop.example")], talk.inbox, automatic=True)
    assert Delivery.objects.count() == delivery.AUTOMATIC_A_DAY


def test_a_restored_desk_sends_nothing_by_itself(shop, talk):
    copy = queued(shop, talk)
    held = writes(talk, shop.amir, client_id="client-id-2")
    assert deliveries.doubt_all(by=Actor("system")) == 1 and deliveries.doubt_all(by=Actor("system")) == 0
    holding.stop_all("restored")
    with later(60):
        outgoing.release_due()
        assert delivery.next_due(copy.inbox_id, copy.slot) is None
    copy.refresh_from_db()
    held.refresh_from_db()
    assert (copy.state, copy.reason, held.state, held.why) == ("unknown", "restored", "stopped", "restored") and told(copy) == [("unknown", "restored")]


def test_the_row_says_that_what_was_said_last_did_not_arrive_until_it_did_or_somebody_speaks_again(shop, talk):
    def undelivered():
        return rows(shop.amir, [Conversation.objects.select_related(*FOR_ROWS).get()])[0].undelivered

    def leaves(client_id):
        writes(talk, shop.amir, client_id=client_id)
        with later(6):
            outgoing.release_due()
        return Message.objects.latest("pk"), Delivery.objects.latest("pk")

    said, copy = leaves("client-id-1")
    deliveries.begin(copy)
    deliveries.settle(copy.pk, "sent")
    assert not undelivered()
    deliveries.bounced(said.pk, [talk.customer_id], "hard")
    assert undelivered()
    with transaction():  # what says itself answers nobody
        append(talk.pk, by=Actor("bot", 1), client_id="client-id-8", text="We have it.", at=clock.now())
    assert undelivered()
    copy.refresh_from_db()
    deliveries.decide(copy, again=True, by=shop.amir.actor)
    assert not undelivered()
    deliveries.begin(copy)
    deliveries.settle(copy.pk, "failed", reason="refused")
    assert undelivered()
    leaves("client-id-2")
    assert not undelivered(), "another answer is under way"
    deliveries.bounced(said.pk, [talk.customer_id], "hard")
    assert not undelivered(), "that was one before"
