"""How much work a piece of markup would make, told before a parser sees it.

An HTML5 parser opens every formatting element that was left open anew in each following block: 190 kB of `<font><p>` become 650 MB. It also walks the stack
of open elements for most tags. Both grow with (open elements) x (tags), which is what is summed up here.
"""

import re

MAX_CHARACTERS = 1_500_000
MAX_DEPTH = 256
MAX_WORK = 3_000_000  # sum over all tags of the elements open at that moment
MAX_ATTRIBUTES = 1_000  # of one tag: each is compared with all before it
MAX_REFERENCES = 200_000  # `&`: the parser copies its text at each, a million of them take 7 s

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# void elements, and those that the next of their kind (or their table) ends
_UNCOUNTED = """
    area base br col embed hr img input link meta param source track wbr p li dt dd tr td th thead tbody tfoot option optgroup colgroup html head body
"""
_UNCOUNTED_TAGS = frozenset(_UNCOUNTED.split())


def tame(html: str) -> bool:
    """Whether a parser may have it: neither too long, nor nested or left open too often. Linear."""
    if len(html) > MAX_CHARACTERS or html.count("&") > MAX_REFERENCES:
        return False
    open_, depth, work = dict[str, int](), 0, 0
    for slash, name in _TAG.findall(html):
        work += depth
        name = name.lower()
        if name in _UNCOUNTED_TAGS:
            continue
        if not slash:
            depth += 1
            open_[name] = open_.get(name, 0) + 1
            if depth > MAX_DEPTH:
                return False
        elif open_.get(name, 0):
            depth -= 1
            open_[name] -= 1
    return work <= MAX_WORK and not any(len(piece[piece.find("<") :].split()) > MAX_ATTRIBUTES for piece in html.split(">") if len(piece) > MAX_ATTRIBUTES)
