"""What a chat may say first, and how it becomes a message."""

import pytest

from yavar.base.events.models import Event
from yavar.base.problem import Problem
from yavar.channels.chat import CHAT, config_of
from yavar.channels.greetings import Greeting, checked, said, words
from yavar.channels.intake import Inbound, accept
from yavar.conversations.models import Conversation, Message
from yavar.conversations.setup import configure_inbox
from yavar.conversations.testing import furnish

pytestmark = pytest.mark.django_db


def test_greetings_are_kept_with_an_id_and_tidied():
    [found] = checked([Greeting({"en": "  Need\n help? ", "fa": " "}, page=" /kettles ")])
    assert (found.text, found.page, len(found.id)) == ({"en": "Need help?"}, "/kettles", 22)
    assert checked([found]) == [found]
    assert words(found, "ru", "fa") == "Need help?"


@pytest.mark.parametrize(
    ("greeting", "code"),
    [
        (Greeting({}), "greeting.empty"),
        (Greeting({"en": " "}), "greeting.empty"),
        (Greeting({"de": "Hallo"}), "locale.unknown"),
        (Greeting({"en": "Hi"}, page="https://shop.example/x"), "page.invalid"),
    ],
)
def test_what_makes_no_sense_is_refused(greeting, code):
    with pytest.raises(Problem) as caught:
        checked([greeting])
    assert caught.value.code == code


def test_ten_are_the_most():
    with pytest.raises(Problem) as caught:
        checked([Greeting({"en": "Hi"})] * 11)
    assert caught.value.code == "greetings.too_many"


def inbound(shop, customer, client_id="client-0001", conversation=None):
    from yavar.base import clock

    return Inbound(shop.inbox.pk, customer.pk, conversation, client_id, "Hello", (), "en", clock.now(), "Need help?")


def test_it_stands_above_the_message_that_begins_a_conversation_and_only_there():
    shop = furnish()
    anna = shop.visitor(lang="en")
    first = accept(inbound(shop, anna))
    again = accept(inbound(shop, anna))
    accept(inbound(shop, anna, "client-0002"))
    accept(inbound(shop, anna, "client-0003", first.conversation_id))
    assert again.repeated and again.seq == first.seq == 2
    assert list(Message.objects.order_by("seq").values_list("seq", "author", "text")) == [
        (1, "bot:0", "Need help?"), (2, f"customer:{anna.pk}", "Hello"), (3, f"customer:{anna.pk}", "Hello"), (4, f"customer:{anna.pk}", "Hello"),
    ]  # fmt: skip
    talk = Conversation.objects.get()
    assert talk.waiting_since is not None and talk.unread == 3, "the customer still waits for a person"
    assert talk.customer_seen == 1, "it is not mailed to whoever leaves: they have read it"
    facts = Event.objects.filter(subject_kind="conversation").order_by("pk").values_list("name", "actor", "seq")
    assert list(facts[:3]) == [("conversation.opened", f"customer:{anna.pk}", 1), ("message.sent", "bot:0", 2), ("message.received", f"customer:{anna.pk}", 3)]


def test_only_our_own_words_are_kept():
    shop = furnish()
    configure_inbox(shop.inbox, CHAT.changed({}, {"greetings": [{"text": {"en": "Need help?", "fa": "کمک؟"}}]}))
    [kept] = config_of(shop.inbox.config).greetings
    assert said(shop.inbox.pk, kept.id, "ru").text == "کمک؟"
    assert said(shop.inbox.pk, kept.id, "en").text == "Need help?"
    assert said(shop.inbox.pk, "nothing", "en") is None
