"""The whole keyboard map, row by row, on an English, a Persian and a Russian layout: a key counts by its letter, or by its place where the letter is no Latin one."""

import pytest
from playwright.sync_api import expect

from tests.browser import Stage, eventually

pytest_plugins = ["tests.browser"]
pytestmark = [pytest.mark.slow, pytest.mark.one_engine, pytest.mark.timeout(120)]

LATIN = "qwertyuiopasdfghjklzxcvbnm"
LAYOUTS = {
    "en": dict(zip(LATIN, LATIN, strict=True)) | {"[": "[", "]": "]", "/": "/", "?": "?"},
    "fa": dict(zip(LATIN, "ضصثقفغعهخحشسیبلاتنمظطزرذدپ", strict=True)) | {"[": "ج", "]": "چ", "/": "/", "?": "؟"},
    "ru": dict(zip(LATIN, "йцукенгшщзфывапролдячсмить", strict=True)) | {"[": "х", "]": "ъ", "/": ".", "?": ","},
}
CODES = {"[": "BracketLeft", "]": "BracketRight", "/": "Slash", "?": "Slash"}
PRESS = "facts => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {...facts, bubbles: true, cancelable: true}))"


class Board:
    """A clerk who uses nothing but a keyboard of one layout."""

    def __init__(self, clerk, key: str) -> None:
        self.clerk, self.page, self.key, self.layout = clerk, clerk.page, key, "en"

    def press(self, combination: str) -> None:
        *held, last = combination.split("+")
        shift = "Shift" in held or last == "?"
        if last in LAYOUTS["en"]:
            typed, code = LAYOUTS[self.layout][last], CODES.get(last, f"Key{last.upper()}")
        else:
            typed = code = last
        self.page.evaluate(PRESS, {"key": typed.upper() if shift and len(typed) == 1 else typed, "code": code, "shiftKey": shift, "ctrlKey": "Control" in held})

    def fresh(self, opened: bool = True) -> None:
        self.clerk.go(f"/inbox/all/{self.key}" if opened else "/inbox/all")
        expect(self.page.locator(".composer" if opened else ".row").first).to_be_visible()

    def told(self, name: str):
        return self.clerk.told(self.key)[name]

    def becomes(self, name: str, value) -> None:
        eventually(self.page, lambda: self.told(name) == value, f"{name} is {value}")

    def current(self) -> str:
        return self.page.locator(".row a[aria-current]").get_attribute("data-id")


def step(by):
    def check(board):
        rows = [each.get_attribute("data-id") for each in board.page.locator(".row a").all()]
        at = rows.index(board.current())
        back = {"j": "k", "k": "j", "ArrowDown": "ArrowUp", "ArrowUp": "ArrowDown"}[by]
        first, second = (by, back) if by in ("j", "ArrowDown") else (back, by)
        first, second, beside = (first, second, at + 1) if at + 1 < len(rows) else (second, first, at - 1)
        board.press(first)
        expect(board.page.locator(f'.row a[data-id="{rows[beside]}"]')).to_have_attribute("aria-current", "true")
        board.press(second)
        expect(board.page.locator(f'.row a[data-id="{rows[at]}"]')).to_have_attribute("aria-current", "true")

    return check


def enter(board):
    board.fresh(opened=False)
    board.page.locator(".row a").first.focus()
    board.press("j")
    expect(board.page.locator(".thread .composer")).to_be_visible()
    board.press("Escape")
    expect(board.page.locator(".thread.is-blank")).to_be_visible()


def resolve(board):
    board.press("e")
    board.becomes("status", "resolved")
    board.press("z")
    board.becomes("status", "open")


def reopen(board):
    board.clerk.ask("POST", f"conversations/{board.key}/resolve", {})
    expect(board.page.locator(".thread-bar .chip.is-good")).to_be_visible()
    board.press("Shift+e")
    board.becomes("status", "open")


def menu(name):
    def check(board):
        board.press(name)
        expect(board.page.locator(".menu:popover-open")).to_be_visible()
        board.page.keyboard.press("Escape")
        expect(board.page.locator(".menu:popover-open")).to_have_count(0)

    return check


def until_reply(board):
    board.press("Shift+h")
    board.becomes("status", "snoozed")
    board.press("z")
    board.becomes("status", "open")


def to_me(board):
    board.clerk.ask("POST", f"conversations/{board.key}/assign", {"agent": None})
    expect(board.page.locator(".thread-bar .owner .avatar")).to_have_count(0)
    board.press("i")
    eventually(board.page, lambda: board.told("assignee"), "it is somebody's")
    board.press("z")
    board.becomes("assignee", None)


def unread(board):
    board.press("u")
    eventually(board.page, lambda: board.told("unread") > 0, "unread")
    board.fresh()


def select(board):
    board.press("x")
    expect(board.page.locator(".row.is-picked")).to_have_count(1)
    rows = [each.get_attribute("data-id") for each in board.page.locator(".row a").all()]
    out, back = ("j", "k") if rows[-1] != board.current() else ("k", "j")  # what is due stands first: it may be the last one
    board.press(f"Shift+{out}")
    expect(board.page.locator(".row.is-picked")).to_have_count(2)
    board.press(f"Shift+{back}")
    board.press("Escape")
    expect(board.page.locator(".row.is-picked")).to_have_count(0)
    board.fresh()


def everything(board):
    board.press("Control+a")
    expect(board.page.locator(".row.is-picked")).to_have_count(board.page.locator(".row").count())
    board.press("Escape")
    expect(board.page.locator(".row.is-picked")).to_have_count(0)


def opens(key, selector):
    def check(board):
        board.press(key)
        expect(board.page.locator(selector)).to_be_visible()
        board.page.keyboard.press("Escape")
        expect(board.page.locator(selector)).to_have_count(0)

    return check


def goes(letter, view):
    def check(board):
        board.press("g")
        board.press(letter)
        expect(board.page).to_have_url(f"{board.clerk.base}/inbox/{view}")
        board.fresh()

    return check


def folds(key, name):
    def check(board):
        desk = board.page.locator(".desk")
        before = name in desk.get_attribute("class")
        board.press(key)
        assert (name in desk.get_attribute("class")) is not before
        board.press(key)
        assert (name in desk.get_attribute("class")) is before

    return check


def writes(key, tab):
    def check(board):
        board.press(key)
        expect(board.clerk.box).to_be_focused()
        expect(board.page.locator(".composer [role=tab]").nth(tab)).to_have_attribute("aria-selected", "true")
        board.page.keyboard.press("Escape")
        expect(board.clerk.box).not_to_be_focused()
        board.fresh()

    return check


def sends(board):
    board.clerk.box.fill(f"sent from {board.layout}")
    board.press("Control+Enter")
    board.clerk.sees(f"sent from {board.layout}")


def sends_and_resolves(board):
    board.clerk.box.fill(f"settled from {board.layout}")
    board.press("Control+Shift+Enter")
    board.becomes("status", "resolved")
    board.clerk.ask("POST", f"conversations/{board.key}/reopen", {})
    board.fresh()


def marks(key, left, right):
    def check(board):
        board.clerk.box.fill("word")
        board.clerk.box.evaluate("box => box.select()")
        board.press(key)
        expect(board.clerk.box).to_have_value(f"{left}word{right}")
        board.clerk.box.fill("")

    return check


def order(board):
    button = board.clerk.page.locator(".list .order")
    for _ in range(2):
        before = button.get_attribute("aria-label")
        board.press("o")
        expect(button).not_to_have_attribute("aria-label", before)


ROWS = {
    "J": step("j"), "K": step("k"), "Down": step("ArrowDown"), "Up": step("ArrowUp"), "Enter, Esc": enter, "E, Z": resolve, "Shift E": reopen, "H": menu("h"), "Shift H": until_reply,
    "T": menu("t"), "P": menu("p"), "Shift T": menu("Shift+t"), "A": menu("a"), "I": to_me, "U": unread, "X, Shift J, Shift K": select, "Ctrl A": everything,
    "/": opens("/", "dialog.palette"), "Ctrl K": opens("Control+k", "dialog.palette"), "?": opens("?", "dialog.sheet"),
    "G I": goes("i", "mine"), "G U": goes("u", "unassigned"), "G M": goes("m", "mentions"), "G A": goes("a", "all"), "G S": goes("s", "snoozed"), "G D": goes("d", "drafts"), "G F": goes("f", "following"),
    "O": order, "[": folds("[", "thin-sidebar"), "]": folds("]", "no-details"), "R": writes("r", 0), "N": writes("n", 1), "Ctrl Enter": sends, "Ctrl Shift Enter": sends_and_resolves,
    "Ctrl B": marks("Control+b", "**", "**"), "Ctrl I": marks("Control+i", "_", "_"), "Ctrl Shift L": marks("Control+Shift+l", "[", "](https://)"),
}  # fmt: skip


@pytest.fixture(scope="module")
def board(chromium, desk, tmp_path_factory):
    stage = Stage(chromium, desk, tmp_path_factory.mktemp("keys"))
    clerk = stage.clerk("sara")
    row = clerk.page.locator(".row a", has_text="James Whitfield")
    yield Board(clerk, row.get_attribute("data-id"))
    stage.close()


@pytest.mark.parametrize("row", ROWS)
def test_each_row_of_the_map_on_each_layout(board, row):
    board.layout = "en"
    board.fresh()
    for layout in LAYOUTS:
        board.layout = layout
        ROWS[row](board)


def test_single_keys_can_be_switched_off(board):
    board.clerk.ask("PATCH", "me", {"single_keys": False})
    board.fresh()
    board.press("e")
    board.press("Control+k")
    expect(board.page.locator("dialog.palette")).to_be_visible()
    board.page.keyboard.press("Escape")
    assert board.told("status") == "open"
    board.clerk.ask("PATCH", "me", {"single_keys": True})


def test_keys_in_a_field_are_letters(board):
    board.fresh()
    board.clerk.box.press_sequentially("every key is a letter here")
    expect(board.clerk.box).to_have_value("every key is a letter here")
    assert board.told("status") == "open"
    board.clerk.box.fill("")
