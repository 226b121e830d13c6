"""The days of a calendar by months: what the grid shows in each calendar, days of one's own as they are typed, what is refused."""

import html
import re

import pytest

from yavar.base import clock
from yavar.base.events import Actor
from yavar.base.events.models import Event
from yavar.people.hours.actions import change_calendar, main_calendar
from yavar.people.hours.models import Calendar
from yavar.people.hours.queries import rules_of
from yavar.people.hours.rules import OwnDay
from yavar.people.hours.usual import rules_for

from .deciding import Decider, another

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = Actor("system")
DAY = {"until": "", "name": "Stock-taking", "kind_day": "closed", "from_day": [""], "to_day": [""]}


@pytest.fixture
def main(shop):
    return change_calendar(main_calendar(), by=SYSTEM, rules=rules_for("fa", "Asia/Tehran"))


def at(calendar, more=""):
    return f"hours/days?calendar={calendar.public_id}{more}"


def own():
    return rules_of(Calendar.objects.get()).days


def cells(page):
    """What each day of the grid says, by its link's day."""
    return {
        found[1]: (html.unescape(found[3]), found[2].split())
        for found in re.finditer(r'<a href="[^"]*day=([\d-]+)#day" class="([^"]*)" aria-label="([^"]*)"', page)
    }


def test_a_month_in_the_readers_calendar(shop, nila, main):
    page = nila.page(at(main, "&month=2027-03"))
    shown = cells(page)
    assert (
        "March 2027" in page
        and len(shown) == 31
        and shown["2027-03-21"] == ("Sunday, 21 March 2027, holiday, \u2068Nowruz\u2069, closed", ["is-closed", "is-holiday"])
    )
    assert shown["2027-03-10"][1] == ["is-closed", "is-holiday", "is-unsure"] and shown["2027-03-12"] == ("Friday, 12 March 2027, closed", ["is-closed"])
    assert shown["2027-03-13"] == ("Saturday, 13 March 2027, \u20669:00–17:00\u2069", [])
    reader = Decider(another("Ada", "admin"), "fa")
    shown = cells(reader.page(at(main, "&month=1406-01")))
    assert next(iter(shown)) == "2027-03-21" and shown["2027-03-21"][0].startswith("یکشنبه ۱ فروردین ۱۴۰۶، تعطیل رسمی")
    assert "1405-09" in reader.page(at(main, "&day=2026-11-26")), "his month is the one that he reads"
    assert "month=1405-12" in nila.page(at(main, "&month=2027-03")) and "month=2027-04" in reader.page(at(main, "&month=1406-01"))


def test_twelve_months(nila, main):
    page = nila.page(at(main, "&month=2026-11&months=12"))
    assert page.count("<table") == 12 and "October 2027" in page and len(cells(page)) == 365


def test_a_day_of_ones_own_is_typed_shown_and_taken_back(nila, main):
    page = nila.do(at(main, "&month=2026-12"), "day", version=main.version, **DAY | {"date": "1405/9/10"})
    assert own() == {"2026-12-01": OwnDay("Stock-taking", ())} and "1 day is saved." in page
    assert cells(page)["2026-12-01"] == ("Tuesday, 1 December 2026, a day of your own, \u2068Stock-taking\u2069, closed", ["is-closed", "is-own"])
    assert Event.objects.filter(name="calendar.changed").latest("pk").payload["version"] == main.version + 1
    page = nila.page(at(main, "&day=2026-12-01"))
    assert 'value="2026-12-01"' in page and 'value="Stock-taking"' in page and "As it stands: closed." in page
    nila.do(at(main), "day", version=main.version + 1, **DAY | {"date": "2026-12-01", "kind_day": "open", "from_day": ["9", ""], "to_day": ["۱۳:۳۰", ""]})
    assert own() == {"2026-12-01": OwnDay("Stock-taking", ((540, 810),))}
    page = nila.do(at(main), "forget", version=main.version + 2, date="2026-12-01")
    assert own() == {}
    nila.do(at(main), "restore", version=re.search(r'name="version" value="(\d+)"></form>', page)[1])
    assert set(own()) == {"2026-12-01"}


def test_several_days_and_a_holiday_on_which_one_works(nila, main):
    assert "13 days are saved." in nila.do(at(main), "day", version=main.version, **DAY | {"date": "۱۴۰۶/۱/۱", "until": "۱۴۰۶/۱/۱۳"})
    assert len(own()) == 13 and min(own()) == "2027-03-21" and max(own()) == "2027-04-02"
    page = nila.do(at(main, "&month=2027-03"), "day", version=main.version + 1, **DAY | {"date": "20.03.2027", "kind_day": "usual", "name": ""})
    assert own()["2027-03-20"] == OwnDay("", None) and cells(page)["2027-03-20"][0].endswith("\u20669:00–17:00\u2069")


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"date": "soon"}, "date", "Type a day such as"), ({"until": "1404/12/30"}, "until", "Type a day such as"), ({"until": "2026-11-30"}, "until", "The last day comes after the first"),
        ({"until": "2028-01-01"}, "until", "not more than two months later"), ({"kind_day": "open"}, "day", "or choose “closed”"), ({"kind_day": "open", "from_day": ["8"], "to_day": ["noon"]}, "day", "Type times such as"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(nila, main, typed, field, words):
    page = nila.do(at(main), "day", 422, version=main.version, **DAY | {"date": "1405/9/10"} | typed)
    assert words in page and f'id="{"day-" if field != "day" else ""}{field}-fault"' in page
    assert all(f'value="{value}"' in page for value in ("Stock-taking", typed.get("date", "1405/9/10"), typed.get("until", ""), typed.get("to_day", [""])[0]))
    assert own() == {}


def test_what_is_not_ours_is_refused(nila, main):
    for wrong in ({"kind_day": "sometimes"}, {"from_day": ["1", "2", "3"]}, {"version": "-1"}, {"more": "1"}):
        assert nila.client.post(f"/settings/{at(main)}", {"do": "day", "version": main.version, "date": "2026-12-01", **DAY, **wrong}).status_code == 400, wrong
    assert nila.client.post(f"/settings/{at(main)}", {"do": "forget", "version": main.version, "date": "2026-12-01"}).status_code == 400
    for more in ("&month=x", "&month=2026-13", "&day=x", "&day=9999-01-01", "&month=0001-01"):
        nila.page(at(main, more), 404)
    nila.page("hours/days?calendar=none", 404)
    nila.page("hours/days", 404)


def test_somebody_was_faster(nila, main):
    page = nila.do(at(main), "day", 409, version=main.version - 1, **DAY | {"date": "1405/9/10"})
    assert "Somebody changed these hours meanwhile." in page and 'value="1405/9/10"' in page and own() == {}


def test_days_that_are_past_are_tidied(nila, main):
    today = clock.now().date()
    rules = rules_of(main)
    days = {"2020-01-01": OwnDay("Old"), "2020-01-02": OwnDay("Old"), f"{today.year + 1}-12-01": OwnDay("Fair", ())}
    changed = change_calendar(main, by=SYSTEM, rules=type(rules)(rules.zone, rules.week, rules.country, days))
    assert "Take away 2 days that are past" in nila.page(at(main))
    nila.do(at(main), "tidy", version=changed.version)
    assert [each.name for each in own().values()] == ["Fair"]


def test_only_who_may_change_the_desk_comes_here(shop, main):
    amir = Decider(shop.amir)
    amir.page(at(main), 403)
    amir.page(f"hours?calendar={main.public_id}", 403)
    assert amir.client.post(f"/settings/{at(main)}", {"do": "tidy", "version": main.version}).status_code == 403


@pytest.mark.parametrize("lang", ["fa", "ru"])
def test_the_pages_speak_their_readers_language(shop, main, lang):
    reader = Decider(another("Ada", "admin"), lang)
    change_calendar(main, by=SYSTEM, rules=rules_for("ru" if lang == "fa" else "fa", "UTC"))
    for name in (at(main, "&day=2027-03-10"), at(main, "&months=12"), f"hours?calendar={main.public_id}"):
        page = re.sub(r"<(code|script|style|datalist|select)[^>]*>.*?</\1>|<[^>]+>", " ", reader.page(name), flags=re.S)
        assert not re.findall(r"\b(?:the|your|of|and|you|name|save|add|closed|open|day|holiday|month)\b", page.replace("Working hours", ""), re.I)
