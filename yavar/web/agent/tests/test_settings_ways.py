"""Settings → Chat, the card of the other ways: what each form changes, what is refused, what one click adds."""

import pytest

from yavar.channels.chat import ChatConfig, config_of
from yavar.channels.form import FormConfig
from yavar.channels.ways import Way
from yavar.conversations.setup import add_inbox, configure_inbox

from .test_settings import Decider, inbox, nila, shop  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
NO_WORDS = {"label_fa": "", "label_ru": "", "label_en": ""}


def saved():
    from yavar.conversations.models import Inbox

    return config_of(Inbox.objects.get(kind="chat").config).ways


def test_ways_are_added_ordered_and_taken_away(nila):  # noqa: F811
    page = nila.do("way_add", kind="phone", value="+98 21 1234 5678", **NO_WORDS).content.decode()
    assert "is among the ways" in page and "+982112345678" in page
    nila.do("way_add", kind="telegram", value="@nila", **{**NO_WORDS, "label_en": "Our channel"})
    assert saved() == [Way("phone", "+982112345678"), Way("telegram", "https://t.me/nila", {"en": "Our channel"})]
    nila.do("way_up", way="telegram:https://t.me/nila")
    assert [way.kind for way in saved()] == ["telegram", "phone"]
    nila.do("way_up", way="telegram:https://t.me/nila")
    nila.do("way_up", way="nothing")
    assert [way.kind for way in saved()] == ["telegram", "phone"]
    assert "is off the list" in nila.do("way_remove", way="telegram:https://t.me/nila").content.decode()
    nila.do("way_remove", way="telegram:https://t.me/nila")
    assert saved() == [Way("phone", "+982112345678")]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"kind": "telegram", "value": "https://evil.example/x"}, "an address at"),
        ({"kind": "phone", "value": "x"}, "3 to 15 digits"),
        ({"kind": "link", "value": "https://shop.example/x"}, "Say where the link leads"),
        ({"kind": "phone", "value": "1800"}, "already on the list"),
    ],
)
def test_what_is_refused_stays_in_the_form_with_the_reason(nila, fields, why):  # noqa: F811
    nila.do("way_add", kind="phone", value="1800", **NO_WORDS)
    answer = nila.do("way_add", **fields, **NO_WORDS)
    page = answer.content.decode()
    assert answer.status_code == 422 and why in page and f'value="{fields["value"]}"' in page
    assert saved() == [Way("phone", "1800")]


def test_a_kind_nobody_offers_is_no_form_of_ours(nila):  # noqa: F811
    assert nila.do("way_add", kind="carrier-pigeon", value="x", **NO_WORDS).status_code == 400
    assert nila.do("way_add", kind="phone", value="1800", label_fa="", label_ru="", label_en="x" * 41).status_code == 400
    assert saved() == []


def test_the_desks_own_form_is_one_click_away(nila, shop):  # noqa: F811
    form = add_inbox(shop.brand, "form", "Contact", FormConfig())
    page = nila.page()
    assert f'name="value" value="{form.public_id}"' in page
    nila.do("way_add", kind="form", value=form.public_id, **NO_WORDS)
    assert saved() == [Way("form", form.public_id)]
    assert f'name="value" value="{form.public_id}"' not in nila.page()
    configure_inbox(form, active=False)
    assert "The form is off or gone" in nila.page()


def test_saving_something_else_keeps_them(nila, shop):  # noqa: F811
    configure_inbox(shop.inbox, ChatConfig(ways=[Way("phone", "1800")]))
    nila.do("ask", ask_name="require", ask_email="off", mail_after="3")
    nila.do("allow", origin="https://shop.example")
    assert saved() == [Way("phone", "1800")]
