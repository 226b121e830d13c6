"""The letter as a page: whose words run which way, what is a link, that nothing comes from elsewhere, and that it can be read in light and dark."""

import email
import email.policy
import re
from email.message import EmailMessage

import pytest

from yavar.desk.accent import ENOUGH, Accent, contrast, hex_of, readable
from yavar.integrations.channels.email.compose import Look, Quoted, compose, ink, paper

from .letters_out import AT, BY_LANGUAGE, outgoing, picture

LINK = "x"


def html(lang: str = "fa", **others: object) -> str:
    parsed = email.message_from_bytes(compose(outgoing(lang, **others)), policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    body = parsed.get_body(("html",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize(("lang", "way"), [("fa", "rtl"), ("ru", "ltr"), ("en", "ltr")])
def test_language_and_direction(lang, way):
    page = html(lang)
    assert f'<html lang="{lang}" dir="{way}">' in page
    assert '<meta name="color-scheme" content="light dark">' in page and "prefers-color-scheme:dark" in page
    assert f'<div lang="{lang}" dir="{way}"' in page  # Gmail takes html and body away


def test_each_paragraph_runs_its_own_way():
    page = html("fa", text="سلام\n\nHello, سلام\n\n12:30\n\n– Привет")
    ways = re.findall(r'<p dir="(\w+)" style="margin:0 0 16px">([^<]*)', page)
    assert ways == [("rtl", "سلام"), ("ltr", "Hello, سلام"), ("rtl", "12:30"), ("ltr", "– Привет")]


def test_blanks_and_line_breaks_stay():
    assert ink.paragraphs("\na\n  b\tc\n\n\n\nd  e\n", "ltr", "s", LINK) == (
        '<p dir="ltr" style="s">a<br>\n&nbsp; b&nbsp;&nbsp;&nbsp; c</p>\n<p dir="ltr" style="s"><br>\n<br>\nd&nbsp; e</p>\n'
    )


@pytest.mark.parametrize(
    ("typed", "linked"),
    [("see https://a.example/x?y=1&z=2.", ["https://a.example/x?y=1&amp;z=2"]), ("(https://a.example/x_(y))", ["https://a.example/x_(y)"]), ("www.a.example، و", ["https://www.a.example"]),
     ("سایت:https://a.example/کتری؟", ["https://a.example/کتری"]), ("to sara@nila.example,", ["mailto:sara@nila.example"]), ("https://a.example/@sara@nila.example", ["https://a.example/@sara@nila.example"]),
     ("javascript:alert(1) data:text/html,x ftp://a.example", []), ('https://a.example/"onclick="x', ["https://a.example/"]), ("https://a.example/\u202egpj", ["https://a.example/"]), ("xhttps://a.example", []), ("http://", [])],
)  # fmt: skip
def test_links(typed, linked):
    made = ink.paragraphs(typed, "ltr", "s", LINK)
    assert re.findall(r'href="([^"]*)"', made) == linked
    assert "".join(re.sub("<[^>]*>", "", made)).strip() == typed.replace("&", "&amp;").replace('"', "&quot;")


@pytest.mark.parametrize(
    "code", ["0912 345 6789", "+98 21 8877 6655", "(021) 8877-6655", "2847-1190-IR-77", "12-AB-3", "6037 9911 2233 4455", "۰۹۱۲ ۳۴۵ ۶۷۸۹", "1405/08/12"]
)
def test_what_reads_from_the_left_is_isolated_in_persian(code):
    assert f"<span {ink.ISOLATE}>{code}</span>" in ink.paragraphs(f"شماره {code} است", "rtl", "s", LINK)
    assert "<span" not in ink.paragraphs(f"number {code} it is", "ltr", "s", LINK)


def test_everything_is_escaped():
    bad = "\"><script>alert(1)</script><img src=x onerror=y>&amp;' --><![endif]-->"
    page = html("en", text=bad, signature=bad, subject=bad, quoted=(Quoted(bad, AT, bad),), look=Look(bad, 205, 0.1, f"https://{bad}"), files=(picture(bad),))
    assert "<script" not in page and "<img src=x" not in page and "&lt;script&gt;" in page
    assert page.count("<![endif]-->") == 3


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:x", "", "https://a b", "//a.example"])
def test_the_shops_name_is_a_link_to_a_site_alone(url):
    assert "<a" not in html("en", text="x", signature="", quoted=(), look=Look("Nila", 205, 0.1, url))
    assert '<a href="https://nila.example"' in html("en", text="x")


def test_nothing_comes_from_elsewhere():
    for lang in BY_LANGUAGE:
        page = html(lang, files=(picture(),))
        assert re.findall(r'src="([^"]*)"', page) == ["cid:1.q1w2e3r4@nila.example"]
        assert not re.search(r"url\(|@import|<script|<link|<iframe|<form|@font-face", page)


def test_history_is_marked_as_other_programs_mark_it():
    page = html("ru")
    assert page.count('<blockquote class="gmail_quote') == 2 == page.count('class="gmail_attr')
    assert page.index("Здравствуйте, Иван!</p>") < page.index('class="gmail_signature') < page.index('<div class="gmail_quote') < page.index("Чайник так")


def test_lists_of_mails_show_the_words_and_not_the_marker():
    assert re.search(r"<body[^>]*>\s*<div style=\"display:none[^>]*>Hi Jane, Your order", html("en"))
    assert "display:none" not in html("en", marker=False)


@pytest.mark.parametrize(
    ("hue", "chroma"), [(205, 0.088), (25, 0.4), (110, 0.4), (145, 0.3), (285, 0.2), (60, 0.0), (-40, 9.0), (float("nan"), 0.1), (1e9, float("inf"))]
)
def test_words_in_the_shops_colour_can_be_read(hue, chroma):
    accent = paper.accent_of(hue, chroma)
    assert readable(accent)
    light, dark = paper.papers(hue, chroma)
    for theme, made in enumerate((light, dark)):
        assert re.fullmatch(r"#[0-9a-f]{6}", made.accent_ink)
        assert _ratio(made.accent_ink, made.sheet) >= ENOUGH - 0.05 and _ratio(made.ink_3, made.sheet) >= ENOUGH and _ratio(made.ink_3, made.canvas) >= ENOUGH
        assert contrast(paper.INK_2[theme], paper.SHEET[theme]) >= ENOUGH


def _ratio(one: str, two: str) -> float:
    """WCAG's contrast of what the mail says, not of what we meant."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


def test_the_shops_colour_is_on_the_page():
    assert hex_of((0.50, 0.088, 205)) in html("fa") and readable(Accent(205, 0.088))


def test_what_the_team_marks_is_marked_in_the_page():
    line = ink.line
    assert line("now **really** _soon_", "ltr", "") == "now <strong>really</strong> <em>soon</em>"
    assert (
        line("see [our <page>](https://shop.example/a?b=1&c=2)", "ltr", "x")
        == 'see <a href="https://shop.example/a?b=1&amp;c=2" style="x">our &lt;page&gt;</a>'
    )
    assert line("**<b>**", "ltr", "") == "<strong>&lt;b&gt;</strong>"


@pytest.mark.parametrize("plain", ["snake_case_name", "2 ** 3 ** 4 and 5 * 6", "https://shop.example/_a_/b", "[no](javascript:alert(1))", "a_b_c d_"])
def test_what_only_looks_like_marks_stays_as_typed(plain):
    shown = ink.line(plain, "ltr", "")
    assert not re.search("<em>|<strong>", shown) and "javascript:alert(1)" not in re.findall('href="([^"]*)"', shown)
    assert re.sub("<[^>]*>", "", shown).replace("&nbsp;", " ") == plain
