"""Promises in the inbox: their order, ring and time in rows and header, what is said of them, and what that costs."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser import eventually
from tests.test_accessible import faults

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(180)]
WHO = [("fa", "amir"), ("en", "sara")]
BEFORE = """
import json, sys
from datetime import timedelta
from yavar.config.wiring import wire; wire()
from yavar.base import clock, ids
from yavar.base.db import transaction
from yavar.conversations import actions
from yavar.conversations.due import Due, set_due
from yavar.conversations.models import Conversation
from yavar.flow.sla.models import Course, Policy, Timer
from yavar.people.models import Agent, Calendar, Customer
nila, now = Agent.objects.get(email="nila@nila.example"), clock.now()
"""
PROMISE = """
main = Calendar.objects.get(main=True)
for key, (seconds, span, kind) in json.loads(%r).items():
    with transaction():
        talk = Conversation.objects.get(public_id=key)
        due, since = now + timedelta(seconds=seconds), now + timedelta(seconds=seconds - span)
        Course.objects.update_or_create(conversation=talk, defaults={"seen": talk.event_seq, "answered": kind == "next", "calendar": main, "calendar_version": main.version})
        Timer.objects.filter(conversation=talk).delete()
        if kind:
            Timer.objects.create(conversation=talk, kind=kind, cycle=talk.event_seq, target=span, left=span, since=since, due_at=due, started_at=since)
        set_due(talk, Due(due, since, kind) if kind else None)
        actions.prioritise(talk.pk, "high" if talk.priority == "normal" else "normal", by=nila)  # a fact, so that the browsers hear of it
"""
PLAY = """
Policy.objects.all().delete(), Timer.objects.all().delete(), Course.objects.all().delete()
Conversation.objects.update(due_at=None, due_from=None, due_kind="")
print(json.dumps(list(Conversation.objects.filter(status="open").order_by("-last_at", "-pk").values_list("public_id", flat=True))))
"""


def forget(stage):
    """Nothing is promised to anybody; the keys of what is open, newest first."""
    return json.loads(stage.desk.python(BEFORE + PLAY))


def promised(stage, **by_key):
    """{key: (seconds until it is due, seconds it runs in all, kind; None: nothing is)}"""
    stage.desk.python(BEFORE + PROMISE % json.dumps({key: given or (0, 0, "") for key, given in by_key.items()}))


def keys(clerk):
    return clerk.page.locator(".row a").evaluate_all("all => all.map(each => each.dataset.id)")


def away(clerk):
    clerk.page.mouse.move(720, 320)


@pytest.mark.parametrize("lang, who", WHO)
def test_what_is_due_first_stands_first_from_the_first_paint_on(stage, lang, who):
    newest = forget(stage)
    promised(stage, **{newest[2]: (900, 1800, "next"), newest[3]: (300, 1800, "next")})
    due = [newest[3], newest[2], *(key for n, key in enumerate(newest) if n not in (2, 3))]
    clerk = stage.clerk(who)
    away(clerk)
    assert keys(clerk) == due
    clerk.page.keyboard.press("o")
    eventually(clerk.page, lambda: keys(clerk) == newest, "the newest first")
    clerk.page.add_init_script(
        "new MutationObserver(() => { const rows = [...document.querySelectorAll('.row a')].map(a => a.dataset.id); if (rows.length) (window.seen ??= []).push(rows.join()); }).observe(document, {childList: true, subtree: true})"
    )
    clerk.page.reload()
    expect(clerk.page.locator(".list[aria-label]")).to_be_visible()
    clerk.page.wait_for_timeout(500)
    assert keys(clerk) == newest, "the device keeps it"
    assert {each.split(",")[0] for each in clerk.page.evaluate("window.seen")} == {newest[0]}, "and no row moves when the client comes"
    clerk.page.keyboard.press("Control+k")
    clerk.page.locator("dialog.palette input").fill({"fa": "مهلت", "en": "due first"}[lang])
    clerk.page.keyboard.press("Enter")
    eventually(clerk.page, lambda: keys(clerk) == due, "by the palette")
    button = clerk.page.locator(".list .order")
    expect(button).to_have_attribute("aria-label", {"fa": "ترتیب: نزدیک‌ترین مهلت", "en": "Order: Due first"}[lang])
    button.click()
    eventually(clerk.page, lambda: keys(clerk) == newest, "by the button")
    clerk.page.locator(".tabs .tab").nth(2).click()
    expect(button).to_have_count(0)


@pytest.mark.parametrize("lang, who", WHO)
def test_ring_and_time_as_they_are_drawn(stage, lang, who):
    newest = forget(stage)
    given = [(110, 300, "first"), (45, 300, "next"), (234, 300, "next"), (4790, 6000, "next"), (14450, 20000, "next"), (-250, 600, "next")]
    promised(stage, **dict(zip(newest, given, strict=False)))
    clerk = stage.clerk(who)
    shown = {
        "en": [r"^1:[45]\d$", r"^0:[34]\d$", r"^3:[45]\d$", r"^1 h 19$", r"^4 h$", r"^4 min late$"],
        "fa": [r"^۱:[۴۵][۰-۹]$", r"^۰:[۳۴][۰-۹]$", r"^۳:[۴۵][۰-۹]$", r"^۱ س ۱۹ د$", r"^۴ ساعت$", r"^۴ دقیقه دیر شده$"],
    }[lang]
    for key, words, tone in zip(newest, shown, ("is-soon", "is-last", "is-due", "is-due", "is-due", "is-late"), strict=False):
        timer = clerk.row(key).locator(".timer.is-due")
        expect(timer).to_have_text(re.compile(words))
        expect(timer).to_have_class(re.compile(rf"\b{tone}\b"))
    part = clerk.row(newest[2]).locator(".ring-rest").get_attribute("stroke-dasharray")
    assert part in {"29 40", "30 40", "31 40", "32 40"}, part
    first = clerk.row(newest[0]).locator(".timer-text").inner_text()
    eventually(clerk.page, lambda: clerk.row(newest[0]).locator(".timer-text").inner_text() != first, "it goes on", 3)
    clerk.row(newest[0]).focus()
    expect(clerk.row(newest[0])).to_have_attribute(
        "aria-label", re.compile({"en": r"Reply in 1 minute \d+ seconds", "fa": r"پاسخ تا ۱ دقیقه و [۰-۹]+ ثانیه"}[lang])
    )
    clerk.open(newest[0])
    expect(clerk.page.locator(".thread-bar .timer")).to_have_text(re.compile({"en": r"^Reply in 1:[345]\d$", "fa": r"^پاسخ تا ۱:[۳۴۵][۰-۹]$"}[lang]))
    promised(stage, **{newest[0]: (86000, 90000, "resolution")})
    expect(clerk.page.locator(".thread-bar .timer")).to_have_text({"en": "Resolve in 23 h", "fa": "حل تا ۲۳ ساعت"}[lang])
    assert not clerk.complaints


def test_the_clock_is_the_desks(stage):
    """A device that goes seven minutes fast shows what is left all the same, also when its clock is set while one looks."""
    newest = forget(stage)
    promised(stage, **{newest[0]: (540, 600, "next")})
    clerk = stage.clerk("sara", path="/inbox/drafts")
    clerk.page.add_init_script(
        "window.fast = 420000; const real = Date, now = Date.now.bind(Date); window.Date = class extends real { constructor(...given) { if (given.length) super(...given); else super(now() + fast); } static now() { return now() + fast; } };"
    )
    clerk.go("/inbox/all")
    text = clerk.row(newest[0]).locator(".timer-text")
    expect(text).to_have_text(re.compile(r"^8:[345]\d$"))
    clerk.page.evaluate("window.fast = -3600000")
    clerk.page.keyboard.press("o")  # any answer tells the time
    expect(text).to_have_text(re.compile(r"^8:[2345]\d$"))


def test_rows_move_within_the_order_when_nobody_aims_at_them(stage):
    newest = forget(stage)
    promised(stage, **{newest[1]: (900, 1800, "next"), newest[2]: (1800, 3600, "next")})
    clerk = stage.clerk("sara")
    away(clerk)
    assert keys(clerk)[:3] == [newest[1], newest[2], newest[0]]
    promised(stage, **{newest[4]: (60, 600, "next")})
    eventually(clerk.page, lambda: keys(clerk)[:4] == [newest[4], newest[1], newest[2], newest[0]], "the soonest goes to the top")
    clerk.row(newest[0]).hover()
    promised(stage, **{newest[2]: (30, 600, "next")})
    expect(clerk.row(newest[2]).locator(".timer-text")).to_have_text(re.compile(r"^0:\d\d$"))
    assert keys(clerk)[:4] == [newest[4], newest[1], newest[2], newest[0]], "not under the pointer"
    away(clerk)
    eventually(clerk.page, lambda: keys(clerk)[:3] == [newest[2], newest[4], newest[1]], "once it has left")


@pytest.mark.parametrize("lang, who", WHO)
def test_an_answer_in_time_is_said_and_the_next_is_the_next(stage, lang, who):
    newest = forget(stage)
    promised(stage, **{newest[1]: (900, 1800, "next"), newest[3]: (1200, 1800, "next"), newest[2]: (1500, 1800, "next")})
    clerk = stage.clerk(who)
    clerk.open(newest[1])
    clerk.reply("Here it is.")
    clerk.delivered("Here it is.")
    promised(stage, **{newest[1]: None})
    expect(clerk.page.locator(".thread-bar .timer.is-met")).to_have_text({"en": "Met", "fa": "سر وقت"}[lang])
    expect(clerk.row(newest[1]).locator(".timer.is-due")).to_have_count(0)
    assert keys(clerk)[0] == newest[1], "it stays while it is open"
    clerk.page.locator(".list .bar-title").click()
    away(clerk)
    clerk.page.keyboard.press("j")
    expect(clerk.row(newest[3])).to_have_attribute("aria-current", "true")
    eventually(clerk.page, lambda: keys(clerk)[:2] == [newest[3], newest[2]], "and then goes where it belongs")
    expect(clerk.page.locator(".timer.is-met")).to_have_count(0, timeout=12_000)


def test_due_soon_and_overdue_are_said_once_of_ones_own_and_the_open_one(stage):
    newest = forget(stage)
    clerk = stage.clerk("sara")
    clerk.page.evaluate(
        "window.said = []; new MutationObserver(() => said.push(document.querySelector('.desk > .sr[role=status]').textContent)).observe(document.querySelector('.desk > .sr[role=status]'), {childList: true, characterData: true, subtree: true})"
    )
    mine, open_, other = newest[0], newest[1], newest[2]
    clerk.ask("POST", f"conversations/{mine}/assign", {"agent": clerk.page.evaluate("JSON.parse(document.getElementById('boot').textContent).me.id")})
    for key in (open_, other):
        clerk.ask("POST", f"conversations/{key}/assign", {"agent": None})
    clerk.open(open_)
    promised(stage, **{mine: (125, 300, "next"), open_: (6, 300, "next"), other: (6, 300, "next")})
    name = {key: clerk.told(key)["customer"]["name"] for key in (mine, open_, other)}
    eventually(clerk.page, lambda: len(clerk.page.evaluate("said.filter(Boolean)")) >= 2, "both are said", 15)
    clerk.page.wait_for_timeout(3000)
    said = sorted(re.sub("[\u2066-\u2069]", "", words) for words in clerk.page.evaluate("said.filter(Boolean)"))
    assert len(said) == 2, said
    assert any(each.startswith(f"{name[mine]}: due soon. Reply in ") for each in said) and f"{name[open_]}: overdue" in said
    assert not any(name[other] in each for each in said)
    assert clerk.page.locator(".timer [aria-live], .timer[aria-live], .rows[aria-live]").count() == 0


@pytest.mark.parametrize("lang, who", WHO)
def test_a_view_of_what_is_due_soon(stage, lang, who):
    newest = forget(stage)
    promised(stage, **{newest[0]: (1800, 3600, "next"), newest[1]: (-60, 600, "next"), newest[2]: (9000, 9000, "next")})
    clerk = stage.clerk(who)
    clerk.page.locator('.list .bar .icon-button:has(use[href$="#list-filter"])').click()
    clerk.page.locator("#sieve-due").select_option("soon")
    eventually(clerk.page, lambda: keys(clerk) == [newest[1], newest[0]], "what is due soon, soonest first")
    clerk.page.locator(".sieve > .button").click()
    clerk.page.locator(".sieve-save input[type=text]").fill("Knapp")
    clerk.page.locator(".sieve-save button").click()
    mine = clerk.page.locator(".nav-row", has_text="Knapp")
    expect(mine).to_have_attribute("aria-current", "page")
    expect(mine.locator(".count.is-bad")).to_have_text({"en": "2", "fa": "۲"}[lang], timeout=20_000)
    expect(clerk.page.locator(".list .order")).to_have_count(0)
    away(clerk)
    promised(stage, **{newest[2]: (600, 9000, "next"), newest[1]: None})
    eventually(clerk.page, lambda: keys(clerk) == [newest[2], newest[0]], "one joins, one leaves, by itself")
    clerk.ask("DELETE", f"views/{next(each['id'] for each in clerk.get('/api/v1/views') if each['name'] == 'Knapp')}")


@pytest.mark.parametrize("lang, who", WHO)
def test_all_promises_stand_beside_the_conversation(stage, lang, who):
    """The desk's answer, with what the promises' room will tell put into it."""
    newest = forget(stage)
    clerk = stage.clerk(who)
    at = clerk.page.evaluate("[60, -3600, -7200, 86400].map(s => new Date(Date.now() + 1000 * s).toISOString())")
    told = [
        {"kind": "next", "state": "open", "due_at": at[0], "started_at": at[1], "ended_at": None, "target": 3600, "late": 0},
        {"kind": "resolution", "state": "paused", "due_at": None, "started_at": at[2], "ended_at": None, "target": 86400, "late": 0},
        {"kind": "ack", "state": "met", "due_at": at[1], "started_at": at[2], "ended_at": at[1], "target": 3600, "late": 0},
        {"kind": "first", "state": "missed", "due_at": at[2], "started_at": at[2], "ended_at": at[1], "target": 60, "late": 250},
        {"kind": "ownership", "state": "open", "due_at": at[3], "started_at": at[2], "ended_at": None, "target": 86400, "late": 0},
    ]

    def with_promises(route):
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "promises": told})

    clerk.page.route(re.compile(rf"/api/v1/conversations/{newest[0]}$"), with_promises)
    clerk.open(newest[0])
    lines = clerk.side(1).locator(".promises dl > div")
    expect(lines).to_have_count(5)
    words = {"en": ["Next answer", "Stands still", "Met", "4 min late"], "fa": ["پاسخ بعدی", "فعلاً نمی‌شمارد", "سر وقت", "۴ دقیقه دیر شده"]}[lang]
    for n, each in enumerate(words):
        expect(lines.nth(n)).to_contain_text(each)
    expect(lines.nth(0).locator(".timer-text")).to_have_text(re.compile(r"^[0۰]:[0-9۰-۹]{2}$"))
    expect(lines.nth(4).locator("time")).to_have_text(re.compile({"en": r"^tomorrow, \d\d:\d\d$", "fa": r"^فردا، [۰-۹]{2}:[۰-۹]{2}$"}[lang]))
    told.clear()
    promised(stage, **{newest[0]: (600, 1200, "next")})
    expect(lines).to_have_count(0)  # what changed is read again


@pytest.mark.parametrize("who, theme", [("amir", "dark"), ("sara", "light")])
def test_axe_finds_nothing_with_every_tone_on_the_screen(stage, who, theme):
    newest = forget(stage)
    promised(stage, **dict(zip(newest, [(100, 300, "first"), (40, 300, "next"), (234, 300, "next"), (-250, 600, "next")], strict=False)))
    clerk = stage.clerk(who, color_scheme=theme)
    found = faults(clerk.page)
    for key in (newest[0], newest[3]):
        clerk.open(key)
        found += faults(clerk.page)
    assert not found, found


MANY = """
Conversation.objects.filter(reference__startswith="Z0").delete()  # of a try before
inbox, who = Conversation.objects.order_by("pk")[0].inbox, Customer.objects.order_by("pk")[0]
Conversation.objects.bulk_create(Conversation(public_id=ids.public_id(), reference=f"Z{n:07d}", inbox=inbox, customer=who, status="open", assignee_id=nila.pk, seq=1, event_seq=1,
    preview=f"Kettle {n}", last_at=now, created_at=now, due_at=now + timedelta(seconds=130 + 2 * n), due_from=now, due_kind="first") for n in range(200))
"""


def test_what_falls_behind_the_pages_that_are_read_comes_with_its_page(stage):
    forget(stage)
    stage.desk.python(BEFORE + MANY)
    clerk = stage.clerk("nila")
    away(clerk)
    shown = keys(clerk)
    assert len(shown) == 50
    promised(stage, **{shown[0]: None, shown[1]: (1, 600, "next")})
    eventually(clerk.page, lambda: keys(clerk) == [shown[1], *shown[2:]], "it stands behind all that is due, which is not here yet")
    promised(stage, **{shown[5]: (5000, 9000, "next")})
    eventually(clerk.page, lambda: keys(clerk) == [shown[1], *shown[2:5], *shown[6:]], "and so does what is due much later")
    scroll = "document.querySelector('ul.rows').scrollTop = 1e6"
    eventually(clerk.page, lambda: clerk.page.evaluate(scroll) and len(keys(clerk)) >= 200, "all are read")
    found = keys(clerk)
    assert len(found) == len(set(found)) and found.index(shown[5]) == 198 and found.index(shown[0]) > 198
    stage.desk.python(BEFORE + "Conversation.objects.filter(reference__startswith='Z0').delete()")


def test_two_hundred_timers_share_one_beat_and_have_none_unseen(stage):
    """All of them under ten minutes, so that each shows its seconds: the dearest there is. What that costs is for `bench/run screen`."""
    forget(stage)
    stage.desk.python(BEFORE + MANY)
    clerk = stage.clerk("nila")
    page = clerk.page
    page.add_init_script(
        "window.beats = 0; const real = setTimeout; window.setTimeout = (run, ...more) => real(run.name !== 'beat' ? run : () => { beats++; run(); }, ...more);"
    )
    clerk.go("/inbox/all")
    eventually(
        page, lambda: page.evaluate("document.querySelector('ul.rows').scrollTop = 1e6") and page.locator(".row .timer.is-due").count() >= 200, "all are read"
    )
    page.evaluate("document.querySelector('ul.rows').scrollTop = 0")
    page.wait_for_timeout(4000)
    page.evaluate("beats = 0")
    page.wait_for_timeout(4000)
    assert 2 <= page.evaluate("beats") <= 5, "one beat a second for all"
    page.evaluate("Object.defineProperty(document, 'visibilityState', {get: () => 'hidden'}); document.dispatchEvent(new Event('visibilitychange')); beats = 0")
    page.wait_for_timeout(3000)
    assert page.evaluate("beats") == 0, "and none while nobody looks"
    stage.desk.python(BEFORE + "Conversation.objects.filter(reference__startswith='Z0').delete()")
