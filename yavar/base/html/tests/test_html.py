"""Markup of strangers: nothing of theirs runs or covers ours, and no markup costs more than its length."""

import time

import pytest

from yavar.base.html import clean, from_clean, to_text


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
        ('<a href="javascript:alert(1)">x</a>', '<a rel="noopener noreferrer nofollow">x</a>'),
        ('<a href=" java\nscript:alert(1)">x</a>', '<a rel="noopener noreferrer nofollow">x</a>'),
        ('<a href="https://shop.example/?a=1&b=2">x</a>', '<a href="https://shop.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow">x</a>'),
        ('<img src="cid:logo" onerror="x()">', '<img src="cid:logo">'),
        ('<img src="data:image/svg+xml,x">', "<img>"),
        ('<form action="https://x"><input name=q>words</form>', "words"),
        ('<div style="position:fixed;top:0;color:red">x</div>', '<div style="color:red">x</div>'),
        ('<td style="background:url(https://x/y)">x</td>', "x"),
        ('<p style="color:red;background-color:u\\72l(x)">x</p>', "<p>x</p>"),
        ('<p dir="rtl" lang="fa">سلام</p>', '<p dir="rtl" lang="fa">سلام</p>'),
        ("<style>p{}</style><title>t</title>x<!-- c --><!--[if mso]>y<![endif]-->", "x"),
        ('<div class="gmail_quote" id="appendonsend">x</div>', '<div class="gmail_quote" id="appendonsend">x</div>'),
        ("<svg><script>1</script></svg><iframe src=x></iframe>x", "x"),
        ("", ""),
        ("a\0b", "ab"),
    ],
)
def test_only_what_is_safe_stays(given, left):
    assert clean(given) == left


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two<br>three</div>", "One\nTwo\nthree"),
        ("<ul><li>a<li>b</ul>", "* a\n* b"),
        ("<ol start=2><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<p>a  \n b &lt;c&gt; &amp;nbsp;</p>", "a b <c> &nbsp;"),
        ('<div>New</div><div>On Monday X wrote:<blockquote type="cite">old<br>older</blockquote></div>', "New\nOn Monday X wrote:\n\n> old\n> older"),
        ("Mine<blockquote>indented</blockquote>", "Mine\n\nindented"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ('<div style="display:none">hidden<br>more</div>seen', "seen"),
        ("<table><tr><td>a<td>b<tr><td>c<td>d</table>", "a b\nc d"),
        ('<img alt="a &quot;logo&quot;" src="cid:x"> end', 'a "logo" end'),
        ('<a href="https://x" title="a > b">link</a>', "link"),
        ("<p dir=rtl>سلام<br>خداحافظ</p>", "سلام\nخداحافظ"),
    ],
)
def test_words_come_as_lines(given, words):
    assert to_text(given) == words
    assert from_clean(clean(given)) == words


HOSTILE = {
    "nested": "<div>" * 50_000 + "words",
    "left open": "".join(f"<font size={n}><p>" for n in range(30_000)) + "words",
    "few open, many blocks": "<b>" * 200 + "<p>words" * 60_000,
    "tables": "<table><tr><td>" * 50_000 + "words",
    "attributes": "<div " + " ".join(f"a{n}=1" for n in range(60_000)) + ">words",
    "styles": '<div style="' + "color:red;" * 60_000 + '">words',
    "comments": "words" + "<!--" * 100_000,
    "scripts": "words" + "<script>" * 60_000,
    "brackets": "words" + "<" * 80_000,
    "entities": "words" + "&" * 80_000,
    "quotes": "words" + '<a title="' * 60_000,
    "overlapping": "words" + "<a><b><p></a></b>" * 30_000,
    "quoted": "<blockquote type=cite>" * 250 + "words<br>" * 30_000,
    "long": "<p>words <b>x</b></p>" * 120_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_markup_costs_more_than_its_length(name):
    start = time.process_time()
    cleaned, words = clean(HOSTILE[name]), to_text(HOSTILE[name])
    assert time.process_time() - start < 5  # a quadratic one takes minutes
    assert "words" in words or name in ("attributes", "left open", "scripts", "comments", "quotes")
    assert len(cleaned) < 10 * len(HOSTILE[name])


def test_flattened_words_are_escaped():
    assert "<script" not in clean("<div>" * 1000 + "&lt;script&gt;x")
