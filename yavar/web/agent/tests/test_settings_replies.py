"""The page of canned replies: made, previewed, shared, changed, taken away and brought back."""

from datetime import timedelta

import pytest

from yavar.base import clock
from yavar.base.events import Actor
from yavar.conversations.canned.actions import save
from yavar.conversations.canned.macro import Actions, read
from yavar.conversations.canned.models import CannedReply
from yavar.conversations.setup import make_tag, remove_tag
from yavar.desk.actions import save_field, save_request_type
from yavar.people.team.actions import add_team

from .deciding import Decider

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = Actor("system")
FORM = {"name": "Hello", "shortcut": "", "text_fa": "", "text_ru": "", "text_en": "Hi {customer.first_name}", "who": "everyone"}
FORM |= {"assignee": "", "team": "", "priority": "", "request_type": "", "then": ""}
HI = {"en": "Hi {customer.first_name}"}


def plain(page):
    return page.replace("\u2068", "").replace("\u2069", "")


def test_made_and_listed_with_what_it_does(shop, nila):
    vip, late, team = make_tag("vip"), make_tag("late"), add_team("Returns", [], by=SYSTEM)
    back = save_request_type(shop.brand, {"en": "Return"}, by=SYSTEM)
    assert "No canned reply yet." in nila.page("replies")
    does = {"assignee": "me", "team": team.public_id, "priority": "high", "request_type": back.public_id, "then": "resolve"}
    page = plain(
        nila.do("replies", "add", **FORM | does | {"shortcut": "/hi", "text_fa": "سلام", "add_tags": [vip.public_id], "remove_tags": [late.public_id]})
    )
    made = CannedReply.objects.get()
    assert read(made.actions) == Actions(**does, add_tags=(vip.public_id,), remove_tags=(late.public_id,))
    assert (made.name, made.shortcut, made.owner, made.everyone) == ("Hello", "hi", None, True)
    assert "The canned reply Hello is here." in page and "/hi" in page and "Not used yet" in page
    assert "tag vip · without the tag late · Return · High · team Returns · given to whoever uses it · Resolve it" in page
    page = nila.page(f"replies?reply={made.public_id}")
    assert 'value="me" selected' in page and f'value="{vip.public_id}" checked' in page and ">Hi Tom</p>" in page


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(nila):
    page = plain(nila.do("replies", "add", 422, **FORM | {"text_fa": "سلام {customer.nam}", "shortcut": "x", "then": "resolve"}))
    assert 'id="add-texts.fa-fault"' in page and "There’s no field {customer.nam}." in page
    assert "سلام {customer.nam}</textarea>" in page and 'value="x"' in page and 'value="resolve" selected' in page
    assert '<input type="radio" class="sr" name="add-language" value="fa" form="none" checked>' in page
    assert 'id="add-texts-fault"' in nila.do("replies", "add", 422, **FORM | {"text_en": " "})
    assert 'id="add-teams-fault"' in nila.do("replies", "add", 422, **FORM | {"who": "teams"})
    nila.do("replies", "add", **FORM | {"shortcut": "hi"})
    assert 'id="add-shortcut-fault"' in nila.do("replies", "add", 409, **FORM | {"shortcut": "Hi"})
    for wrong in ({"who": "nobody"}, {"priority": "soon"}, {"then": "explode"}, {"colour": "red"}):
        assert nila.client.post("/settings/replies", {"do": "add", **FORM, **wrong}).status_code == 400


def test_changed_bound_to_teams_and_made_personal(shop, nila):
    team = add_team("Returns", [], by=SYSTEM)
    save(by=shop.owner, name="Hello", texts=HI, shared=True)
    made = CannedReply.objects.get()
    there = f"replies?reply={made.public_id}"
    nila.do(there, "change", **FORM | {"who": "teams", "teams": [team.public_id], "name": "Returns only"})
    made.refresh_from_db()
    assert (made.name, made.everyone, list(made.teams.all())) == ("Returns only", False, [team])
    assert f'value="{team.public_id}" checked' in nila.page(there)
    nila.do(there, "change", **FORM | {"who": "me"})
    made.refresh_from_db()
    assert made.owner == shop.owner and "only you" in nila.page("replies")


def test_an_agent_keeps_their_own_and_reads_the_teams(shop):
    save(by=shop.owner, name="Ours", texts=HI | {"fa": "سلام {customer.first_name}"}, shared=True)
    ours, amir = CannedReply.objects.get(), Decider(shop.amir)
    page = amir.page("replies")
    assert "Ours" in page and 'type="hidden" name="who" value="me"' in page
    there = f"replies?reply={ours.public_id}"
    page = amir.page(there)
    assert "This one is the team’s." in page and ">Hi Tom</p>" in page and ">سلام مریم</p>" in page and "<textarea" not in page
    amir.do(there, "change", 403, **FORM)
    amir.do(there, "remove", 403)
    amir.do("replies", "add", 403, **FORM)
    assert "is here" in amir.do("replies", "add", **FORM | {"who": "me"})
    assert CannedReply.objects.get(name="Hello").owner == shop.amir
    mine = CannedReply.objects.get(name="Hello").public_id
    assert "Hello" not in Decider(shop.owner).page("replies")
    Decider(shop.owner).page(f"replies?reply={mine}", 404)


def test_taken_away_and_brought_back_with_one_press(shop, nila):
    made = save(by=shop.owner, name="Hello", texts=HI, shared=True)
    page = nila.do(f"replies?reply={made.public_id}", "remove")
    assert "Hello is removed." in plain(page) and 'form="undo"' in page and f'name="removed" value="{made.public_id}"' in page
    nila.page(f"replies?reply={made.public_id}", 404)
    Decider(shop.amir).do("replies", "restore", 403, removed=made.public_id)
    page = nila.do("replies", "restore", removed=made.public_id)
    assert "Hello is back." in plain(page) and f"?reply={made.public_id}" in page
    mine = save(by=shop.amir, name="Mine", texts=HI)
    nila.do("replies", "restore", 404, removed=mine.public_id)
    nila.do("replies", "restore", 404, removed="gone")


def test_found_by_name_and_shortcut(shop, nila):
    for number in range(30):
        save(by=shop.owner, name=f"Reply {number}", shortcut=f"ك{number}", texts=HI)
    page = nila.page("replies")
    assert page.count("?reply=") == 30 and "data-narrows" in page
    assert nila.page("replies?q=reply+29").count("?reply=") == 1
    assert nila.page("replies?q=ک2").count("?reply=") == 11
    assert "Nothing has this name or shortcut." in nila.page("replies?q=zzz")


def test_how_often_and_when_it_was_used(shop, nila):
    made = save(by=shop.owner, name="Hello", texts=HI)
    now = clock.now()
    for days, words in ((0, "Used 1,234 times · last today"), (1, "· last yesterday"), (5, "· last 5 days ago"), (90, "Used 1,234 times · <time")):
        CannedReply.objects.filter(pk=made.pk).update(uses=1234, used_at=now - timedelta(days=days))
        assert words in nila.page("replies")
        assert words in nila.page(f"replies?reply={made.public_id}")


def test_what_names_something_gone_is_marked(shop, nila):
    tag = make_tag("vip")
    made = save(by=shop.owner, name="Hello", texts=HI, actions=Actions(add_tags=(tag.public_id,)))
    assert "names something that’s gone" not in nila.page("replies")
    remove_tag(tag, by=SYSTEM)
    assert "names something that’s gone" in nila.page("replies")
    nila.do(f"replies?reply={made.public_id}", "change", **FORM | {"who": "me"})
    assert "names something that’s gone" not in nila.page("replies")


def test_a_field_that_is_not_asked_any_more_is_marked(shop, nila):
    field = save_field(by=SYSTEM, label={"en": "Colour"}, key="colour")
    save(by=shop.owner, name="Hello", texts={"fa": "سلام", "en": "In {conversation.field.colour}, {shop.name}"})
    assert "names something that’s gone" not in nila.page("replies")
    save_field(by=SYSTEM, label=field.label, active=False, definition=field)
    assert "names something that’s gone" in nila.page("replies")


def test_the_desks_own_fields_stand_in_the_list_and_in_the_preview(shop, nila):
    save_field(by=SYSTEM, label={"en": "Colour", "fa": "رنگ"}, key="colour", kind="choice", choices=["Blue", "Red"])
    save(by=shop.owner, name="Hello", texts={"en": "{conversation.field.colour} from {shop.name}", "fa": "{customer.name} {shop.name}"})
    page = nila.page(f"replies?reply={CannedReply.objects.get().public_id}")
    assert 'data-puts="conversation.field.colour"' in page and ">Blue from Nila Coffee</p>" in page and ">مریم کریمی قهوهٔ نیلا</p>" in page


def test_a_hundred_ask_no_more_than_one(shop, nila):
    team = add_team("Returns", [], by=SYSTEM)

    def more(number):
        given = {"en": "Hi", "fa": "سلام"}, Actions(team=team.public_id, add_tags=(make_tag(f"t{number}").public_id,))
        save(by=shop.owner, name=f"Reply {number}", texts=given[0], actions=given[1], shared=True, teams=[team])
        CannedReply.objects.update(uses=1, used_at=clock.now())

    more(0)
    before = nila.queries("replies")
    for number in range(1, 30):
        more(number)
    assert nila.queries("replies") <= before < 22
