"""The team writes first: each recipient in a conversation of their own, held like every answer, and gone without a trace when it is taken back."""

import pytest

from yavar.base import clock, files
from yavar.base.events.models import Event
from yavar.base.problem import Problem
from yavar.channels import outgoing, outreach
from yavar.conversations import holding
from yavar.conversations.models import Conversation, Delivery, HeldReply, Link, Message
from yavar.integrations.channels.email.sending.letter import message_id_of
from yavar.integrations.channels.email.testing import arrives, mail, outlet

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def inbox(shop):
    return outlet(shop.brand).inbox


def write(inbox, shop, *to, **more):
    return outreach.write_to(inbox, to, by=shop.amir, client_id="client-id-1", subject="Your order", text="It is ready to be fetched.", **more)


def leave():
    HeldReply.objects.update(due_at=clock.now())
    outgoing.release_due()


def test_each_gets_a_conversation_of_their_own(shop, inbox):
    held = write(inbox, shop, "a@shop.example", "b@shop.example")
    again = write(inbox, shop, "a@shop.example", "b@shop.example")
    assert [each.pk for each in held] == [each.pk for each in again] and Conversation.objects.count() == 2
    leave()
    leave()
    write(inbox, shop, "a@shop.example", "b@shop.example")
    assert list(Delivery.objects.order_by("pk").values_list("address", "role")) == [("a@shop.example", "to"), ("b@shop.example", "to")]
    for talk in Conversation.objects.all():
        assert (talk.subject, talk.assignee, talk.seq, talk.status) == ("Your order", shop.amir, 1, "open") and talk.waiting_since is None
        assert [e.name for e in Event.objects.filter(subject_kind="conversation", subject_id=talk.pk, seq__isnull=False).order_by("seq")] == [
            "conversation.opened", "conversation.reply_held", "message.sent",
        ]  # fmt: skip


def test_their_answer_comes_back_to_it(shop, inbox):
    write(inbox, shop, "a@shop.example")
    leave()
    arrives(inbox, mail("Thanks!", sender="a@shop.example", In_Reply_To=f"<{message_id_of(Delivery.objects.get())}>"))
    assert Conversation.objects.count() == 1 and Message.objects.order_by("-pk")[0].text == "Thanks!"


def test_what_is_taken_back_before_anything_was_said_was_never_there(shop, inbox):
    arrives(inbox, mail("Hello", sender="old@shop.example"))
    about = Conversation.objects.get()
    [held] = write(inbox, shop, "a@shop.example", about=about)
    assert Link.objects.count() == 1
    talk = held.conversation.public_id
    holding.recall(held, by=shop.amir)
    assert list(Conversation.objects.all()) == [about] and not Link.objects.exists() and not HeldReply.objects.exists()
    assert Event.objects.get(name="conversation.discarded").payload == {"id": talk}


def test_files_go_to_each(shop, inbox):
    with open(__file__, "rb") as stream:
        file = files.store(stream, name="list.txt", owner=shop.amir.actor)
    write(inbox, shop, "a@shop.example", "b@shop.example", files=[file.key])
    leave()
    sent = [message.files.get() for message in Message.objects.all()]
    assert {each.sha256 for each in sent} == {file.sha256} and len({each.key for each in sent}) == 2


@pytest.mark.parametrize(
    ("to", "more", "code"),
    [
        ([], {}, "recipient.missing"), (["a@shop.example", "b@shop.example"], {"cc": ["c@shop.example"]}, "recipient.each"), (["support@nila.example"], {}, "recipient.own"),
        ([f"a{n}@b.example" for n in range(51)], {}, "recipient.too_many"), (["a@b.example\nBcc: x@y.example"], {}, "recipient.invalid"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_leaves_nothing_behind(shop, inbox, to, more, code):
    with pytest.raises(Problem) as refused:
        write(inbox, shop, *to, **more)
    assert (refused.value.status, refused.value.code) == (422, code) and not Conversation.objects.exists()
