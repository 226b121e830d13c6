"""Tags, saved views, custom fields, shops and inboxes."""

import re

import pytest

from yavar.base.events import Actor
from yavar.conversations.models import Conversation, Inbox, SavedView, Tag
from yavar.conversations.setup import make_tag
from yavar.desk.actions import save_field, save_request_type
from yavar.desk.models import Brand, FieldDefinition, RequestType
from yavar.people.team.actions import add_team

from .deciding import Decider

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = Actor("system")
VIEW = {"name": "Late returns", "status": "open", "assignee": "", "team": "", "inbox": "", "brand": "", "tag": "", "request_type": "", "due": ""}
FIELD = {"name_fa": "", "name_ru": "", "name_en": "Size", "brand": "", "request_type": "", "choices": "", "on": "conversation", "kind": "text"}
NONE = {"name_fa": "", "name_ru": "", "name_en": ""}


def test_a_tag_made_renamed_and_deleted(shop, nila):
    nila.do("tags", "add", name="vip")
    assert "There is one of this name already." in nila.do("tags", "add", 409, name="VIP")
    tag = Tag.objects.get()
    shop.says(shop.visitor(), "hello")
    Conversation.objects.get().tags.add(tag)
    there = f"tags?tag={tag.public_id}"
    assert "1 conversation carries it." in nila.page(there) and 'class="count"' in nila.page("tags") and f"/inbox/tag:{tag.public_id}" in nila.page(there)
    nila.do(there, "change", name="Loyal", hue="4")
    tag.refresh_from_db()
    assert (tag.name, tag.hue) == ("Loyal", 4)
    make_tag("other")
    page = nila.do(there, "change", 409, name="Other", hue="2")
    assert 'value="Other"' in page and 'value="2" checked' in page
    assert nila.client.post(f"/settings/{there}", {"do": "change", "name": "x", "hue": "9"}).status_code == 400
    assert "is deleted" in nila.do(there, "remove") and not Tag.objects.filter(pk=tag.pk).exists()


def test_three_hundred_tags(nila):
    Tag.objects.bulk_create([Tag(name=f"tag {n}", folded=f"tag {n}") for n in range(300)])
    assert nila.page("tags").count("?tag=") == 300 and "data-narrows" in nila.page("tags")
    assert nila.page("tags?q=Tag+29").count("?tag=") == 11 and "No tag has this name." in nila.page("tags?q=zzz")
    assert nila.queries("tags") < 20


def test_names_come_in_the_order_of_the_alphabet(nila):
    for name in ("هدیه", "پرداخت", "Zoe", "تخفیف", "amir"):
        make_tag(name)
        add_team(name, [], by=SYSTEM)
    wanted = ["amir", "Zoe", "پرداخت", "تخفیف", "هدیه"]
    for page in ("tags", "teams"):
        shown = nila.page(page)
        assert sorted(wanted, key=lambda name: shown.index(f">{name}<")) == wanted
    boot = nila.client.get("/inbox").content.decode()
    assert [each["name"] for each in nila.client.get("/api/v1/tags").json()] == wanted
    assert sorted(wanted, key=lambda name: boot.index(f'"{name}"')) == wanted


def test_without_a_name_the_page_goes_to_the_name_in_the_readers_language(nila):
    page = nila.do("fields", "add", 422, **FIELD | NONE)
    [own] = re.findall(r'<input id="add-name-en"[^>]*>', page)
    assert 'aria-invalid="true" autofocus aria-describedby="add-name-fault"' in own and 'id="add-name-fault"' in page
    assert page.count("autofocus") == page.count('aria-invalid="true"') == 1


def test_a_day_in_a_view_is_typed_and_shown_in_ones_own_calendar(shop, nila):
    shop.owner.lang = "fa"
    shop.owner.save()
    key = save_field(by=SYSTEM, label={"fa": "روز رسیدن"}, kind="date", filter=True).key
    nila.do("views", "add", 422, **VIEW | {"name": "x"}, keys=[key], values=["۱۴۰۵/۱۳/۳"])
    page = nila.do("views", "add", **VIEW | {"name": "رسیده‌ها"}, keys=[key], values=["۱۴۰۵/۹/۳"])
    view = SavedView.objects.get()
    assert view.filter["fields"] == {key: "2026-11-24"} and "۱۴۰۵/۰۹/۰۳" in page
    assert 'value="۱۴۰۵/۰۹/۰۳"' in nila.page(f"views?view={view.public_id}") and "data-date-field" in nila.page("views")


def test_a_view_made_changed_shared_and_removed(shop, nila):
    team, tag = add_team("Returns", [], by=SYSTEM), make_tag("vip")
    save_field(by=SYSTEM, label={"en": "Order"}, kind="number", filter=True)
    save_field(by=SYSTEM, label={"en": "Gift"}, kind="yesno", filter=True)
    nila.do(
        "views",
        "add",
        **VIEW
        | {"assignee": "me", "team": team.public_id, "tag": tag.public_id, "priority": ["high", "urgent"], "keys": ["order", "gift"], "values": ["۱۲", "0"]},
    )
    view = SavedView.objects.get()
    assert view.owner == shop.owner and view.filter == {
        "assignee": "me",
        "team": team.public_id,
        "tag": tag.public_id,
        "priority": ["high", "urgent"],
        "fields": {"order": 12, "gift": False},
    }
    page = nila.page("views").replace("\u2068", "").replace("\u2069", "")
    assert f"/inbox/view:{view.public_id}" in page and "Open · given to whoever looks · team Returns · tag vip · High, Urgent · Order: 12 · Gift: No" in page
    there = f"views?view={view.public_id}"
    page = nila.page(there)
    assert 'value="me" selected' in page and 'value="12"' in page and 'value="high" checked' in page
    nila.do(there, "change", **VIEW | {"status": "", "shared": "on"})
    view.refresh_from_db()
    assert view.owner is None and view.filter == {"status": None}
    amir = Decider(shop.amir)
    assert "Late returns" in amir.page("views") and "Whoever may share views can change it." in amir.page(there)
    amir.do(there, "change", 403, **VIEW)
    amir.do(there, "remove", 403)
    amir.do("views", "add", 403, **VIEW | {"shared": "on"})
    assert "is removed" in nila.do(there, "remove") and not SavedView.objects.exists()


def test_anothers_view_is_not_there(shop, nila):
    nila.do("views", "add", **VIEW)
    Decider(shop.amir).page(f"views?view={SavedView.objects.get().public_id}", 404)


def test_what_is_wrong_with_a_view(nila):
    save_field(by=SYSTEM, label={"en": "Order"}, kind="number", filter=True)
    page = nila.do("views", "add", 422, **VIEW | {"keys": ["order"], "values": ["many"], "priority": ["low"], "shared": "on"})
    assert (
        'id="add-fields.order-fault"' in page
        and 'value="many"' in page
        and 'value="low" checked' in page
        and re.search(r'name="shared" value="on" checked', page)
    )
    for number in ("nan", "1e400", "inf"):
        nila.do("views", "add", 422, **VIEW | {"keys": ["order"], "values": [number]})
    for wrong in ({"status": "sleeping"}, {"keys": ["evil"], "values": ["1"]}, {"keys": ["order"]}, {"priority": ["most"]}, {"tag": "x" * 60}):
        assert nila.client.post("/settings/views", {"do": "add", **VIEW, **wrong}).status_code == 400
    assert 'id="add-name-fault"' in nila.do("views", "add", 422, **VIEW | {"name": " "})
    assert not SavedView.objects.exists()


def test_a_programs_customer_stays_in_the_filter(shop, nila):
    view = SavedView.objects.create(name="One", owner=shop.owner, filter={"customer": "abc"})
    nila.do(f"views?view={view.public_id}", "change", **VIEW)
    assert SavedView.objects.get().filter == {"customer": "abc"}


def test_a_field_defined_changed_put_away_and_brought_back(shop, nila):
    kind = save_request_type(shop.brand, {"en": "Return"}, by=SYSTEM)
    nila.do(
        "fields", "add", **FIELD | {"kind": "choice", "choices": "S\nM\n\nM", "filter": "on", "brand": shop.brand.public_id, "request_type": kind.public_id}
    )
    field = FieldDefinition.objects.get()
    assert (field.key, field.choices, field.filter, field.brand, field.request_type) == ("size", ["S", "M"], True, shop.brand, kind)
    there = f"fields?field={field.public_id}"
    nila.do(there, "change", name_en="Size of the lid", name_fa="اندازه", name_ru="", choices="S\nL", brand="", request_type="")
    field.refresh_from_db()
    assert field.label == {"en": "Size of the lid", "fa": "اندازه"} and field.choices == ["S", "L"] and field.brand is None and field.key == "size"
    page = nila.do(there, "switch", active="off")
    assert "put away" in page and 'form="undo"' in page and "put away" in nila.page("fields")
    nila.do(there, "switch", active="on")
    assert FieldDefinition.objects.get().active


@pytest.mark.parametrize(
    ("wrong", "field"), [({"name_en": ""}, "name"), ({"kind": "choice", "choices": "one"}, "choices"), ({"name_en": "Order"}, "key"), ({"name_en": "x" * 90}, "name_en"), ({"brand": "gone"}, "brand")]
)  # fmt: skip
def test_what_is_wrong_with_a_field(nila, wrong, field):
    save_field(by=SYSTEM, label={"en": "Order"})
    page = nila.do(
        "fields",
        "add",
        409 if field == "key" else 422,
        **FIELD | {"name_ru": "Размер", "filter": "on"} | wrong if field != "name" else FIELD | {"name_fa": ""} | wrong,
    )
    assert f'id="add-{field}-fault"' in page
    if field != "name":
        assert 'value="Размер"' in page and re.search(r'name="filter" value="on" checked', page)
    assert FieldDefinition.objects.count() == 1


def test_a_type_of_another_shop_is_refused(shop, nila):
    other = Brand.objects.create(name={"en": "Other"})
    kind = save_request_type(shop.brand, {"en": "Return"}, by=SYSTEM)
    assert "belongs to another shop" in nila.do("fields", "add", 422, **FIELD | {"brand": other.public_id, "request_type": kind.public_id})


def test_a_shop_added_and_changed(shop, nila):
    page = nila.do("shops", "add", name_fa="", name_ru="", name_en="Outlet", locale="en")
    brand = Brand.objects.latest("pk")
    assert "Now make an inbox for it." in page and "Outlet" in page
    there = f"shops?shop={brand.public_id}"
    nila.do(there, "change", name_fa="", name_ru="", name_en="The outlet", locale="en", colour="own", hue="20", strength="6")
    brand.refresh_from_db()
    assert brand.name == {"en": "The outlet"} and brand.accent == {"h": 20.0, "c": 0.06}
    page = nila.do(there, "change", 422, name_fa="", name_ru="", name_en="The outlet", locale="fa", colour="own", hue="20", strength="6")
    assert 'id="shop-name_fa-fault"' in page and 'value="fa" selected' in page
    assert "hard to read" in nila.do(there, "change", 422, name_fa="", name_ru="", name_en="x", locale="en", colour="own", hue="200", strength="30")
    assert 'id="add-name_en-fault"' in nila.do("shops", "add", 422, name_fa="", name_ru="", name_en=" ", locale="en")


def test_request_types_of_a_shop(shop, nila):
    there = f"shops?shop={shop.brand.public_id}"
    nila.do(there, "add_type", name_fa="مرجوعی", name_ru="", name_en="Return")
    kind = RequestType.objects.get()
    shop.says(shop.visitor(), "hello")
    Conversation.objects.update(request_type=kind)
    save_field(by=SYSTEM, label={"en": "Reason"}, request_type=kind)
    one = f"{there}&type={kind.public_id}"
    nila.do(one, "rename_type", **NONE | {"name_en": "Send back"})
    kind.refresh_from_db()
    assert kind.name == {"en": "Send back"}
    assert 'id="type-name-fault"' in nila.do(one, "rename_type", 422, **NONE)
    assert 'id="type-name_ru-fault"' in nila.do(one, "rename_type", 422, **NONE | {"name_en": "Return", "name_ru": "я" * 81})
    page = nila.page(one)
    assert "1 conversation then has no type." in page and "1 field that is asked only for it goes too" in page
    nila.do(one, "remove_type")
    assert not RequestType.objects.exists() and Conversation.objects.get().request_type is None


def test_an_inbox_made_renamed_and_switched(shop, nila):
    nila.do("inboxes", "add", name="Outlet chat", shop=shop.brand.public_id)
    inbox = Inbox.objects.latest("pk")
    there = f"inboxes?inbox={inbox.public_id}"
    assert inbox.kind == "chat" and inbox.unsealed_secret() and f"/settings/chat?inbox={inbox.public_id}" in nila.page("inboxes")
    nila.do(there, "rename", name="Outlet")
    assert 'id="name-name-fault"' in nila.do(there, "rename", 422, name=" ")
    page = nila.do(there, "switch", active="off")
    inbox.refresh_from_db()
    assert (inbox.name, inbox.active) == ("Outlet", False) and 'form="undo"' in page
    nila.do(there, "switch", active="on")
    assert Inbox.objects.get(pk=inbox.pk).active
    Inbox.objects.filter(pk=inbox.pk).update(kind="pigeon")
    assert "not installed" in nila.page("inboxes") and "not installed" in nila.page(there)
    assert "no longer here" in nila.do("inboxes", "add", 422, name="x", shop="gone")


def test_a_view_of_what_is_due_soon(nila):
    page = nila.do("views", "add", **VIEW | {"name": "Soon", "due": "soon"})
    view = SavedView.objects.get()
    assert view.filter["due"] == "soon" and "due within the hour" in page
    nila.do(f"views?view={view.public_id}", "change", **VIEW | {"name": "Late", "due": "late"})
    view.refresh_from_db()
    assert view.filter["due"] == "late" and 'value="late" selected' in nila.page(f"views?view={view.public_id}")
    nila.do("views", "add", 400, **VIEW | {"name": "Wrong", "due": "yesterday"})
