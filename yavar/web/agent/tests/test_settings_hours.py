"""Working hours in the settings: the calendars, a usual week as it is typed, holidays and what one makes of them, whose hours an inbox and a team follow."""

import html
import re

import pytest

from yavar.base.events import Actor
from yavar.base.events.models import Event
from yavar.conversations.models import Inbox
from yavar.people.hours.actions import add_calendar, change_calendar, main_calendar
from yavar.people.hours.models import Calendar
from yavar.people.hours.queries import rules_of
from yavar.people.hours.rules import DAYS, OwnDay, Rules
from yavar.people.hours.usual import WEEKS, rules_for
from yavar.people.models import Team
from yavar.people.team.actions import add_team

from .deciding import Decider, another

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = Actor("system")


@pytest.fixture
def main(shop):
    calendar = main_calendar()
    return change_calendar(calendar, by=SYSTEM, rules=rules_for("en", "Europe/Berlin"))


def at(calendar):
    return f"hours?calendar={calendar.public_id}"


def week(version, **days):
    """The form of a week: `mon=[("9", "17")]`, `sun="around"`; what is not named is closed."""
    fields = {"version": version, "zone": "Asia/Tehran"}
    for day in DAYS:
        typed = days.get(day, "closed")
        spells = [("", ""), *typed] if isinstance(typed, list) else [("", "")]
        fields |= {f"kind_{day}": "open" if isinstance(typed, list) else typed, f"from_{day}": [a for a, _b in spells], f"to_{day}": [b for _a, b in spells]}
    return fields


def said(page):
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def test_the_list_makes_the_desks_calendar_and_says_what_follows_which(shop, nila):
    assert "Open around the clock" in nila.page("hours")
    assert Calendar.objects.get().main
    night = add_calendar("Night", Rules("UTC", {}), by=SYSTEM)
    Team.objects.filter(pk=add_team("Returns", [], by=SYSTEM).pk).update(calendar=night)
    page = said(nila.page("hours"))
    assert "Never open: no day has hours" in page and "For \u2068Returns\u2069." in page and "Holds wherever no other is chosen." in page


def test_a_calendar_is_made_renamed_and_removed(shop, nila, main):
    page = nila.do("hours", "add", name="Weekend")
    made = Calendar.objects.get(name="Weekend")
    assert "It begins with usual hours" in page and rules_of(made).week == WEEKS["mon-fri-17"]
    assert "There is one of this name already." in nila.do("hours", "add", 409, name="Weekend")
    nila.do(at(made), "rename", version=1, name="Fair")
    Inbox.objects.update(calendar=made)
    assert "then follow the desk’s hours" in nila.page(at(made))
    assert "is removed" in nila.do(at(made), "remove")
    assert not Calendar.objects.filter(name="Fair").exists() and Inbox.objects.get().calendar is None
    assert [each.name for each in Event.objects.filter(name__startswith="calendar.", actor__startswith="agent")] == [
        "calendar.made",
        "calendar.changed",
        "calendar.removed",
    ]
    assert "one has to be there" in nila.do(at(main), "remove", 409)


def test_a_week_is_typed_in_any_digits_and_through_the_night(shop, nila, main):
    page = nila.do(at(main), "week", **week(main.version, sat=[("9", "13"), ("۱۴:۳۰", "18")], fri=[("22", "٠2:15")], sun="around"))
    rules = rules_of(Calendar.objects.get())
    assert (rules.zone, dict(rules.week)) == ("Asia/Tehran", {"sat": ((540, 780), (870, 1080)), "fri": ((1320, 1575),), "sun": ((0, 1440),)})
    assert "Saved." in page and Event.objects.filter(name="calendar.changed").latest("pk").payload["version"] == main.version + 1
    assert re.search(r'value="22:00".*?value="02:15".*?data-night>until the next morning', page, re.S)
    nila.do(at(main), "restore", version=main.version)
    assert rules_of(Calendar.objects.get()).week == WEEKS["mon-fri-17"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ([("9", "25")], "Type times such as 9:00 or 17:30."), ([("9", "")], "Type times such as 9:00 or 17:30."), ([], "or choose “closed”"), ([("24:00", "8")], "Hours go from a time to a later one"),
        ([(str(n), str(n + 1)) for n in range(1, 20, 2)], "A day has up to 8 spells."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_day_and_nothing_typed_is_lost(nila, main, typed, words):
    page = nila.do(at(main), "week", 422, **week(main.version, sun=[("7:07", "8:08")], tue=typed))
    assert words in said(page) and 'id="tue-fault"' in page and 'value="7:07"' in page
    if typed == [("9", "25")]:
        assert re.search(r'name="to_tue"[^>]*value="25"[^>]*aria-invalid="true"', page) and not re.search(
            r'name="from_tue"[^>]*value="9"[^>]*aria-invalid', page
        )
    assert rules_of(Calendar.objects.get()).week == WEEKS["mon-fri-17"]


def test_a_form_that_is_not_ours_is_refused(nila, main):
    right = week(main.version, mon=[("9", "17")])
    for wrong in ({"kind_mon": "sometimes"}, {"from_mon": ["9", "10", "11"]}, {"version": "x"}, {"copy": "someday"}, {"quick": "never"}, {"more": "1"}):
        assert nila.client.post(f"/settings/{at(main)}", {"do": "week", **right, **wrong}).status_code == 400, wrong
    assert "Choose a time zone from the list." in nila.do(at(main), "week", 422, **right | {"zone": "Mars/Olympus"})
    assert "We know no holidays of that country." in nila.do(at(main), "country", 422, version=main.version, country="XX")
    assert nila.client.post(f"/settings/{at(main)}", {"do": "restore", "version": "99"}).status_code == 400


def test_quick_weeks_and_copies_without_javascript(nila, main):
    nila.do(at(main), "week", **week(main.version) | {"quick": "sat-thu"})
    assert rules_of(Calendar.objects.get()).week == WEEKS["sat-thu"]
    nila.do(at(main), "week", **week(main.version + 1, mon=[("8", "12")], tue=[("9", "17")], wed="around") | {"copy": "mon"})
    assert dict(rules_of(Calendar.objects.get()).week) == dict.fromkeys(("mon", "tue", "wed"), ((480, 720),))


def test_somebody_was_faster(nila, main):
    version = main.version
    change_calendar(main, by=SYSTEM, rules=rules_for("ru", "Europe/Moscow"))
    page = nila.do(at(main), "week", 409, **week(version, sun=[("7:07", "8:08")]))
    assert "Somebody changed these hours meanwhile." in page and 'value="7:07"' in page
    assert rules_of(Calendar.objects.get()).zone == "Europe/Moscow"
    again = int(re.search(r'name="version" value="(\d+)"', page)[1])
    nila.do(at(main), "week", **week(again, sun=[("7:07", "8:08")]))
    assert dict(rules_of(Calendar.objects.get()).week) == {"sun": ((427, 488),)}
    assert "nothing was undone" in nila.do(at(main), "restore", 409, version=version), "not over what came after"


def test_holidays_of_a_country_and_what_one_makes_of_them(nila, main):
    page = nila.do(at(main), "country", version=main.version, country="IR")
    assert page.index(">Iran<") < page.index(">Russia<") < page.index(">Afghanistan<") and "estimate" in page and "Holidays of 2026" in page
    version, fitr = main.version + 1, "2027-03-10"
    nila.do(at(main), "pick", version=version, pick=f"{fitr} later")
    days = rules_of(Calendar.objects.get()).days
    assert days == {fitr: OwnDay("Eid al-Fitr"), "2027-03-11": OwnDay("Eid al-Fitr", ())}
    page = nila.do(at(main), "pick", version=version + 1, pick=f"{fitr} earlier")
    assert set(rules_of(Calendar.objects.get()).days) == {fitr, "2027-03-09"} and "kept a day earlier" in page
    nila.do(at(main), "pick", version=version + 2, pick=f"{fitr} back")
    assert rules_of(Calendar.objects.get()).days == {}
    assert "you work" in nila.do(at(main), "pick", version=version + 3, pick="2027-04-02 work")
    for wrong in ("2027-04-02 later", "2027-04-05 work", "x", f"{fitr} sing", ""):
        assert nila.client.post(f"/settings/{at(main)}", {"do": "pick", "version": version + 4, "pick": wrong}).status_code == 400, wrong


def test_a_persian_reader_begins_on_saturday_and_counts_by_her_own_year(shop, main):
    amir = Decider(another("Ada", "admin"), "fa")
    amir.do(at(main), "country", version=main.version, country="IR")
    page = amir.page(at(main))
    days = re.findall(r'<li data-day="(\w+)">', page)
    assert days[0] == "sat" and "تعطیلی‌های ۱۴۰۵" in page and "عید سعید فطر" in page and 'value="۰۹:۰۰"' in page
    assert page.index("ایران") < page.index("روسیه") < page.index("آلبانی") < page.index("پاکستان") < page.index("یونان")
    assert re.findall(r'<li data-day="(\w+)">', Decider(another("Ivan", "admin"), "ru").page(at(main)))[0] == "mon"


def test_an_inbox_and_a_team_follow_a_calendar(shop, nila, main):
    night, inbox, team = add_calendar("Night", Rules(), by=SYSTEM), Inbox.objects.get(), add_team("Returns", [], by=SYSTEM)
    nila.do(f"inboxes?inbox={inbox.public_id}", "hours", calendar=night.public_id)
    assert Inbox.objects.get().calendar == night and Event.objects.get(name="inbox.changed").payload["fields"] == ["calendar"]
    nila.do(f"teams?team={team.public_id}", "change", name="Returns", calendar=night.public_id)
    assert Team.objects.get().calendar == night and Event.objects.filter(name="team.changed").exists()
    assert f'value="{night.public_id}" selected' in nila.page(f"teams?team={team.public_id}")
    assert "no longer here" in nila.do(f"inboxes?inbox={inbox.public_id}", "hours", 422, calendar="gone")
    nila.do(f"inboxes?inbox={inbox.public_id}", "hours", calendar="")
    nila.do(f"teams?team={team.public_id}", "change", name="Returns", calendar="")
    assert Inbox.objects.get().calendar is None and Team.objects.get().calendar is None


def test_the_pages_ask_few_questions(nila, main):
    assert [nila.queries(page) for page in ("hours", at(main), f"hours/days?calendar={main.public_id}&months=12")] == [9, 9, 8]
