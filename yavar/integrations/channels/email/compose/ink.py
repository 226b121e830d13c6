"""Typed text as markup: paragraphs with their own direction, links, and what reads from left to right even in Persian."""

import re
from html import escape
from typing import Final

from .words import direction

_INVISIBLE: Final = "\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069"
_LINK: Final = rf"(?P<link>(?<![A-Za-z0-9])(?:https?://|www\.)[^\s<>\"«»{_INVISIBLE}]{{3,2000}})"
_MAIL: Final = r"(?P<mail>(?<![\w.%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})"
_PHONE: Final = r"(?P<phone>(?<!\w)\+?\(?\d(?:[ \u00a0\-().]{0,2}\d){6,24}(?!\w|[-_/.#][A-Za-z]))"
_CODE: Final = r"(?P<code>(?<!\w)[A-Za-z0-9]{1,40}(?:[-_/.#][A-Za-z0-9]{1,40}){1,8}(?!\w))"
_FOUND: Final = re.compile("|".join((_LINK, _MAIL, _PHONE, _CODE)), re.IGNORECASE)
_STYLED: Final = re.compile(
    r"\*\*(?!\s)(?P<strong>[^*\n]{1,4000})(?<!\s)\*\*|(?<!\w)_(?!\s)(?P<em>[^_\n]{1,4000})(?<!\s)_(?!\w)|\[(?P<words>[^\[\]\n]{1,400})\]\((?P<href>https?://[^\s()<>\"]{3,2000})\)|(?<![A-Za-z0-9])https?://\S+"
)
_AFTER: Final = ".,;:!?'…،؛؟*_"  # marks that end a sentence, not an address
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}
_BLANK_LINES: Final = re.compile(r"\n(?:[ \t]*\n)+")
_HARD: Final = "\u00a0"
_SPACES: Final = re.compile(r" (?= )|^ ", re.MULTILINE)
ISOLATE: Final = 'dir="ltr" style="direction:ltr;unicode-bidi:isolate"'


def paragraphs(text: str, base: str, style: str, link_style: str) -> str:
    """The text as `<p>`s, each with the direction of its first letter (`base` without one), line breaks and blanks as typed. Everything is escaped."""
    made, gap, start = [], 0, 0
    text = text.strip("\n")
    for blank in [*_BLANK_LINES.finditer(text), None]:
        typed = text[start : blank.start() if blank else len(text)]
        way = direction(typed, base)
        breaks = "<br>\n" * gap
        body = "<br>\n".join(line(each, way, link_style) for each in typed.split("\n"))
        made.append(f'<p dir="{way}" style="{style}">{breaks}{body}</p>\n')
        if blank:
            gap, start = blank[0].count("\n") - 2, blank.end()
    return "".join(made)


def line(typed: str, way: str, link_style: str) -> str:
    """One line of text in a paragraph of the direction `way`: **bold**, _italic_ and [words](address) as the inbox shows them."""
    made, place, typed = [], 0, _SPACES.sub(_HARD, typed.replace("\t", "    "))  # blanks are kept: browsers would fold them
    for found in _STYLED.finditer(typed):
        made.append(_plain(typed[place : found.start()], way, link_style))
        if href := found["href"]:
            made.append(f'<a href="{escape(href)}" style="{link_style}">{_typed(found["words"])}</a>')
        elif found.lastgroup is None:  # a bare address is no markup
            made.append(_plain(found[0], way, link_style))
        else:
            made.append(f"<{found.lastgroup}>{_plain(str(found[str(found.lastgroup)]), way, link_style)}</{found.lastgroup}>")
        place = found.end()
    return "".join([*made, _plain(typed[place:], way, link_style)])


def _plain(typed: str, way: str, link_style: str) -> str:
    made, place = [], 0
    for found in _FOUND.finditer(typed):
        if found.start() < place:
            continue
        end = _end(typed, found) if found["link"] else found.end()
        made += [_typed(typed[place : found.start()]), _marked(typed[found.start() : end], str(found.lastgroup), way, link_style)]
        place = end
    return "".join([*made, _typed(typed[place:])])


def _end(typed: str, found: re.Match[str]) -> int:
    """Where the address ends: without the marks of the sentence around it, and without a bracket that was opened before it."""
    start, end = found.span()
    unopened = {close: typed.count(close, start, end) - typed.count(opening, start, end) for close, opening in _PAIRS.items()}
    while end > start and (typed[end - 1] in _AFTER or unopened.get(typed[end - 1], 0) > 0):
        end -= 1
        if typed[end] in unopened:
            unopened[typed[end]] -= 1
    return end


def _marked(word: str, kind: str, way: str, link_style: str) -> str:
    shown = escape(word)
    if kind == "link":
        href = shown if "://" in word[:8] else f"https://{shown}"
        return f'<a href="{href}" dir="ltr" style="{link_style}">{shown}</a>'
    if kind == "mail":
        return f'<a href="mailto:{shown}" dir="ltr" style="{link_style}">{shown}</a>'
    if way == "ltr" or not any(map(str.isdigit, word)):
        return shown
    return f"<span {ISOLATE}>{shown}</span>"


def _typed(text: str) -> str:
    return escape(text).replace(_HARD, "&nbsp;")
