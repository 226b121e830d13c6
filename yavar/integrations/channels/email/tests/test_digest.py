"""What waited unseen for too long is one mail to its reader, once, whatever happens in between."""

import re
from datetime import timedelta

import pytest

from yavar.base import clock, mime
from yavar.base.jobs import run_due
from yavar.base.jobs.models import Job
from yavar.conversations import actions as talks
from yavar.conversations.notes.actions import write_note
from yavar.integrations.channels.email.models import Outlet
from yavar.integrations.channels.email.sending.testing import send_all, sink
from yavar.integrations.channels.email.testing import outlet
from yavar.notifications import actions, choices, digest
from yavar.notifications.models import Digest, Notification
from yavar.people.models import SignIn
from yavar.people.team.actions import prefer

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WAIT = timedelta(minutes=16)


@pytest.fixture
def server(shop):
    with sink() as found:
        outlet(shop.brand, port=found.port)
        yield found


@pytest.fixture
def waiting(shop, server):
    """Something that Amir has not seen."""

    def tell(text="Where is my parcel?", name="Maryam Karimi"):
        said = shop.says(shop.visitor(name=name), text)
        talks.assign(said.conversation_id, shop.amir, by=shop.sara)
        while run_due():
            continue
        return said

    return tell


def after(wait=WAIT):
    with clock.stopped_at(clock.now() + wait):
        left = digest.gather()
        send_all()
    return left


def test_one_mail_tells_of_all(shop, server, waiting):
    first, second = waiting(), waiting("Is it in stock?", "Sina")
    assert after(timedelta(minutes=14)) == 0 and after() == 1 and after() == 0
    [taken] = server.taken
    read = mime.read(taken.raw)
    assert (taken.sender, taken.recipient, read.subject) == ("", "amir@nila.example", "Something waits for you in 2 conversations")
    assert b"Auto-Submitted: auto-generated" in taken.raw and "From: " in taken.raw.decode()
    for found in (first, second):
        assert f"/inbox/mine/{found.conversation}" in read.text and f"/inbox/mine/{found.conversation}" in read.html
    assert "Where is my parcel?" in read.text and "/settings/profile#notify" in read.text and "Sara Test" in read.text
    assert (Digest.objects.get().state, Digest.objects.get().text) == ("sent", "") and not Job.objects.exists()
    assert not Notification.objects.filter(agent=shop.amir, seen_at__isnull=False).exists(), "a mail is not the same as seeing it"


def test_in_the_readers_language_and_without_what_was_said_if_they_want(shop, server, waiting):
    prefer(shop.amir, lang="fa")
    choices.choose(shop.amir, preview=False)
    waiting("a secret")
    after()
    read = mime.read(server.taken[0].raw)
    assert "secret" not in read.text + read.html and re.search("[\u0600-\u06ff]", read.subject) and 'dir="rtl"' in read.html
    assert "۱" in read.subject


def test_what_is_seen_meanwhile_is_not_mailed(shop, server, waiting):
    said = waiting()
    with clock.stopped_at(clock.now() + WAIT):
        assert digest.gather() == 1
        actions.see(shop.amir, said.conversation_id)
        send_all()
    assert server.taken == [] and Digest.objects.get().state == "void" and not Job.objects.exists()
    waiting("more")
    actions.see_all(shop.amir)
    assert after() == 0


def test_an_open_inbox_waits_an_hour_before_it_is_a_screen_with_nobody(shop, server, waiting):
    waiting()
    now = clock.now()
    here = SignIn.objects.create(agent=shop.amir, email="", outcome="ok", ip="", browser="", session_key="x", at=now, seen_at=now + WAIT)
    assert after() == 0
    SignIn.objects.filter(pk=here.pk).update(seen_at=now + timedelta(minutes=61))
    assert after(timedelta(minutes=61)) == 1 and len(server.taken) == 1


def test_only_what_one_wants_mailed(shop, server, waiting):
    choices.choose(shop.amir, ways={"assigned": ["app"]})
    said = waiting()
    write_note(said.conversation_id, by=shop.amir, client_id="note-0001", text="look at this", mentions=[shop.sara])
    while run_due():
        continue
    choices.choose(shop.sara, minutes=60)
    assert after() == 0
    assert after(timedelta(minutes=61)) == 1 and server.recipients() == ["sara@nila.example"]
    assert "look at this" in mime.read(server.taken[0].raw).text


def test_without_a_way_out_nothing_is_marked_and_a_day_later_nothing_is_mailed(shop, server, waiting):
    Outlet.objects.update(active=False)
    waiting()
    assert after() == 0 and not Notification.objects.exclude(mailed_at=None).exists()
    Outlet.objects.update(active=True)
    assert after(timedelta(hours=25)) == 0 and after(timedelta(hours=23)) == 1


def test_a_server_that_vanishes_after_the_last_dot_gets_no_second_mail(shop, server, waiting):
    server.answers["END"] = lambda _argument: None
    waiting()
    after()
    after(timedelta(hours=1))
    assert Digest.objects.get().state == "unknown" and len(server.taken) == 1 and not Job.objects.exists()


def test_a_server_that_is_away_is_tried_again_for_half_a_day(shop, server, waiting):
    server.answers["RCPT"] = lambda _argument: "450 4.2.1 greylisted"
    waiting()
    after()
    assert Digest.objects.get().state == "left" and Job.objects.get(name="email.digest")
    after(timedelta(hours=13))
    after(timedelta(hours=14))
    assert Digest.objects.get().state == "failed" and not Job.objects.exists()


def test_a_worker_that_dies_in_between_leaves_it_unknown(shop, server, waiting):
    waiting()
    with clock.stopped_at(clock.now() + WAIT):
        digest.gather()
        Digest.objects.update(state="sending")
        send_all()
    assert Digest.objects.get().state == "unknown" and server.taken == []


def test_a_restored_desk_mails_nothing_that_waited(shop, server, waiting):
    waiting()
    assert actions.hush() == 1 and after() == 0
