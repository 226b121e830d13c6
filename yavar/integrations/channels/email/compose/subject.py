"""The subject of an answer."""

import re
from typing import Final

from django.utils import translation
from django.utils.translation import gettext

from .words import one_line

LONGEST: Final = 200  # characters
_ANSWERS: Final = [
    "re",
    "aw",
    "sv",
    "vs",
    "vá",
    "antw",
    "odp",
    "ynt",
    "rif",
    "r",
    "sva",
    "atb",
    "bls",
    "απ",
    "σχετ",
    "תגובה",
    "হে",
    "回复",
    "回覆",
    "答复",
    "返信",
    "답장",
    "回信",
    "ответ",
    "отв",
    "پاسخ",
    "جواب",
    "در\u200cپاسخ",
    "در\u200cپاسخ\u200cبه",
    "ج",
    "رد",
    "الرد",
    "رد\u200cعلى",
]
_MARKS: Final = "\\s\u200e\u200f\u061c\ufeff"
_AGAIN: Final = re.compile(
    rf"[{_MARKS}]*(?:{'|'.join(re.escape(each).replace(chr(0x200C), f'[{chr(0x200C)} ]') for each in sorted(_ANSWERS, key=len, reverse=True))})"
    rf"[{_MARKS}]{{0,3}}(?:\[\d{{1,3}}\]|\(\d{{1,3}}\)|\^\d{{1,3}}|\*\d{{1,3}})?[{_MARKS}]{{0,3}}[:：]",
    re.IGNORECASE,
)


def subject_of(subject: str, lang: str, shop: str) -> str:
    """The subject of an answer to a mail with `subject`: one "Re:" whatever and however often clients wrote it, in any language (RFC 5322 section 3.6.5).

    A mail without a subject is answered with "Your question to {shop}" in `lang`.
    """
    bare = one_line(subject, 1000)
    start = 0
    while again := _AGAIN.match(bare, start):
        start = again.end()
    bare = bare[start:].strip()
    if any(map(str.isalnum, bare)):
        return one_line(f"Re: {bare}", LONGEST)
    with translation.override(lang):
        return gettext("Your question to {shop}").format(shop=one_line(shop, 100))
