"""Settings → Chat, the card of greetings: what each form changes, and what is refused."""

import pytest

from yavar.channels.chat import config_of

from .test_settings import inbox, nila, shop  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
NEW = {"text_fa": "", "text_ru": "", "text_en": "Need help?", "page": "*", "after": "۵", "who": "all"}


def config():
    return config_of(inbox().config)


def test_a_greeting_is_added_switched_and_taken_away(nila):  # noqa: F811
    assert "the chat waits until it is opened" in nila.page()
    page = nila.do("greet_add", **NEW).content.decode()
    [kept] = config().greetings
    assert (kept.text, kept.page, kept.after, kept.who, kept.active) == ({"en": "Need help?"}, "*", 5, "all", True)
    assert "Need help?" in page and "After 5 seconds" in page and "all pages" in page
    nila.do("greet_switch", greeting=kept.id, active="off")
    assert [each.active for each in config().greetings] == [False]
    nila.do("greet_switch", greeting=kept.id, active="on")
    assert [each.active for each in config().greetings] == [True]
    nila.do("greet_remove", greeting="nothing")
    assert config().greetings == [kept]
    nila.do("greet_remove", greeting=kept.id)
    assert config().greetings == []


def test_how_many_a_day(nila):  # noqa: F811
    nila.do("greet_add", **NEW)
    nila.do("greet_cap", a_day="3")
    assert config().greetings_a_day == 3
    for wrong in ("0", "11", "x", "-1"):
        assert nila.do("greet_cap", a_day=wrong).status_code == 400
    assert config().greetings_a_day == 3 and len(config().greetings) == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"text_en": " "}, "at least one language"),
        ({"after": "601"}, "up to 600"),
        ({"after": "soon"}, "up to 600"),
        ({"page": "https://shop.example/x"}, "A page is what stands after"),
    ],
)
def test_what_is_refused_stays_with_the_reason(nila, change, why):  # noqa: F811
    answer = nila.do("greet_add", **{**NEW, "text_ru": "Помочь?" if "text_en" not in change else "", **change})
    page = answer.content.decode()
    assert answer.status_code == 422 and why in page
    assert ("Помочь?" in page) is ("text_en" not in change)
    assert config().greetings == []


def test_a_visitor_nobody_knows_is_no_form_of_ours(nila):  # noqa: F811
    assert nila.do("greet_add", **{**NEW, "who": "bots"}).status_code == 400
    assert nila.do("greet_add", **{**NEW, "text_en": "x" * 301}).status_code == 400
