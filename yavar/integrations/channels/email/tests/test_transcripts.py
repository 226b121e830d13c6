"""A customer's chat by mail: to a proven address alone, once a day, sent once, whatever happens in between."""

import json
import threading
from datetime import timedelta

import pytest

from yavar.base import clock, mime
from yavar.base.edge.testing import knock
from yavar.base.events import Actor
from yavar.base.events.models import Event
from yavar.base.jobs import Outside, forget_leases
from yavar.base.jobs.models import Job
from yavar.base.problem import Problem
from yavar.channels import transcripts
from yavar.channels.models import Transcript
from yavar.conversations import actions
from yavar.conversations.models import Conversation
from yavar.conversations.notes.actions import write_note
from yavar.integrations.channels.email.models import Outlet
from yavar.integrations.channels.email.sending import transcribing
from yavar.integrations.channels.email.sending.testing import send_all, sink
from yavar.integrations.channels.email.testing import outlet
from yavar.people.customers import tending
from yavar.people.models import Customer

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ADDRESS = "maryam@shop.example"


@pytest.fixture
def server():
    with sink() as found:
        yield found


@pytest.fixture
def talk(shop, server):
    """Maryam has asked in the chat and was answered; her address is proven."""
    outlet(shop.brand, port=server.port)
    maryam = shop.visitor()
    key = shop.says(maryam, "کتری دارید؟").conversation_id
    actions.reply(key, by=shop.amir, client_id="reply-0001", text="بله، سه تا.")
    write_note(key, by=shop.amir, client_id="note-00001", text="SECRET NOTE")
    tending.prove(maryam, "email", ADDRESS, by=Actor("system"))
    return Conversation.objects.get(pk=key)


def ask(talk, lang="fa"):
    return transcripts.ask(talk, customer_id=talk.customer_id, lang=lang)


def test_the_whole_chat_arrives_once_and_nothing_of_the_teams_own(talk, shop, server):
    row = ask(talk)
    [fact] = Event.objects.filter(name="transcript.asked")
    assert (fact.payload, fact.actor, fact.subject_id) == ({"conversation": talk.pk}, f"customer:{talk.customer_id}", row.pk)
    shop.says(talk.customer, "said later", talk.pk)
    send_all()
    [taken] = server.taken
    read = mime.read(taken.raw)
    assert (taken.sender, taken.recipient, read.from_) == ("", ADDRESS, "support@nila.example")
    assert b"Auto-Submitted: auto-generated" in taken.raw and talk.reference in read.subject and "قهوهٔ نیلا" in read.subject
    assert read.text.index("کتری دارید؟") < read.text.index("بله، سه تا.") and "Maryam Karimi" in read.text and "Amir" in read.text
    assert "SECRET" not in read.text + read.html and "said later" not in read.text
    assert any(digit in read.text for digit in "۰۱۲۳۴۵۶۷۸۹")
    row.refresh_from_db()
    assert row.state == "sent" and not Job.objects.filter(name="email.transcript").exists()


def test_once_a_day_for_a_conversation(talk, server):
    ask(talk)
    with pytest.raises(Problem) as caught:
        ask(talk)
    assert caught.value.code == "transcript.sent" and 0 < caught.value.retry_after <= 86401
    with clock.stopped_at(clock.now() + timedelta(days=1, minutes=1)):
        ask(talk)
    assert Transcript.objects.count() == 2
    Transcript.objects.all().delete()
    ask(talk)
    Transcript.objects.update(state="failed")
    ask(talk)  # what never arrived does not count


def test_only_to_an_address_that_is_proven_and_only_where_mail_leaves(talk, shop):
    assert transcripts.possible(talk.customer_id, shop.brand.pk)
    Outlet.objects.update(active=False)
    assert not transcripts.possible(talk.customer_id, shop.brand.pk)
    with pytest.raises(Problem):
        ask(talk)
    Outlet.objects.update(active=True)
    talk.customer.identities.update(verified_at=None)
    with pytest.raises(Problem) as caught:
        ask(talk)
    assert caught.value.code == "transcript.unable" and not Transcript.objects.exists() and not Job.objects.filter(name="email.transcript").exists()


def test_the_job_may_run_twice(talk, server):
    row = ask(talk)
    send_all()
    transcripts.wake(row, Outlet.objects.get().inbox)
    send_all()
    for step in list(transcribing.transcript(Outlet.objects.get().inbox_id, row.pk)):
        step()
    assert len(server.taken) == 1


def test_a_worker_that_dies_in_between_leaves_it_unknown(talk, server):
    hold, reached = threading.Event(), threading.Event()

    def end(_argument):
        reached.set()
        hold.wait(10)
        return "250 ok"

    server.answers["END"] = end
    ask(talk)
    dying = Outside()
    dying.turn()
    assert reached.wait(5)
    forget_leases()
    send_all()
    assert Transcript.objects.get().state == "unknown"
    hold.set()
    dying.wait(5)
    assert Transcript.objects.get().state == "unknown" and len(server.taken) == 1


def test_a_server_that_is_away_is_tried_again_for_a_day(talk, server):
    server.answers["RCPT"] = lambda _argument: "450 4.2.1 greylisted"
    row = ask(talk)
    send_all()
    assert Transcript.objects.get().state == "left" and Job.objects.get(name="email.transcript").due_at > clock.now() + timedelta(minutes=9)
    server.answers.clear()
    with clock.stopped_at(clock.now() + timedelta(minutes=11)):
        send_all()
    assert Transcript.objects.get().state == "sent" and len(server.taken) == 1
    Transcript.objects.update(state="left")
    Outlet.objects.update(active=False)
    with clock.stopped_at(clock.now() + timedelta(days=2)):
        for step in list(transcribing.transcript(Outlet.objects.get().inbox_id, row.pk)):
            step()
    assert Transcript.objects.get().state == "failed"


def test_the_chat_asks_for_its_own_and_nobody_elses(talk, shop, server):
    from yavar.web.widget.doors import DOORS
    from yavar.web.widget.tests.test_chat import Visitor

    stranger = Visitor(shop)
    assert stranger.hello.json()["mailable"] is False
    headers = {"Authorization": f"Bearer {stranger.token}", "X-Lang": "ru"}

    def post(conversation):
        return stranger.client.post("/chat/transcript", json.dumps({"conversation": conversation}), content_type="application/json", headers=headers)

    assert post(talk.public_id).status_code == 404
    mine = json.loads(
        knock(DOORS, "POST", "/chat/messages", {"client_id": "client-0001", "conversation": None, "text": "hi"}, authorization=f"Bearer {stranger.token}").body
    )
    assert post(mine["conversation"]["id"]).json()["problem"]["code"] == "transcript.unable"
    tending.prove(Customer.objects.exclude(pk=talk.customer_id).get(), "email", "ruth@shop.example", by=Actor("system"))
    assert stranger.get("/chat/hello").json()["mailable"] is True
    assert post(mine["conversation"]["id"]).status_code == 204
    answer = post(mine["conversation"]["id"])
    assert answer.status_code == 429 and "отправили" in answer.json()["problem"]["title"]
    assert Transcript.objects.get().lang == "ru" and Transcript.objects.get().address == "ruth@shop.example"
    assert stranger.client.post("/chat/transcript", "{}", content_type="application/json").status_code == 401
