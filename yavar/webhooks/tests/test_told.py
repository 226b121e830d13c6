"""What programs see of an event: public ids, small facts, in a fixed number of queries, and never an inside key."""

from pathlib import Path

import pytest
from django.test.utils import CaptureQueriesContext

from yavar.base import ids
from yavar.base.events import schema
from yavar.base.events.models import Event
from yavar.conversations.actions import assign, give_to_team, resolve, tag
from yavar.conversations.notes.actions import write_note
from yavar.conversations.setup import make_tag
from yavar.webhooks.told import FAMILIES, NUMBERS, model_of, names, told

pytestmark = pytest.mark.django_db(transaction=True)


def latest(name):
    return told(list(Event.objects.filter(name=name).order_by("-pk")[:1]))[0]["data"]


def test_every_number_in_every_fact_is_a_known_key_or_a_known_number():
    """Whoever adds a fact of these families says here what its numbers are; until then they are not told."""
    unknown = [
        f"{key} {field}"
        for key, kind in schema().items()
        if key.partition(".")[0] in FAMILIES
        for field, form in kind["fields"].items()
        if "int" in form and field not in NUMBERS and model_of(key.partition("@")[0], field) is None
    ]
    assert not unknown


def test_no_words_are_taken_for_a_key():
    """The audit log tells of every fact, also of those that leave in no post."""
    kinds = [(key.partition("@")[0], field, form) for key, kind in schema().items() for field, form in kind["fields"].items()]
    assert [(name, field) for name, field, form in kinds if "int" not in form and model_of(name, field)] == []


def test_every_event_stands_in_the_documentation():
    page = (Path(__file__).resolve().parents[3] / "docs/develop/webhooks.md").read_text()
    assert not [name for name in names() if f"| `{name}` |" not in page]


def test_another_row_of_the_subjects_kind_is_the_other(shop):
    one, other = shop.says(shop.visitor(), "one"), shop.says(shop.visitor(name="Sina"), "two")
    event = Event.objects.filter(subject_kind="conversation", subject_id=one.conversation_id)[0]
    event.name, event.payload = "conversation.merged", {"conversation": other.conversation_id}
    data = told([event])[0]["data"]
    assert (data["conversation"], data["other"]) == (one.conversation, other.conversation)
    event.payload = {"conversation": one.conversation_id}
    assert "other" not in told([event])[0]["data"]


def test_keys_become_public_ids(shop):
    from yavar.people.models import Team

    said = shop.says(shop.visitor(), "one")
    team = Team.objects.create(name="Returns")
    red, blue = make_tag("red"), make_tag("blue")
    key = said.conversation_id
    assign(key, shop.sara, by=shop.amir)
    who = {"conversation": said.conversation, "actor": {"kind": "agent", "id": shop.amir.public_id}}
    assert latest("conversation.assigned") == {**who, "version": 3, "from": None, "to": shop.sara.public_id}
    give_to_team(key, team, by=shop.amir)
    assert latest("conversation.team_changed")["to"] == team.public_id
    tag(key, add=[red, blue], by=shop.amir)
    assert latest("conversation.tagged")["added"] == [red.public_id, blue.public_id]
    resolve(key, by=shop.amir)
    assert latest("conversation.resolved")["from"] == "open"
    note = write_note(key, by=shop.amir, client_id="note-0001", text="ours alone", mentions=[shop.sara])
    assert latest("note.written") == {**who, "version": 7, "note": note.public_id, "mentions": [shop.sara.public_id]}
    received = latest("message.received")
    assert (received["message"], received["seq"], received["actor"]["kind"]) == (said.message, 1, "customer")
    opened = latest("conversation.opened")
    assert (opened["inbox"], opened["customer"]) == (shop.inbox.public_id, received["actor"]["id"])


def test_a_row_that_is_gone_has_no_id(shop):
    said = shop.says(shop.visitor(), "one")
    Event.objects.filter(name="message.received").update(payload={"message": 10**9, "seq": 1})
    assert latest("message.received")["message"] == "" and latest("message.received")["conversation"] == said.conversation


def test_what_nobody_has_classified_is_not_told(shop):
    shop.says(shop.visitor(), "one")
    Event.objects.filter(name="message.received").update(payload={"seq": 1, "mystery": 7, "more": [7], "deep": {"key": 7}, "word": "kept", "on": True})
    assert set(latest("message.received")) == {"conversation", "version", "actor", "seq", "word", "on"}


def test_the_number_of_queries_does_not_grow(shop):
    from django.db import connection

    counts = []
    for number in range(2):
        for each in range(5 * number + 1):
            said = shop.says(shop.visitor(name=f"N{each}"), "one")
            assign(said.conversation_id, shop.sara, by=shop.amir)
            write_note(said.conversation_id, by=shop.amir, client_id=ids.public_id(), text="x")
        events = list(Event.objects.filter(name__in=names()))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(told(events)) == len(events)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6
