"""HTML mails as programs write them: their elements tell where the history begins when no word does."""

import pytest

from yavar.base.html import to_text
from yavar.integrations.channels.email.reply import strip

OWN = "سلام، هنوز نرسیده است. Спасибо"
OLD = "<p>Заказ отправлен</p><p>Order sent, see you at our shop</p>"
SHAPES = {
    "Gmail": '<div dir="rtl">{own}</div><br><div class="gmail_quote"><div class="gmail_attr">Shop, дата:</div><blockquote class="gmail_quote">{old}</blockquote></div>',
    "Gmail, words in its line": '<div>{own}</div><div class="gmail_quote">On Mon, Nov 3, 2026 at 10:00 AM Shop &lt;<a href="mailto:a@b.example">a@b.example</a>&gt; wrote:<blockquote>{old}</blockquote></div>',
    "Apple": '<div>{own}</div><div><br><blockquote type="cite"><div>3 нояб. 2026 г., в 10:00, Shop &lt;a@b.example&gt; написал(а):</div>{old}</blockquote></div>',
    "Outlook": '<div>{own}</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Von:</b> Shop<br></div><div>{old}</div>',
    "Outlook on phones": '<div>{own}</div><div id="mail-editor-reference-message-container"><div>Shop</div>{old}</div>',
    "Thunderbird": '<p>{own}</p><div class="moz-cite-prefix">03.11.2026 10:00, Shop:<br></div><blockquote type="cite">{old}</blockquote>',
    "Yahoo": '<div>{own}</div><div id="ydp1yahoo_quoted" class="yahoo_quoted"><div>Shop</div>{old}</div>',
    "mail.ru": '<p>{own}</p><br>Shop, понедельник 10:00 от a@b.example:<br><blockquote style="border-left:1px solid #0857A6; margin:10px">{old}</blockquote>',
    "Yandex": '<div>{own}</div><div>03.11.2026, 10:00, "Shop" &lt;a@b.example&gt;:</div><blockquote><div>{old}</div></blockquote>',
    "Proton": '<div>{own}</div><div class="protonmail_quote">Shop<blockquote class="protonmail_quote" type="cite">{old}</blockquote></div>',
    "Outlook on the desktop": '<div>{own}</div><div style="border-top:solid 1pt"><p><b>От:</b> Shop &lt;a@b.example&gt;<br><b>Отправлено:</b> 3 ноября 2026 г.<br><b>Кому:</b> Али<br><b>Тема:</b> Заказ</p></div>{old}',
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_history_is_cut(shape: str) -> None:
    html = shape.format(own=OWN, old=OLD)
    assert strip(to_text(html), html).text == OWN


def test_words_under_the_history_stay() -> None:
    html = f'<blockquote type="cite">{OLD}</blockquote><p>{OWN}</p>'
    assert OWN in strip(to_text(html), html).text


def test_a_forward_stays() -> None:
    html = f'<div>{OWN}</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: Bank</div>{OLD}</div>'
    assert "Заказ отправлен" in strip(to_text(html), html).text


def test_the_plain_twin_may_differ() -> None:
    html = f'<div>{OWN}</div><div class="yahoo_quoted">Shop{OLD}</div>'
    assert strip(f"{OWN}\n\n\n> Shop\n> Заказ отправлен\n> Order sent, see you at our shop", html).text == OWN
    assert strip("Something else altogether", html).text == "Something else altogether"


@pytest.mark.parametrize(
    "html", ["", "<", "\x00", "<?xml version='1.0' encoding='utf-8'?><p>x", "<!-- -->", "<blockquote type=cite>" * 30_000, "<div>" * 100_000, "&" * 300_000]
)
def test_broken_html_says_nothing(html: str) -> None:
    assert strip("hello", html).text == "hello"
