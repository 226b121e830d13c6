"""People, roles and teams: what each form changes, what is refused and how that is said."""

import re

import pytest
from django.test import Client

from yavar.base.events import Actor
from yavar.people.models import Agent, Grant, Role, Team
from yavar.people.team.actions import Given, add_team, grant
from yavar.people.team.custom import save_role
from yavar.people.team.roles import BUILT_IN, PERMISSIONS

from .deciding import Decider, another, shown_secret

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = Actor("system")
NEW = {"name": "Omid  Rad", "email": "Omid@Nila.example", "lang": "fa", "role": "viewer", "first": "make", "password": ""}


def at(person):
    return f"people?person={person.public_id}"


def signs_in(email, password):
    return Client().post("/sign-in", {"username": email, "password": password}).status_code == 302


def test_a_person_is_added_with_a_password_shown_once(nila):
    page = nila.do("people", "add", **NEW)
    omid, secret = Agent.objects.get(email="omid@nila.example"), shown_secret(page)
    assert (omid.name, omid.lang, omid.title) == ("Omid Rad", "fa", "viewer")
    assert "is in the team" in page and signs_in(omid.email, secret) and secret not in nila.page("people")


def test_a_person_is_added_with_a_typed_password(nila):
    page = nila.do("people", "add", **NEW | {"first": "type", "password": "chosen-by-hand-1"})
    assert signs_in("omid@nila.example", "chosen-by-hand-1") and "secret-code" not in page


@pytest.mark.parametrize(
    ("wrong", "words", "status"),
    [
        ({"name": " "}, "Please give it a name.", 422), ({"email": "omid"}, "This address looks incomplete.", 422), ({"email": "amir@nila.example"}, "is in the team already", 409),
        ({"first": "type", "password": "short"}, "too short", 422), ({"role": "gone"}, "This role is no longer here.", 422),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_the_field_and_the_rest_stays(nila, wrong, words, status):
    page = nila.do("people", "add", status, **NEW | wrong)
    field = list(wrong)[-1]
    assert (
        words in page
        and f'id="add-{field}-fault"' in page
        and f'aria-describedby="{"add-password-hint " if field == "password" else "add-role-hint " if field == "role" else ""}add-{field}-fault"' in page
    )
    assert Agent.objects.filter(email__startswith="omid").count() == 0
    if "name" not in wrong:
        assert 'value="Omid  Rad"' in page


def test_an_administrator_makes_no_owner_and_touches_none(shop):
    admin = Decider(another("Ada", "admin"))
    assert 'value="owner"' not in admin.page("people")
    admin.do("people", "add", 403, **NEW | {"role": "owner"})
    page = admin.do(at(shop.owner), "switch", 403, active="off")
    assert "Only an owner can do this to an owner." in page and 'class="banner is-bad"' in page
    admin.do(at(shop.owner), "password", 403, first="type", password="a-long-password-2")
    admin.do(at(shop.owner), "rename", 403, name="x", email="mine@evil.example")
    admin.do(at(shop.owner), "end", 403)
    assert "Only an owner" in admin.do(at(shop.amir), "grant", 403, role=["owner"], place=["desk"], sees=["all"])
    assert signs_in("nila@nila.example", "a-long-password")


def test_nobody_takes_over_somebody_who_may_more(shop):
    role = save_role("Staff office", ["agent.manage", "conversation.read"], by=shop.owner)
    clerk = another("Clara", "")
    grant(clerk, [Given(role.public_id)], by=SYSTEM)
    clara = Decider(Agent.objects.get(pk=clerk.pk))
    clara.do(at(shop.sara), "password", 403, first="type", password="a-long-password-2")
    clara.do(at(shop.sara), "rename", 403, name="Sara", email="mine@evil.example")
    page = clara.do(at(shop.sara), "grant", 403, role=["admin"], place=["desk"], sees=["all"])
    assert "rights that you have" in page and re.search(r'value="admin" selected', page)


def test_off_undo_and_on(shop, nila):
    amir = Decider(shop.amir)
    page = nila.do(at(shop.amir), "switch", active="off")
    assert "is switched off." in page and 'form="undo"' in page and 'name="active" value="on"' in page
    assert not signs_in(shop.amir.email, "a-long-password") and amir.client.get("/settings/security").status_code == 302
    assert "can sign in again" in nila.do(at(shop.amir), "switch", active="on") and signs_in(shop.amir.email, "a-long-password")
    nila.do(at(shop.owner), "switch", 409, active="off")


def test_the_last_owner_stays(shop, nila):
    page = nila.do(at(shop.owner), "grant", 409, role=["admin", ""], place=["desk", "desk"], sees=["all", "all"])
    assert "only owner" in page and 'id="grants-fault"' in page and shop.owner.title == "owner"


def test_grants_in_several_places(shop, nila):
    team = add_team("Returns", [], by=SYSTEM)
    fields = {
        "role": ["agent", "supervisor", "viewer", ""],
        "place": [f"inbox:{shop.inbox.public_id}", f"team:{team.public_id}", "desk", "desk"],
        "sees": ["own", "team", "all", "all"],
    }
    nila.do(at(shop.amir), "grant", **fields)
    assert set(Grant.objects.filter(agent=shop.amir).values_list("role", "scope", "scope_id", "sees")) == {
        ("agent", "inbox", shop.inbox.pk, "own"), ("supervisor", "team", team.pk, "team"), ("viewer", "desk", 0, "all"),
    }  # fmt: skip
    page = nila.page("people").replace("\u2068", "").replace("\u2069", "")
    assert "Agent in the inbox Chat, sees only their own" in page and "Supervisor in the team Returns" in page
    page = nila.do(at(shop.amir), "grant", 422, role=["agent", "agent"], place=["desk", "desk"], sees=["own", "all"])
    assert "given twice" in page and len(re.findall(r'value="agent" selected', page)) == 2
    for wrong in ({"place": ["planet:x"]}, {"sees": ["all", "all"]}, {"sees": ["everything"]}):
        assert (
            nila.client.post(f"/settings/{at(shop.amir)}", {"do": "grant", "role": ["agent"], "place": ["desk"], "sees": ["all"], **wrong}).status_code == 400
        )
    nila.do(at(shop.amir), "grant", 422, role=["agent"], place=["team:gone"], sees=["all"])
    assert Grant.objects.filter(agent=shop.amir).count() == 3


def test_a_new_password_signs_out(shop, nila):
    amir = Decider(shop.amir)
    secret = shown_secret(nila.do(at(shop.amir), "password", first="make", password=""))
    assert signs_in(shop.amir.email, secret) and amir.client.get("/settings/security").status_code == 302
    assert "too short" in nila.do(at(shop.amir), "password", 422, first="type", password="short")
    assert nila.client.post(f"/settings/{at(shop.owner)}", {"do": "password", "first": "make", "password": ""}).status_code == 400


def test_sign_ins_are_shown_and_sessions_ended(shop, nila):
    amir = Decider(shop.amir)
    signs_in(shop.amir.email, "wrong")
    page = nila.page(at(shop.amir))
    assert "Firefox, Linux" in page and "Wrong password" in page and "Signed in" in page
    nila.do(at(shop.amir), "end")
    assert amir.client.get("/settings/security").status_code == 302


def test_renamed_and_an_address_that_is_taken(shop, nila):
    nila.do(at(shop.amir), "rename", name="Amir B.", email="amir.b@nila.example")
    assert Agent.objects.get(pk=shop.amir.pk).email == "amir.b@nila.example"
    page = nila.do(at(shop.amir), "rename", 409, name="Amir C.", email="sara@nila.example")
    assert 'value="Amir C."' in page and 'id="who-email-fault"' in page


def test_an_own_role_made_changed_and_removed(shop, nila):
    nila.do("roles", "add", name="Packer", permissions=["conversation.read", "conversation.note"])
    role = Role.objects.get()
    grant(shop.amir, [Given(role.public_id)], by=SYSTEM)
    there = f"roles?role={role.public_id}"
    nila.do(there, "change", name="Packers", permissions=["conversation.read"])
    role.refresh_from_db()
    assert (role.name, role.permissions) == ("Packers", ["conversation.read"])
    page = nila.page(there)
    assert "1 person loses this role" in page and "Amir Test" in page
    page = nila.do(there, "change", 422, name="Typed", permissions=[])
    assert "Tick at least one right." in page and 'value="Typed"' in page
    assert "There is no right called" in nila.do(there, "change", 422, name="x", permissions=["evil.all"])
    assert "is removed" in nila.do(there, "remove") and not Grant.objects.filter(agent=shop.amir).exists()


def test_built_in_roles_say_what_they_allow(nila):
    page = nila.page("roles")
    viewer = page[page.index("<summary>Viewer") :]
    assert viewer.count('class="is-not"') == len(PERMISSIONS) - len(BUILT_IN["viewer"].permissions) and "Answer customers" in viewer


def test_the_box_that_narrows_many_people_is_no_field_of_the_form(nila):
    for number in range(13):
        another(f"P{number}")
    page = nila.page("teams")
    form = page[page.index('data-form="add"') :]
    assert "data-narrows" in form and 'name="q"' not in form[: form.index("</form>")]


def test_a_team_made_changed_and_dissolved(shop, nila):
    gone = another("Gone", is_active=False)
    nila.do("teams", "add", name="Returns", members=[shop.amir.public_id, shop.sara.public_id])
    team = Team.objects.get()
    team.members.add(gone)
    there = f"teams?team={team.public_id}"
    nila.do(there, "change", name="Refunds", calendar="", members=[shop.sara.public_id])
    team.refresh_from_db()
    assert team.name == "Refunds" and set(team.members.all()) == {shop.sara, gone}
    add_team("Chat", [], by=SYSTEM)
    page = nila.do(there, "change", 409, name="Chat", calendar="", members=[shop.amir.public_id])
    assert 'value="Chat"' in page and re.search(rf'value="{shop.amir.public_id}" checked', page) and 'id="team-name-fault"' in page
    grant(shop.amir, [Given("agent", "team", team.pk)], by=SYSTEM)
    assert "1 role that is given in this team ends." in nila.page(there)
    assert "is dissolved" in nila.do(there, "remove") and not Grant.objects.filter(scope="team").exists()
