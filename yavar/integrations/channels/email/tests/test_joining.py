"""What an answer joins, and what it never joins."""

import pytest

from yavar.base import instance
from yavar.channels import threads
from yavar.channels.models import Receipt
from yavar.conversations import merging
from yavar.conversations.models import Conversation, Message, Participant
from yavar.integrations.channels.email.testing import arrives, facts, mail

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "way",
    [
        {"to": "support+r.{}@nila.example"},
        {"to": "Support <SUPPORT+R.{}@NILA.EXAMPLE>"},
        {"In_Reply_To": "<r.{}@nila.example>"},
        {"References": "<other@x> <r.{}.7@nila.example>"},
        {"Delivered_To": "support+r.{}@nila.example"},
    ],
)
def test_an_answer_with_its_token_joins(inbox, way):
    arrives(inbox, mail())
    talk = Conversation.objects.get()
    Conversation.objects.filter(pk=talk.pk).update(status="resolved")
    token = threads.issue(talk.pk, talk.customer_id)
    arrives(inbox, mail("Any news?", **{name: value.format(token) for name, value in way.items()}))
    talk.refresh_from_db()
    assert (talk.messages.count(), talk.status, Conversation.objects.count()) == (2, "open", 1)


def test_strangers_never_join(inbox):
    arrives(inbox, mail())
    talk = Conversation.objects.get()
    token = threads.issue(talk.pk, talk.customer_id)
    arrives(inbox, mail("Let me in", sender="eve@evil.example", to=f"support+r.{token}@nila.example"))
    arrives(inbox, mail("By references alone", References="<1@shop.example>", In_Reply_To="<1@shop.example>"))
    assert talk.messages.count() == 1
    assert Conversation.objects.count() == 3
    [hint] = facts("conversation.hinted")
    assert hint.payload == {"others": [talk.pk], "why": "token"}


def test_a_restored_desk_does_not_answer_old_tokens(inbox):
    arrives(inbox, mail())
    talk = Conversation.objects.get()
    token = threads.issue(talk.pk, talk.customer_id)
    instance.begin_anew()
    arrives(inbox, mail("Any news?", to=f"support+r.{token}@nila.example"))
    assert talk.messages.count() == 1
    assert facts("conversation.hinted")[0].payload == {"others": [talk.pk], "why": "old_token"}


def test_a_forged_token_is_no_token(inbox):
    arrives(inbox, mail())
    arrives(inbox, mail("?", to="support+r.abcdefghijklmnopqrstuvwxyz@nila.example"))
    assert Conversation.objects.count() == 2 and not facts("conversation.hinted")


def test_who_is_copied_in_takes_part_and_the_requester_stays(inbox, agent_client):
    arrives(inbox, mail(Cc="Reza <reza@shop.example>, Support <support@nila.example>"))
    talk = Conversation.objects.get()
    reza = Participant.objects.get(conversation=talk).customer
    assert reza.name == "Reza"
    card = agent_client.get(f"/api/v1/conversations/{talk.public_id}").json()["customer"]
    assert [each["name"] for each in card["copied"]] == ["Reza"]
    token = threads.issue(talk.pk, talk.customer_id)
    arrives(inbox, mail("I am Reza", sender="reza@shop.example", to=f"support+r.{token}@nila.example"))
    talk.refresh_from_db()
    assert [m.author for m in talk.messages.order_by("seq")] == [f"customer:{talk.customer_id}", f"customer:{reza.pk}"]
    assert talk.customer.name == "Maryam Karimi"
    assert [fact.payload for fact in facts("conversation.joined")] == [{"customer": reza.pk}]


def test_a_merged_conversations_answers_go_to_its_survivor(inbox, shop):
    arrives(inbox, mail("one"), mail("two"))
    one, two = Conversation.objects.order_by("pk")
    token = threads.issue(one.pk, one.customer_id)
    merging.merge(one.pk, two.pk, by=shop.owner)
    arrives(inbox, mail("three", to=f"support+r.{token}@nila.example"))
    assert [m.text.strip() for m in two.messages.order_by("seq")] == ["two", "three"]


def test_what_an_agent_sends_on_is_its_writers(inbox, shop):
    text = "Can you look?\n\n---------- Forwarded message ---------\nFrom: Maryam Karimi <maryam@shop.example>\nDate: Tue, 24 Nov 2026\nSubject: Kettle\nTo: <amir@nila.example>\n\nIt leaks."
    arrives(inbox, mail(text, sender=shop.amir.email, subject="Fwd: Kettle"))
    talk = Conversation.objects.get()
    assert (talk.customer.name, talk.messages.get().text.strip()) == ("Maryam Karimi", "It leaks.")
    assert facts("conversation.hinted")[0].payload == {"others": [], "why": "forwarded"}


def test_an_agents_address_has_no_power(inbox, shop):
    arrives(inbox, mail())
    talk = Conversation.objects.get()
    token = threads.issue(talk.pk, talk.customer_id)
    arrives(inbox, mail("I answer by mail", sender=shop.amir.email, to=f"support+r.{token}@nila.example"))
    assert talk.messages.count() == 1
    assert Message.objects.get(text__startswith="I answer").author.startswith("customer:")


def test_our_own_address_does_not_talk_to_itself(inbox):
    arrives(inbox, mail(sender="support+r.x@nila.example"))
    assert (Receipt.objects.get().state, Receipt.objects.get().reason) == ("quarantined", "own_address")
