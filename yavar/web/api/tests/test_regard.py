"""What the team keeps about a person, and the person's whole history: rows, facts, merged names, sight."""

import pytest

from yavar.base.events import Actor
from yavar.base.events.models import Event
from yavar.channels.chat import ChatConfig
from yavar.conversations import actions
from yavar.conversations.models import Conversation
from yavar.conversations.notes.actions import write_note
from yavar.conversations.notes.models import CustomerNote
from yavar.conversations.notes.regarding import note_customer
from yavar.conversations.setup import add_inbox, make_tag
from yavar.conversations.testing import furnish
from yavar.people.customers import tending
from yavar.people.customers.consent import note_consent
from yavar.people.models import Consent
from yavar.people.team.actions import Given

from .world import program, send

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = Actor("system")


@pytest.fixture
def shop(transactional_db):
    return furnish()


@pytest.fixture
def clerk(shop):
    return program("clerk", Given("agent"))


def facts(name):
    return list(Event.objects.filter(name=name).order_by("pk").values_list("payload", flat=True))


def test_tags_of_a_person(shop, clerk):
    person, vip = shop.visitor(name="Maryam"), make_tag("VIP")
    path = f"/customers/{person.public_id}"
    assert send(clerk, "POST", f"{path}/tags", {"add": [vip.public_id]}).json()["tags"] == [vip.public_id]
    send(clerk, "POST", f"{path}/tags", {"add": [vip.public_id]})
    assert facts("customer.tagged") == [{"added": [vip.pk], "removed": []}]
    assert send(clerk, "POST", f"{path}/tags", {"remove": [vip.public_id]}).json()["tags"] == []
    assert send(clerk, "POST", f"{path}/tags", {"add": ["no-such-tag"]}).status_code == 422


def test_notes_about_a_person(shop, clerk):
    person = shop.visitor(name="Maryam")
    path = f"/customers/{person.public_id}/notes"
    for _twice in range(2):
        kept = send(clerk, "POST", path, {"text": " Calls after six ", "client_id": "client-0001"}).json()
    assert [note["text"] for note in kept["notes"]] == ["Calls after six"]
    note = CustomerNote.objects.get()
    assert facts("customer.noted") == [{"note": note.pk}]
    assert send(clerk, "DELETE", f"{path}/{note.public_id}").json()["notes"] == []
    assert facts("customer.note_removed") == [{"note": note.pk, "agent": note.agent_id}]
    assert send(clerk, "DELETE", f"{path}/{note.public_id}").status_code == 404
    assert "Calls" not in str(list(Event.objects.values_list("payload", flat=True))), "the diary holds no words"


def test_consent_is_what_was_said_last(shop):
    person = shop.visitor()
    note_consent(person, "email", True, by=SYSTEM, source="at the till")
    note_consent(person, "email", True, by=SYSTEM)
    note_consent(person, "sms", None, by=SYSTEM)
    assert facts("customer.consented") == [{"customer": person.pk, "purpose": "email", "given": True}]
    assert Consent.objects.get().source == "at the till"
    note_consent(person, "email", False, by=SYSTEM)
    assert Consent.objects.get().given is False
    note_consent(person, "email", None, by=SYSTEM)
    assert not Consent.objects.exists()
    assert [each["given"] for each in facts("customer.consented")] == [True, False, None]


def test_two_who_are_one_keep_what_was_kept_of_both(shop, clerk):
    one, other = shop.visitor(name="Maryam"), shop.visitor(name="M. Karimi")
    vip, wholesale = make_tag("VIP"), make_tag("wholesale")
    send(clerk, "POST", f"/customers/{one.public_id}/tags", {"add": [vip.public_id]})
    send(clerk, "POST", f"/customers/{other.public_id}/tags", {"add": [vip.public_id, wholesale.public_id]})
    note_customer(other, by=shop.amir, client_id="client-0001", text="Wears a hat")
    note_consent(one, "email", True, by=SYSTEM)
    note_consent(other, "email", False, by=SYSTEM)
    for person in (one, other):
        shop.says(person, "hello", client_id=f"message-{person.pk}")
    tending.merge(other, one, by=SYSTEM)
    kept = send(clerk, "GET", f"/customers/{one.public_id}/kept").json()
    assert sorted(kept["tags"]) == sorted([vip.public_id, wholesale.public_id])
    assert [note["text"] for note in kept["notes"]] == ["Wears a hat"]
    assert [(each["purpose"], each["given"]) for each in kept["consents"]] == [("email", False)]
    tending.unmerge(other, by=SYSTEM)
    assert send(clerk, "GET", f"/customers/{one.public_id}/kept").json()["notes"] == []


def test_the_history_holds_every_conversation_with_its_last_lines(shop, clerk, django_assert_max_num_queries):
    person = shop.visitor(name="Maryam")
    for n in range(12):
        key = shop.says(person, f"matter {n}", client_id=f"message-{n:04}").conversation_id
        actions.reply(key, by=shop.amir, client_id=f"answer-{n:04}", text=f"answer {n}")
        actions.resolve(key, by=shop.amir)
        Conversation.objects.filter(pk=key).update(status="resolved")
    write_note(key, by=shop.amir, client_id="client-note", text="between us")
    for n in range(25):
        shop.says(person, f"more {n}", client_id=f"message-more-{n:04}")
    path = f"/customers/{person.public_id}/history"
    with django_assert_max_num_queries(60):
        first = send(clerk, "GET", path).json()
    assert len(first["parts"]) == 10 and first["next"]
    newest = first["parts"][0]
    assert newest["seen"] == {"agent": 0, "customer": 0}
    assert newest["more"] and [item["text"] for item in newest["items"]][-1] == "more 24" and len(newest["items"]) == 20
    rest = send(clerk, "GET", f"{path}?before={first['next']}").json()
    seen = [part["row"]["id"] for part in [*first["parts"], *rest["parts"]]]
    assert len(seen) == len(set(seen)) == Conversation.objects.filter(customer=person).count()
    assert {item["kind"] for part in first["parts"] for item in part["items"]} <= {"message", "note"}


def test_the_history_shows_only_what_one_may_see(shop, clerk):
    person, here = shop.visitor(name="Maryam"), shop.inbox
    shop.says(person, "seen by all", client_id="message-here")
    shop.inbox = add_inbox(shop.brand, "chat", "Other", ChatConfig())
    shop.says(person, "seen by few", client_id="message-there")
    bound = program("bound", Given("agent", "inbox", here.pk))
    path = f"/customers/{person.public_id}/history"
    assert [part["items"][0]["text"] for part in send(bound, "GET", path).json()["parts"]] == ["seen by all"]
    assert len(send(clerk, "GET", path).json()["parts"]) == 2
