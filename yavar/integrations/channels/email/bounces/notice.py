"""Notices in words, by whatever server: who sends them, what their subject says, what they say. One witness never does.

A machine must speak (its name, an empty envelope sender, a header), since people tell us of returned mail in the same words.
"""

import re
from typing import Any, Final

import msgspec

from . import addresses, machine, severity
from .letter import Letter
from .model import Bounced, Recognised
from .report import original_id

_SUBJECT: Final = re.compile(
    r"undeliver|returned (?:mail|e-?mail|message)|return(?:ed|ing) (?:message )?to sender|delivery (?:status|failure|failed|notification|report"
    r"|has failed|error|problem|delayed|incomplete)|failure (?:notice|notification|delivery)|mail (?:delivery|system|status|error|could)|"
    r"(?:could not|cannot|couldn't|not) (?:be )?deliver|non[- ]?deliver|message (?:delivery|status|undeliverable|rejected|blocked|not)"
    r"|warning: (?:could not|message)|delayed mail|error sending|"
    r"недоставл|не доставлен|невозможно доставить|ошибка доставки|возврат (?:письма|почты)|сообщение не|تحویل (?:داده )?نشد|برگشت|عدم تحویل"
    r"|تحویل ناموفق|unzustellbar|nicht zugestellt|zustellung|non remis|échec|no entregad|mancata consegna|não entregue|退信|配信(?:不能|失敗|エラー)|送信エラー"
    r"|宛先不明",
    re.IGNORECASE,
)
_WORDS: Final = re.compile(
    r"(?:could|can|was|were|be|is|has) ?(?:not|n't|n’t)? ?(?:be |been )?(?:able to |possible to )?(?:deliver|returned|reach|transmit)|undeliver"
    r"|unable to deliver|delivery (?:to|has|of|failed|attempt|error|status)|(?:permanent|fatal|transient|non-fatal) (?:error|fail)|"
    r"did not reach|not recogni[sz]ed|returned (?:to|mail|message)|rejected|bounce|recipients? (?:was|were|of|address)|session follows|not deliver"
    r"|failed recipient|failure reasons|rcpt to:|invalid user|no such user|user unknown|mail system|mailbox|domain unknown|following address"
    r"|trouble delivering|unknown user|[45]\d\d[ -]\d\.\d\.\d|"
    r"не (?:может быть|было|удалось|был[ао]?) доставлен|не доставлен|невозможно|تحویل|не удалось|宛先|送信|配信",
    re.IGNORECASE,
)
_RCPT: Final = re.compile(
    r"(?:rcpt to|final-recipient|failed recipient|recipient(?: address)?|to|could not be delivered to"
    r"|original-recipient)\s*:?\s*(?:rfc822;)?\s*<?([^\s<>,;]{1,64}@[^\s<>,;:]{1,255})>?",
    re.IGNORECASE,
)
_CODES: Final = re.compile(r"^\s*(?:<<< )?[45]\d\d[ -](?:[45]\.\d{1,3}\.\d{1,3} )?")
_MOST: Final = 30


def bounce(letter: Letter) -> Recognised | None:
    """At least two witnesses beside a machine's name or an empty envelope sender; three when only a postmaster speaks, who may be a person."""
    strength = machine.strength(letter)
    if strength == 0:
        return None
    headers, told = letter.headers, letter.notice[:20_000]
    reported = letter.report == "delivery-status"
    subject, words = bool(_SUBJECT.search(headers.get("subject", ""))), bool(_WORDS.search(told))
    coded = words and bool(severity.status_in(told) or severity.reply_in(told))
    failed = "x-failed-recipients" in headers
    witnesses = 2 * failed + 2 * reported + machine.named(letter) + subject + words + coded + letter.has_returned
    if witnesses < (2 if strength > 1 else 3) or not (subject or words or reported):
        return None
    if "in-reply-to" in headers and not (letter.has_returned or failed or machine.named(letter)):
        return None  # an absence note that tells of something rejected
    recipients = _recipients(letter)
    bounces = tuple(_bounced(recipient, letter, alone=len(recipients) == 1) for recipient in recipients) or (_refused("", told),)
    return Recognised("bounce", bounces, original_id(letter), "notice")


def _recipients(letter: Letter) -> list[str]:
    """Whom it did not reach: what a header says, else what the notice names, else to whom the mail was."""
    named = addresses.find(letter.headers.get("x-failed-recipients", ""))
    if named:
        return named[:_MOST]
    told = letter.notice[:20_000]
    ours = {a.casefold() for name in ("to", "from", "delivered-to", "return-path") for a in addresses.find(letter.headers.get(name, ""))}
    ours |= {a.casefold() for a in addresses.find(letter.returned.get("from", ""))}
    sent_to = {a.casefold() for name in ("to", "cc") for a in addresses.find(letter.returned.get(name, ""))}
    found = [a for a in addresses.find(told) if a.casefold() not in ours and not machine.NAME.search(a)]
    sure = [a for a in found if a.casefold() in sent_to] or [
        a for a in dict.fromkeys(m[1].rstrip(".)\"'") for m in _RCPT.finditer(told)) if a.casefold() in {f.casefold() for f in found}
    ]
    lines = [a for a in found if any(_bare(line).startswith(a.casefold()) for line in told.split("\n")[:400] if a.casefold() in line.casefold())]
    return (list(dict.fromkeys([*sure, *lines])) or found or list(addresses.find(letter.returned.get("to", "")))[:1])[:_MOST]


def _bare(line: str) -> str:
    """A line without its code and brackets, so that "554 <x@example.org>... Host unknown" begins with the address."""
    return _CODES.sub("", line[:500]).lstrip("<>:;,.\"' \t-*").casefold()


def _bounced(recipient: str, letter: Letter, alone: bool) -> Bounced:
    said = letter.notice[:20_000] if alone else _about(recipient, letter.notice[:20_000])
    return _refused(recipient, said)


def _refused(recipient: str, said: str) -> Bounced:
    status = severity.status_in(said)
    return Bounced(
        recipient,
        not severity.refused_after_data(said) and severity.is_hard(status or _from_reply(said), severity.telling(said)),
        status,
        _line(said, recipient),
    )


def _from_reply(said: str) -> str:
    return f"{severity.reply_in(said)[:1]}.0.0" if severity.reply_in(said) else ""


def _about(recipient: str, text: str) -> str:
    """From the line that names the recipient to the line that names another."""
    lines = text.split("\n")[:1000]
    start = next((n for n, line in enumerate(lines) if recipient.casefold() in line.casefold()), 0)
    end = next(
        (n for n in range(start + 1, len(lines)) if (others := addresses.find(lines[n])) and not any(addresses.same(o, recipient) for o in others)), len(lines)
    )
    return "\n".join(lines[start:end])


def _line(said: str, recipient: str) -> str:
    """A line that tells the reason: one with a code, else the first that says anything."""
    lines = [line.strip() for line in said.split("\n")[:400] if line.strip()]
    best = next((line for line in lines if severity.status_in(line) or severity.reply_in(line)), "") or next(
        (line for line in lines if severity.speaks(line)), ""
    )
    return (best or next((line for line in lines if line.strip("<>:") != recipient), ""))[:300]


class _Mail(msgspec.Struct):
    messageId: str = ""
    commonHeaders: dict[str, Any] = {}
    headers: list[dict[str, Any]] = []


class _Event(msgspec.Struct):
    """What Amazon SES tells in JSON, also by mail when nobody set up anything else."""

    notificationType: str = ""
    mail: _Mail = msgspec.field(default_factory=_Mail)
    bounce: dict[str, Any] = {}
    complaint: dict[str, Any] = {}


def provider_event(letter: Letter) -> Recognised | None:
    start = letter.notice.find('{"')
    if start < 0 or '"notificationType"' not in letter.notice:
        return None
    end = letter.notice.rfind("}\n", start)
    try:
        event = msgspec.json.decode(letter.notice[start : end + 1 if end > start else None].replace("\n", "").strip(), type=_Event)
    except msgspec.MsgspecError:  # cut short or not theirs
        return None
    told = str(event.mail.commonHeaders.get("messageId", "")) or original_id(letter)
    if event.complaint:
        people = [_entry(entry) for entry in event.complaint.get("complainedRecipients", [])[:_MOST] if isinstance(entry, dict)]
        return Recognised("complaint", tuple(Bounced(address, hard=False, reason="complaint") for address, _, _ in people), told, "provider")
    if not event.bounce:
        return None
    people = [_entry(entry) for entry in event.bounce.get("bouncedRecipients", [])[:_MOST] if isinstance(entry, dict)]
    return Recognised(
        "bounce", tuple(Bounced(address, severity.is_hard(status, said), status, said[:300]) for address, status, said in people), told, "provider"
    )


def _entry(entry: dict[str, Any]) -> tuple[str, str, str]:
    return str(entry.get("emailAddress", "")), str(entry.get("status", "")), str(entry.get("diagnosticCode", ""))
