"""A form as somebody filled it in: checked field by field, so that all that is wrong can be said at once and nothing typed is lost."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.utils import translation
from django.utils.translation import gettext as _

from yavar.base import clock
from yavar.base.days import typed_day
from yavar.base.numbers import digits
from yavar.base.problem import Problem
from yavar.conversations.append import MAX_FILES, MAX_TEXT
from yavar.desk.fields import changed
from yavar.people.customers import identities
from yavar.people.customers.tending import LONGEST_NAME

from . import delivery
from .contract import channel
from .form import Question, Sheet

LONGEST_SUBJECT = 200
# Controls, line and paragraph ends, lone surrogates; then what turns the direction of all that follows (UAX 9). Half-spaces stay: Persian needs them.
_BREAKS = re.compile("[\\s\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ADDRESS = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_NUMERALS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٫،٬", "01234567890123456789.,,")


class Refused(Exception):
    """What is wrong, in the reader's language, by the field's name."""

    def __init__(self, wrong: dict[str, str]) -> None:
        super().__init__(", ".join(wrong))
        self.wrong = wrong


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """A filled-in form that makes sense. Nothing in it is proven. `fields` as `desk.fields` keeps them; `unasked` is what was typed into fields of
    another request type, or into what was still asked when the page was opened; `files` are keys; `nonce` names it (see `stamp`); `doubt` says why a person should look first."""

    nonce: str
    address: str
    name: str = ""
    phone: str = ""
    subject: str = ""
    text: str
    lang: str
    request_type: str = ""
    fields: dict[str, Any] = {}
    unasked: dict[str, str] = {}
    files: tuple[str, ...] = ()
    at: datetime
    doubt: str = ""


def one_line(text: str) -> str:
    """As one line, without anything that could end it, begin a header or turn its direction."""
    return _TURNS.sub("", _BREAKS.sub(" ", text)).strip()


def read(sheet: Sheet, typed: Mapping[str, str], files: Sequence[str], *, nonce: str, doubt: str = "") -> Slip:
    """What was typed (by the names of the page's fields), checked. Raises Refused with all that is wrong."""
    config, wrong = sheet.config, dict[str, str]()
    name, subject = one_line(typed.get("name", "")), one_line(typed.get("subject", "")) if config.subject != "off" else ""
    text = typed.get("text", "").replace("\r\n", "\n").replace("\0", "")
    if config.ask_name == "off":
        name = ""
    elif config.ask_name == "require" and not name:
        wrong["name"] = _("Please tell us your name.")
    elif len(name) > LONGEST_NAME:
        wrong["name"] = _("The name is longer than {n} letters.").format(n=digits(LONGEST_NAME))
    address = _address(sheet, typed.get("email", ""), wrong)
    phone = _phone(sheet, typed.get("phone", ""), wrong)
    if len(subject) > LONGEST_SUBJECT:
        wrong["subject"] = _("The subject is longer than {n} letters. Put the rest into the message.").format(n=digits(LONGEST_SUBJECT))
    if not text.strip():
        wrong["text"] = _("Please write what it’s about.")
    elif len(text) > MAX_TEXT:
        wrong["text"] = _("The message is longer than 10,000 characters. Please shorten it, or attach it as a file.")
    kind = sheet.type_of(typed.get("type", ""))
    if typed.get("type") and kind is None:
        wrong["type"] = _("This choice is no longer here. Please choose again.")
    fields, unasked = _fields(sheet, typed, kind.public_id if kind else "", wrong)
    if len(files) > MAX_FILES:
        wrong["files"] = _("Up to 10 files fit into one message.")
    if wrong:
        raise Refused(wrong)
    return Slip(
        nonce=nonce, address=address, name=name, phone=phone, subject=subject, text=text, lang=sheet.lang, request_type=kind.public_id if kind else "",
        fields=fields, unasked=unasked, files=tuple(files), at=clock.now(), doubt=doubt,
    )  # fmt: skip


def _address(sheet: Sheet, typed: str, wrong: dict[str, str]) -> str:
    """In normal form, one that mail can be sent to as it is (RFC 5321)."""
    found = identities.normal("email", typed) or ""
    if not typed.strip():
        wrong["email"] = _("Please give us your e-mail address, so that we can answer.")
    elif not _ADDRESS.fullmatch(found) or len(found) > 254:
        wrong["email"] = (
            _("This address isn’t complete. Please check it.")
            if found.isascii()
            else _("We can’t send mail to this address. Do you have one in Latin letters?")
        )
    elif (out := delivery.mail_of(sheet.inbox.brand_id)) and (offered := channel(out.kind)) and offered.own(found):
        wrong["email"] = _("This is our own address. Please type yours.")
    return found


def _phone(sheet: Sheet, typed: str, wrong: dict[str, str]) -> str:
    if sheet.config.ask_phone == "off":
        return ""
    found = identities.normal("phone", typed) or ""
    if typed.strip() and not found:
        wrong["phone"] = _("Please write the number with its country, such as +98 21 1234 5678.")
    elif sheet.config.ask_phone == "require" and not found:
        wrong["phone"] = _("Please tell us your phone number.")
    return found


def _fields(sheet: Sheet, typed: Mapping[str, str], kind: str, wrong: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    found: dict[str, Any] = {}
    off = {"name": sheet.config.ask_name, "phone": sheet.config.ask_phone, "subject": sheet.config.subject}
    gone = {name for name, asked in off.items() if asked == "off"} | {name for name in typed if name.startswith("field_")} - {
        each.name for each in sheet.questions
    }
    unasked = {name.removeprefix("field_"): one_line(typed[name])[:500] for name in sorted(gone) if typed.get(name, "").strip()}
    for each in sheet.questions:
        raw = typed.get(each.name, "").strip()
        if raw and each.type and each.type != kind:
            unasked[each.definition.key] = one_line(raw)[:500]
        elif raw:
            try:
                found |= changed([each.definition], {}, {each.definition.key: _value(each, raw)})
            except Problem as problem:
                wrong[each.name] = str(problem.title)
    return found, unasked


def _value(question: Question, raw: str) -> Any:
    """What a page's field says, in the type its definition wants; what does not fit stays text, which is then refused."""
    if question.definition.kind == "yesno":
        return True
    if question.definition.kind == "number":
        plain = raw.translate(_NUMERALS).replace(" ", "")
        decimal = translation.get_language() == "ru" and "." not in plain and plain.count(",") == 1
        plain = plain.replace(",", "." if decimal else "")
        try:
            number = float(plain)
        except ValueError:
            return raw
        return int(number) if number.is_integer() else number
    if question.definition.kind == "date":
        return _day(raw)
    return one_line(raw) if question.definition.kind != "text" else _TURNS.sub("", raw.replace("\0", ""))


def _day(raw: str) -> str:
    """A day as ISO 8601 has it; what is none stays as it was typed, and is refused then."""
    try:
        return typed_day(raw).isoformat()
    except ValueError:
        return raw
