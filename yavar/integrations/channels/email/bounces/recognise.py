"""The verdict. Reports in the standard forms first (RFC 3464, 5965, 8098, 3834), then notices in words."""

from email.message import Message

from . import automatic, letter, notice, report
from .model import Bounced, Recognised

__all__ = ["Bounced", "Recognised", "recognise"]


def recognise(message: Message, text: str) -> Recognised:
    """What `message` is. `text` is what a reader sees of it, for mails whose only text is HTML.

    Never raises on a broken mail; costs are bounded by the caps of `letter`. Mail of lists stays "message" with `why` "list" (people write there),
    and so does other bulk mail ("bulk"): the loop guard has to read `why` too before it answers anything by itself.
    """
    read = letter.read(message, text)
    return (
        report.complaint(read)
        or report.receipt(read)
        or report.bounce(read)
        or notice.provider_event(read)
        or automatic.vacation(read)
        or notice.bounce(read)
        or automatic.answer(read)
        or Recognised("message", why=automatic.bulk(read))
    )
