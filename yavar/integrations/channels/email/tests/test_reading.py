"""From raw mail to a conversation: what joins, what begins, what waits for a person, and that each is counted once."""

import contextlib
import sqlite3

import psycopg
import pytest

from yavar.base import instance
from yavar.base.db import is_sqlite, run, transaction
from yavar.base.events.models import Event
from yavar.base.files.models import File
from yavar.base.jobs.models import Job
from yavar.channels import ledger, senders, threads
from yavar.channels.models import Arrival, Receipt
from yavar.conversations import merging
from yavar.conversations.models import Conversation, Message, Original, Participant
from yavar.integrations.channels.email import reading
from yavar.integrations.channels.email.reading import read_inbox
from yavar.integrations.channels.email.testing import arrives, email_inbox, hand_in, mail, read_everything
from yavar.people.models import Identity

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox(shop):
    return email_inbox(shop.brand)


def facts(name):
    return list(Event.objects.filter(name=name).order_by("pk"))


def test_a_mail_begins_a_conversation_of_its_sender(inbox):
    arrives(inbox, mail("My kettle leaks.", subject="Kettle"))
    talk = Conversation.objects.get()
    assert (talk.inbox, talk.subject, talk.customer.name, talk.unread, talk.preview) == (inbox, "Kettle", "Maryam Karimi", 1, "My kettle leaks.")
    message = talk.messages.get()
    assert (message.author, message.text.strip()) == (f"customer:{talk.customer_id}", "My kettle leaks.")
    assert message.original.head["from"] == "maryam@shop.example"
    assert Identity.objects.get().verified_at is None, "a From proves nothing"
    receipt = Receipt.objects.get()
    assert (receipt.state, receipt.outcome, receipt.conversation, receipt.message) == ("routed", "message", talk, message)
    assert b"My kettle leaks." in ledger.files.read(receipt.file)
    [told] = facts("receipt.settled")
    assert told.payload | {"message": None} == {
        "inbox": inbox.pk, "state": "routed", "outcome": "message", "reason": "", "conversation": talk.pk, "message": None,
    }  # fmt: skip


def test_the_same_mail_again_changes_nothing(inbox):
    raw = mail()
    assert hand_in(inbox, raw) == 1
    assert hand_in(inbox, b"Received: from another.example\r\n" + raw, source="imap:x:INBOX") == 0, "it took another way and is the same"
    read_everything(inbox)
    assert hand_in(inbox, raw) == 0
    read_everything(inbox)
    assert Message.objects.count() == Receipt.objects.count() == 1
    assert ledger.account() == ledger.Account(fetched=3, repeats=2, waiting=0, routed=3, quarantined=0, refused=0)
    assert ledger.account().balanced
    assert File.objects.count() == 1


def test_two_mails_with_one_message_id_are_two(inbox):
    arrives(inbox, mail("One", Message_ID="<same@x.example>"), mail("Two", Message_ID="<same@x.example>"))
    assert sorted(Message.objects.values_list("text", flat=True)) == ["One", "Two"]


def test_reading_twice_has_one_effect(inbox):
    hand_in(inbox, mail())
    [receipt] = ledger.waiting(inbox.pk, 10)
    kept = {receipt.file_id: File.objects.get()}
    for found in (reading.read_all([receipt], kept), reading.read_all([receipt], kept)):
        for read in found:
            reading._settle(read)
    assert Message.objects.count() == 1 and len(facts("receipt.settled")) == 1


def test_a_mail_leaves_one_job_for_its_inbox(inbox):
    hand_in(inbox, mail(), mail())
    hand_in(inbox, mail())
    assert [(job.name, job.args) for job in Job.objects.filter(name="email.read")] == [("email.read", {"inbox": inbox.pk})]


def test_what_comes_while_others_are_read_has_a_job(inbox):
    hand_in(inbox, mail("first"))
    steps = reading.read_inbox(inbox.pk)
    call = next(steps)
    hand_in(inbox, mail("second"))  # its job is the one under way
    Job.objects.filter(name="email.read").delete()  # as the runner does before the rest of the steps
    with transaction(), pytest.raises(StopIteration):
        steps.send(call())
    assert Job.objects.filter(name="email.read").count() == 1


def test_order_is_kept(inbox):
    arrives(inbox, mail("first"))
    talk = Conversation.objects.get()
    token = threads.issue(talk.pk, talk.customer_id)
    arrives(inbox, *(mail(f"number {n}", to=f"support+r.{token}@nila.example") for n in range(25)))
    assert [text.strip() for text in talk.messages.order_by("seq").values_list("text", flat=True)] == ["first", *(f"number {n}" for n in range(25))]


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
    actions_resolved(talk)
    token = threads.issue(talk.pk, talk.customer_id)
    arrives(inbox, mail("Any news?", **{name: value.format(token) for name, value in way.items()}))
    talk.refresh_from_db()
    assert (talk.messages.count(), talk.status, Conversation.objects.count()) == (2, "open", 1)


def actions_resolved(talk):
    Conversation.objects.filter(pk=talk.pk).update(status="resolved")


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
    actions_resolved(talk)
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


def test_what_fails_is_quarantined_and_the_next_goes_on(inbox, monkeypatch):
    real = reading.settle

    def broken(read):
        if "bad" in read.understood.text:
            Message.objects.create(conversation_id=0)  # something is half done
        real(read)

    monkeypatch.setattr(reading, "settle", broken)
    arrives(inbox, mail("good"), mail("bad"), mail("good too"))
    assert list(Receipt.objects.order_by("pk").values_list("state", "reason")) == [("routed", ""), ("quarantined", "failed"), ("routed", "")]


def test_attachments_come_along(inbox):
    from email import message_from_bytes, policy

    made = message_from_bytes(mail("See the picture"), policy=policy.default)
    made.add_attachment(b"%PDF-1.4 kettle", maintype="application", subtype="pdf", filename="رسید.pdf")
    arrives(inbox, made.as_bytes())
    message = Message.objects.get()
    assert (message.attached, [f.name for f in message.files.all()]) == (1, ["رسید.pdf"])
    assert Original.objects.count() == 1
    assert not File.objects.filter(attached=False).exists()
    assert Arrival.objects.count() == 1


def test_what_comes_while_another_is_read_has_a_job_of_its_own(shop):
    inbox = email_inbox(shop.brand)
    hand_in(inbox, mail("first"))
    steps = read_inbox(inbox.pk)
    found = next(steps)()
    hand_in(inbox, mail("second"))  # the job of the first is still there
    with transaction(), contextlib.suppress(StopIteration):
        Job.objects.all().delete()  # as the runner does it, in the same transaction
        steps.send(found)
    assert Job.objects.filter(unique_key=f"email.read:{inbox.pk}").exists()


def test_what_comes_after_a_look_at_nothing_has_a_job_of_its_own(shop):
    inbox = email_inbox(shop.brand)
    steps = read_inbox(inbox.pk)
    found = next(steps)()
    hand_in(inbox, mail("first"))
    with transaction(), contextlib.suppress(StopIteration):
        Job.objects.all().delete()
        steps.send(found)
    assert Job.objects.filter(unique_key=f"email.read:{inbox.pk}").exists()


def test_a_name_longer_than_a_customers_may_be_is_cut(shop):
    arrives(email_inbox(shop.brand), mail("hello", sender=f'"{"Maryam " * 25}" <maryam@shop.example>'))
    assert Message.objects.get().text.strip() == "hello"


def test_raw_bytes_under_a_charset_that_is_none_arrive(shop):
    raw = mail("x").replace(b'charset="utf-8"', b'charset="idna"').replace(b"\nx\n", "\nпривет, как у вас дела?\n".encode("cp1251"))
    arrives(email_inbox(shop.brand), raw)
    assert Message.objects.get().text.strip() == "привет, как у вас дела?"


def test_a_statement_beyond_the_databases_limits_stops_one_mail_and_not_the_inbox(inbox, monkeypatch):
    """Both engines say OperationalError then, as they do when they are away."""
    settle = reading.settle

    def beyond(_read):
        run("SELECT " + "(" * 50_000 + "1" + ")" * 50_000)

    arrives(inbox, mail("first"))
    monkeypatch.setattr(reading, "settle", beyond)
    arrives(inbox, mail("beyond"))
    monkeypatch.setattr(reading, "settle", settle)
    arrives(inbox, mail("third"))
    assert list(Receipt.objects.order_by("pk").values_list("state", flat=True)) == ["routed", "quarantined", "routed"]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_puts_nothing_into_quarantine(inbox, monkeypatch):
    def away(_read):
        raise sqlite_away() if is_sqlite() else psycopg.errors.AdminShutdown("terminating connection")

    monkeypatch.setattr(reading, "settle", away)
    with pytest.raises((sqlite3.OperationalError, psycopg.OperationalError)):
        arrives(inbox, mail())
    assert Receipt.objects.get().state == "received"


def sqlite_away():
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error
