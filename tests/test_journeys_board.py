"""The supervisor's board: a promise comes near, passes, is kept; what presses is one key away; rows stay under the pointer; limits call once."""

import pytest
from playwright.sync_api import expect

from tests.browser import eventually

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(180)]
POLICY = """
from yavar.config.wiring import wire; wire()
from yavar.base.events import SYSTEM
from yavar.flow.sla.actions import add_policy, order_policies
from yavar.flow.sla.models import Policy
from yavar.flow.sla.terms import Match, Targets, Terms
new = add_policy("Board {number}", Terms(Match(), Targets(first={seconds}), ()), by=SYSTEM)
order_policies([new, *Policy.objects.exclude(pk=new.pk).order_by("position")], by=SYSTEM)
"""
COUNT = "window.chimes = 0; document.addEventListener('yavar:chime', () => { window.chimes += 1; })"
TEXT = {"fa": "سلام، کتری نشت می‌کند.", "en": "Hello, the kettle leaks."}


def promised(desk, number, seconds):
    """From now on a first answer is promised within so many seconds, to those who wait as well."""
    desk.python(POLICY.format(number=number, seconds=seconds))


def quiet(clerk):
    """Nothing is open."""
    for row in clerk.get("/api/v1/conversations?status=open")["rows"]:
        clerk.ask("POST", f"conversations/{row['id']}/resolve", {})


def asked(stage, lang):
    shopper = stage.shopper(lang)
    shopper.open_chat()
    shopper.begin(TEXT[lang])
    return shopper.conversation


def at_board(clerk, lang="en", more=""):
    clerk.page.goto(f"{clerk.base}/board?lang={lang}{more}")
    expect(clerk.page.locator(".board-acts")).to_be_visible()
    return clerk.page


def fact(page, number):
    return page.locator(".strip .fact").nth(number).locator(".fact-n")


@pytest.mark.parametrize("lang, one, none", [("fa", "۱", "۰"), ("en", "1", "0")])
def test_due_soon_then_late_then_answered(stage, lang, one, none):
    amir, sara = stage.clerk("amir"), stage.clerk("sara")
    quiet(sara)
    promised(stage.desk, f"far {lang}", 125)
    page = at_board(sara, lang)
    expect(page.locator(".press-row")).to_have_count(0)
    expect(fact(page, 0)).to_have_text(none)
    page.evaluate(COUNT)
    page.mouse.click(4, 880)  # browsers are silent until one has touched the page
    sara.stay()
    talk = asked(stage, lang)
    row = page.locator(f'.press a[data-id="{talk}"]')
    expect(row).to_be_visible()
    expect(row.locator(".ring")).to_be_visible()
    expect(fact(page, 0)).to_have_text(one)
    expect(row.locator(".is-soon")).to_be_visible(timeout=20_000)  # the last two minutes
    expect(fact(page, 2)).to_have_text(one, timeout=7000)
    assert page.locator(".board-call").count() == 0 and page.evaluate("window.chimes") == 0
    promised(stage.desk, f"near {lang}", 5)
    expect(row.locator(".is-late")).to_be_visible(timeout=20_000)
    expect(page.locator(".board-call")).to_be_visible(timeout=7000)
    expect(fact(page, 3)).to_have_text(one)
    expect(page.locator("[role=status]")).to_have_text({"fa": "۱ قول دیر شده", "en": "1 promise is overdue"}[lang])
    assert page.title().startswith("(!)")
    eventually(page, lambda: page.evaluate("window.chimes") == 1, "it sounds")
    page.wait_for_timeout(6000)
    assert page.evaluate("window.chimes") == 1, "once"
    amir.go(f"/inbox/all/{talk}")
    amir.reply("It will be replaced.")
    amir.delivered("It will be replaced.")
    expect(row).to_have_count(0)
    expect(page.locator(".board-call")).to_have_count(0)
    expect(fact(page, 3)).to_have_text(none)
    assert not page.title().startswith("(!)")
    assert sara.stayed() and sara.complaints == []


def test_one_key_opens_and_two_come_back(stage):
    sara = stage.clerk("sara")
    quiet(sara)
    first, second = asked(stage, "en"), asked(stage, "en")
    page = at_board(sara)
    expect(page.locator(".press-row")).to_have_count(2)
    page.keyboard.press("Enter")
    expect(page.locator(".thread .log article").first).to_be_visible()
    assert page.url.endswith(f"/inbox/all/{first}")
    page.keyboard.press("g")
    page.keyboard.press("b")
    expect(page.locator(".press-row")).to_have_count(2)
    for key in ("j", "j"):
        page.keyboard.press(key)
    expect(page.locator(f'.press a[data-id="{second}"]')).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator(f'.press a[data-id="{first}"]')).to_be_focused()
    sara.key("KeyJ", "ت")  # on a Persian layout as well
    page.keyboard.press("Enter")
    expect(page.locator(".thread .log article").first).to_be_visible()
    assert page.url.endswith(f"/inbox/all/{second}")
    expect(page.locator('.sidebar a[href="/board"]')).to_be_visible()


def test_it_is_not_shown_to_who_may_not_see_it(stage):
    amir = stage.clerk("amir")
    assert amir.page.locator('.sidebar a[href="/board"]').count() == 0
    amir.page.keyboard.press("g")
    amir.page.keyboard.press("b")
    amir.page.wait_for_timeout(300)
    assert "/inbox" in amir.page.url


def test_rows_stay_under_the_pointer(stage):
    sara = stage.clerk("sara")
    quiet(sara)
    promised(stage.desk, "none", 9000)
    first, second = asked(stage, "en"), asked(stage, "en")
    page = at_board(sara)
    order = lambda: page.locator(".press a").evaluate_all("all => all.map(each => each.dataset.id)")  # noqa: E731
    expect(page.locator(".press-row")).to_have_count(2)
    assert order() == [first, second]
    page.locator(".press a").nth(1).hover()
    sara.ask("POST", f"conversations/{first}/resolve", {})
    expect(page.locator(".press-row.is-gone")).to_have_count(1)
    third = asked(stage, "en")
    expect(page.locator(".press-row")).to_have_count(3)
    assert order() == [first, second, third]
    page.mouse.move(4, 880)
    expect(page.locator(".press-row")).to_have_count(2)
    assert order() == [second, third]


def test_limits_of_ones_own(stage):
    sara = stage.clerk("sara")
    quiet(sara)
    page = at_board(sara)
    page.get_by_role("button", name="Alarms").click()
    page.locator("input[name=late]").uncheck()
    page.locator("input[name=waitingOn]").check()
    page.locator("input[name=waiting]").fill("0")
    page.locator(".limits .button").click()
    expect(page.locator(".limits [role=alert]")).to_be_visible()
    page.locator("input[name=waiting]").fill("۱")
    page.locator(".limits .button").click()
    expect(page.locator(".limits")).not_to_be_visible()
    assert sara.get("/api/v1/board/alarms") == {"wait": None, "waiting": 1, "late": False, "nobody": False}
    asked(stage, "en")
    expect(fact(page, 0)).to_have_text("1")
    assert page.locator(".board-call").count() == 0
    asked(stage, "en")
    expect(page.locator(".board-call")).to_have_text("2 customers are waiting")
    page.reload()
    expect(page.locator(".board-call")).to_be_visible()
    assert page.locator("[role=status]").inner_text() == "", "said before"
    sara.ask("PUT", "board/alarms", {})
    assert sara.complaints == []


CROSSED = """async ([board, alarms]) => { const {crossed} = await import(document.querySelector('link[href*="board-alarms"]').href);
  return crossed(board, alarms, Date.parse("2026-11-26T10:00:00Z"), "me").map(([kind]) => kind); }"""


def test_which_limits_are_crossed(stage):
    page = at_board(stage.clerk("sara"))
    off = {"wait": None, "waiting": None, "late": False, "nobody": False}
    total = {"late": 2, "waiting": 5, "longest": "2026-11-26T09:49:00Z"}
    board = {"total": total, "open": True, "agents": [{"id": "me"}]}

    def found(alarms, **more):
        return page.evaluate(CROSSED, [board | more, off | alarms])

    assert found({}) == []
    assert found({"late": True, "wait": 10, "waiting": 4, "nobody": True}) == ["late", "wait", "waiting", "nobody"]
    assert found({"wait": 11}) == [] and found({"waiting": 5}) == [], "at the limit is not over it"
    assert found({"nobody": True}, open=False) == []
    assert found({"nobody": True}, agents=[{"id": "me"}, {"id": "amir"}]) == []
    assert found({"late": True, "wait": 1}, total={"late": 0, "waiting": 0, "longest": None}) == []
