"""The letter as HTML: blocks and one table, inline styles, nothing from elsewhere, so that Outlook, Gmail and phones show the same."""

from html import escape
from typing import Final

from . import ink, quoting
from .letter import Outgoing
from .paper import papers
from .words import direction, lines, one_line

_FONTS: Final = {
    "fa": "Vazirmatn,Tahoma,'Segoe UI',sans-serif",
    "ru": "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Tahoma,Arial,sans-serif",
    "en": "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Tahoma,Arial,sans-serif",
}
_SIZES: Final = {"fa": ("16px", "1.8"), "ru": ("15px", "1.6"), "en": ("15px", "1.6")}
_PREVIEW: Final = 120  # characters that lists of mails show beside the subject


class Page:
    """One letter's page; what its blocks share."""

    def __init__(self, outgoing: Outgoing, marker: str, note: str, pictures: list[tuple[str, str]]) -> None:
        """`marker`: the line that an answer stands above; `note`: what is said beside the shop's name; `pictures`: (content id, name) each."""
        self._out, self._marker, self._note, self._pictures = outgoing, marker, note, pictures
        self._way = "rtl" if outgoing.lang == "fa" else "ltr"
        self._light, self._dark = papers(outgoing.look.hue, outgoing.look.chroma)
        size, leading = _SIZES[outgoing.lang]
        self._font = f"font-family:{_FONTS[outgoing.lang]};font-size:{size};line-height:{leading};mso-line-height-rule:at-least"
        self._wrap = "overflow-wrap:anywhere;word-break:break-word"
        self._link = f"color:{self._light.accent_ink};text-decoration:underline;direction:ltr;unicode-bidi:isolate"

    def write(self) -> str:
        out, paper = self._out, self._light
        return (
            f'<!DOCTYPE html>\n<html lang="{out.lang}" dir="{self._way}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
            '<meta name="color-scheme" content="light dark">\n<meta name="supported-color-schemes" content="light dark">\n'
            '<meta name="format-detection" content="telephone=no">\n'
            f"<title>{escape(one_line(out.subject, 200))}</title>\n{self._style()}</head>\n"
            f'<body dir="{self._way}" class="y-canvas" style="margin:0;padding:0;background:{paper.canvas}">\n{self._preview()}'
            f'<div lang="{out.lang}" dir="{self._way}" class="y-canvas y-out" style="padding:24px 12px 32px;background:{paper.canvas};{self._font}">\n'
            '<!--[if mso]><table role="presentation" width="600" align="center"><tr><td><![endif]-->\n'
            f'<div style="max-width:600px;margin:0 auto">\n{self._marker_line()}{self._sheet()}</div>\n'
            "<!--[if mso]></td></tr></table><![endif]-->\n</div>\n</body>\n</html>\n"
        )

    def _style(self) -> str:
        """Dark colours for programs that ask; the light ones are inline. Gmail drops what it does not know, and keeps a readable letter."""
        dark = self._dark
        words = (("ink", dark.ink), ("ink2", dark.ink_2), ("ink3", dark.ink_3), ("name", dark.accent_ink))
        rules = "".join(f".y-{name}{{color:{colour}!important}}" for name, colour in words)
        return (
            "<style>\n:root{color-scheme:light dark;supported-color-schemes:light dark}\n"
            "@media (max-width:480px){.y-out{padding:12px 0 24px!important}.y-in{padding:20px 20px 24px!important}"
            ".y-sheet{border-radius:0!important;border-width:3px 0 1px!important}.y-mark{padding:0 20px 10px!important}}\n"
            f"@media (prefers-color-scheme:dark){{.y-canvas{{background:{dark.canvas}!important}}"
            f".y-sheet{{background:{dark.sheet}!important;border-color:{dark.accent} {dark.line} {dark.line}!important}}"
            f".y-in{{background:{dark.sheet}!important}}.y-rule{{border-color:{dark.line}!important}}{rules}.y-in a{{color:{dark.accent_ink}!important}}}}\n</style>\n"
            "<!--[if mso]><style>div,p,td,a,span{font-family:Tahoma,Arial,sans-serif!important}</style><![endif]-->\n"
        )

    def _preview(self) -> str:
        """The letter's first words, hidden, since lists would show the marker beside the subject."""
        said = escape(one_line(self._out.text, _PREVIEW)) if self._marker else ""
        hidden = "display:none;max-height:0;overflow:hidden;mso-hide:all"
        return f'<div style="{hidden}">{said}</div>\n' if said else ""

    def _marker_line(self) -> str:
        style = f"margin:0;padding:0 4px 10px;color:{self._light.ink_3};font-size:12px;line-height:1.6;text-align:center"
        return f'<p dir="{self._way}" class="y-ink3 y-mark" style="{style}">{escape(self._marker)}</p>\n' if self._marker else ""

    def _sheet(self) -> str:
        paper = self._light
        sheet = (
            f"width:100%;table-layout:fixed;border-collapse:separate;background:{paper.sheet};border-style:solid;border-width:3px 1px 1px;"
            f"border-color:{paper.accent} {paper.line} {paper.line};border-radius:10px"
        )
        inside = f"padding:28px 40px 32px;background:{paper.sheet};border-radius:8px;color:{paper.ink};{self._font};{self._wrap}"
        text = ink.paragraphs(lines(self._out.text), self._way, "margin:0 0 16px", self._link)
        blocks = f"{self._head()}{text}{self._shown()}{self._signature()}{self._history()}"
        return (
            f'<table role="presentation" dir="{self._way}" width="100%" cellpadding="0" cellspacing="0" border="0" class="y-sheet" style="{sheet}"><tr>\n'
            f'<td class="y-in y-ink" style="{inside}">\n{blocks}</td>\n</tr></table>\n'
        )

    def _head(self) -> str:
        """The shop's name in its colour, a link to its site where it has one."""
        name = one_line(self._out.look.name, 100)
        shown = f'<bdi dir="{direction(name, self._way)}">{escape(name)}</bdi>'
        style = f"color:{self._light.accent_ink};font-weight:600;text-decoration:none"
        url = one_line(self._out.look.url, 500)
        if url.lower().startswith(("https://", "http://")) and " " not in url:
            shown = f'<a href="{escape(url)}" class="y-name" style="{style}">{shown}</a>'
        note = f' <span class="y-ink3" style="color:{self._light.ink_3};font-size:13px;font-weight:400">· {escape(self._note)}</span>' if self._note else ""
        return f'<p dir="{self._way}" class="y-name" style="margin:0 0 20px;{style}">{shown}{note}</p>\n' if name or note else ""

    def _shown(self) -> str:
        style = "display:block;max-width:100%;height:auto;border:0;border-radius:8px"
        return "".join(f'<p style="margin:0 0 16px"><img src="cid:{cid}" alt="{escape(name)}" style="{style}"></p>\n' for cid, name in self._pictures)

    def _signature(self) -> str:
        typed = lines(self._out.signature).strip("\n")
        if not typed:
            return ""
        words = ink.paragraphs(typed, self._way, "margin:0 0 8px", self._link)
        return f'<div class="gmail_signature y-ink2" style="margin:24px 0 0;color:{self._light.ink_2};font-size:14px;line-height:1.6">\n{words}</div>\n'

    def _history(self) -> str:
        made = "".join(self._quoted_one(quoting.heading(each, self._out.lang, self._out.zone), each.text) for each in quoting.kept(self._out.quoted))
        style = f"margin:28px 0 0;border-top:1px solid {self._light.line};font-size:14px;line-height:1.6"
        return f'<div class="gmail_quote y-rule" style="{style}">\n{made}</div>\n' if made else ""

    def _quoted_one(self, heading: str, text: str) -> str:
        paper, start = self._light, "right" if self._way == "rtl" else "left"
        words = ink.paragraphs(lines(text), self._way, "margin:0 0 10px", self._link)
        bar = f"margin:0;padding:0 0 0 0;padding-{start}:12px;border-{start}:2px solid {paper.line};color:{paper.ink_2}"
        return (
            f'<div dir="{self._way}" class="gmail_attr y-ink3" style="margin:16px 0 6px;color:{paper.ink_3};font-size:13px">{escape(heading)}</div>\n'
            f'<blockquote class="gmail_quote y-rule y-ink2" style="{bar}">\n{words}</blockquote>\n'
        )
