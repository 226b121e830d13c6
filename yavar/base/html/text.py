"""Markup as plain lines, for search, for lists, and for mails without a text part."""

import re
from html import unescape

from .clean import clean, flat
from .shape import tame

# only for what `clean` wrote: attributes quoted, no comments, `<` of words escaped
_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9]*)((?:[^\">]|\"[^\"]*\")*)>|([^<]+)")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_HIDDEN = re.compile(r"display:\s*none|font-size:\s*0(?:px)?\s*[;\"]", re.I)
_PARAGRAPH_NAMES = "blockquote dl h1 h2 h3 h4 h5 h6 ol p pre table ul"
_BLOCK_NAMES = "address article aside caption center dd details div dt figcaption figure footer header hr li main nav section summary tr"
_PARAGRAPHS = frozenset(_PARAGRAPH_NAMES.split())
_BLOCKS = _PARAGRAPHS | frozenset(_BLOCK_NAMES.split())
_VOID = frozenset({"br", "hr", "img", "wbr", "col"})
_CITES = re.compile(
    r"cite|quote|border-left|margin:\s*0(?:px|pt)? 0(?:px|pt)? 0(?:px|pt)? 0?\.8ex", re.I
)  # a quoted mail; other blocks are how somebody indents
_MAX_QUOTES = 20  # deeper `>` say nothing more and would cost depth x lines


def to_text(html: str) -> str:
    """The words a reader would see, as lines; quoted mails begin with `> `, items with `* `. Linear, and never raises for bad markup."""
    return from_clean(clean(html)) if tame(html) else flat(html)


def from_clean(html: str) -> str:
    """The same for markup that `clean` has answered."""
    page = _Page()
    hidden = 0  # how deep inside an element that is not shown
    for slash, name, attributes, words in _TOKEN.findall(html):
        if words:
            if not hidden:
                page.words(unescape(words))
        elif hidden:
            hidden += 0 if name in _VOID else -1 if slash else 1
        elif slash:
            page.end(name)
        elif name not in _VOID and _HIDDEN.search(attributes):
            hidden = 1
        else:
            page.start(name, attributes)
    return page.text()


class _Page:
    """Lines that grow: the words of the current one, which quoted blocks are open, and whether white space counts."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.now: list[str] = []
        self.blocks: list[int] = []  # of open blockquotes: whether it is a quoted mail
        self.preformatted = 0
        self.numbers: list[int] = []  # of open lists: the next item's number, 0 for a list without

    def words(self, text: str) -> None:
        if self.preformatted:
            first, *others = text.split("\n")
            self.now.append(first)
            for line in others:
                self._break()
                self.now.append(line)
        else:
            self.now.append(_SPACES.sub(" ", text))

    def start(self, name: str, attributes: str) -> None:
        if name == "br":
            self._break()
        elif name == "img":
            alt = re.search(r'\balt="([^"]*)"', attributes)
            self.now.append(unescape(alt[1]) if alt else "")
        elif name in ("td", "th"):
            self.now.append(" ")
        if name in _BLOCKS:
            self._block(name)
        if name == "blockquote":
            self.blocks.append(int(any(self.blocks) or bool(_CITES.search(attributes))))
        elif name == "pre":
            self.preformatted += 1
        elif name in ("ol", "ul"):
            self.numbers.append(1 if name == "ol" else 0)
        elif name == "li":
            number = self.numbers[-1] if self.numbers else 0
            self.now.append(f"{number}. " if number else "* ")
            if number:
                self.numbers[-1] += 1

    def end(self, name: str) -> None:
        if name in _BLOCKS:
            self._block(name)
        if name == "blockquote" and self.blocks and self.blocks.pop():
            while self.lines and not self.lines[-1].strip("> "):
                self.lines.pop()
            self._blank()
        elif name == "pre":
            self.preformatted -= 1
        elif name in ("ol", "ul") and self.numbers:
            self.numbers.pop()

    def text(self) -> str:
        self._block("p")
        return "\n".join(self.lines).strip("\n ")

    def _block(self, name: str) -> None:
        if "".join(self.now).strip():
            self._break()
        self.now.clear()
        if name in _PARAGRAPHS:
            self._blank()

    def _blank(self) -> None:
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(self._mark().rstrip())

    def _break(self) -> None:
        line = "".join(self.now)
        self.now.clear()
        line = line.rstrip() if self.preformatted else _SPACES.sub(" ", line).strip(" ").replace("\xa0", " ")
        if line or not self.lines or self.lines[-1].strip("> "):
            self.lines.append((self._mark() + line).rstrip())

    def _mark(self) -> str:
        return "> " * min(sum(self.blocks), _MAX_QUOTES)
