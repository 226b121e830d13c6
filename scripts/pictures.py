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


def ways(stage, lang: str, path: Path) -> None:
    """The corner of the shop's page with what the chat's button offers."""
    shopper = stage.shopper(lang)
    shopper.press_launcher()
    shopper.page.wait_for_timeout(400)
    shopper.page.screenshot(path=path, animations="disabled", clip={"x": 0 if lang == "fa" else 1100, "y": 540, "width": 340, "height": 360})


def take(stage, folder: Path) -> None:
    from yavar.integrations.channels.email.testing import mail

    for lang, who in (("en", "sara"), ("fa", "amir")):
        shopper, clerk = talk(stage, lang, who)
        save(shopper, folder / f"shop-{lang}.png")
        ways(stage, lang, folder / f"launcher-{lang}.png")
        clerk.box.fill("")
    sara = stage.clerk("sara", "/inbox/all")
    open_story(sara, "Tom Okafor")
    save(sara, folder / "inbox-en.png")
    amir = stage.clerk("amir", "/inbox/all", color_scheme="dark")
    open_story(amir, "مریم کریمی")
    save(amir, folder / "inbox-fa.png")
    lena = stage.clerk("lena", "/inbox/all")
    open_story(lena, "Анна Соколова")
    save(lena, folder / "inbox-ru.png")
    for lang, page in (("en", "people"), ("fa", "audit"), ("ru", "roles")):
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
    answered(stage, folder)
    letters(stage, folder)
    phone = stage.clerk("amir", "/inbox/mine", size=PHONE, has_touch=True, is_mobile=True)
    open_story(phone, "مریم کریمی")
    save(phone, folder / "phone.png")


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
