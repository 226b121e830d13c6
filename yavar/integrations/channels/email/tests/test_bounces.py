"""What came back, what was complained about, what answered by itself; and the people who only write about such things."""

from email import message_from_bytes, message_from_string
from email.message import Message
from typing import NamedTuple

import pytest

from yavar.integrations.channels.email.bounces import Recognised, recognise

OURS = "<m1.k7@shop.example>"
RETURNED = (
    f"From: Shop <help@shop.example>\nTo: Ali <ali@mail.example>\nSubject: Order\nDate: Mon, 3 Nov 2026 10:00:00 +0000\nMessage-ID: {OURS}\nMIME-Version: 1.0\n"
)


def judged(mail: str | Message) -> Recognised:
    return recognise(message_from_string(mail) if isinstance(mail, str) else mail, "")


def dsn(*blocks: str, returned: str = "message/rfc822", notice: str = "It could not be delivered.") -> str:
    status = "\n\n".join(("Reporting-MTA: dns; mx.example", *blocks))
    return (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nTo: help@shop.example\nSubject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n"
        "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\nContent-Type: text/plain\n\n{notice}\n\n--b\nContent-Type: message/delivery-status\n\n{status}\n\n--b\nContent-Type: {returned}\n\n{RETURNED}\nold\n\n--b--\n"
    )


def refusal(status: str, words: str, action: str = "failed") -> str:
    return f"Final-Recipient: rfc822; ali@mail.example\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {words}"


class Case(NamedTuple):
    status: str
    words: str
    hard: bool


REFUSALS = [
    Case("5.1.1", "550 5.1.1 <ali@mail.example>: Recipient address rejected: User unknown in virtual mailbox table", True),
    Case("5.1.1", "550 No such person at this address", True),
    Case("5.0.0", "550 Invalid recipient", True),
    Case("5.1.2", "Host or domain name not found. Name service error for name=mail.example type=A: Host not found", True),
    Case("5.1.10", "556 5.1.10 Recipient address has null MX", True),
    Case("5.1.6", "551 5.1.6 recipient no longer on server", True),
    Case("5.4.4", "Unable to look up mail.example", True),
    Case("5.0.0", "550 Пользователь не найден", True),
    Case("5.0.0", "Unrouteable address", True),
    Case("5.2.2", "552 5.2.2 mailbox full", False),
    Case("5.1.1", "552 5.1.1 <ali@mail.example> Over quota", False),
    Case("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", False),
    Case("5.7.1", "554 5.7.1 Service unavailable; client host blocked using zen", False),
    Case("5.7.26", "550 5.7.26 This mail is unauthenticated, which poses a security risk", False),
    Case("5.7.1", "550 5.7.1 Message rejected as spam by content filtering", False),
    Case("5.1.8", "553 5.1.8 <help@shop.example>... Domain of sender address help@shop.example does not exist", False),
    Case("5.3.4", "552 5.3.4 Message size exceeds fixed limit", False),
    Case("4.2.0", "450 4.2.0 <ali@mail.example>: Recipient address rejected: Greylisted", False),
    Case("4.4.1", "connect to mail.example: Connection timed out", False),
    Case("4.7.0", "421 4.7.0 Too many messages, try again later", False),
    Case("4.1.1", "450 user unknown", False),
    Case("5.0.0", "550 something nobody ever read", False),
]


@pytest.mark.parametrize("case", REFUSALS, ids=[case.words[:40] for case in REFUSALS])
def test_refusals(case: Case) -> None:
    got = judged(dsn(refusal(case.status, case.words)))
    assert got.outcome == "bounce"
    assert got.original_message_id == OURS
    (bounced,) = got.bounces
    assert (bounced.recipient, bounced.hard, bounced.status) == ("ali@mail.example", case.hard, case.status)
    assert bounced.reason == case.words


def test_refused_after_the_letter_is_a_filters_word() -> None:
    notice = "<ali@mail.example>: host mx said: 550 User unknown\n    (in reply to end of DATA command)"
    assert not judged(dsn(refusal("5.0.0", "550 User unknown"), notice=notice)).bounces[0].hard


def test_delayed_is_no_failure() -> None:
    got = judged(dsn(refusal("4.4.1", "connection timed out", action="delayed")))
    assert (got.outcome, got.why, got.bounces[0].hard) == ("bounce", "delayed", False)


def test_delivered_is_no_bounce() -> None:
    assert judged(dsn(refusal("2.0.0", "250 ok", action="delivered"))).outcome == "auto_reply"


def test_two_recipients() -> None:
    other = "Original-Recipient: rfc822;Sara@mail.example\nFinal-Recipient: rfc822; s@inner.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 mailbox full"
    got = judged(dsn(refusal("5.1.1", "550 User unknown"), other))
    assert [(b.recipient, b.hard) for b in got.bounces] == [("ali@mail.example", True), ("Sara@mail.example", False)]


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers", "message/rfc822-headers"])
def test_which_mail_came_back(returned: str) -> None:
    assert judged(dsn(refusal("5.1.1", "550 User unknown"), returned=returned)).original_message_id == OURS


def head(**fields: str) -> str:
    return "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in fields.items()) + "\n"


DAEMON = head(Return_Path="<>", From="MAILER-DAEMON@mx.example", To="help@shop.example", Subject="failure notice")
NOTICES = {
    "qmail": (DAEMON + f"Hi. This is the qmail-send program at mx.example.\nI wasn't able to deliver your message to the following addresses.\n\n<ali@mail.example>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 no such user\nGiving up.\n\n--- Below this line is a copy of the message.\n\n{RETURNED}\nold", True),
    "Exim": (head(Return_Path="<>", X_Failed_Recipients="ali@mail.example", Auto_Submitted="auto-replied", From="Mail Delivery System <Mailer-Daemon@mx.example>", Subject="Mail delivery failed: returning message to sender") + f"A message that you sent could not be delivered to one or more of its recipients.\n\n  ali@mail.example\n    SMTP error from remote mail server after RCPT TO:<ali@mail.example>:\n    552 5.2.2 mailbox is full\n\n------ This is a copy of the message, including all the headers. ------\n\n{RETURNED}\nold", False),
    "mail.ru": (head(Return_Path="<>", From="mailer-daemon@mail.example", Subject="=?utf-8?b?0J/QuNGB0YzQvNC+INC90LUg0LTQvtGB0YLQsNCy0LvQtdC90L4=?=") + f"К сожалению, Ваше письмо не может быть доставлено одному или нескольким получателям:\n\n  ali@mail.example\n    550 Message was not accepted -- invalid mailbox.\n\n{RETURNED}\nold", True),
    "Yahoo": (DAEMON + f"Sorry, we were unable to deliver your message to the following address.\n\n<ali@mail.example>:\n550: 5.1.1 <ali@mail.example>: user unknown\n\n--- Below this line is a copy of the message.\n\n{RETURNED}\nold", True),
    "Exchange 5.5": (head(From="System Administrator <postmaster@corp.example>", Subject="Undeliverable: Order") + "Your message\n\n  To:      ali@mail.example\n  Subject: Order\n\ndid not reach the following recipient(s):\n\nali@mail.example on Mon, 3 Nov 2026\n    The recipient name is not recognized\n", True),
    "Courier": (head(Return_Path="<>", From="Courier mail server <postmaster@mx.example>", Subject="NOTICE: mail delivery status.") + f"Your message cannot be delivered to the following recipients:\n\n<ali@mail.example>:\n     550 5.7.1 blocked by policy\n\n{RETURNED}\nold", False),
    "no Return-Path": (head(From="Mail Delivery Subsystem <mailer-daemon@mail.example>", Subject="Delivery Status Notification (Failure)") + f"Delivery to the following recipient failed permanently:\n\n     ali@mail.example\n\n550 5.1.1 The email account that you tried to reach does not exist.\n\n----- Original message -----\n\n{RETURNED}\nold", True),
    "Persian": (head(Return_Path="<>", From="MAILER-DAEMON@mail.example", Subject="=?utf-8?b?2LnYr9mFINiq2K3ZiNuM2YQ=?=") + f"نامه شما به گیرنده زیر تحویل داده نشد:\n\n<ali@mail.example>: این نشانی وجود ندارد\n\n{RETURNED}\nold", True),
}  # fmt: skip


@pytest.mark.parametrize(("mail", "hard"), NOTICES.values(), ids=NOTICES.keys())
def test_notices_in_words(mail: str, hard: bool) -> None:
    got = judged(message_from_bytes(mail.encode()))
    assert got.outcome == "bounce"
    assert [(b.recipient, b.hard) for b in got.bounces] == [("ali@mail.example", hard)]
    assert got.original_message_id in (OURS, "")


PEOPLE = {
    "a plain mail": head(From="ali@mail.example", Subject="Order 10482") + "Hello",
    "tells that a mail came back": head(Return_Path="<ali@mail.example>", From="ali@mail.example", Subject="My mail to you came back") + "It said: 550 5.1.1 <help@shop.example>: user unknown, message undeliverable.",
    "answers a bounce": head(Return_Path="<ali@mail.example>", From="ali@mail.example", Subject="Re: Undelivered Mail Returned to Sender", In_Reply_To="<1@mx.example>") + "> <help@shop.example>: 550 mailbox full\nWhat is this?",
    "forwards a bounce": head(From="ali@mail.example", Subject="Fwd: Delivery Status Notification (Failure)", MIME_Version="1.0", Content_Type='multipart/mixed; boundary="a"') + f"--a\nContent-Type: text/plain\n\nLook\n--a\nContent-Type: message/rfc822\n\n{dsn(refusal('5.1.1', '550 User unknown'))}\n--a--\n",
    "forwards its parts": head(From="ali@mail.example", Subject="Fwd: failure", MIME_Version="1.0", Content_Type='multipart/mixed; boundary="a"') + f"--a\nContent-Type: text/plain\n\nLook\n--a\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n{refusal('5.1.1', '550 User unknown')}\n--a--\n",
    "a postmaster who writes": head(Return_Path="<postmaster@corp.example>", From="Postmaster <postmaster@corp.example>", Subject="Question about your mailbox service") + "How large is a mailbox at your place?",
    "writes in Persian of returned goods": head(From="ali@mail.example", Subject="برگشت کالا") + "کالا تحویل نشد و برگشت خورد.",
    "writes in Russian of delivery": head(From="ali@mail.example", Subject="Заказ не доставлен") + "Посылка не доставлена, курьера невозможно найти.",
    "says Auto-Submitted: no": head(From="ali@mail.example", Subject="hi", Auto_Submitted="no") + "hi",
    "on a list": head(From="ali@mail.example", Subject="hi", List_Id="<users.example>", Precedence="list") + "hi",
}  # fmt: skip


@pytest.mark.parametrize("mail", PEOPLE.values(), ids=PEOPLE.keys())
def test_people_stay_people(mail: str) -> None:
    assert judged(message_from_bytes(mail.encode())).outcome == "message"


def test_mail_to_many_says_so() -> None:
    assert judged(head(From="a@b.example", List_Id="<users.example>") + "hi").why == "list"
    assert judged(head(From="a@b.example", Precedence="bulk") + "hi").why == "bulk"


AUTOMATIC = {
    "RFC 3834": {"Auto_Submitted": "auto-replied", "Subject": "Re: Order"},
    "with a comment": {"Auto_Submitted": "Auto-Generated (rejected)", "Subject": "Order"},
    "X-Autoreply": {"X_Autoreply": "yes", "Subject": "Order"},
    "Precedence": {"Precedence": "auto_reply", "Subject": "Order"},
    "null sender": {"Return_Path": "<>", "Subject": "I'm in Spain"},
    "en": {"Subject": "Automatic reply: Order"},
    "en, out": {"Subject": "Out of Office: Order"},
    "ru": {"Subject": "Автоматический ответ: Заказ"},
    "ru, short": {"Subject": "Автоответ: Заказ"},
    "fa": {"Subject": "پاسخ خودکار: سفارش"},
    "de": {"Subject": "Automatische Antwort: Bestellung"},
    "fr": {"Subject": "Réponse automatique : commande"},
}


@pytest.mark.parametrize("fields", AUTOMATIC.values(), ids=AUTOMATIC.keys())
def test_automatic_answers(fields: dict[str, str]) -> None:
    message = Message()
    for name, value in {"From": "ali@mail.example", "In_Reply_To": OURS, **fields}.items():
        message[name.replace("_", "-")] = value
    message.set_payload("I'm away. Your message was not rejected.")
    got = judged(message)
    assert (got.outcome, got.original_message_id) == ("auto_reply", OURS)


def test_read_receipt() -> None:
    mail = head(
        From="ali@mail.example", Subject="Read: Order", MIME_Version="1.0", Content_Type='multipart/report; report-type=disposition-notification; boundary="a"'
    )
    mail += f"--a\nContent-Type: text/plain\n\nRead.\n--a\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;ali@mail.example\nOriginal-Message-ID: {OURS}\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--a--\n"
    assert judged(mail) == Recognised("auto_reply", original_message_id=OURS, why="read_receipt")


def test_complaint() -> None:
    mail = head(From="fbl@mail.example", Subject="FW: Order", MIME_Version="1.0", Content_Type='multipart/report; report-type=feedback-report; boundary="a"')
    mail += f"--a\nContent-Type: text/plain\n\nSpam.\n--a\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x\nVersion: 1\nOriginal-Rcpt-To: ali@mail.example\n\n--a\nContent-Type: message/rfc822\n\n{RETURNED}\nold\n--a--\n"
    got = judged(mail)
    assert (got.outcome, got.bounces[0].recipient, got.original_message_id, got.why) == ("complaint", "ali@mail.example", OURS, "abuse")


def test_amazon_tells_in_json() -> None:
    json = (
        '{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"ali@mail.example","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},"mail":{"commonHeaders":{"messageId":"'
        + OURS
        + '"}}}'
    )
    got = judged(head(From="no-reply@sns.example", Subject="AWS Notification Message") + json)
    assert (got.outcome, got.bounces[0].recipient, got.bounces[0].hard, got.original_message_id) == ("bounce", "ali@mail.example", True, OURS)


HOSTILE = {
    "deep": "From: MAILER-DAEMON\nContent-Type: multipart/mixed; boundary=a\n\n" + "--a\nContent-Type: multipart/mixed; boundary=a\n\n" * 300,
    "many parts": "From: MAILER-DAEMON\nContent-Type: multipart/report; boundary=a\n\n" + "--a\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822;a@b\n\n" * 5_000,
    "many headers": "From: MAILER-DAEMON\n" * 20_000 + "\n\n550 user unknown",
    "long header": "Subject: " + "=?utf-8?b?" * 50_000 + "\nFrom: MAILER-DAEMON\n\n",
    "addresses": "Return-Path: <>\nFrom: MAILER-DAEMON\nSubject: failure notice\n\n" + "a@b.example " * 80_000,
    "ats": "Return-Path: <>\nFrom: MAILER-DAEMON\nSubject: failure notice\n\n" + "@" * 1_000_000,
    "quotes": "Return-Path: <>\nFrom: MAILER-DAEMON\nSubject: failure notice\n\n" + '"' * 1_000_000,
    "words": "Return-Path: <>\nFrom: MAILER-DAEMON\nSubject: failure notice\n\n" + "user " * 200_000,
    "lines of addresses": "Return-Path: <>\nFrom: MAILER-DAEMON\nSubject: failure notice\n\n" + "".join(f"<u{n}@b.example>: 550 no\n" for n in range(40_000)),
    "fields": "Return-Path: <>\nFrom: MAILER-DAEMON\nSubject: failure notice\n\n" + "From: a\nxx\n\n\n\n\n\n\n\n\n\n\n" * 40_000,
    "json": "Return-Path: <>\nFrom: MAILER-DAEMON\n\n" + '{"notificationType":' + '{"' * 300_000,
    "broken base64": "From: MAILER-DAEMON\nContent-Transfer-Encoding: base64\nContent-Type: text/plain; charset=\"no such\"\nSubject: =?utf-8?b?x?=\n\n====A",
    "broken parameters": "From: MAILER-DAEMON\nContent-Type: multipart/report; report-type*=x'y; boundary*0*=a; boundary*9=b\n\nx",
    "nothing": "",
}  # fmt: skip


@pytest.mark.timeout(20)
@pytest.mark.parametrize("mail", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_mails_are_judged_within_their_caps(mail: str) -> None:
    got = recognise(message_from_string(mail), mail)
    assert len(got.bounces) <= 50


def test_every_short_of_a_report_is_judged() -> None:
    """Cut anywhere, a report still is no exception."""
    whole = dsn(refusal("5.1.1", "550 User unknown")).encode()
    for end in range(0, len(whole), 17):
        recognise(message_from_bytes(whole[:end]), "")
