"""Where the history begins, by the classes and ids that mail programs give to the element which holds it."""

from typing import Final

import lxml.etree
import lxml.html

from .fold import fold
from .lines import Line
from .phrases import FORWARD

_CAP: Final = 2_000_000  # letters of HTML
_PROBE: Final = 48  # letters of the history that are looked for in the text
_CLASSES: Final = frozenset({
    "gmail_quote", "gmail_quote_container", "gmail_attr", "yahoo_quoted", "moz-cite-prefix", "moz-email-headers-table", "protonmail_quote", "zmail_extra",
    "tutanota_quote", "js-helper", "ms-outlook-mobile-reference-message", "yandex-quote", "WordSection1_quote", "zimbra-quote", "rambler_quote", "ydp-yahoo_quoted",
})  # fmt: skip
_IDS: Final = frozenset({
    "divRplyFwdMsg", "appendonsend", "mail-editor-reference-message-container", "reply-intro", "replybody1", "isReplyContent", "zwchr", "OLK_SRC_BODY_SECTION",
    "ymail_android_quoted", "stopSpelling", "x_divRplyFwdMsg",
})  # fmt: skip


def history_starts(lines: list[Line], html: str) -> int:
    """The line of the text at which the history begins; the number of lines when the HTML does not say so or says more than that."""
    root = _tree(html[:_CAP])
    if root is None:
        return len(lines)
    before, history, after = _around(root)
    if len(history) < 4 or len(after) > 3 or not before:  # words below the history: the text's own lines will tell
        return len(lines)
    return _line_of(lines, len(before), history[:_PROBE])


def _tree(html: str) -> lxml.html.HtmlElement | None:
    try:
        return lxml.html.document_fromstring(html.replace("\x00", ""), parser=lxml.html.HTMLParser(encoding=None, remove_comments=True, remove_pis=True))
    except (lxml.etree.ParserError, ValueError):  # an empty document, or one that declares an encoding
        return None


def _around(root: lxml.html.HtmlElement) -> tuple[str, str, str]:
    """The letters before the first element that holds history, in it (with what is beside it when it is only a mark), and after it."""
    parts: tuple[list[str], list[str], list[str]] = ([], [], [])
    where, holder = 0, None
    for event, element in lxml.etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if tag in ("style", "script", "head", "title"):
            if event == "end":
                parts[where].append(_letters(element.tail or ""))
            continue
        if event == "start":
            if where == 0 and _holds_history(element):
                where, holder = 1, element
            parts[where].append(_letters(element.text or ""))
        else:
            if element is holder and not _is_mark(element):
                where = 2
            parts[where].append(_letters(element.tail or ""))
    before, history, after = ("".join(p) for p in parts)
    return before, history, after


def _holds_history(element: lxml.html.HtmlElement) -> bool:
    tagged = element.get("id") in _IDS or not _CLASSES.isdisjoint((element.get("class") or "").split())
    cite = element.tag == "blockquote" and (element.get("type") == "cite" or "border-left" in (element.get("style") or ""))
    return (tagged or cite) and not _is_forward(element)


def _is_forward(element: lxml.html.HtmlElement) -> bool:
    text = fold("".join(piece for _, piece in zip(range(20), element.itertext(), strict=False))[:300])
    return any(phrase in text[:120] for phrase in _FORWARDS)


_FORWARDS: Final = tuple(FORWARD)


def _is_mark(element: lxml.html.HtmlElement) -> bool:
    """Outlook's and Thunderbird's elements only stand over the history, which follows to the end."""
    return element.get("id") in _IDS or not {"moz-cite-prefix", "gmail_attr"}.isdisjoint((element.get("class") or "").split())


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _line_of(lines: list[Line], near: int, probe: str) -> int:
    """The line in which `probe` begins. `near`: letters that stand before it in the HTML; the text may have a few more or less (addresses of links)."""
    starts: list[int] = []
    letters: list[str] = []
    total = 0
    for line in lines:
        starts.append(total)
        letters.append(_letters(line.raw))
        total += len(letters[-1])
    found = "".join(letters).find(probe, max(0, near - near // 4 - 8))
    if found < 0:
        return len(lines)
    return next((n for n in range(len(lines) - 1, -1, -1) if starts[n] <= found and letters[n]), len(lines))
