"""An address that was typed into forms gets one mail, with a link and nothing of what was typed; whoever presses the button there is its owner."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from yavar.base import clock, mime
from yavar.base.events import Actor
from yavar.base.jobs import Outside, forget_leases
from yavar.base.jobs.models import Job
from yavar.base.problem import Problem
from yavar.channels import claims, delivery, ledger, outgoing
from yavar.channels.models import Claim, Receipt
from yavar.channels.testing import filled, form_inbox, read_forms, sends
from yavar.conversations import holding
from yavar.conversations.models import Conversation, Delivery
from yavar.integrations.channels.email.models import Outlet
from yavar.integrations.channels.email.sending import asking
from yavar.integrations.channels.email.sending.testing import send_all, sink
from yavar.integrations.channels.email.testing import outlet
from yavar.people.customers import tending
from yavar.people.models import Identity

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
EVIL = {"name": "Buy Pills\r\nBcc: x@evil.example", "subject": "Cheap pills", "text": "Buy pills at evil.example now"}


@pytest.fixture
def server():
    with sink() as found:
        yield found


@pytest.fixture
def inbox(shop, server):
    """A form, and a mail inbox of the same shop."""
    outlet(shop.brand, port=server.port)
    return form_inbox(shop.brand)


def asked():
    """The link of the question that was mailed last."""
    return claims.token_of(Claim.objects.get())


def test_the_question_holds_a_link_and_nothing_of_what_was_typed(inbox, server):
    sends(inbox, lang="fa", **EVIL)
    send_all()
    [taken] = server.taken
    read = mime.read(taken.raw)
    assert (taken.sender, taken.recipient, read.from_) == ("", "maryam@shop.example", "support@nila.example")
    assert b"Auto-Submitted: auto-generated" in taken.raw and "قهوهٔ نیلا" in read.subject and f"/form/confirm/{asked()}" in read.text
    for word in ("pills", "Pills", "evil", "Maryam"):
        assert word.encode() not in taken.raw and word not in read.text + read.html + read.subject
    assert Claim.objects.get().state == "sent" and not Job.objects.filter(name="email.confirm").exists()


@pytest.mark.parametrize("budget", [claims.A_DAY, 1000])
def test_two_hundred_forms_at_once_that_name_a_victim_are_one_mail(inbox, server, monkeypatch, budget):
    """Also where the address's own budget would let all of them in."""
    monkeypatch.setattr(claims, "A_DAY", budget)
    gate = threading.Barrier(8)

    def attack(number):
        if number < 8:
            gate.wait(20)
        try:
            return sends(inbox, lang=("fa", "ru", "en")[number % 3], email="Victim@Shop.example", **EVIL | {"text": f"{EVIL['text']} {number}"}).held
        except Problem as problem:
            return problem.status
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as people:
        told = list(people.map(attack, range(100)))
        send_all()
        told += people.map(attack, range(100, 200))
    taken_in = min(budget, 200)
    assert told.count(False) == taken_in and told.count(429) == 200 - taken_in
    send_all()
    [taken] = server.taken
    assert taken.recipient == "victim@shop.example" and b"pills" not in taken.raw.lower() and b"evil" not in taken.raw
    assert Conversation.objects.count() == taken_in and Identity.objects.filter(kind="email").count() == 1, "and one customer"


def test_spellings_of_one_mailbox_are_one_victim(inbox, server):
    for address in (
        "v.ictim@gmail.com",
        "victim+1@gmail.com",
        "Victim@googlemail.com",
        "a+x@shop.example",
        "a+y@shop.example",
        "a@shop.example",
        "+z@shop.example",
    ):
        sends(inbox, email=address)
    send_all()
    assert sorted(server.recipients()) == ["+z@shop.example", "a+x@shop.example", "v.ictim@gmail.com"]
    for claim in Claim.objects.all():
        claims.confirm(claim)
    assert sorted(Identity.objects.filter(verified_at__isnull=False).values_list("value", flat=True)) == [
        "+z@shop.example",
        "a+x@shop.example",
        "v.ictim@gmail.com",
    ]


def test_an_address_is_asked_again_after_a_week_and_never_when_it_is_proven(inbox, server):
    sends(inbox)
    send_all()
    with clock.stopped_at(clock.now() + timedelta(days=6)):
        sends(inbox, text="again")
        send_all()
    assert len(server.taken) == 1
    first = asked()
    with clock.stopped_at(clock.now() + timedelta(days=7, minutes=1)):
        sends(inbox, text="and again")
        send_all()
        assert len(server.taken) == 2 and asked() != first and claims.by_token(first) is None
        claims.confirm(claims.by_token(asked()))
    with clock.stopped_at(clock.now() + timedelta(days=15)):
        sends(inbox, text="once more")
        send_all()
    assert len(server.taken) == 2


def test_nobody_is_asked_for_what_is_held_back_or_where_mail_came_back(inbox, server, shop):
    sends(inbox, doubt="trap")
    read_forms()
    send_all()
    assert not server.taken
    gone = tending.add_customer(name="", by=Actor("system"), ways={"email": "gone@shop.example"})
    tending.mark_failed(gone.pk, "email", "gone@shop.example", "hard", by=Actor("system"))
    sends(inbox, email="gone@shop.example")
    send_all()
    assert not server.taken
    ledger.release(Receipt.objects.get().pk, by=shop.owner.actor)
    read_forms()
    send_all()
    assert server.recipients() == ["maryam@shop.example"], "but when a person has let it in"


def test_a_desk_asks_so_many_a_day_and_no_more(inbox, server, monkeypatch):
    monkeypatch.setattr(claims, "MAILS_A_DAY", 3)
    for number in range(6):
        sends(inbox, email=f"victim{number}@shop.example")
    send_all()
    assert len(server.taken) == 3 and Conversation.objects.count() == 6


def test_without_a_way_for_mail_nobody_is_asked(shop):
    assert not sends(form_inbox(shop.brand)).held
    assert not Job.objects.filter(name="email.confirm").exists() and Claim.objects.get().asked_at is None


def test_a_server_that_vanishes_after_the_last_dot_gets_no_second_mail(inbox, server):
    server.answers["END"] = lambda _argument: None
    sends(inbox)
    send_all()
    assert Claim.objects.get().state == "unknown" and len(server.taken) == 1 and not Job.objects.filter(name="email.confirm").exists()


def test_a_worker_that_dies_in_between_leaves_it_unknown(inbox, server):
    hold, reached = threading.Event(), threading.Event()

    def end(_argument):
        reached.set()
        hold.wait(10)
        return "250 ok"

    server.answers["END"] = end
    sends(inbox)
    dying = Outside()
    dying.turn()
    assert reached.wait(5)
    forget_leases()
    send_all()
    assert Claim.objects.get().state == "unknown"
    hold.set()
    dying.wait(5)
    assert Claim.objects.get().state == "unknown" and len(server.taken) == 1


def test_a_server_that_is_away_is_tried_again_for_a_day(inbox, server):
    server.answers["RCPT"] = lambda _argument: "450 4.2.1 greylisted"
    sends(inbox)
    send_all()
    assert Claim.objects.get().state == "left" and Job.objects.get(name="email.confirm").due_at > clock.now() + timedelta(minutes=9)
    server.answers.clear()
    with clock.stopped_at(clock.now() + timedelta(minutes=11)):
        send_all()
    assert Claim.objects.get().state == "sent" and len(server.taken) == 1
    Claim.objects.update(state="left")
    Outlet.objects.update(active=False)
    with clock.stopped_at(clock.now() + timedelta(days=2)):
        for step in list(asking.confirm(Outlet.objects.get().inbox_id, Claim.objects.get().pk)):
            step()
    assert Claim.objects.get().state == "failed"


def test_only_the_press_confirms(inbox, server):
    sends(inbox, lang="ru")
    send_all()
    link = re.search(r"/form/confirm/[\w-]+", mime.read(server.taken[0].raw).text)[0]
    browser = Client()
    shown = browser.get(link, headers={"Host": "desk.example"})
    assert shown.status_code == 200 and 'lang="ru"' in shown.content.decode() and not Identity.objects.get().verified_at
    assert browser.post(link, headers={"Origin": "https://evil.example"}).status_code == 403 and not Identity.objects.get().verified_at
    for _ in range(2):
        assert browser.post(link).status_code == 200
    assert Identity.objects.get().verified_at
    with clock.stopped_at(clock.now() + timedelta(days=7, seconds=1)):
        assert browser.get(link).status_code == 404
    assert browser.get("/form/confirm/nonsense").status_code == 404


def test_a_hosts_name_in_a_request_never_gets_into_the_mail(inbox, server, shop):
    from yavar.channels.testing import TYPED, stamped

    Client().post(f"/form/{inbox.public_id}?lang=en", TYPED | {"stamp": stamped(inbox)}, headers={"Host": "evil.example"})
    send_all()
    assert len(server.taken) == 1 and b"evil.example" not in server.taken[0].raw


@pytest.mark.parametrize("proven", [False, True])
def test_an_answer_quotes_a_form_only_to_an_address_that_is_proven(inbox, server, shop, proven):
    sends(inbox, subject="Cheap pills", text="Buy pills")
    talk = Conversation.objects.get()
    if proven:
        claims.confirm(claims.by_token(asked()))
    send_all()
    held = outgoing.answer(talk, by=shop.amir, client_id="client-id-1", text="It is on its way.")
    holding.put_off(held, clock.now(), by=shop.amir)
    outgoing.release_due()
    delivery.wake_due()
    send_all()
    read = mime.read(server.taken[-1].raw)
    assert Delivery.objects.get().state == "sent" and "It is on its way." in read.text
    assert ("pills" in read.text, "pills" in read.subject) == (proven, proven)


def test_answers_go_to_the_address_of_the_form(inbox, shop):
    """A customer of two addresses is answered where they wrote from."""
    known = tending.add_customer(name="Maryam", by=Actor("system"), ways={"email": "maryam@shop.example"})
    tending.add_identity(known, "email", "maryam@work.example", by=Actor("system"))
    tending.prove(known, "email", "maryam@work.example", by=Actor("system"))
    from yavar.channels.envelope import usual

    sends(inbox)
    talk = Conversation.objects.get()
    assert talk.customer == known and usual(talk, "email").to == ("maryam@shop.example",)
    assert filled(inbox).address == "maryam@shop.example"
