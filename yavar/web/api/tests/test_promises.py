"""Working hours and policies over the API: what is written is read back, and holds."""

import pytest

from yavar.conversations.models import Inbox
from yavar.flow.sla.models import Policy
from yavar.people.hours.queries import rules_of
from yavar.people.models import Calendar, Team
from yavar.people.team.actions import Given, add_team

from .world import SYSTEM, program, send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine, pytest.mark.slow]
WEEK = {"zone": "Asia/Tehran", "week": {"sat": [[540, 780], [840, 1080]], "sun": [[540, 1080]]}, "country": "IR", "days": {"2026-12-31": {"name": "Stocktaking", "spells": []}}}  # fmt: skip
TERMS = {"match": {"channels": ["chat"]}, "targets": {"first": 30, "resolution": 86400}, "steps": [{"at": -10, "do": "notify"}]}


@pytest.fixture
def owner(shop):
    return program("owner", Given("owner"))


def test_a_calendar_is_written_read_and_given_to_a_team_and_an_inbox(shop, owner):
    made = send(owner, "POST", "/calendars", {"name": "Tehran", "rules": WEEK}).json()
    assert made["rules"] == WEEK and (made["version"], made["main"]) == (1, False)
    assert made in send(owner, "GET", "/calendars").json()
    longer = {**WEEK, "week": {"sat": [[540, 1080]]}}
    changed = send(owner, "PATCH", f"/calendars/{made['id']}", {"rules": longer, "version": 1}).json()
    assert (changed["version"], changed["rules"]["week"]) == (2, {"sat": [[540, 1080]]})
    assert rules_of(Calendar.objects.get(public_id=made["id"])).week["sat"] == ((540, 1080),)
    late = send(owner, "PATCH", f"/calendars/{made['id']}", {"rules": WEEK, "version": 1})
    assert (late.status_code, late.json()["problem"]["code"]) == (409, "calendar.stale")
    team = add_team("Repairs", [shop.amir], by=SYSTEM)
    for path, row in ((f"/teams/{team.public_id}", team), (f"/inboxes/{shop.inbox.public_id}", shop.inbox)):
        assert send(owner, "PATCH", path, {"calendar": made["id"]}).json()["calendar"] == made["id"]
        row.refresh_from_db()
        assert row.calendar.public_id == made["id"]
    assert send(owner, "PATCH", f"/teams/{team.public_id}", {"calendar": False}).json()["calendar"] is None
    assert send(owner, "DELETE", f"/calendars/{made['id']}").status_code == 204
    assert Inbox.objects.get().calendar is None and Team.objects.get().calendar is None
    main = next(each for each in send(owner, "GET", "/calendars").json() if each["main"])
    assert send(owner, "DELETE", f"/calendars/{main['id']}").json()["problem"]["code"] == "calendar.main"


def test_who_may_change_an_inbox_and_not_the_settings_gives_it_no_hours(shop, owner):
    role = send(owner, "POST", "/roles", {"name": "Inboxes", "permissions": ["conversation.read", "inbox.manage"]}).json()["id"]
    main = send(owner, "GET", "/calendars").json()[0]["id"]
    one = program("keeper", Given(role))
    refused = send(one, "PATCH", f"/inboxes/{shop.inbox.public_id}", {"calendar": main})
    assert (refused.status_code, send(one, "PATCH", f"/inboxes/{shop.inbox.public_id}", {"name": "New"}).status_code) == (403, 200)


def test_a_policy_is_written_read_ordered_and_switched(shop, owner):
    made = send(owner, "POST", "/policies", {"name": "Chat", "terms": TERMS}).json()
    usual = {"pauses": True, "published": True, "words": {}}
    assert made["active"] and {name: made["terms"][name] for name in usual} == usual
    assert made["terms"]["targets"] == {"ack": None, "first": 30, "next": None, "resolution": 86400, "ownership": None}
    assert made["terms"]["steps"] == [{"at": -10, "do": "notify", "kinds": ["first", "next", "resolution", "ownership"], "to": ""}]
    other = send(owner, "POST", "/policies", {"name": "All", "terms": {"targets": {"next": 60}}, "active": False}).json()
    assert send(owner, "PUT", "/policies/order", {"ids": [other["id"]]}).status_code == 204
    assert [each["name"] for each in send(owner, "GET", "/policies").json()][:2] == [
        "All",
        *sorted(Policy.objects.exclude(name="All").values_list("name", flat=True)),
    ][:2]
    again = send(owner, "PATCH", f"/policies/{made['id']}", {"terms": made["terms"], "active": False, "version": made["version"]}).json()
    assert (again["active"], again["version"], again["terms"]) == (False, 2, made["terms"]), "what is read can be written as it is"
    assert send(owner, "PATCH", f"/policies/{made['id']}", {"name": "X", "version": 1}).json()["problem"]["code"] == "policy.stale"
    assert send(owner, "DELETE", f"/policies/{made['id']}").status_code == 204


@pytest.mark.parametrize(
    "path, body, code",
    [
        ("/calendars", {"name": "C", "rules": {"zone": "Mars/Olympus"}}, "hours.zone"),
        ("/calendars", {"name": "C", "rules": {"zone": "UTC", "country": "ZZ"}}, "hours.country"),
        ("/calendars", {"name": "C", "rules": {"zone": "UTC", "week": {"mon": [[600, 540]]}}}, "hours.spell"),
        ("/calendars", {"name": "C", "rules": {"zone": "UTC", "week": {"mon": [[600, 10**12]]}}}, "hours.spell"),
        ("/calendars", {"name": "C", "rules": {"zone": "UTC", "days": {"2026-02-30": {}}}}, "hours.date"),
        ("/policies", {"name": "P", "terms": {"targets": {}}}, "policy.empty"),
        ("/policies", {"name": "P", "terms": {"targets": {"first": 60}, "match": {"brands": ["nothing"]}}}, "brand.unknown"),
        ("/policies", {"name": "P", "terms": {"targets": {"first": 60}, "steps": [{"at": 0, "do": "team", "to": "nothing"}]}}, "team.unknown"),
        ("/policies", {"name": "P", "terms": {"targets": {"first": 60}, "steps": [{"at": 0, "do": "priority", "to": "soon"}]}}, "priority.unknown"),
        ("/policies", {"name": "P", "terms": {"targets": {"first": 60}, "steps": [{"at": 0, "do": "tag"}]}}, "policy.step"),
        (
            "/policies",
            {"name": "P", "terms": {"targets": {"first": 60}, "steps": [{"at": at, "do": "customer", "kinds": ["first"]} for at in (0, 60)]}},
            "policy.step",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(owner, path, body, code):
    before = (Calendar.objects.count(), Policy.objects.count())
    answer = send(owner, "POST", path, body)
    assert (answer.status_code, answer.json()["problem"]["code"]) == (422, code)
    assert (Calendar.objects.count(), Policy.objects.count()) == before
