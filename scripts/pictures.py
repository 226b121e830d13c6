"""Takes the README's pictures: starts a demonstration in a temporary folder, lets people talk, writes docs/pictures/*.png.

Run from the repository's root: PYTHONPATH=. .venv/bin/python scripts/pictures.py [folder]
"""

import smtplib
import sys
import tempfile
from email import message_from_bytes, policy
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.desk import ROOT, Desk

PHONE = (390, 844)
SHOP = {
    "fa": (
        "مهسا رستمی",
        ["سلام، این کتری روی اجاق القایی هم کار می‌کند؟", "و اگر امروز سفارش بدهم، تا پنجشنبه می‌رسد؟"],
        ["سلام! بله، کفش فولادی است و روی القایی خوب گرم می‌شود.", "تهران یک‌روزه است؛ چهارشنبه پیش از ظهر دستتان است."],
        "پس یکی می‌خواهم. رنگ فیروزه‌ای را هم دارید؟",
    ),
    "en": (
        "Ruth Adeyemi",
        ["Hello! Is the lid of this kettle tight? I pour with one hand.", "And can I still get it before Friday?"],
        ["Hi Ruth! It is: the lid clicks in and stays put, even when you tilt it all the way.", "Order by six today and it’s with you on Thursday."],
        "Perfect. I’ll take the turquoise one.",
    ),
}
MAILS = [
    (
        "نگین رضایی <negin@shop.example>",
        "کتری فیروزه‌ای نشت می‌کند",
        "سلام،\nکتری‌ای که هفتهٔ پیش خریدم از کنار دسته نشت می‌کند. عکسش را هم می‌فرستم. چه کار کنم؟\n\nدر دوشنبه ۱۲ آبان ۱۴۰۴ ساعت ۱۰:۰۰ Nila <support@nila.example> نوشت:\n> سفارشتان رسید.",
        {},
    ),
    ("Пётр Ильин <petr@shop.example>", "Заказ № 10482", "Здравствуйте! Когда придёт мой заказ?\n\nС уважением,\nПётр Ильин", {}),
    ("Bob <bob@shop.example>", "Out of office", "I am away until Monday.", {"Auto_Submitted": "auto-replied"}),
]


def talk(stage, lang: str, who: str):
    """A shopper and a clerk in the middle of a conversation; the clerk begins to write again."""
    name, asked, answers, last = SHOP[lang]
    clerk = stage.clerk(who, "/inbox/unassigned")
    clerk.open(clerk.page.locator(".row a").first.get_attribute("data-id"))  # somebody is there: the chat says so
    shopper = stage.shopper(lang, name).open_chat()
    shopper.begin(asked[0])
    clerk.open(shopper.conversation)
    clerk.reply(answers[0])
    shopper.sees(answers[0])
    shopper.say(asked[1])
    clerk.sees(asked[1])
    clerk.reply(answers[1])
    shopper.sees(answers[1])
    shopper.say(last)
    clerk.sees(last)
    clerk.box.press_sequentially("…")
    expect(shopper.log.locator(".typing")).to_be_visible()
    return shopper, clerk


def open_story(clerk, customer: str) -> None:
    """One of the demonstration's own conversations."""
    row = clerk.page.locator(".row a", has_text=customer)
    clerk.open(row.get_attribute("data-id"))
    clerk.box.blur()


def save(person, path: Path) -> None:
    person.page.evaluate("document.fonts.ready")
    person.page.wait_for_timeout(1200)  # faces, timers and toasts come to rest
    person.page.screenshot(path=path, animations="disabled")
    print(f"{path.stat().st_size / 1024:6.0f} KB  {path.name}")


ANSWER = "سلام خانم رضایی، خیلی متأسفیم. همین امروز یک کتری نو می‌فرستیم و پیک کتری خراب را می‌برد."


def answered(stage, folder: Path) -> None:
    """An answer by mail that has just been written, who gets it, and where its server is named."""
    clerk = stage.clerk("amir", "/inbox/all")
    open_story(clerk, MAILS[0][1])
    clerk.reply(ANSWER)
    clerk.sees(ANSWER)
    save(clerk, folder / "inbox-mail-fa.png")
    nila = stage.clerk("nila", "/inbox/all")
    nila.page.goto(f"{stage.desk.url}/settings/mail?lang=en")
    nila.page.locator("#inboxes a.link").first.click()
    nila.page.locator("#outgoing a").click()
    save(nila, folder / "settings-outgoing-en.png")


def letters(stage, folder: Path) -> None:
    """Mails as customers see them, in three languages, in the light and in the dark."""
    from yavar.integrations.channels.email.compose import compose
    from yavar.integrations.channels.email.tests.letters_out import outgoing

    for lang in ("fa", "ru", "en"):
        html = message_from_bytes(compose(outgoing(lang)), policy=policy.default).get_body(("html",)).get_content()
        for scheme in ("light", "dark"):
            page = stage.page(lang, (640, 620), color_scheme=scheme)
            page.set_content(html)
            page.screenshot(path=folder / f"mail-{lang}-{scheme}.png")
            page.close()


DESKS = {
    # who works, who looks on, whose conversation is open, and what is being written
    "en": ("sara", "amir", "Tom Okafor", "No need, please just recycle it. Your new lid leaves our warehouse today and should"),
    "fa": ("amir", "sara", "مریم کریمی", "نه، نیازی نیست؛ خودتان بازیافتش کنید. درِ نو همین امروز از انبار راه می‌افتد و"),
    "ru": ("lena", "nila", "Анна Соколова", "Отложила для вас один чайник до вечера. Когда вам удобно"),
}


def desks(stage, folder: Path) -> None:
    """The inbox in three languages, light and dark, with a colleague looking on and an answer half written; and the palette over it."""
    for lang, (who, other, customer, words) in DESKS.items():
        for scheme in ("light", "dark"):
            colleague = stage.clerk(other, "/inbox/all")
            open_story(colleague, customer)
            clerk = stage.clerk(who, "/inbox/all", color_scheme=scheme)
            open_story(clerk, customer)
            clerk.box.fill(words)
            clerk.box.focus()
            expect(clerk.page.locator(".viewing")).to_be_visible()
            clerk.page.wait_for_timeout(1500)  # the draft is saved, the counts beside the views have come
            save(clerk, folder / f"inbox-{lang}-{scheme}.png")
            clerk.box.fill("")
            if lang == "en" and scheme == "light":
                clerk.box.blur()
                clerk.page.keyboard.press("Control+k")
                clerk.page.keyboard.type("snooze")
                save(clerk, folder / "inbox-palette-en-light.png")
                clerk.page.keyboard.press("Escape")
                canned(clerk, folder)
            clerk.page.wait_for_timeout(1000)
            for person in (colleague, clerk):
                person.page.context.close()
                stage.people.remove(person)


def canned(clerk, folder: Path) -> None:
    """What a slash offers, and the person's whole history."""
    clerk.box.press_sequentially("/")
    expect(clerk.page.locator(".mention-menu [role=option]").first).to_be_visible()
    save(clerk, folder / "inbox-canned-en.png")
    clerk.box.fill("")
    clerk.page.locator('.details a.link[href*="/inbox/customers/"]').click()
    expect(clerk.page.locator(".history .bubble").first).to_be_visible()
    save(clerk, folder / "customer-en.png")


def phones(stage, folder: Path) -> None:
    """Three phones: the list with a row pushed aside, a conversation in the dark, the chat."""
    amir = stage.clerk("amir", "/inbox/all", size=PHONE, has_touch=True, is_mobile=True)
    row = amir.page.locator(".row").nth(3)
    row.evaluate("line => line.scrollTo({left: -200})")
    save(amir, folder / "phone-list-fa-light.png")
    sara = stage.clerk("sara", "/inbox/all", size=PHONE, has_touch=True, is_mobile=True, color_scheme="dark")
    open_story(sara, "Tom Okafor")
    sara.box.fill(DESKS["en"][3])
    save(sara, folder / "phone-thread-en-dark.png")
    sara.box.fill("")
    shopper = stage.shopper("ru", size=PHONE, has_touch=True, is_mobile=True).open_chat()
    shopper.begin("Здравствуйте! Деньги списались, а заказ не подтвердился")
    lena = stage.clerk("lena", "/inbox/all")
    lena.open(shopper.conversation)
    lena.reply("Здравствуйте, Ольга! Проверила вместе с банком: платёж прошёл. Подтвердила заказ вручную, сегодня отправим.")
    shopper.sees("Подтвердила заказ вручную")
    shopper.say("Спасибо, очень быстро!")
    shopper.delivered("Спасибо, очень быстро!")
    save(shopper, folder / "phone-chat-ru-light.png")


def states(stage, folder: Path) -> None:
    """What is seldom seen: nothing to do, a filter that finds nothing, a colleague who writes, no line, an answer that did not leave."""
    for scheme in ("light", "dark"):
        sara = stage.clerk("sara", "/inbox/mentions?tab=done", color_scheme=scheme)
        sara.go("/inbox/mine?tab=waiting")
        save(sara, folder / f"state-empty-en-{scheme}.png")
        open_story(amir := stage.clerk("amir", "/inbox/all"), "James Whitfield")
        sara.go("/inbox/all")
        open_story(sara, "James Whitfield")
        amir.box.press_sequentially("Yes, it")
        expect(sara.page.locator(".over-composer")).to_be_visible()
        sara.page.route(
            "**/messages", lambda route: route.fulfill(status=422, json={"problem": {"code": "file.unknown", "title": "One of the files is no longer here."}})
        )
        sara.reply("Your new lid leaves today.")
        expect(sara.log.locator(".is-failed").first).to_be_visible()
        sara.cut_off(True)
        expect(sara.banner).to_be_visible(timeout=15_000)
        save(sara, folder / f"state-trouble-en-{scheme}.png")
        sara.cut_off(False)
        amir.box.fill("")
        amir.page.wait_for_timeout(1000)
        for person in (sara, amir):
            person.page.context.close()
            stage.people.remove(person)


def ways(stage, lang: str, path: Path) -> None:
    """The corner of the shop's page with what the chat's button offers."""
    shopper = stage.shopper(lang)
    shopper.press_launcher()
    shopper.page.wait_for_timeout(400)
    shopper.page.screenshot(path=path, animations="disabled", clip={"x": 0 if lang == "fa" else 1100, "y": 540, "width": 340, "height": 360})


def board(stage, folder: Path) -> None:
    """The supervisor's board, with two of the team at work."""
    for who in ("amir", "lena"):
        stage.clerk(who, "/inbox/all")
    sara = stage.clerk("sara", "/inbox/all", color_scheme="dark")
    sara.page.goto(f"{stage.desk.url}/board")
    expect(sara.page.locator(".press-row a[aria-label]").first).to_be_visible()
    save(sara, folder / "board-en-dark.png")


def take(stage, folder: Path) -> None:
    from yavar.integrations.channels.email.testing import mail

    desks(stage, folder)
    states(stage, folder)
    phones(stage, folder)
    for lang, who in (("en", "sara"), ("fa", "amir")):
        shopper, clerk = talk(stage, lang, who)
        save(shopper, folder / f"widget-{lang}-light.png")
        ways(stage, lang, folder / f"launcher-{lang}.png")
        clerk.box.fill("")
    for lang, page in (("en", "people"), ("fa", "audit"), ("ru", "roles"), ("en", "replies")):
        nila = stage.clerk("nila", "/inbox/all")
        nila.page.goto(f"{stage.desk.url}/settings/{page}?lang={lang}")
        save(nila, folder / f"settings-{page}-{lang}.png")
    nila = stage.clerk("nila", "/inbox/all")
    with smtplib.SMTP("127.0.0.1", stage.desk.smtp) as line:
        for sender, subject, text, more in MAILS:
            line.sendmail("somebody@shop.example", ["support@nila.example"], mail(text, sender=sender, subject=subject, **more))
    nila.page.wait_for_timeout(2000)
    nila.page.goto(f"{stage.desk.url}/settings/mail?lang=en")
    nila.page.locator("#inboxes a.link").first.click()
    save(nila, folder / "settings-mail-en.png")
    nila.page.goto(f"{stage.desk.url}/settings/received?state=all&lang=en")
    save(nila, folder / "settings-received-en.png")
    board(stage, folder)
    answered(stage, folder)
    letters(stage, folder)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    import django

    django.setup()  # tests.desk has named the settings
    from tests.browser import Stage, launch

    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        desk = Desk(Path(place)).start()
        try:
            stage = Stage(launch(playwright), desk, folder)
            take(stage, folder)
            stage.close()
        finally:
            desk.stop()


if __name__ == "__main__":
    main()
