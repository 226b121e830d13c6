"""The line over a quoted message, in the form that mail programs of the customer's language write it."""

from django.utils import translation
from django.utils.translation import gettext

from yavar.desk.moments import said

from .letter import Quoted
from .words import isolated, one_line

ENOUGH = 20_000  # characters of history; Gmail hides what makes a mail longer than 100 kB


def heading(message: Quoted, lang: str, zone: str) -> str:
    """ "On Tue, 3 Nov 2026 at 10:00, Sara wrote:". `reply.attribution` knows it over a quote."""
    day, time = said(message.at, zone, lang)
    author = isolated(one_line(message.author, 100), "rtl" if lang == "fa" else "ltr")
    with translation.override(lang):
        # Translators: the line over an earlier message in a mail, as mail programs write it; it must end with "wrote:" in your language
        return gettext("On {day} at {time}, {author} wrote:").format(day=day, time=time, author=author or "…")


def kept(messages: tuple[Quoted, ...]) -> tuple[Quoted, ...]:
    """The newest messages (they stand first) that together have at most ENOUGH characters, at least one of them; an overlong one is cut."""
    found: list[Quoted] = []
    room = ENOUGH
    for message in messages:
        if found and len(message.text) > room:
            break
        text = message.text if len(message.text) <= room else message.text[: room - 1] + "…"
        found.append(Quoted(message.author, message.at, text))
        room -= len(text)
    return tuple(found)
