"""Merging across rights, races and undone customers: nobody reads or changes through a tie what they may not without it."""

import base64
import secrets

import pytest
from django.test import Client

from yavar.base import clock
from yavar.base.db import transaction
from yavar.base.events import Actor
from yavar.base.problem import Problem
from yavar.channels.chat import ChatConfig
from yavar.conversations import actions, merging
from yavar.conversations.append import append
from yavar.conversations.models import Conversation, Message
from yavar.conversations.notes.timeline import timeline
from yavar.conversations.public import conversation_of, latest_conversation, messages
from yavar.conversations.setup import add_inbox
from yavar.people.customers import tending
from yavar.people.customers.actions import open_session
from yavar.people.models import Customer
from yavar.people.team.actions import Given
from yavar.people.team.custom import save_role
from yavar.web.api.tests.world import program, send
from yavar.web.widget import visitors

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = Actor("system")


def test_two_customers_taken_apart_take_their_conversations_along(shop):
    one, two = shop.visitor("One"), shop.visitor("Two")
    a, b = (Conversation.objects.get(pk=shop.says(who, f"secret of {who.name}").conversation_id) for who in (one, two))
    tending.merge(one, two, by=SYSTEM)
    merging.merge(a.pk, b.pk, by=shop.amir)
    owner = program("everything", Given("owner"))
    assert send(owner, "POST", f"/customers/{one.public_id}/unmerge", {}).status_code == 200
    for who, mine, theirs in ((one, a, b), (two, b, a)):
        found = conversation_of(who.pk, mine.public_id)
        assert found == mine
        assert [each.text for each in messages(found.pk)[0]] == [f"secret of {who.name}"], "nobody reads the other's"
        assert conversation_of(who.pk, theirs.public_id) is None
        assert latest_conversation(who.pk, shop.inbox.pk) == mine
    assert Conversation.objects.get(pk=a.pk).status == "open"


def test_undoing_a_merge_needs_the_right_on_both(shop):
    person = shop.visitor()
    a = Conversation.objects.get(pk=shop.says(person, "here").conversation_id)
    far = add_inbox(shop.brand, "chat", "Far", ChatConfig())
    b = Conversation.objects.get(pk=append_to(far, person))
    merging.merge(a.pk, b.pk, by=shop.owner)
    bound = program("bound", Given("agent", "inbox", shop.inbox.pk))
    before = Conversation.objects.get(pk=b.pk).event_seq
    assert send(bound, "POST", f"/conversations/{a.public_id}/unmerge", {}).status_code == 404
    assert Conversation.objects.get(pk=b.pk).event_seq == before
    assert send(program("all", Given("agent")), "POST", f"/conversations/{a.public_id}/unmerge", {}).status_code == 200


def append_to(inbox, person):
    made = Conversation.objects.create(
        public_id=secrets.token_urlsafe(16), reference=secrets.token_hex(4).upper(), inbox=inbox, customer=person, start_key=secrets.token_hex(8),
        lang="en", last_at=clock.now(), created_at=clock.now(), event_seq=1,
    )  # fmt: skip
    with transaction():
        append(made.pk, by=Actor("customer", person.pk), client_id=secrets.token_urlsafe(12), text="far", at=clock.now())
    return made.pk


def test_the_preview_counts_only_what_one_may_see(shop):
    person, other = shop.visitor("One"), shop.visitor("Two")
    shop.says(person, "here"), shop.says(other, "too")
    far = add_inbox(shop.brand, "chat", "Far", ChatConfig())
    append_to(far, person), append_to(far, person)
    bound = program("bound", Given("supervisor", "inbox", shop.inbox.pk))
    found = send(bound, "GET", f"/customers/{person.public_id}/merge?into={other.public_id}")
    assert found.json()["conversations"] == 1


def test_a_verb_that_comes_after_the_merge_leaves_it_merged(shop):
    person = shop.visitor()
    a = Conversation.objects.get(pk=shop.says(person, "one").conversation_id)
    b = Conversation.objects.get(pk=append_to(shop.inbox, person))
    merging.merge(a.pk, b.pk, by=shop.amir)
    for verb in (lambda: actions.resolve(a.pk, by=shop.amir), lambda: actions.reopen(a.pk, by=shop.amir), lambda: actions.snooze(a.pk, None, by=shop.amir)):
        with pytest.raises(Problem) as refused:
            verb()
        assert refused.value.code == "merge.merged"
    assert Conversation.objects.get(pk=a.pk).status == "merged"


def test_into_each_other_at_once(shop):
    person = shop.visitor()
    a = Conversation.objects.get(pk=shop.says(person, "one").conversation_id)
    b = Conversation.objects.get(pk=append_to(shop.inbox, person))
    merging.merge(a.pk, b.pk, by=shop.amir)
    with pytest.raises(Problem):
        merging.merge(b.pk, a.pk, by=shop.sara)
    assert merging.survivor_of(Conversation.objects.get(pk=a.pk)) == b and merging.merged_into(b.pk) == [a.pk]


def test_a_message_sent_again_after_the_merge_stays_one(shop):
    person = shop.visitor()
    key = secrets.token_urlsafe(16)
    a = Conversation.objects.get(pk=shop.says(person, "once", client_id=key).conversation_id)
    b = Conversation.objects.get(pk=append_to(shop.inbox, person))
    merging.merge(a.pk, b.pk, by=shop.amir)
    token = secrets.token_urlsafe(32)
    open_session(token, brand=shop.brand.public_id, inbox=shop.inbox.public_id, lang="en", page="", name="One")
    known = visitors.load(token)
    known.customer_id = person.pk
    again = shop.says(person, "once", visitors.find_conversation(known, a.public_id), client_id=key)
    assert again.repeated and Message.objects.filter(text="once").count() == 1
    assert [item.text for item in timeline(b.pk)[0] if item.kind == "message"].count("once") == 1
    robot, given = program("robot", Given("owner")), {"text": "answer", "client_id": secrets.token_urlsafe(16)}
    merging.unmerge(a.pk, by=shop.amir)
    assert send(robot, "POST", f"/conversations/{a.public_id}/messages", given).status_code == 201
    merging.merge(a.pk, b.pk, by=shop.amir)
    assert send(robot, "POST", f"/conversations/{a.public_id}/messages", given).status_code == 201
    assert Message.objects.filter(text="answer").count() == 1


def test_whoever_sees_a_customer_by_what_was_merged_sees_the_survivor(shop):
    mine, far = shop.visitor("One"), Customer.objects.create(name="Two", created_at=clock.now(), seen_at=clock.now())
    talk = Conversation.objects.get(pk=shop.says(mine, "here").conversation_id)
    tending.merge(mine, far, by=SYSTEM)
    bound = program("bound", Given("agent", "inbox", shop.inbox.pk))
    card = send(bound, "GET", f"/conversations/{talk.public_id}").json()["customer"]
    assert card["id"] == far.public_id
    assert send(bound, "GET", f"/customers/{far.public_id}").status_code == 200
    assert send(bound, "GET", f"/customers/{far.public_id}/conversations").json()["rows"][0]["id"] == talk.public_id


def test_who_may_not_see_customers_reads_no_addresses(shop):
    person = shop.visitor("One")
    tending.add_identity(person, "email", "one@shop.example", by=SYSTEM)
    talk = Conversation.objects.get(pk=shop.says(person, "here").conversation_id)
    reader = program("reader", Given(save_role("Reader", ["conversation.read"], by=shop.owner).public_id))
    assert send(reader, "GET", f"/customers/{person.public_id}").status_code == 403
    assert "one@shop.example" not in send(reader, "GET", f"/conversations/{talk.public_id}").content.decode()


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_times_at_the_edge_of_the_calendar(shop, at):
    talk = Conversation.objects.get(pk=shop.says(shop.visitor(), "here").conversation_id)
    robot = program("robot", Given("owner"))
    robot.raise_request_exception = False
    before = base64.urlsafe_b64encode(f"{at} x".encode()).decode().rstrip("=")
    assert send(robot, "GET", f"/conversations?before={before}").status_code in (200, 400)
    assert send(robot, "GET", f"/customers?before={before}").status_code in (200, 400)
    assert send(robot, "POST", f"/conversations/{talk.public_id}/snooze", {"until": at}).status_code in (200, 400, 422)
    assert send(robot, "GET", f"/audit?since={at.replace('+', '%2B')}").status_code in (200, 400)
    given = {"inbox": shop.inbox.public_id, "customer": {"name": "x"}, "text": "x", "at": at, "client_id": secrets.token_urlsafe(12)}
    assert send(robot, "POST", "/conversations", given).status_code in (201, 400, 422)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_at_the_edge_of_the_calendar(shop, day):
    browser = Client()
    browser.force_login(shop.owner)
    assert browser.get(f"/settings/audit?since={day}&until={day}").status_code == 200


def test_a_stream_that_ended_is_no_open_window(shop):
    token = secrets.token_urlsafe(32)
    open_session(token, brand=shop.brand.public_id, inbox=shop.inbox.public_id, lang="en", page="", name="One")
    first = visitors.load(token)
    first.streams.add("a stream")
    visitors.load(token)
    first.streams.discard("a stream")
    assert not visitors.load(token).streams
