"""People at browsers: a shopper on the shop's page, a clerk at the inbox. A plugin for tests: `pytest_plugins = ["tests.browser"]`.

PYTEST_DONT_REWRITE: the tests import it before pytest does.
"""

import hashlib
import hmac
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, Playwright, expect, sync_playwright

from tests.desk import Cut, Desk

expect.set_options(timeout=10_000)
LAPTOP = (1440, 900)
GET = "async ([path, headers]) => { const r = await fetch(path, {headers: {Accept: 'application/json', ...headers}, cache: 'no-store'}); return r.json(); }"

SEND = """async ([method, path, body]) => { const headers = {"Content-Type": "application/json", "X-CSRFToken": JSON.parse(document.getElementById("boot").textContent).csrf};
  const r = await fetch(path, {method, headers, body: body === null ? undefined : JSON.stringify(body)}); const text = await r.text(); return [r.status, text ? JSON.parse(text) : null]; }"""


def find_chromium(whole: bool = False) -> str | None:
    """The Chromium of this machine; unless the `whole` is wanted, rather the one without a window's furniture, which costs a fifth less."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names if whole else ("chromium-headless-shell", *names))), None)


def launch(playwright: Playwright, whole: bool = False) -> Browser:
    return playwright.chromium.launch(executable_path=find_chromium(whole), args=["--no-sandbox"])


def signed(customer: str) -> str:
    """What the shop's server signs for its customer."""
    from yavar.config.demo import SECRET

    return hmac.new(SECRET.encode(), customer.encode(), hashlib.sha256).hexdigest()


def eventually(page: Page, true: Callable[[], Any], what: str, seconds: float = 10) -> Any:
    """For facts that only the server can tell."""
    until = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < until, f"not within {seconds} s: {what}"
        page.wait_for_timeout(100)
    return found


def fits(page: Page) -> bool:
    """Nothing of the page stands outside the window's width."""
    return page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(f"console: {said.text}") if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def stay(self) -> None:
        """From here on the page must not load anew."""
        self.page.evaluate("window.stayed = true")

    def stayed(self) -> bool:
        return self.page.evaluate("window.stayed === true")

    def cut_off(self, on: bool) -> None:
        self.page.context.set_offline(on)


class Shopper(Person):
    """A visitor of the shop."""

    def __init__(self, page: Page, base: str, lang: str, name: str) -> None:
        super().__init__(page, base)
        self.lang, self.name, self.panel = lang, name, page.main_frame
        self.known = False

    def visit(self) -> "Shopper":
        self.page.goto(f"{self.base}/shop?lang={self.lang}")
        self.page.wait_for_function("Boolean(window.yavar?.open)")
        return self

    def open_chat(self) -> "Shopper":
        """A press on the launcher, which stands in a closed shadow, so by its place; then Enter on the first of the ways it offers, which is the chat."""
        with self.page.expect_event("framenavigated", lambda frame: "/panel?" in frame.url):
            self.press_launcher()
            self.page.keyboard.press("Enter")
        self.panel: Frame = next(frame for frame in self.page.frames if "/panel?" in frame.url)
        expect(self.box).to_be_visible()
        return self

    def press_launcher(self) -> None:
        size = self.page.viewport_size
        self.page.mouse.click(48 if self.lang == "fa" else size["width"] - 48, size["height"] - 48)

    @property
    def box(self) -> Locator:
        return self.panel.locator("textarea")

    @property
    def log(self) -> Locator:
        return self.panel.get_by_role("log")

    @property
    def banner(self) -> Locator:
        return self.panel.locator(".banner")

    def bubble(self, text: str) -> Locator:
        return self.log.locator(".said .bubble", has_text=text)

    def begin(self, text: str) -> None:
        """The first message: the chat asks for a name before it."""
        self.box.fill(text)
        self.box.press("Enter")
        form = self.panel.locator("form.who")
        form.locator("input[name=name]").fill(self.name)
        form.locator("button.primary").click()
        self.delivered(text)

    def say(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def delivered(self, text: str, seconds: float = 10) -> None:
        """The server has it."""
        expect(self.log.locator(".said.mine:not(.waiting):not(.failed) .bubble", has_text=text)).to_have_count(1, timeout=seconds * 1000)

    def sees(self, text: str, seconds: float = 10) -> None:
        expect(self.bubble(text)).to_have_count(1, timeout=seconds * 1000)

    def texts(self) -> list[str]:
        return self.log.locator(".said .bubble:not(.typing)").all_inner_texts()

    def get(self, path: str) -> Any:
        """An answer of the desk to this visitor."""
        key = re.search(r"/chat/([^/]+)/panel", self.panel.url)[1]
        token = self.panel.evaluate("key => JSON.parse(localStorage.getItem(`yavar:${key}:token`))", key)
        return self.panel.evaluate(GET, [path, {"Authorization": f"Bearer {token}"}])

    @property
    def conversation(self) -> str:
        return self.get("/chat/hello")["conversation"]["id"]

    def stored(self) -> list[str]:
        """The thread as the desk keeps it."""
        return [message["text"] for message in self.get("/chat/hello")["messages"]]

    def stay(self) -> None:
        super().stay()
        self.panel.evaluate("window.stayed = true")

    def stayed(self) -> bool:
        return super().stayed() and self.panel.evaluate("window.stayed === true")


class Clerk(Person):
    """An agent of the desk at the inbox."""

    def __init__(self, page: Page, base: str, who: str) -> None:
        super().__init__(page, base)
        self.email = f"{who}@nila.example"

    def sign_in(self, path: str = "/inbox/all") -> "Clerk":
        from yavar.config.demo import PASSWORD  # needs Django's settings, which a script makes ready first

        self.page.goto(f"{self.base}/sign-in?next={quote(path)}")
        self.page.fill("input[name=username]", self.email)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.press("input[name=password]", "Enter")
        expect(self.page.locator(".list[aria-label]")).to_be_visible()  # the client's own: the shell that comes with the page has no name
        return self

    def go(self, path: str) -> None:
        self.page.goto(f"{self.base}{path}")
        expect(self.page.locator(".list[aria-label], .thread[aria-label]").first).to_be_visible()

    def row(self, conversation: str) -> Locator:
        return self.page.locator(f'.row a[data-id="{conversation}"]')

    def open(self, conversation: str) -> None:
        self.row(conversation).click()
        expect(self.page).to_have_url(re.compile(re.escape(conversation)))  # and not the row that came to stand there
        expect(self.page.locator(".thread .log article").first).to_be_visible()
        self.page.mouse.move(720, 320)  # under a pointer no row moves

    @property
    def log(self) -> Locator:
        return self.page.locator(".thread .log")

    @property
    def box(self) -> Locator:
        return self.page.locator(".composer-text")

    @property
    def banner(self) -> Locator:
        return self.page.locator(".panes-box > .banner")

    def reply(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Control+Enter")

    def note(self, text: str) -> None:
        self.page.locator(".composer .segment .tab").nth(1).click()
        self.box.fill(text)
        self.box.press("Control+Enter")
        expect(self.log.locator(".is-note", has_text=text)).to_have_count(1)

    def sees(self, text: str, seconds: float = 10) -> None:
        expect(self.log.locator(".bubble", has_text=text)).to_have_count(1, timeout=seconds * 1000)

    def delivered(self, text: str, seconds: float = 10) -> None:
        """The server has it. When the customer wrote meanwhile, the desk asks once; the answer is yes."""
        ask, there = self.log.locator(".meta.is-ask .link").first, self.log.locator(".message.is-out:not(.is-own) .bubble", has_text=text)
        expect(ask.or_(there).first).to_be_visible(timeout=seconds * 1000)
        if ask.is_visible():
            ask.click()
        expect(there).to_have_count(1)

    def texts(self) -> list[str]:
        return self.log.locator(".message:not(.is-note) .bubble").all_inner_texts()

    def key(self, code: str, typed: str, shift: bool = False) -> None:
        """A key as a Persian keyboard sends it: the letter is Persian, the place is `code`."""
        self.page.evaluate(
            "([code, key, shiftKey]) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {code, key, shiftKey, bubbles: true, cancelable: true}))",
            [code, typed, shift],
        )

    def get(self, path: str) -> Any:
        return self.page.evaluate(GET, [path, {}])

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """A write as this agent's own inbox sends it. What the desk refuses fails the test."""
        status, answer = self.page.evaluate(SEND, [method, f"/api/v1/{path}", body])
        assert status < 300, (method, path, status, answer)
        return answer

    def more(self, icon: str) -> None:
        """The menu behind … , and what it holds."""
        self.page.locator(".thread-bar [data-menu~=more]").click()
        self.page.locator(f'.menu-item:has(use[href$="#{icon}"])').first.click()

    def side(self, number: int) -> Locator:
        """The pane beside the thread: 0 the customer, 1 the conversation."""
        self.page.locator(".details [role=tab]").nth(number).click()
        return self.page.locator(".details-body")

    def told(self, conversation: str) -> dict[str, Any]:
        """A row as the desk keeps it."""
        return self.get(f"/api/v1/conversations/{conversation}")["row"]


class Stage:
    """Brings people on, and keeps pictures of what they saw."""

    def __init__(self, chromium: Browser, desk: Desk, folder: Path, workers: str = "block") -> None:
        self.chromium, self.desk, self.folder, self.workers = chromium, desk, folder, workers
        self.people: list[Person] = []
        self.lines: list[Cut] = []

    def page(self, lang: str, size: tuple[int, int] = LAPTOP, **more: Any) -> Page:
        locale = {"fa": "fa-IR", "ru": "ru-RU"}.get(lang, "en-GB")
        context = self.chromium.new_context(locale=locale, viewport={"width": size[0], "height": size[1]}, service_workers=self.workers, **more)
        return context.new_page()

    def shopper(self, lang: str = "fa", name: str = "", base: str = "", **more: Any) -> Shopper:
        name = name or {"fa": "مهسا رستمی", "ru": "Ольга Белова", "en": "Ruth Adeyemi"}[lang]
        shopper = Shopper(self.page(lang, **more), base or self.desk.url, lang, name)
        self.people.append(shopper)
        return shopper.visit()

    def clerk(self, who: str = "amir", path: str = "/inbox/all", base: str = "", **more: Any) -> Clerk:
        lang = {"amir": "fa", "lena": "ru"}.get(who, "en")
        clerk = Clerk(self.page(lang, **more), base or self.desk.url, who)
        self.people.append(clerk)
        return clerk.sign_in(path)

    def line(self) -> Cut:
        """A line to the desk that can be cut; the chat may be shown through it."""
        line = Cut(self.desk.port)
        self.lines.append(line)
        self.desk.allow(line.url)
        return line

    def pictures(self, name: str, folder: Path) -> list[Path]:
        saved = []
        for number, person in enumerate(self.people, 1):
            path = folder / f"{name}-{number}-{type(person).__name__.lower()}.png"
            try:
                person.page.screenshot(path=path, timeout=5000)
                saved.append(path)
            except Exception as error:
                person.complaints.append(f"no picture: {error}")
        return saved

    def close(self) -> None:
        for line in self.lines:
            line.mend()
        for person in self.people:
            person.page.context.close()
        for line in self.lines:
            line.close()


@pytest.fixture(scope="module")
def chromium(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """One for a whole file; not longer, because Playwright's loop would forbid Django's ORM to the tests after it. A file that needs what only a whole
    browser has says WHOLE_CHROMIUM."""
    whole = getattr(request.module, "WHOLE_CHROMIUM", False)
    if find_chromium(whole) is None:
        pytest.skip("no Chromium on this machine (chromium, chromium-browser, google-chrome)")
    with sync_playwright() as playwright:
        browser = launch(playwright, whole)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    found = Desk(tmp_path_factory.mktemp("desk")).start()
    yield found
    found.stop()


@pytest.fixture
def stage(request: pytest.FixtureRequest, chromium: Browser, desk: Desk, tmp_path: Path) -> Iterator[Stage]:
    """Without service workers: what goes by way of one, a test can't be sure to meet on its way. A file that is about them says SERVICE_WORKERS."""
    found = Stage(chromium, desk, tmp_path, "allow" if getattr(request.module, "SERVICE_WORKERS", False) else "block")
    yield found
    found.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    """What everybody saw at the end: always where YAVAR_TEST_PICTURES says, after a failure also beside the test's other files."""
    report = yield
    stage = getattr(item, "funcargs", {}).get("stage")
    if call.when != "call" or stage is None:
        return report
    name = re.sub(r"\W+", "-", item.name).strip("-")
    if folder := os.environ.get("YAVAR_TEST_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        stage.pictures(name, Path(folder))
    if report.failed:
        report.sections.append(("pictures", "\n".join(map(str, stage.pictures(name, stage.folder)))))
        report.sections.append(("browsers", "\n".join(f"{type(p).__name__}: {c}" for p in stage.people for c in p.complaints[-20:])))
        report.sections.append(("desk", stage.desk.log.read_text()[-2000:]))
    return report
