"""What all pages of the settings have in common: who may open them, that they speak the reader's language, that they ask the database no more with more rows."""

import re
import secrets

import pytest
from django.test import Client

from yavar.base.events import Actor
from yavar.conversations.canned.actions import save as save_canned
from yavar.conversations.canned.macro import Actions
from yavar.conversations.models import SavedView, Tag
from yavar.conversations.setup import add_inbox, configure_inbox, make_tag
from yavar.conversations.testing import ChatLike
from yavar.desk.actions import add_brand, save_field, save_request_type
from yavar.desk.models import Brand
from yavar.people.hours.actions import add_calendar
from yavar.people.hours.usual import rules_for
from yavar.people.models import Agent
from yavar.people.team.actions import Given, add_team, grant
from yavar.people.team.custom import save_role
from yavar.people.team.tokens import make_program
from yavar.web.agent.settings.frame import TABS

from .deciding import Decider, another

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SYSTEM = Actor("system")
NAMES = [tab.name for tab in TABS]
OPEN = {"profile", "views", "replies", "security"}


def furnish_more(shop, owner):
    """One more of everything."""
    word = secrets.token_hex(3)
    person = another(f"P{word}")
    inbox = add_inbox(shop.brand, "chat", f"Chat {word}", ChatLike())
    team = add_team(f"Team {word}", [person], by=SYSTEM)
    role = save_role(f"Role {word}", ["conversation.read"], by=owner)
    grant(person, [Given(role.public_id, "inbox", inbox.pk, "team"), Given("agent", "team", team.pk), Given("viewer", "brand", shop.brand.pk)], by=SYSTEM)
    make_program(f"Program {word}", ["*.read"], by=owner)
    shop.says(shop.visitor(), "hello")
    make_tag(f"tag {word}")
    calendar = add_calendar(f"Calendar {word}", rules_for("fa", "UTC"), by=SYSTEM)
    configure_inbox(inbox, calendar=calendar, by=SYSTEM)
    save_field(
        by=SYSTEM,
        label={"en": f"Field {word}"},
        kind="text",
        filter=True,
        brand=shop.brand,
        request_type=save_request_type(shop.brand, {"en": word}, by=SYSTEM),
    )
    save_canned(by=owner, name=word, texts={"fa": "سلام", "ru": "Привет"}, actions=Actions(team=team.public_id, then="resolve"), shared=True, teams=[team])
    SavedView.objects.create(
        name=word, owner=owner, filter={"tag": Tag.objects.latest("pk").public_id, "team": team.public_id, "assignee": person.public_id, "fields": {"x": 1}}
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_page_is_there_for_the_owner_and_closed_to_the_rest(shop, name):
    assert Client().get(f"/settings/{name}").headers["Location"] == f"/sign-in?next=%2Fsettings%2F{name}"
    page = Decider(shop.owner).page(name)
    assert [found for found in NAMES if f'href="/settings/{found}"' in page] == NAMES
    assert "style=" not in page and "Macro " not in page, "what the template means by a name is what it was given"
    amir = Decider(shop.amir)
    amir.page(name, 200 if name in OPEN else 403)
    assert amir.client.post(f"/settings/{name}", {"do": "nothing"}).status_code == (400 if name in OPEN else 403)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lang", ["fa", "ru"])
def test_every_page_speaks_its_readers_language(shop, name, lang):
    furnish_more(shop, shop.owner)
    page = re.sub(r"<(code|script|style)[^>]*>.*?</\1>|<[^>]+>", " ", Decider(shop.owner, lang).page(name), flags=re.S)
    letters = {"fa": "[\u0600-\u06ff]", "ru": "[а-яё]"}[lang]
    own = re.sub(
        r"Test|Chat|Team|Role|Program|Field|Calendar|tag|English|Firefox|Linux|CSV|JSON Lines|API|Yavar|nila\.example|\w*\d\w*|PHP|HTTPS?|UTC|Python",
        "",
        page,
        flags=re.I,
    )
    assert len(re.findall(letters, page)) > 100
    assert not re.findall(r"\b(?:the|your|of|and|you|name|save|add)\b", own, re.I), own


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("audit",)])
def test_more_rows_ask_no_more(shop, nila, name):
    furnish_more(shop, shop.owner)
    before = nila.queries(name)
    for _each in range(4):
        furnish_more(shop, shop.owner)
    assert nila.queries(name) <= before


@pytest.mark.parametrize("name", [tab.name for tab in TABS if tab.name not in ("audit",)])
def test_a_form_that_is_not_ours_is_refused(nila, name):
    for form in ({"do": "nothing"}, {}, {"do": "add", "name": "a\0b"}, {"do": "add", "more": "1"}):
        assert nila.client.post(f"/settings/{name}", form).status_code == 400


@pytest.mark.parametrize(
    "at",
    [
        "people?person",
        "teams?team",
        "roles?role",
        "tags?tag",
        "views?view",
        "replies?reply",
        "fields?field",
        "shops?shop",
        "inboxes?inbox",
        "hours?calendar",
        "hours/days?calendar",
    ],
)
def test_what_is_not_here_is_not_found(nila, at):
    nila.page(f"{at}=nothing", 404)
    nila.page(f"{at}=%00", 404)


def test_someone_bound_to_a_team_changes_no_shop_and_no_inbox(shop):
    team = add_team("Returns", [shop.amir], by=SYSTEM)
    grant(shop.amir, [Given("admin", "team", team.pk)], by=SYSTEM)
    amir = Decider(Agent.objects.get(pk=shop.amir.pk))
    amir.page(f"inboxes?inbox={shop.inbox.public_id}", 404)
    amir.page(f"chat?inbox={shop.inbox.public_id}", 404)
    amir.page(f"shops?shop={shop.brand.public_id}", 404)
    assert "Test" not in amir.page("people", 403).replace("Nila Test", "")
    amir.do("shops", "add", 403, name_en="Mine", name_fa="", name_ru="", locale="en")
    amir.do("inboxes", "add", 403, name="Mine", shop=shop.brand.public_id)
    amir.do(f"teams?team={team.public_id}", "change", name="Ours", calendar="", members=[shop.amir.public_id])
    amir.do(f"teams?team={team.public_id}", "remove", 403)
    assert Brand.objects.count() == 1


def test_someone_of_one_shop_sees_that_one(shop):
    other = add_brand({"en": "Other"}, "en")
    inbox = add_inbox(other, "chat", "Elsewhere", ChatLike())
    grant(shop.amir, [Given("admin", "brand", shop.brand.pk)], by=SYSTEM)
    amir = Decider(Agent.objects.get(pk=shop.amir.pk))
    assert "Nila Coffee" in amir.page("shops") and "Other" not in amir.page("shops") and "Elsewhere" not in amir.page("inboxes")
    amir.page(f"shops?shop={other.public_id}", 404)
    amir.page(f"inboxes?inbox={inbox.public_id}", 404)
    amir.do("inboxes", "add", 403, name="Mine", shop=other.public_id)
