"""Whether a mailbox can be read, said in plain words before anything is saved."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..models import Mailbox
from .imap import Imap
from .pop3 import Pop3
from .verdict import WORDS, trouble

DOORS: dict[str, type[Imap] | type[Pop3]] = {"imap": Imap, "pop3": Pop3}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. `code` is `ok` or one of verdict.WORDS; `detail` is what the server itself said."""

    code: str
    text: str
    detail: str = ""


def check(mailbox: Mailbox) -> Verdict:
    """Connect, sign in and look at each folder, changing nothing. Never inside a transaction."""
    try:
        door = DOORS[mailbox.protocol](mailbox)
        try:
            number = door.look()
        finally:
            door.close()
    except Exception as error:
        found = trouble(error)
        return Verdict(found.code, str(WORDS[found.code]), found.detail)
    return Verdict("ok", _("The mailbox can be read. {number} messages lie in it.").format(number=number))
