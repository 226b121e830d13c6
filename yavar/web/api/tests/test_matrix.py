"""Who may do what to whose: every operation of the API x every role x own and foreign things. An operation without a row here fails."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from yavar.conversations.notes.regarding import note_customer
from yavar.people.team.roles import BUILT_IN
from yavar.realtime.visits import Visit, visits
from yavar.web.api.v1 import api

from .world import World, build, send

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]


@dataclass(frozen=True)
class Row:
    """`needs`: the right. `of`: conversation, customer, inbox or brand = it is about one of those, own or foreign; elsewhere = about an inbox in which nobody bound works; desk = the right must hold on the
    whole desk; any = it must hold somewhere. `body` and `query` may name things of the world in braces."""

    needs: str | None
    of: str = "any"
    body: Any = None
    query: str = ""


DEVICE = {
    "endpoint": "https://push.example/x",
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
TALK = "/conversations/{id}"
LIST = Row("conversation.read")
EDIT = "conversation.edit"
TABLE = {
    "GET /conversations": LIST, "GET /conversations/counts": LIST, "GET /search": Row("conversation.read", query="?q=message"),
    "POST /conversations": Row("conversation.import", "inbox_named", {"inbox": "{inbox}", "customer": {"name": "X"}, "text": "hi", "client_id": "client-0001"}),
    f"GET {TALK}": Row("conversation.read", "conversation"), f"GET {TALK}/timeline": Row("conversation.read", "conversation"),
    f"POST {TALK}/messages": Row("conversation.reply", "conversation", {"text": "hi", "client_id": "client-0001"}),
    f"GET {TALK}/held": Row("conversation.read", "conversation"), f"DELETE {TALK}/held/{{key}}": Row("conversation.reply", "conversation"),
    f"PUT {TALK}/held/{{key}}": Row("conversation.reply", "conversation", {}), f"POST {TALK}/copies/{{key}}": Row("conversation.reply", "conversation", {"outcome": "again"}),
    "POST /outgoing": Row("conversation.reply", "elsewhere", {"inbox": "{mail}", "to": ["c@d.example"], "text": "hi", "client_id": "client-0001"}),
    f"POST {TALK}/notes": Row("conversation.note", "conversation", {"text": "hi", "client_id": "client-0001"}),
    f"PUT {TALK}/draft": Row("conversation.read", "conversation", {"kind": "reply", "text": "hi"}),
    f"POST {TALK}/assign": Row("conversation.assign", "conversation", {"agent": None}), f"POST {TALK}/tags": Row(EDIT, "conversation", {"add": ["{tag}"]}),
    f"POST {TALK}/priority": Row(EDIT, "conversation", {"priority": "high"}), f"POST {TALK}/snooze": Row(EDIT, "conversation", {"until": None}),
    f"POST {TALK}/resolve": Row(EDIT, "conversation", {}), f"POST {TALK}/reopen": Row(EDIT, "conversation", {}),
    f"POST {TALK}/request_type": Row(EDIT, "conversation", {"id": None}), f"POST {TALK}/describe": Row(EDIT, "conversation", {"subject": "x"}),
    f"POST {TALK}/seen": Row("conversation.read", "conversation", {"version": 1}), f"POST {TALK}/unread": Row(EDIT, "conversation", {}),
    f"POST {TALK}/merge": Row("conversation.merge", "conversation", {"into": "{other}"}), f"POST {TALK}/unmerge": Row("conversation.merge", "merged", {}),
    f"POST {TALK}/split": Row("conversation.merge", "conversation", {"messages": [1], "client_id": "client-0001"}),
    f"POST {TALK}/links": Row("conversation.merge", "conversation", {"conversation": "{other}"}),
    f"DELETE {TALK}/links": Row("conversation.merge", "conversation", query="?conversation={other}"),
    f"PUT {TALK}/followers/{{agent_id}}": Row("conversation.read", "conversation"), f"DELETE {TALK}/followers/{{agent_id}}": Row("conversation.read", "conversation"),
    "GET /customers": Row("customer.read"), "POST /customers": Row("customer.edit", "desk", {"name": "New"}), "GET /customers/{id}": Row("customer.read", "customer"),
    "PATCH /customers/{id}": Row("customer.edit", "customer", {"name": "New"}), "GET /customers/{id}/conversations": Row("customer.read", "customer"),
    "POST /customers/{id}/identities": Row("customer.edit", "customer", {"kind": "email", "value": "a@b.example"}),
    "DELETE /customers/{id}/identities": Row("customer.edit", "customer", query="?kind=email&value=known@b.example"),
    "GET /customers/{id}/merge": Row("customer.merge", "two customers", query="?into={customer}"),
    "POST /customers/{id}/merge": Row("customer.merge", "two customers", {"into": "{customer}"}), "POST /customers/{id}/unmerge": Row("customer.merge", "customer", {}),
    "GET /customers/{id}/card": Row("customer.read", "customer"), "GET /customers/{id}/kept": Row("customer.read", "customer"), "GET /customers/{id}/history": Row("customer.read", "customer"),
    "POST /customers/{id}/tags": Row("customer.edit", "customer", {"add": ["{tag}"]}), "POST /customers/{id}/notes": Row("customer.edit", "customer", {"text": "hi", "client_id": "client-0001"}),
    "DELETE /customers/{id}/notes/{key}": Row("customer.edit", "customer"), "PUT /customers/{id}/consents": Row("customer.edit", "customer", {"purpose": "email", "given": True}),
    "GET /tags": LIST, "POST /tags": Row(EDIT, body={"name": "new"}), "PATCH /tags/{id}": Row("tag.manage", "desk:tag", {"name": "new"}), "DELETE /tags/{id}": Row("tag.manage", "desk:tag"),
    "GET /views": LIST, "GET /views/counts": LIST, "POST /views": Row("conversation.read", body={"name": "v", "filter": {}}),
    "PUT /views/{id}": Row("view.share", "desk:view", {"name": "v", "filter": {}}), "DELETE /views/{id}": Row("view.share", "desk:view"),
    "GET /canned": Row("conversation.reply"), "POST /canned": Row("conversation.reply", body={"name": "c", "texts": {"en": "hi"}}),
    "PATCH /canned/{id}": Row("canned.share", "desk:canned", {"name": "c"}), "DELETE /canned/{id}": Row("canned.share", "desk:canned"),
    f"POST {TALK}/canned/{{canned}}": Row("conversation.reply", "conversation", {}),
    "GET /brands": LIST, "POST /brands": Row("brand.manage", "desk", {"name": {"en": "B"}}), "PATCH /brands/{id}": Row("brand.manage", "brand", {"locale": "en"}),
    "GET /inboxes": LIST, "POST /inboxes": Row("inbox.manage", "desk", {"brand": "{brand}", "kind": "chat", "name": "New"}),
    "PATCH /inboxes/{id}": Row("inbox.manage", "inbox", {"name": "New"}),
    "GET /request_types": LIST, "POST /request_types": Row("field.manage", "desk", {"brand": "{brand}", "name": {"en": "R"}}),
    "PATCH /request_types/{id}": Row("field.manage", "desk:request_type", {"name": {"en": "R"}}), "DELETE /request_types/{id}": Row("field.manage", "desk:request_type"),
    "GET /fields": LIST, "POST /fields": Row("field.manage", "desk", {"on": "customer", "label": {"en": "F"}, "kind": "text"}),
    "PATCH /fields/{id}": Row("field.manage", "desk:field", {"label": {"en": "F"}}),
    "GET /settings": Row("setting.manage", "desk"), "PATCH /settings": Row("setting.manage", "desk", {"reply_minutes": 7}),
    "GET /calendars": Row("setting.manage", "desk"), "POST /calendars": Row("setting.manage", "desk", {"name": "C", "rules": {"zone": "UTC"}}),
    "PATCH /calendars/{id}": Row("setting.manage", "desk:calendar", {"name": "C"}), "DELETE /calendars/{id}": Row("setting.manage", "desk:calendar"),
    "GET /policies": Row("setting.manage", "desk"), "POST /policies": Row("setting.manage", "desk", {"name": "P", "terms": {"targets": {"first": 60}}}),
    "PUT /policies/order": Row("setting.manage", "desk", {"ids": ["{policy}"]}),
    "PATCH /policies/{id}": Row("setting.manage", "desk:policy", {"active": False}), "DELETE /policies/{id}": Row("setting.manage", "desk:policy"),
    "GET /me": Row(None), "PATCH /me": Row(None, body={"theme": "dark"}), "GET /me/sessions": Row(None), "DELETE /me/sessions/{id}": Row(None, "nothing"),
    "GET /agents": LIST, "POST /agents": Row("agent.manage", "desk", {"email": "n@n.example", "name": "N", "role": "viewer"}),
    "GET /agents/{id}": Row("agent.manage", "desk:agent"), "PATCH /agents/{id}": Row("agent.manage", "desk:agent", {"name": "N"}),
    "GET /teams": LIST, "POST /teams": Row("team.manage", "desk", {"name": "T"}), "PATCH /teams/{id}": Row("team.manage", "desk:team", {"name": "T"}),
    "DELETE /teams/{id}": Row("team.manage", "desk:team"),
    "GET /roles": Row("agent.manage", "desk"), "POST /roles": Row("role.manage", "desk", {"name": "R", "permissions": ["conversation.read"]}),
    "PUT /roles/{id}": Row("role.manage", "desk:role", {"name": "R", "permissions": []}), "DELETE /roles/{id}": Row("role.manage", "desk:role"),
    "GET /tokens": Row("token.manage", "desk"), "POST /tokens": Row("token.manage", "desk", {"agent": "{agent}", "name": "t", "scopes": ["*.read"]}),
    "DELETE /tokens/{id}": Row("token.manage", "desk:token"),
    "GET /notifications": LIST, "POST /notifications/seen": Row("conversation.read", body={"all": True}), "GET /me/devices": Row(None),
    "POST /me/devices": Row(None, body=DEVICE), "DELETE /me/devices/{id}": Row(None, "nothing"), "POST /me/devices/test": Row(None, body={}),
    "GET /visitors": Row("conversation.reply"), "POST /visitors/{id}/invitation": Row("conversation.reply", "visitor", {"text": "hi"}),
    "GET /board": Row("desk.supervise", "desk"), "GET /board/alarms": Row("desk.supervise", "desk"), "PUT /board/alarms": Row("desk.supervise", "desk", {"wait": 10}),
    "GET /audit": Row("audit.read", "desk"), "GET /events": LIST, "POST /files": Row("conversation.reply", body=b"some bytes"),
}  # fmt: skip


def operations() -> list[str]:
    return [
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
        if path != "/api/v1/stream"
    ]  # a hot door: test_api.py


def test_every_operation_has_a_row():
    assert set(operations()) == set(TABLE)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


def expected(row: Row, role: str, bound: bool, foreign: bool) -> set[int]:
    """2 is any success; 404 what one may not see, 403 what one may see and not do."""
    has = row.needs is None or row.needs in BUILT_IN[role].permissions
    if not has:
        return {403}
    if row.of == "nothing":
        return {404}
    if bound and row.of.startswith("desk"):
        return {403}
    if bound and row.of == "brand":
        return {404} if foreign else {403}  # bound to an inbox: the shop itself is above it
    if bound and row.of == "two customers":
        return {404}  # the second one has no conversation in the inbox
    if bound and (row.of == "elsewhere" or (foreign and row.of == "inbox_named")):
        return {422}
    if bound and foreign and row.of in ("conversation", "merged", "customer", "inbox", "visitor"):
        return {404}
    return {2}


def fill(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: fill(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [fill(each, names) for each in value]
    return value.format(**names) if isinstance(value, str) else value


def seen(inbox: Any) -> str:
    """Somebody is on a page of this chat, which sees its visitors."""
    inbox.config = {**inbox.config, "see_visitors": True}
    inbox.save()
    visits.note(Visit(f"visit-of-{inbox.pk}", inbox.pk, "/kettle", "Kettle", "en", False, False))
    return f"visit-of-{inbox.pk}"


def ask(world: World, client: Any, operation: str, row: Row, foreign: bool, **headers: str) -> int:
    """One request; what it changed is taken back."""
    half = world.foreign if foreign else world.own
    names = {name: thing.public_id for name, thing in world.things.items()}
    names |= {"key": half.copy.public_id if "/copies/" in operation else half.held.public_id}
    names |= {"other": half.other.public_id, "inbox": half.inbox.public_id, "brand": half.brand.public_id, "agent_id": "me"}
    about = {
        "conversation": half.conversation,
        "merged": half.merged,
        "customer": half.customer,
        "two customers": half.customer,
        "inbox": half.inbox,
        "brand": half.brand,
    }
    if row.of.startswith("desk:"):
        names["id"] = world.things[row.of.partition(":")[2]].public_id
    elif row.of in about:
        names["id"] = about[row.of].public_id
    else:
        names["id"] = "nothing"
    method, _space, path = operation.partition(" ")
    with transaction.atomic():
        if row.of == "visitor":
            names["id"] = seen(half.inbox)
        if operation == "DELETE /customers/{id}/identities":
            half.customer.identities.create(kind="email", value="known@b.example")
        if "/notes/{key}" in operation:
            names["key"] = note_customer(half.customer, by=world.shop.owner, client_id="client-0001", text="Calls after six").public_id
        status = send(
            client, method, path.format(**names) + row.query.format(**names), row.body if isinstance(row.body, bytes) else fill(row.body, names), **headers
        ).status_code
        transaction.set_rollback(True)
    return status


@pytest.mark.parametrize("operation", sorted(TABLE))
def test_who_may_do_it(world, operation):
    row, wrong = TABLE[operation], []
    for bound in (False, True):
        for role, client in (world.bound if bound else world.desk).items():
            for foreign in (False, True):
                status, wanted = ask(world, client, operation, row, foreign), expected(row, role, bound, foreign)
                if (2 if status < 300 else status) not in wanted:
                    wrong.append(f"{role}{' of A' if bound else ''} -> {'foreign' if foreign else 'own'}: {status}, not {wanted}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("operation", sorted(each for each in TABLE if TALK in each and not each.startswith("GET") and not each.endswith("/draft")))
def test_whoever_names_a_version_writes_to_a_conversation_only_at_that(world, operation):
    """But for a draft, which is its author's alone."""
    assert ask(world, world.desk["owner"], operation, TABLE[operation], False, If_Match='"99999"') == 412


def test_a_held_answer_that_is_sent_again_at_the_version_it_made_old_is_the_same(world):
    held, path = world.own.held, f"/conversations/{world.own.conversation.public_id}/messages"
    answer = send(world.desk["owner"], "POST", path, {"text": held.text, "client_id": held.client_id}, If_Match='"99999"')
    assert (answer.status_code, answer.json()["held"]["id"]) == (201, held.public_id)


@pytest.mark.parametrize("operation", sorted(TABLE))
def test_strangers_get_nothing(client, operation):
    method, _space, path = operation.partition(" ")
    answer = send(client, method, path.format(id="x", agent_id="x", key="x", canned="x"), {})
    assert (answer.status_code, answer.json()["problem"]["code"]) == (401, "signed_out")
