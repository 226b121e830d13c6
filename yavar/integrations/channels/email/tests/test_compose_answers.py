"""A customer's program quotes our whole letter: what they wrote stays, all of ours goes."""

import email
import email.policy
import re
from email.message import EmailMessage

import pytest

from yavar.base.html import clean, to_text
from yavar.integrations.channels.email.compose import Outgoing, compose
from yavar.integrations.channels.email.reply import strip
from yavar.integrations.channels.email.understand import understand

from .letters_out import BY_LANGUAGE, outgoing

OWN = {
    "fa": "سلام، ممنون.\n\nشنبه خانه نیستم؛ یکشنبه بیاورید.",
    "ru": "Спасибо!\n\nВ субботу меня нет дома, привезите в воскресенье.",
    "en": "Thanks!\n\nI'm out on Saturday, come on Sunday.",
}
OVER = {
    "fa": "در تاریخ پنجشنبه ۲۶ نوامبر ۲۰۲۶ ساعت ۱۰:۰۰ فروشگاه نیلا <support@nila.example> نوشت:",
    "ru": "чт, 26 нояб. 2026 г. в 09:30, Магазин «Нила» <support@nila.example>:",
    "en": "On Thu, Nov 26, 2026 at 6:30 AM Nila <support@nila.example> wrote:",
}
LANGUAGES = sorted(BY_LANGUAGE)


def forms(made: Outgoing) -> tuple[str, str]:
    """(plain, what stands in the body of the page)."""
    parsed = email.message_from_bytes(compose(made), policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    plain, html = (parsed.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None and html is not None
    body = re.search(r"<body[^>]*>(.*)</body>", html.get_content(), re.S)
    assert body is not None
    return plain.get_content().replace("\r\n", "\n"), body[1]


def quoted(text: str) -> str:
    return "".join(f"> {line}\n" for line in text.split("\n"))


def answer(lang: str, text: str, html: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "x@shop.example", "support@nila.example", "Re: x", "<2@shop.example>"
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


def gmail(lang: str, made: Outgoing) -> tuple[str, str]:
    plain, body = forms(made)
    way = "rtl" if lang == "fa" else "ltr"
    own = "".join(f'<div dir="{way}">{line or "<br>"}</div>' for line in OWN[lang].split("\n"))
    over = OVER[lang].replace("<", "&lt;").replace(">", "&gt;")
    html = (
        f'<div dir="{way}">{own}</div><br><div class="gmail_quote gmail_quote_container"><div dir="{way}" class="gmail_attr">{over}<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"><u></u>{body}</blockquote></div>'
    )
    return f"{OWN[lang]}\n\n{OVER[lang]}\n\n{quoted(plain)}", html


@pytest.mark.parametrize("marker", [True, False])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_gmail_quotes_it_all(lang, marker):
    text, html = gmail(lang, outgoing(lang, marker=marker))
    found = understand(answer(lang, text, html))
    assert found.reply_text == OWN[lang]
    assert "NL-10482" in found.text
    assert strip(text).text == OWN[lang]  # a program without HTML
    assert strip(to_text(html), html).text.split() == OWN[lang].split()  # one without plain text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_marker_alone_will_do(lang):
    """A program that says nothing over the letter, with quote marks or without, and that forgets all classes."""
    plain, body = forms(outgoing(lang))
    assert strip(f"{OWN[lang]}\n\n{quoted(plain)}").text == OWN[lang]
    assert strip(f"{OWN[lang]}\n\n{plain}").text == OWN[lang]
    bare = re.sub(r' class="[^"]*"', "", body)
    html = "<div>" + OWN[lang].replace("\n", "<br>") + f"</div><br>{bare}"
    assert strip(to_text(html), html).text.split() == OWN[lang].split()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_answer_between_our_lines_is_kept(lang):
    plain, _ = forms(outgoing(lang, quoted=(), signature=""))
    text = f"{OVER[lang]}\n\n{quoted(plain.strip())}\n{OWN[lang]}"
    assert OWN[lang].split("\n")[0] in strip(text).text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_our_own_letter_is_read_as_ours(lang):
    """Another desk, or ourselves in a copy, sees the words and not the history."""
    made = outgoing(lang, marker=False)
    found = understand(compose(made))
    assert (found.reply_text, found.signature.removeprefix("-- \n")) == (made.text, made.signature)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_survives_our_own_cleaning(lang):
    _, body = forms(outgoing(lang, marker=False, signature="", quoted=()))
    said = to_text(clean(body))
    assert "display:none" not in body
    assert outgoing(lang).text in said
