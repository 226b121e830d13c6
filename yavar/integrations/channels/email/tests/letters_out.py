"""Mails to be composed, for the tests of `compose`: a shop answers in three languages."""

from datetime import UTC, datetime, timedelta
from typing import Any

from yavar.integrations.channels.email.compose import Address, Look, Outgoing, Part, Quoted

AT = datetime(2026, 11, 26, 6, 30, tzinfo=UTC)
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000049454e44ae426082")
BY_LANGUAGE: dict[str, dict[str, Any]] = {
    "fa": {
        "zone": "Asia/Tehran", "subject": "Re: کتری برقی هنوز نرسیده است و من سه روز است که منتظرم", "sender": Address("support@nila.example", "فروشگاه نیلا"),
        "to": (Address("maryam@shop.example", "مریم کریمی"),), "look": Look("نیلا", 205, 0.088, "https://nila.example"),
        "text": "سلام مریم عزیز،\n\nسفارش NL-10482 دیروز به پست تحویل شد. پیگیری آن از اینجاست:\nhttps://post.example/?id=1&x=2\n\nاگر تا شنبه نرسید، همین‌جا پاسخ دهید.",
        "signature": "سارا احمدی\nپشتیبانی نیلا",
        "quoted": (Quoted("مریم کریمی", AT - timedelta(hours=3), "سلام\nکتری من هنوز نرسیده.\n\nکی می‌رسد؟"), Quoted("Sara", AT - timedelta(days=2), "فردا ارسال می‌شود.")),
    },
    "ru": {
        "zone": "Europe/Moscow", "subject": "Re: Чайник ещё не пришёл, жду третий день, ответьте, пожалуйста", "sender": Address("support@nila.example", "Магазин «Нила»"),
        "to": (Address("ivan@shop.example", "Иван Петров"),), "look": Look("Нила", 25, 0.12, "https://nila.example"),
        "text": "Здравствуйте, Иван!\n\nЗаказ NL-10482 вчера передан на почту. Отследить его можно здесь:\nhttps://post.example/?id=1&x=2\n\nЕсли до субботы посылки не будет, ответьте на это письмо.",
        "signature": "Анна Смирнова\nПоддержка «Нилы»",
        "quoted": (Quoted("Иван Петров", AT - timedelta(hours=3), "Добрый день!\nЧайник так и не пришёл.\n\nКогда его ждать?"), Quoted("Анна", AT - timedelta(days=2), "Отправим завтра.")),
    },
    "en": {
        "zone": "Europe/London", "subject": "Re: My kettle hasn't come yet", "sender": Address("support@nila.example", "Nila"),
        "to": (Address("jane@shop.example", "Jane Doe"),), "look": Look("Nila", 285, 0.12, "https://nila.example"),
        "text": "Hi Jane,\n\nYour order NL-10482 left us yesterday. Follow it here:\nhttps://post.example/?id=1&x=2\n\nIf it isn't there by Saturday, reply to this mail.",
        "signature": "Sara Ahmadi\nNila support",
        "quoted": (Quoted("Jane Doe", AT - timedelta(hours=3), "Hello\nMy kettle hasn't come yet.\n\nWhen will it?"), Quoted("Sara", AT - timedelta(days=2), "We'll ship it tomorrow.")),
    },
}  # fmt: skip


def outgoing(lang: str = "fa", **others: Any) -> Outgoing:
    """A mail of the shop's in `lang`, with whatever is to be different."""
    return Outgoing(**{"message_id": "q1w2e3r4@nila.example", "at": AT, "lang": lang, **BY_LANGUAGE[lang], **others})


def picture(name: str = "کتری.png") -> Part:
    return Part(name, "image/png", PNG, inline=True)
