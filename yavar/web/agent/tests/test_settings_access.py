"""One's own sign-ins and password, and programs' tokens."""

import pytest
from django.test import Client

from yavar.people.models import Agent, Token
from yavar.people.team.tokens import agent_of, make_program

from .deciding import Decider, another, shown_secret

pytestmark = pytest.mark.django_db(transaction=True)


def test_my_sessions(shop):
    here, there = Decider(shop.amir), Decider(shop.amir)
    page = here.page("security")
    assert page.count("this one") == 1 and page.count('name="session_id"') == 1
    other = page.split('name="session_id" value="')[1].split('"')[0]
    assert "Signed out there." in here.do("security", "end", session_id=other)
    assert there.client.get("/settings/security").status_code == 302 and here.client.get("/settings/security").status_code == 200
    third, fourth = Decider(shop.amir), Decider(shop.amir)
    assert "2 other sessions are ended." in here.do("security", "end_others")
    assert (
        third.client.get("/settings/security").status_code == fourth.client.get("/settings/security").status_code == 302
        and here.client.get("/settings/security").status_code == 200
    )


def test_nobody_ends_anothers_session_here(shop):
    amir, sara = Decider(shop.amir), Decider(shop.sara)
    theirs = shop.sara.sign_ins.get().public_id
    mine = shop.amir.sign_ins.get().public_id
    for key in (theirs, mine, "x"):
        assert amir.client.post("/settings/security", {"do": "end", "session_id": key}).status_code == 400
    assert sara.client.get("/settings/security").status_code == 200


def test_tries_are_shown_to_whom_they_concern(shop):
    Client().post("/sign-in", {"username": shop.amir.email, "password": "guess"})
    assert "Wrong password" in Decider(shop.amir).page("security") and "Wrong password" not in Decider(shop.sara).page("security")


def test_my_password(shop):
    here, there = Decider(shop.amir), Decider(shop.amir)
    page = here.do("security", "password", 422, old="wrong", password="a-new-password-1")
    assert "This isn’t your password now." in page and 'id="password-old-fault"' in page and "wrong" not in page.split('name="old"')[1].split(">")[0]
    assert "too short" in here.do("security", "password", 422, old="a-long-password", password="short")
    page = here.do("security", "password", old="a-long-password", password="a-new-password-1")
    assert "Your new password holds." in page and "this one" in here.page("security")
    assert here.client.get("/settings/security").status_code == 200 and there.client.get("/settings/security").status_code == 302
    assert Agent.objects.get(pk=shop.amir.pk).check_password("a-new-password-1")


def test_a_token_for_a_new_program(shop, nila):
    page = nila.do("tokens", "add", whose="new", name="Warehouse", days="30", scopes=["conversation.read", "tag.manage"])
    secret = shown_secret(page)
    agent = agent_of(secret)
    assert agent.kind == "program" and agent.name == "Warehouse" and agent.may("tag.manage") and not agent.may("agent.manage")
    token = Token.objects.get()
    assert (token.expires_at - token.created_at).days in (29, 30) and secret not in nila.page("tokens")
    assert "Warehouse" in nila.page("people")
    nila.do("tokens", "add", whose=agent.public_id, name="Second", days="", scopes=["conversation.read"])
    assert Agent.objects.filter(kind="program").count() == 1 and Token.objects.latest("pk").expires_at is None
    assert "is revoked" in nila.do("tokens", "revoke", token=token.public_id) and agent_of(secret) is None
    assert nila.client.post("/settings/tokens", {"do": "revoke", "token": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("wrong", "field"), [({"scopes": []}, "scopes"), ({"scopes": ["evil.all"]}, "scopes"), ({"name": " "}, "name"), ({"whose": "gone"}, "whose")]
)
def test_a_refused_token_leaves_nothing(nila, wrong, field):
    page = nila.do("tokens", "add", 422, **{"whose": "new", "name": "Typed", "days": "90", "scopes": ["customer.merge"]} | wrong)
    assert f'id="add-{field}-fault"' in page and 'value="90" selected' in page
    if field != "scopes":
        assert 'value="customer.merge" checked' in page
    assert not Token.objects.exists() and not Agent.objects.filter(kind="program").exists()


def test_nobody_gives_a_token_what_they_have_not(shop):
    admin = Decider(another("Ada", "admin"))
    assert "rights that you have" in admin.do("tokens", "add", 403, whose=shop.owner.public_id, name="x", days="", scopes=["conversation.read"])
    admin.do("tokens", "add", whose=shop.amir.public_id, name="x", days="", scopes=["agent.manage"])
    assert not agent_of_latest().may("agent.manage")  # a token may no more than whom it acts as


def agent_of_latest():
    from yavar.people.team.tokens import agent_of_hash

    return agent_of_hash(Token.objects.latest("pk").token_hash)


def test_past_tokens_stand_apart(shop, nila):
    make_program("Old", ["all"], by=shop.owner)
    Token.objects.update(expires_at=Token.objects.get().created_at)
    page = nila.page("tokens")
    assert "Revoked and expired ones" in page and "No token yet." in page
