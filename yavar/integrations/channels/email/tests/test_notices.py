"""What the desk says by itself, by a real SMTP line: once, in the customer's language, with its number and the promised time, and never to whom it must not."""

from datetime import timedelta

import pytest
from msgspec import convert, structs

from yavar.base import clock, mime
from yavar.conversations import actions
from yavar.conversations.models import Conversation, Delivery, Message
from yavar.conversations.setup import configure_inbox
from yavar.flow.sla.firing import fire_due
from yavar.flow.sla.terms import Step
from yavar.flow.sla.testing import HOUR, MINUTE, MONDAY, nine_to_five, promise, timers, work
from yavar.integrations.channels.email.channel import EmailConfig
from yavar.integrations.channels.email.sending.testing import send_all, sink
from yavar.integrations.channels.email.testing import arrives, mail, outlet

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NINE = MONDAY + HOUR
PERSIAN = "سلام، کتری من از روز اول نشت می‌کند و درِ آن هم ترک دارد. لطفاً بگویید چه کار کنم. ممنون از شما"
RUSSIAN = "Здравствуйте! Мой чайник протекает с первого дня, и крышка треснула. Скажите, пожалуйста, что мне делать?"


@pytest.fixture
def server():
    with sink() as found:
        yield found


@pytest.fixture
def way(shop, server):
    return outlet(shop.brand, port=server.port)


def asked(way, at=MONDAY, text="My kettle leaks. What shall I do?", **more):
    """A customer writes at a moment; what is due just then is done."""
    with clock.stopped_at(at):
        arrives(way.inbox, mail(text, **more))
        work()
        send_all()
    return Conversation.objects.get()


def said(server):
    return [(taken.sender, taken.recipient, mime.read(taken.raw)) for taken in server.taken]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("My kettle leaks. What shall I do?", "We’ve got your message, number {id}. We’ll reply by 11:00."),
        (PERSIAN, "پیامتان رسید، شمارهٔ {id}. تا ۱۱:۰۰ پاسخ می‌دهیم."),
        (RUSSIAN, "Получили ваше сообщение, номер {id}. Ответим до 11:00."),
    ],
    ids=["en", "fa", "ru"],
)
def test_a_mail_is_acknowledged_once_with_its_number_and_the_promised_time(way, server, text, words):
    nine_to_five()
    promise(ack=300, first=7200)
    talk = asked(way, text=text, subject="Kettle")
    [(sender, recipient, read)] = said(server)
    assert (sender, recipient) == ("", "maryam@shop.example"), "an empty return path: no machine answers it"
    assert words.format(id=talk.reference) in read.text
    assert b"Auto-Submitted: auto-replied" in server.taken[0].raw and read.in_reply_to
    assert "leaks" not in read.text + read.subject and "Kettle" not in read.subject, "nothing of what was written goes to an address that is only claimed"
    talk.refresh_from_db()
    assert talk.waiting_since == MONDAY and talk.unread == 1 and talk.preview.startswith(text[:20]), "they still wait for a person"
    [ack] = timers(talk.pk, "ack")
    assert (ack.state, ack.missed_at, talk.due_kind, talk.due_at) == ("met", None, "first", NINE + 2 * HOUR)
    with clock.stopped_at(MONDAY + MINUTE):
        arrives(way.inbox, mail("Hello?", subject="Kettle"))
        work()
        send_all()
    assert Message.objects.filter(conversation=talk, author="bot:0").count() == 1


def test_the_shop_signs_once_what_nobody_of_the_team_wrote(shop, way, server):
    configure_inbox(way.inbox, structs.replace(convert(way.inbox.config, EmailConfig), signature={"en": "{agent}\n{shop}"}))
    promise(ack=300, first=7200)
    asked(way)
    [(_sender, _recipient, read)] = said(server)
    assert read.text.count(shop.brand.name_in("en")) == 1


def test_outside_hours_the_day_is_said(way, server):
    nine_to_five()
    promise(ack=300, first=7200)
    asked(way, at=MONDAY + timedelta(days=4, hours=9, minutes=30))  # Friday, 17:30
    assert "We’ll reply by Monday 30 November, 11:00." in said(server)[0][2].text


def test_the_shops_own_words(way, server):
    from yavar.base.events import SYSTEM
    from yavar.flow.sla.actions import add_policy
    from yavar.flow.sla.terms import Targets, Terms

    add_policy("Mail", Terms(targets=Targets(ack=60, first=7200), words={"en": "{shop} has it ({number}), till {time}. {unknown}"}), by=SYSTEM)
    talk = asked(way)
    assert f"Nila Coffee has it ({talk.reference}), till 10:00. {{unknown}}" in said(server)[0][2].text


@pytest.mark.parametrize(
    "head", [{"List_Id": "<kettles.example>"}, {"Precedence": "bulk"}, {"X_Auto_Response_Suppress": "All"}], ids=lambda head: next(iter(head))
)
def test_mail_to_many_is_never_answered_by_itself(way, server, head):
    promise(ack=300, first=7200)
    talk = asked(way, **head)
    assert server.taken == [] and [t.state for t in timers(talk.pk, "ack")] == ["void"]
    assert talk.due_kind == "first"


def test_an_address_gets_no_more_than_its_budget(way, server):
    promise(ack=300, first=7200)
    for n in range(14):
        with clock.stopped_at(MONDAY + n * MINUTE):
            arrives(way.inbox, mail(f"Question {n}", subject=f"Question {n}"))
            work()
            send_all()
    assert len(server.taken) == 10 == Delivery.objects.filter(automatic=True).count()


def test_a_late_answer_is_told_honestly_once_and_the_second_promise_is_kept_an_eye_on(way, server):
    promise(first=3600, steps=(Step(0, "customer", ("first",)),))
    talk = asked(way)
    with clock.stopped_at(NINE):
        fire_due(clock.now())
        fire_due(clock.now())
        work()
        send_all()
    [(sender, _to, read)] = said(server)
    assert sender == "" and "We promised you an answer by 9:00 and need longer." in read.text and "you’ll hear from us by 10:00." in read.text
    [timer] = timers(talk.pk)
    assert timer.next_at == NINE + HOUR, "the second promise has its moment, too"
    with clock.stopped_at(NINE + 2 * HOUR):
        fire_due(clock.now())
        work()
        send_all()
    assert len(server.taken) == 1


def test_who_was_answered_in_time_hears_no_apology(way, shop, server):
    promise(first=3600, steps=(Step(0, "customer", ("first",)),))
    talk = asked(way)
    with clock.stopped_at(NINE - MINUTE):
        actions.reply(talk.pk, by=shop.amir, client_id="reply-00001", text="Here we are")
    with clock.stopped_at(NINE + MINUTE):
        fire_due(clock.now())
        work()
        send_all()
    assert server.taken == []
