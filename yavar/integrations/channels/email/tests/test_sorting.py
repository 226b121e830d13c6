"""What is kept back, what comes back, and what comes from a machine."""

import pytest

from yavar.channels import ledger, senders, threads
from yavar.channels.models import Receipt
from yavar.conversations.models import Conversation, Message
from yavar.integrations.channels.email.testing import arrives, facts, mail, read_everything
from yavar.people.customers import tending
from yavar.people.models import Identity

pytestmark = pytest.mark.django_db


def test_blocked_and_allowed_senders(inbox, shop):
    senders.rule("@evil.example", allow=False, by=shop.owner.actor)
    senders.rule("good@evil.example", allow=True, inbox_key=inbox.pk, by=shop.owner.actor)
    arrives(inbox, mail(sender="bad@evil.example"), mail(sender="good@evil.example"))
    assert list(Receipt.objects.order_by("pk").values_list("state", "reason")) == [("quarantined", "blocked"), ("routed", "")]


def test_releasing_makes_a_message_whatever_the_rule(inbox, shop):
    senders.rule("bad@evil.example", allow=False, by=shop.owner.actor)
    arrives(inbox, mail(sender="bad@evil.example"))
    key = Receipt.objects.get().pk
    assert ledger.release(key, by=shop.owner.actor)
    assert not ledger.release(key, by=shop.owner.actor), "a second press"
    read_everything(inbox)
    assert Receipt.objects.get().outcome == "message" and Message.objects.count() == 1
    assert [fact.actor for fact in facts("receipt.released")] == [str(shop.owner.actor)]


def test_the_desk_learns_spam_from_people(inbox, shop):
    for n in range(senders.ENOUGH):
        spam, good = mail(f"casino bonus winner jackpot {n}", sender=f"s{n}@spam.example"), mail(f"kettle order delivery broken {n}")
        arrives(inbox, spam, good)
        for receipt, bad in zip(Receipt.objects.order_by("-pk")[:2], (False, True), strict=True):
            senders.teach(receipt, senders.words_of(receipt.message.text), spam=bad, by=shop.owner.actor)
    arrives(inbox, mail("You won the casino jackpot bonus", sender="new@spam.example"), mail("The kettle from my order is broken"))
    assert list(Receipt.objects.order_by("pk").values_list("state", "reason"))[-2:] == [("quarantined", "spam"), ("routed", "")]
    assert len(facts("receipt.taught")) == 2 * senders.ENOUGH


def test_an_automatic_answer_wakes_nobody(inbox):
    arrives(inbox, mail())
    talk = Conversation.objects.get()
    Conversation.objects.filter(pk=talk.pk).update(status="resolved")
    token = threads.issue(talk.pk, talk.customer_id)
    arrives(inbox, mail("I am away", Auto_Submitted="auto-replied", to=f"support+r.{token}@nila.example"), mail("Away too", Auto_Submitted="auto-replied"))
    talk.refresh_from_db()
    assert (talk.status, talk.messages.count(), Conversation.objects.count()) == ("resolved", 1, 1)
    assert list(Receipt.objects.order_by("pk").values_list("state", "outcome", "reason"))[1:] == [
        ("routed", "auto_reply", ""),
        ("quarantined", "", "auto_reply"),
    ]
    assert len(facts("conversation.auto_replied")) == 1


def bounce(recipient, original, status="5.1.1", kind="delivery-status", sender="MAILER-DAEMON@mx.shop.example"):
    """A report (RFC 3464, or RFC 5965 for a complaint) about a mail of ours."""
    report = (
        f"Reporting-MTA: dns; mx.shop.example\n\nFinal-Recipient: rfc822; {recipient}\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; 550 {status} no such user"
        if kind == "delivery-status"
        else f"Feedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\nOriginal-Rcpt-To: <{recipient}>"
    )
    return f"""From: {sender}
To: support@nila.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <report-{recipient}-{status}-{kind}@mx.shop.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type={"delivery-status" if kind == "delivery-status" else "feedback-report"}; boundary=b

--b
Content-Type: text/plain

Your mail could not be delivered.

--b
Content-Type: message/{kind}

{report}

--b
Content-Type: message/rfc822

From: support@nila.example
To: {recipient}
Message-ID: <{original}@nila.example>
Subject: Re: My kettle

Hello
--b--
""".encode()


@pytest.mark.parametrize(
    ("status", "kind", "outcome", "failure"),
    [("5.1.1", "delivery-status", "bounce", "hard"), ("4.2.2", "delivery-status", "bounce", "soft"), ("5.1.1", "feedback-report", "complaint", "complaint")],
)
def test_what_comes_back_is_linked_and_its_address_marked(inbox, agent_client, shop, status, kind, outcome, failure):
    arrives(inbox, mail())
    talk = Conversation.objects.get()
    token = threads.issue(talk.pk, talk.customer_id)
    arrives(inbox, bounce("maryam@shop.example", f"r.{token}.2", status, kind))
    talk.refresh_from_db()
    assert talk.messages.count() == 1 and Conversation.objects.count() == 1, "never a conversation"
    receipt = Receipt.objects.order_by("-pk")[0]
    assert (receipt.state, receipt.outcome, receipt.conversation) == ("routed", outcome, talk)
    [told] = facts("conversation.bounced")
    assert told.payload | {"hard": None} == {
        "customer": talk.customer_id, "receipt": receipt.pk, "hard": None, "complaint": outcome == "complaint", "message": None,
    }  # fmt: skip
    assert Identity.objects.get().failure == failure and facts("customer.unreachable")[0].payload["failure"] == failure
    card = agent_client.get(f"/api/v1/conversations/{talk.public_id}").json()["customer"]
    assert [each["failure"] for each in card["identities"]] == [failure]


def test_a_forged_bounce_marks_nobody(inbox):
    arrives(inbox, mail())
    arrives(inbox, bounce("maryam@shop.example", "r.abcdefghijklmnopqrstuvwxyz.2"))
    assert Identity.objects.get().failure == "" and not facts("conversation.bounced")
    assert Receipt.objects.order_by("-pk")[0].outcome == "bounce"


def test_a_token_marks_its_own_customers_addresses_alone(inbox, shop):
    arrives(inbox, mail(), mail(sender="M. Karimi <m.karimi@work.example>"), mail(sender="reza@shop.example"))
    maryam, work, _reza = (identity.customer for identity in Identity.objects.order_by("pk"))
    token = threads.issue(Conversation.objects.order_by("pk")[0].pk, maryam.pk)
    tending.merge(work, maryam, by=shop.owner.actor)
    arrives(inbox, *(bounce(each, f"r.{token}.2") for each in ("maryam@shop.example", "m.karimi@work.example", "reza@shop.example")))
    assert list(Identity.objects.order_by("pk").values_list("failure", flat=True)) == ["hard", "hard", ""]
    assert [fact.subject_id for fact in facts("customer.unreachable")] == [maryam.pk, work.pk]
