"""A chat goes on by mail: what was not seen, together, once, and without a word of whoever typed the address."""

from datetime import timedelta

import pytest

from yavar.base import clock, mime
from yavar.base.jobs import run_due
from yavar.base.jobs.models import Job
from yavar.channels import outgoing
from yavar.channels.chat import ChatConfig
from yavar.conversations.actions import seen_by_customer
from yavar.conversations.models import Conversation, Delivery
from yavar.conversations.setup import configure_inbox
from yavar.integrations.channels.email.sending.testing import send_all, sink
from yavar.integrations.channels.email.testing import arrives, mail, outlet
from yavar.people.customers.actions import open_session

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server():
    with sink() as found:
        yield found


@pytest.fixture
def talk(shop, server):
    """A visitor who typed an address has asked something in the chat."""
    shop.mail = outlet(shop.brand, port=server.port).inbox
    configure_inbox(shop.inbox, ChatConfig(origins=["https://shop.example"], mail_after=3))
    session = open_session("t" * 43, brand=shop.brand.public_id, inbox=shop.inbox.public_id, lang="fa", page="", name="Maryam", email="maryam@shop.example")
    said = shop.says(session.customer, "کتری من کجاست؟ https://evil.example")
    return Conversation.objects.get(pk=said.conversation_id)


def say(talk, by, text, number):
    return outgoing.answer(talk, by=by, client_id=f"client-id-{number}", text=text)


def after(minutes):
    """The worker's next minutes."""
    with clock.stopped_at(clock.now() + timedelta(minutes=minutes)):
        while run_due():
            pass
        send_all()


def test_what_was_not_seen_goes_out_together_and_once(shop, talk, server):
    say(talk, shop.amir, "سلام مریم!", 1)
    say(talk, shop.amir, "فردا می‌رسد.", 2)
    after(1)
    assert not server.taken, "they may still be looking"
    after(4)
    after(9)
    [taken] = server.taken
    read = mime.read(taken.raw)
    assert taken.recipient == "maryam@shop.example" and "سلام مریم!" in read.text and "فردا می‌رسد." in read.text
    assert "evil" not in read.text and "کتری" not in read.text + read.subject, "the address may be anybody's"
    assert Delivery.objects.get().since == 2


def test_what_was_seen_stays_in_the_chat(shop, talk, server):
    said = say(talk, shop.amir, "سلام!", 1)
    seen_by_customer(talk.pk, said.seq)
    after(5)
    assert not server.taken and not Job.objects.filter(name="channels.mail_on").exists()


def test_who_wrote_again_is_still_there(shop, talk, server):
    say(talk, shop.amir, "سلام!", 1)
    shop.says(talk.customer, "بله؟", talk.pk)
    after(5)
    assert not server.taken


def test_nobody_is_mailed_without_an_address_or_when_the_owner_wants_none(shop, talk, server):
    talk.customer.identities.all().delete()
    say(talk, shop.amir, "سلام!", 1)
    after(5)
    configure_inbox(shop.inbox, ChatConfig(origins=["https://shop.example"], mail_after=0))
    say(talk, shop.amir, "سلام!", 2)
    assert not server.taken and not Job.objects.filter(name="channels.mail_on").exists()


def test_a_shop_without_mail_leaves_no_look_behind(shop, talk, server):
    def looks():
        return Job.objects.filter(name="channels.mail_on").count()

    shop.mail.active = False
    shop.mail.save()
    say(talk, shop.amir, "سلام!", 1)
    assert looks() == 0
    shop.mail.active = True
    shop.mail.save()
    say(talk, shop.amir, "سلام!", 2)
    assert looks() == 1


def test_an_unproven_address_gets_one_a_day_until_it_answers(shop, talk, server):
    say(talk, shop.amir, "یک", 1)
    after(5)
    say(talk, shop.amir, "دو", 2)
    after(10)
    after(60)
    assert len(server.taken) == 1
    sent = mime.read(server.taken[0].raw)
    arrives(shop.mail, mail("ممنون", sender="Maryam <maryam@shop.example>", In_Reply_To=sent.message_id))
    assert Conversation.objects.count() == 1, "it lands in the chat"
    assert talk.messages.order_by("-seq")[0].text == "ممنون" and talk.messages.order_by("-seq")[0].author == f"customer:{talk.customer_id}"
    say(talk, shop.amir, "سه", 3)
    after(1)
    read = mime.read(server.taken[1].raw)
    assert "دو" in read.text and "سه" in read.text, "who writes by mail is answered by mail soon"
    assert read.in_reply_to and "کتری" in read.text, "and may read again what they said"


def test_a_stranger_with_the_code_does_not_get_in(shop, talk, server):
    say(talk, shop.amir, "یک", 1)
    after(5)
    sent = mime.read(server.taken[0].raw)
    arrives(shop.mail, mail("Let me in", sender="Eve <eve@evil.example>", In_Reply_To=sent.message_id))
    assert Conversation.objects.count() == 2 and not talk.messages.filter(text="Let me in").exists()
