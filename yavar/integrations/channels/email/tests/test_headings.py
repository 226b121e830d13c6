"""What mail programs write over a quoted letter, in Persian, Russian, English and others: own words stay, the rest goes.

Each block of `headings_*.txt` is one program's heading. Where its name says "unquoted", the old letter stands under it without quote marks.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from yavar.integrations.channels.email.reply import strip

OWN = {
    "fa": (
        "سلام\nسفارش من هنوز نرسیده است.\n\nکی ارسال می‌شود؟",
        "بله",
        "سلام، این‌ها را می‌خواهم:\n- کفش سایز ۴۲\n- جوراب\n\nآدرس: تهران، خیابان ولیعصر، پلاک ۱۲\nتلفن: ۰۹۱۲۱۲۳۴۵۶۷\nممنون از شما",
        "در تاریخ ۱۲ آبان ساعت ۱۰:۰۰ پول را پرداخت کردم. شماره پیگیری ۱۲۳۴۵۶ است.\nلطفاً به این نشانی هم خبر بدهید: ali@example.org",
    ),
    "ru": (
        "Здравствуйте!\nЗаказ так и не пришёл.\n\nКогда его отправят?",
        "Да",
        "Добрый день, нужно вот что:\n- ботинки, размер 42\n- носки\n\nАдрес: Москва, ул. Лесная, 5\nТелефон: +7 900 123-45-67\nСпасибо",
        "3 ноября 2026 г. в 10:00 я оплатил заказ.\nКопию пришлите на ivan@example.org, пожалуйста.\nОт кого ждать звонка: от вас или от курьера?",
    ),
    "en": (
        "Hello\nMy order hasn't come yet.\n\nWhen will you send it?",
        "Yes",
        "Hi, I want these:\n- shoes, size 42\n- socks\n\nAddress: 5 Forest Street\nPhone: +1 555 0100\nThanks",
        "On Monday at 10:00 I paid for it.\nTo whom shall I write? I've asked jane@example.org.\nDate of the order: 3 November 2026",
    ),
}  # fmt: skip
OLD = "سلام علی عزیز,\n\nЗаказ 10482 отправлен.\nFrom our shop with love: see you at 10:00.\n\nhttps://shop.example/orders/10482"


def headings(language: str) -> Iterator[tuple[str, str]]:
    blocks = (Path(__file__).parent / f"headings_{language}.txt").read_text("utf-8").split("\n# ")
    for block in blocks:
        name, _, heading = block.removeprefix("# ").partition("\n")
        yield name, heading.rstrip("\n")


def letters(language: str, name: str, heading: str) -> Iterator[tuple[str, str]]:
    """(mail, own words), in the ways in which the same program's mails differ."""
    old = OLD if name.endswith("unquoted") else "\n".join(f"> {line}" for line in OLD.split("\n"))
    for own in OWN.get(language, OWN["en"]):
        yield f"{own}\n\n{heading}\n\n{old}\n", own
        yield f"{own}\n{heading}\n{old}", own
        yield f"{own}\n\n\n{heading}\n{old}\n\n".replace("\n", "\r\n"), own


CASES = [(language, name, heading) for language in ("fa", "ru", "en", "others") for name, heading in headings(language)]


@pytest.mark.parametrize(("language", "name", "heading"), CASES, ids=[f"{language}: {name}" for language, name, _ in CASES])
def test_history_is_cut(language: str, name: str, heading: str) -> None:
    for mail, own in letters(language, name, heading):
        assert strip(mail).text.split() == own.split(), mail


def test_there_are_enough() -> None:
    count = {language: sum(case[0] == language for case in CASES) for language in ("fa", "ru", "en", "others")}
    assert count["fa"] >= 60 and count["ru"] >= 60, count


@pytest.mark.parametrize("language", ["fa", "ru", "en"])
def test_own_words_alone_stay(language: str) -> None:
    for own in OWN[language]:
        assert strip(own).text == own
        assert strip(own).signature == ""
