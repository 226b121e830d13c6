"""What a shop may offer beside its chat, and how it is kept."""

import pytest
from django.utils import translation

from yavar.base.problem import Problem
from yavar.channels import ways
from yavar.channels.chat import CHAT
from yavar.channels.form import FormConfig
from yavar.channels.ways import Way, checked
from yavar.conversations.setup import add_inbox, configure_inbox
from yavar.conversations.testing import furnish

pytestmark = pytest.mark.django_db
DESK = "https://desk.example"


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("phone", " +98 (21) 1234-5678 ", "+982112345678"),
        ("phone", "۰۲۱-۱۲۳۴۵۶۷۸", "02112345678"),
        ("phone", "1800", "1800"),
        ("email", " Help@Shop.Example ", "help@shop.example"),
        ("telegram", "@nila_coffee", "https://t.me/nila_coffee"),
        ("telegram", "t.me/nila_coffee", "https://t.me/nila_coffee"),
        ("telegram", "https://t.me/+aBcD", "https://t.me/+aBcD"),
        ("whatsapp", "+98 912 345 6789", "https://wa.me/989123456789"),
        ("whatsapp", "https://wa.me/989123456789", "https://wa.me/989123456789"),
        ("instagram", "nila.coffee", "https://instagram.com/nila.coffee"),
        ("vk", "https://vk.com/nila", "https://vk.com/nila"),
        ("help", "https://قهوه.example/راهنما", "https://xn--ehbkad.example/%D8%B1%D8%A7%D9%87%D9%86%D9%85%D8%A7"),
    ],
)
def test_a_value_is_kept_in_its_normal_form(kind, typed, kept):
    assert checked([Way(kind, typed)])[0].value == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("phone", "12"), ("phone", "call me"), ("phone", "+1;ext=javascript:1"), ("email", "shop"), ("telegram", "https://evil.example/nila"), ("telegram", "https://t.me/"),
        ("telegram", "https://t.me@evil.example/x"), ("telegram", "a b"), ("whatsapp", "nila"), ("whatsapp", "123"), ("instagram", "https://instagram.com.evil.example/x"),
        ("vk", ""), ("help", "http://shop.example"), ("help", "javascript:alert(1)"), ("link", "https://user:pass@shop.example/"), ("help", "https://localhost/x"),
        ("form", "nothing"), ("help", "https://shop example/x"),
    ],
)  # fmt: skip
def test_what_leads_elsewhere_is_refused(kind, typed):
    with pytest.raises(Problem) as caught:
        checked([Way(kind, typed, {"en": "Here"})])
    assert caught.value.status == 422


def test_a_link_says_where_it_leads_and_labels_are_of_our_languages():
    for label, code in (({}, "label.missing"), ({"en": "  "}, "label.missing"), ({"de": "Hier"}, "locale.unknown")):
        with pytest.raises(Problem) as caught:
            checked([Way("link", "https://shop.example/faq", label)])
        assert caught.value.code == code
    assert checked([Way("link", "https://shop.example/faq", {"en": " Our  FAQ "})])[0].label == {"en": "Our FAQ"}


def test_no_way_stands_twice_and_there_are_eight_at_most():
    assert len(checked([Way("phone", "1800"), Way("phone", "18-00")])) == 1
    with pytest.raises(Problem) as caught:
        checked([Way("phone", f"180{n}") for n in range(9)])
    assert caught.value.code == "ways.too_many"


def test_the_settings_take_them_by_the_same_check():
    changed = CHAT.changed({}, {"ways": [{"kind": "phone", "value": "+98 21 1234 5678"}]})
    assert changed.ways == [Way("phone", "+982112345678")]
    with pytest.raises(Problem):
        CHAT.changed({}, {"ways": [{"kind": "telegram", "value": "https://evil.example/x"}]})


def test_each_is_shown_in_the_readers_words(django_assert_num_queries):
    shop = furnish()
    form, other = (add_inbox(shop.brand, "form", name, FormConfig()) for name in ("Form", "Other"))
    found = checked([Way("phone", "1800"), Way("form", form.public_id), Way("form", other.public_id), Way("link", "https://shop.example/s", {"fa": "شعبه‌ها"})])
    configure_inbox(other, active=False)
    with translation.override("ru"), django_assert_num_queries(1):
        shown = ways.shown(found, "ru", "fa", DESK)
    assert [(each.href, each.words) for each in shown] == [
        ("tel:1800", "Позвонить"),
        (f"{DESK}/form/{form.public_id}?lang=ru", "Форма обратной связи"),
        ("https://shop.example/s", "شعبه‌ها"),
    ]
    with translation.override("en"):
        assert ways.shown([Way("phone", "1800", {"en": "Free line"})], "en", "fa", DESK)[0].words == "Free line"
