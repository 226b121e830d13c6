"""Whether a machine speaks. Only then is a mail a bounce: people write of returned mail in the same words, and forward it."""

import re
from typing import Final

from .letter import Letter

NAME: Final = re.compile(
    r"(?:^|[<\" ])(?:mailer-?daemon|post[-_.]?master|mail-?daemon|mail\.?delivery|mdaemon|mail-?system)(?:[@\" >]|$)"
    r"|mail deliver\w* (?:sub)?system|system administrator|mail system|mail administrator|mailer-daemon",
    re.IGNORECASE,
)
_POSTMASTER: Final = re.compile(r"post[-_.]?master|administrator", re.IGNORECASE)

_FORWARD: Final = re.compile(r"\W{0,3}(?:fwd?|re|wg|aw|tr|rv|i|enc|пересл|fw|ответ|отв|پاسخ|هدایت|ارجاع|بازارسال)\w{0,12}\s?[:：]", re.IGNORECASE)


def named(letter: Letter) -> bool:
    """By the name or address in From."""
    return bool(NAME.search(letter.headers.get("from", "")))


def strength(letter: Letter) -> int:
    """0: nobody but the mail's own words. 1: a postmaster, who may be a person. 2: an empty envelope sender, a daemon, a header that no person sets."""
    headers = letter.headers
    sender = headers.get("return-path", "").replace(" ", "").lower()
    if sender == "<>" or "mailer-daemon" in sender or "x-failed-recipients" in headers or letter.report == "delivery-status":
        return 2
    if named(letter):
        return 1 if _POSTMASTER.search(headers.get("from", "")) and "auto-submitted" not in headers else 2
    return 0


def is_forwarded(letter: Letter) -> bool:
    """Whether a person sends us a report that they got: some programs put its parts into the new mail as they are."""
    return letter.type != "multipart/report" and strength(letter) == 0 and bool(_FORWARD.match(letter.headers.get("subject", "")))
