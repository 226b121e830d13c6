"""The allow-list. What is not named here is dropped; the words inside stay, except in scripts and the like."""

import re
from html import escape, unescape

import nh3

from .shape import MAX_CHARACTERS, tame

_TAGS = """
    a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure font
    footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody td
    tfoot th thead time tr tt u ul var wbr
"""
_ATTRIBUTES = {
    "*": {"dir", "lang", "style", "title", "align", "valign", "width", "height", "bgcolor", "class", "id"},
    "a": {"href"}, "img": {"src", "alt"}, "font": {"color", "face", "size"}, "ol": {"start", "type"}, "blockquote": {"cite", "type"},
    "table": {"border", "cellpadding", "cellspacing"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}, "time": {"datetime"},
}  # fmt: skip
# nothing that places a box over others, and nothing that loads
_STYLES = """
    background-color border border-bottom border-collapse border-color border-left border-radius border-right border-spacing border-style border-top border-width
    color direction display font font-family font-size font-style font-variant font-weight height letter-spacing line-height list-style-type margin margin-bottom
    margin-left margin-right margin-top max-width min-width padding padding-bottom padding-left padding-right padding-top text-align text-decoration text-indent
    text-transform unicode-bidi vertical-align white-space width word-break word-wrap overflow-wrap
"""
_LOADS = re.compile(r"(?:url|image|image-set|expression|src)\s*\(|[\\@]", re.I)
_WORDLESS = "script style head title noscript template iframe object svg math textarea select noembed noframes xmp applet"


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return None if _LOADS.search(value) else value[:2000]
    return value[:200] if name in ("class", "id") else value  # they tell where a mail program put its quotes, and mean nothing inside a sandboxed frame


_cleaner = nh3.Cleaner(
    tags=set(_TAGS.split()),
    clean_content_tags=set(_WORDLESS.split()),
    attributes=_ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto", "cid"},
    url_relative="deny",
    filter_style_properties=set(_STYLES.split()),
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)


def clean(html: str) -> str:
    """The same markup with only what is safe to show; '' when nothing is left. Markup that no parser should have comes back flattened: its words in lines."""
    html = html.replace("\0", "")
    if tame(html):
        return _cleaner.clean(html).strip()
    lines = escape(flat(html), quote=False).splitlines()
    return "<br>\n".join(lines)


# each takes one look at each character: a piece that is never closed reaches to the end, and then there is no second one
_SILENT = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|head|title|template)\b.*?(?:</\1\s*>|\Z)", re.I | re.S)
_BREAKS = re.compile(r"</?(?:p|div|br|tr|li|h[1-6]|blockquote|table|ul|ol|pre|hr)\b[^<>]*>?", re.I)
_ANY_TAG = re.compile(r"</?[a-zA-Z!?][^<>]*>?")


def flat(html: str) -> str:
    """The words without any markup, in linear time and whatever the nesting; cut at MAX_CHARACTERS."""
    text = _ANY_TAG.sub("", _BREAKS.sub("\n", _SILENT.sub(" ", html[: 2 * MAX_CHARACTERS])))
    lines = (" ".join(line.split()) for line in unescape(text)[:MAX_CHARACTERS].splitlines())
    return "\n".join(line for line in lines if line)
