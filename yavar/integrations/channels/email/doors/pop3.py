"""Mail by POP3 (RFC 1939): what its UIDL says has not been here. A server without UIDL is not asked: one could not tell its mails apart."""

import hashlib
import poplib
import threading
from collections.abc import Callable

from yavar.channels import ledger

from ..channel import MIME
from ..keys import key_of
from ..models import Mailbox
from . import line
from .oauth import access_token, xoauth2
from .verdict import Trouble

EVERY = 30.0  # seconds between two looks; POP3 cannot tell that something came
AT_ONCE = 20


class Pop3:
    """One session: POP3 shows a mailbox as it was at sign-in and deletes at QUIT, so each look is a session of its own."""

    def __init__(self, mailbox: Mailbox) -> None:
        line.check(mailbox)
        self.mailbox, self.source = mailbox, f"{mailbox.source}:INBOX"

    def _open(self) -> poplib.POP3:
        box = self.mailbox
        if box.security == "tls":
            session: poplib.POP3 = poplib.POP3_SSL(box.host, box.port, timeout=line.SECONDS, context=line.context())
        else:
            session = poplib.POP3(box.host, box.port, timeout=line.SECONDS)
            if box.security == "starttls":
                session.stls(line.context())
        try:
            self._sign_in(session)
        except BaseException:
            session.close()
            raise
        return session

    def _sign_in(self, session: poplib.POP3) -> None:
        box = self.mailbox
        secret = access_token(box) if box.auth == Mailbox.Auth.XOAUTH2 else line.secret(box)
        try:
            if box.auth == Mailbox.Auth.XOAUTH2:
                told = session._shortcmd(f"AUTH XOAUTH2 {xoauth2(box.user, secret)}")  # type: ignore[attr-defined]  # poplib knows no AUTH
                if not told.startswith(b"+OK"):  # "+ ": what is wrong, as JSON; after an empty line comes the refusal itself
                    session._shortcmd("")  # type: ignore[attr-defined]
            else:
                session.user(box.user)
                session.pass_(secret)
        except poplib.error_proto as error:
            raise Trouble("login", str(error)) from None

    def look(self) -> int:
        """How many mails lie there."""
        session = self._open()
        number = int(session.stat()[0])
        session.quit()
        return number

    def close(self) -> None:
        """Nothing is held open."""

    def poll(self, stop: threading.Event) -> int:
        """Bring in what is new. Answers how many mails were new to the ledger."""
        session = self._open()
        try:
            places = dict(entry.decode().split(" ", 1) for entry in session.uidl()[1])
            sizes = {int(number): int(size) for number, size in (entry.split(b" ", 1) for entry in session.list()[1])}
            known = ledger.fetched(self.source, list(places.values()))
            wanted = [(int(number), place) for number, place in places.items() if place not in known]
            new = 0
            for start in range(0, len(wanted), AT_ONCE):
                if stop.is_set():
                    break
                came = [self._fetch(session, number, place, sizes.get(number, 0)) for number, place in wanted[start : start + AT_ONCE]]
                new += ledger.take_in(self.mailbox.inbox, came, mime=MIME)
            done = self._delete(session, {place: int(number) for number, place in places.items()})
        except BaseException:
            session.close()
            raise
        session.quit()  # only now does the server delete
        ledger.clear(done)
        return new

    def _fetch(self, session: poplib.POP3, number: int, place: str, size: int) -> ledger.Came:
        if size > ledger.LARGEST:
            return ledger.Came(hashlib.sha256(f"{self.source} {place}".encode()).hexdigest(), None, self.source, place, size, "too_large")
        raw = b"\r\n".join(session.retr(number)[1]) + b"\r\n"
        return ledger.Came(key_of(raw), raw, self.source, place)

    def _delete(self, session: poplib.POP3, numbers: dict[str, int]) -> list[ledger.Uncleared]:
        """Mark for deletion what is stored, if the owner wishes so; also what a cut connection left over. What was refused stays there."""
        mine = ledger.uncleared(self.source)
        if self.mailbox.after == "delete":
            for each in mine:
                if each.stored and each.place in numbers:
                    session.dele(numbers[each.place])
        return mine

    def wait(self, stop: threading.Event, lost: Callable[[], bool]) -> None:
        """Until it is time to look again."""
        waited = 0.0
        while waited < EVERY and not stop.wait(1.0) and not lost():
            waited += 1.0
