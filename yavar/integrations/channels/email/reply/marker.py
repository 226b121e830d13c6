"""The line that our own mails begin with. People answer above it, and everything from it on is history in whatever program they have."""

from typing import Final

from .fold import fold

MARKER: Final = {
    "en": "Please write above this line",
    "fa": "لطفاً پاسخ خود را بالای این خط بنویسید",
    "ru": "Пожалуйста, пишите ответ выше этой строки",
}
_FOLDED: Final = tuple(fold(text) for text in MARKER.values())


def is_marker(folded_line: str) -> bool:
    """Programs wrap, indent, quote and decorate the line, so it is enough that it stands within."""
    return any(text in folded_line for text in _FOLDED)
