"""Mail leaves by a real SMTP line: once, seen to be sent, and never twice by itself."""

import threading
import time
from datetime import timedelta

import pytest

from yavar.base import clock, mime
from yavar.base.events.models import Event
from yavar.base.jobs import Outside, forget_leases, run_due
from yavar.base.jobs.models import Job
from yavar.channels import delivery, outgoing, unasked
from yavar.conversations import deliveries, holding
from yavar.conversations.models import Conversation, Delivery
from yavar.integrations.channels.email.models import Outlet
from yavar.integrations.channels.email.sending import jobs as sending_jobs
from yavar.integrations.channels.email.sending import letter as sending_letter
from yavar.integrations.channels.email.sending import outlets, wire
from yavar.integrations.channels.email.sending.letter import letter, message_id_of
from yavar.integrations.channels.email.sending.testing import send_all, sink
from yavar.integrations.channels.email.testing import arrives, mail, outlet

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NUMBERS = iter(range(10**6))


@pytest.fixture
def server():
    with sink() as found:
        yield found


@pytest.fixture
def talk(shop, server):
    """Maryam asked by mail; the inbox sends to our server."""
    way = outlet(shop.brand, port=server.port)
    arrives(way.inbox, mail("Where is my kettle?", subject="My kettle"))
    return Conversation.objects.get()


def answers(talk, by, text="It is on its way.", **more):
    """An answer whose hold is over; its copies are queued."""
    held = outgoing.answer(talk, by=by, client_id=f"client-id-{next(NUMBERS)}", text=text, **more)
    holding.put_off(held, clock.now(), by=by)
    outgoing.release_due()
    return list(Delivery.objects.filter(message__client_id=held.client_id).order_by("pk"))


def states():
    return list(Delivery.objects.order_by("pk").values_list("state", "reason"))


def test_an_answer_arrives_as_a_mail_that_continues_the_thread(shop, talk, server):
    [copy] = answers(talk, shop.amir)
    send_all()
    [taken] = server.taken
    read = mime.read(taken.raw)
    assert (taken.sender, taken.recipient) == ("support@nila.example", "maryam@shop.example")
    assert read.subject == "Re: My kettle" and read.from_ == "support@nila.example" and "Amir" in read.from_name
    assert read.message_id == f"<{message_id_of(copy)}>" and read.in_reply_to and "Where is my kettle?" in read.text
    copy.refresh_from_db()
    assert copy.state == "sent" and copy.sent_at and not Job.objects.filter(name="email.send").exists()
    assert Event.objects.get(name="message.delivery").payload["state"] == "sent"


def test_what_the_desk_said_by_itself_is_quoted_in_the_shops_name(shop, talk, server):
    unasked.say(talk.pk, client_id="client-id-by-itself", text="We have got your message.")
    answers(talk, shop.amir)
    send_all()
    [text] = [read.text for read in (mime.read(each.raw) for each in server.taken) if "It is on its way." in read.text]
    assert f"{shop.brand.name_in('en')} wrote:" in text and "…" not in text


def test_the_answer_to_it_comes_back_into_the_conversation_and_is_cut_to_what_is_new(shop, talk, server):
    answers(talk, shop.amir)
    send_all()
    sent = mime.read(server.taken[0].raw)
    quoted = "\n".join(f"> {line}" for line in sent.text.splitlines())
    arrives(talk.inbox, mail(f"Thank you!\n\nOn Wed, 25 Nov 2026 at 10:00, Amir <support@nila.example> wrote:\n{quoted}", In_Reply_To=sent.message_id))
    assert Conversation.objects.count() == 1
    assert [m.text for m in talk.messages.order_by("seq")][-1] == "Thank you!"
    talk.refresh_from_db()
    assert talk.customer_seen == 2, "who answers has read"
    assert talk.customer.identities.get().verified_at, "and can read what is sent there"


def test_each_recipient_gets_a_copy_of_their_own_and_nobody_sees_the_hidden_one(shop, talk, server):
    answers(talk, shop.amir, given={"to": ["maryam@shop.example"], "cc": ["boss@firm.example"], "bcc": ["lawyer@firm.example"]})
    send_all()
    assert sorted(server.recipients()) == ["boss@firm.example", "lawyer@firm.example", "maryam@shop.example"]
    heads = [mime.read(each.raw) for each in server.taken]
    assert all([[a.address for a in h.to], [a.address for a in h.cc]] == [["maryam@shop.example"], ["boss@firm.example"]] for h in heads)
    assert len({h.message_id for h in heads}) == 3 and not any(b"lawyer" in each.raw for each in server.taken)


@pytest.mark.parametrize(
    ("verb", "line", "state", "reason"),
    [
        ("RCPT", "550 5.1.1 no such user", "failed", "no_such_address"), ("RCPT", "450 4.2.1 greylisted", "queued", "later"),
        ("END", "552 5.3.4 too big", "failed", "too_large"), ("END", "451 try later", "queued", "later"), ("DATA", "554 5.7.1 spam", "failed", "refused"),
        ("MAIL", "550 5.7.1 not you", "queued", "sender"), ("RCPT", "421 too busy", "queued", "busy"),
    ],
)  # fmt: skip
def test_what_a_server_says_is_understood(shop, talk, server, verb, line, state, reason):
    server.answers[verb] = lambda _argument: line
    answers(talk, shop.amir)
    send_all()
    assert states() == [(state, reason)] and not server.taken
    copy = Delivery.objects.get()
    assert line.partition(" ")[0] in copy.detail and (copy.next_at is not None) == (state == "queued")
    server.answers.clear()
    with clock.stopped_at(clock.now() + timedelta(minutes=2)):
        delivery.wake_due()
        send_all()
    assert states() == [("sent", "")] if state == "queued" else [(state, reason)]


def test_a_server_that_vanishes_after_the_last_dot_leaves_an_unknown_outcome_and_no_second_mail(shop, talk, server):
    server.answers["END"] = lambda _argument: None
    [copy] = answers(talk, shop.amir)
    send_all()
    assert states() == [("unknown", "cut")] and len(server.taken) == 1
    with clock.stopped_at(clock.now() + timedelta(days=1)):
        delivery.wake_due()
        send_all()
    assert len(server.taken) == 1
    server.answers.clear()
    copy.refresh_from_db()
    deliveries.decide(copy, again=True, by=shop.amir.actor)
    delivery.wake_due()
    send_all()
    first, second = server.taken
    assert first.raw == second.raw and states() == [("sent", "")]


def test_a_server_that_vanishes_before_the_text_is_simply_asked_again(shop, talk, server):
    server.answers["DATA"] = lambda _argument: None
    answers(talk, shop.amir)
    send_all()
    assert states() == [("queued", "cut")]
    assert Outlet.objects.get().failures == 1


def test_a_dead_server_makes_its_own_inbox_wait_and_says_so(shop, talk, server):
    dead = outlet(shop.brand, "second@nila.example", port=1)
    arrives(dead.inbox, mail("Hello", sender="omid@shop.example", to="second@nila.example"))
    other = Conversation.objects.get(inbox=dead.inbox)
    answers(other, shop.amir)
    answers(talk, shop.amir)
    send_all()
    assert server.recipients() == ["maryam@shop.example"]
    dead.refresh_from_db()
    assert dead.failure == "refused" and dead.paused_until > clock.now() and dead.failing_since
    assert Delivery.objects.get(inbox=dead.inbox).state == "queued"
    assert Delivery.objects.get(inbox=dead.inbox).next_at == dead.paused_until, "no other try before"
    arrives(dead.inbox, mail("Hello?", sender="omid@shop.example", to="second@nila.example"))
    answers(Conversation.objects.filter(inbox=dead.inbox).latest("pk"), shop.amir)
    send_all()
    dead.refresh_from_db()
    assert dead.failures == 1, "nor of another mail"
    outlets.set_outlet(dead.inbox, outlets.Settings(host="127.0.0.1", port=server.port, security="none"), by=shop.owner.actor)
    delivery.wake_due()
    send_all()
    assert len(server.taken) == 3, "who sets it right need not wait"


def test_a_server_that_does_not_answer_delays_nobody_else(shop, talk, server):
    stuck = threading.Event()
    with sink() as silent:
        silent.answers["MAIL"] = lambda _argument: stuck.wait(20) and None
        other = outlet(shop.brand, "second@nila.example", port=silent.port)
        for number in range(8):
            arrives(other.inbox, mail("Hello", sender=f"s{number}@shop.example", to="second@nila.example"))
        for each in Conversation.objects.filter(inbox=other.inbox):
            answers(each, shop.amir)
        for _ in range(10):
            answers(talk, shop.amir)
        outside = Outside()
        until = time.monotonic() + 15
        while len(server.taken) < 10 and time.monotonic() < until:
            outside.turn()
            time.sleep(0.002)
        assert len(server.taken) == 10 and not stuck.is_set(), "the others left while it was silent"
        stuck.set()
        outside.wait(10)


def test_a_slow_server_is_waited_for(shop, talk, server):
    server.pause = 0.3
    answers(talk, shop.amir)
    send_all()
    assert states() == [("sent", "")]


def test_a_worker_that_dies_in_between_leaves_it_unknown(shop, talk, server):
    hold, reached = threading.Event(), threading.Event()

    def end(_argument):
        reached.set()
        hold.wait(10)
        return "250 ok"

    server.answers["END"] = end
    answers(talk, shop.amir)
    dying = Outside()
    dying.turn()
    assert reached.wait(5)
    forget_leases()  # as the worker does that comes after it
    send_all()
    assert states() == [("unknown", "interrupted")]
    hold.set()
    dying.wait(5)
    assert states() == [("unknown", "interrupted")], "the late answer of the dead changes nothing"


@pytest.mark.parametrize(
    ("auth", "secret", "login"),
    [("password", "hush", ("PLAIN", "\0support\0hush")), ("xoauth2", "grant", ("XOAUTH2", "user=support\x01auth=Bearer t0ken\x01\x01"))],
)
def test_whoever_has_to_sign_in_does_so(shop, talk, server, monkeypatch, auth, secret, login):
    monkeypatch.setattr(wire, "access_token", lambda _outlet: "t0ken")
    server.login = login
    outlets.set_outlet(
        talk.inbox, outlets.Settings(host="127.0.0.1", port=server.port, security="none", user="support", auth=auth, secret=secret), by=shop.owner.actor
    )
    answers(talk, shop.amir)
    send_all()
    assert states() == [("sent", "")]
    server.login = (login[0], "somebody else")
    outlets.set_outlet(talk.inbox, outlets.Settings(host="localhost", port=server.port, security="none", user="support", auth=auth), by=shop.owner.actor)
    answers(talk, shop.amir)
    send_all()
    assert states()[1] == ("queued", "login") and Outlet.objects.get().failure == "login"
    assert outlets.check(Outlet.objects.get()).code == "login"


def test_a_line_is_used_again_and_a_stale_one_is_not_trusted(shop, talk, server):
    for _ in range(3):
        answers(talk, shop.amir)
        send_all()
    assert server.connections == 1 and len(server.taken) == 3
    kept = next(iter(wire._free.values()))
    kept[0].smtp.sock.close()
    answers(talk, shop.amir)
    send_all()
    assert len(server.taken) == 4 and {state for state, _reason in states()} == {"sent"}


def test_what_cannot_be_a_mail_fails_with_a_reason(shop, talk, server):
    [copy] = answers(talk, shop.amir)
    Delivery.objects.update(address="کتری@shop.example")
    send_all()
    assert states() == [("failed", "unsendable")] and not server.taken and copy


@pytest.mark.parametrize("where", ["letter", "compose"])
def test_one_that_cannot_be_put_together_fails_alone(shop, talk, server, monkeypatch, where):
    module = sending_jobs if where == "letter" else sending_letter
    well, calls = getattr(module, where), []

    def once(*words):
        calls.append(1)
        if len(calls) == 1:
            raise KeyError("a fault of ours")
        return well(*words)

    monkeypatch.setattr(module, where, once)
    answers(talk, shop.amir)
    answers(talk, shop.amir)
    send_all()
    assert states() == [("failed", "inside"), ("sent", "")] and len(server.taken) == 1


def test_a_slot_whose_job_died_is_begun_anew(shop, talk, server):
    answers(talk, shop.amir)
    Job.objects.filter(name="email.send").update(state="dead", due_at=clock.now() - timedelta(minutes=11))
    delivery.wake_due()
    send_all()
    assert states() == [("sent", "")]


def test_automatic_mail_has_no_return_path_and_says_what_it_is(shop, talk, server):
    [copy] = answers(talk, shop.amir)
    Delivery.objects.update(automatic=True)
    send_all()
    [taken] = server.taken
    assert taken.sender == "" and b"Auto-Submitted: auto-replied" in taken.raw and copy


def test_dots_and_line_ends_arrive_as_they_were(shop, talk, server):
    answers(talk, shop.amir, text=".\n..\n.hidden\nend")
    send_all()
    assert ".\n..\n.hidden\nend" in mime.read(server.taken[0].raw).text and not [line for line in server.taken[0].raw.split(b"\r\n") if b"\n" in line]


def test_the_mail_is_the_same_at_every_try(shop, talk, server):
    [copy] = answers(talk, shop.amir)
    copy = delivery.next_due(copy.inbox_id, copy.slot)
    way = Outlet.objects.get()
    first = letter(copy, way).raw()
    with clock.stopped_at(clock.now() + timedelta(hours=5)):
        assert letter(copy, way).raw() == first


def test_an_agents_words_never_become_a_header(shop, talk, server):
    talk.subject = "Kettle\r\nBcc: victim@shop.example"
    talk.save()
    shop.amir.name = "Amir\r\nBcc: victim@shop.example"
    shop.amir.save()
    answers(talk, shop.amir)
    send_all()
    head = server.taken[0].raw.partition(b"\r\n\r\n")[0]
    assert b"\r\nBcc" not in head and server.recipients() == ["maryam@shop.example"]


def test_four_slots_and_no_more_are_under_way_for_one_inbox(shop, talk, server):
    for number in range(12):
        arrives(talk.inbox, mail("Hi", sender=f"c{number}@shop.example"))
    server.pause = 0.05
    for each in Conversation.objects.exclude(pk=talk.pk):
        answers(each, shop.amir)
    send_all()
    assert 1 < server.connections <= delivery.SLOTS and len(server.taken) == 12


@pytest.mark.parametrize("marked", [True, False])
def test_two_machines_do_not_talk_to_each_other(shop, talk, server, marked):
    answers(talk, shop.amir)
    send_all()
    head = {"Auto_Submitted": "auto-replied"} if marked else {}
    for number in range(3):
        arrives(talk.inbox, mail(f"I am away {number}", In_Reply_To=mime.read(server.taken[-1].raw).message_id, **head))
        while run_due():
            pass
        delivery.wake_due()
        send_all()
    assert len(server.taken) == 1
    assert talk.messages.count() == (2 if marked else 5), "a machine that does not say so is taken for a person, and nobody answers it by machine"


def test_mail_that_comes_back_is_marked_on_the_copy(shop, talk, server):
    [copy] = answers(talk, shop.amir)
    send_all()
    sent = mime.read(server.taken[0].raw)
    arrives(talk.inbox, bounce_of(sent.message_id, "maryam@shop.example"))
    copy.refresh_from_db()
    assert (copy.state, copy.reason) == ("bounced", "hard")
    assert [(e.payload["state"], e.payload["reason"]) for e in Event.objects.filter(name="message.delivery").order_by("pk")] == [
        ("sent", ""),
        ("bounced", "hard"),
    ]


def bounce_of(message_id, recipient):
    report = f"Reporting-MTA: dns; mx.shop.example\n\nFinal-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n"
    return (
        "From: MAILER-DAEMON@mx.shop.example\nTo: support@nila.example\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\nMessage-ID: <b1@mx.shop.example>\n\n'
        f"--b\nContent-Type: text/plain\n\nIt could not be delivered.\n--b\nContent-Type: message/delivery-status\n\n{report}\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {message_id}\nFrom: support@nila.example\nTo: {recipient}\nSubject: Re\n\ntext\n--b--\n"
    ).encode()
