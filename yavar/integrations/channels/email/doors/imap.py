"""Mail by IMAP (RFC 9051): everything above the last UID of a folder's ledger, raw by BODY.PEEK[] after a look at its size; never by "unread"."""

import hashlib
import selectors
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from ssl import SSLWantReadError
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from yavar.channels import ledger

from .. import actions
from ..channel import MIME
from ..keys import key_of
from ..models import Folder, Mailbox
from . import line
from .oauth import access_token
from .verdict import Trouble

AT_ONCE, BYTES_AT_ONCE = 50, 8 << 20
IDLE, SLICE = 540.0, 1.0  # seconds: RFC 2177 wants a new IDLE before 29 minutes; providers hang up after 10
WITHOUT_IDLE = 15.0


class Imap:
    """One connection to a mailbox. Everything raises what imapclient, ssl and socket raise, and Trouble."""

    def __init__(self, mailbox: Mailbox) -> None:
        line.check(mailbox)
        self.mailbox = mailbox
        self._following = 0  # UIDNEXT of the first folder when it was last looked through
        tls = mailbox.security == "tls"
        self.client = IMAPClient(mailbox.host, mailbox.port, ssl=tls, ssl_context=line.context() if tls else None, timeout=line.SECONDS)
        if mailbox.security == "starttls":
            self.client.starttls(line.context())
        if mailbox.auth == Mailbox.Auth.XOAUTH2:
            self.client.oauth2_login(mailbox.user, access_token(mailbox))
        else:
            self.client.login(mailbox.user, line.secret(mailbox))

    def close(self) -> None:
        """Hang up, politely if the line still stands."""
        try:
            self.client.logout()
        except (IMAPClientError, OSError):
            self.client.shutdown()

    def look(self) -> int:
        """How many mails lie in the folders. Raises Trouble for one that is not there."""
        return sum(int(self._open(name)[b"EXISTS"]) for name in self.folders)

    def poll(self, stop: threading.Event) -> int:
        """Bring in what is new in all folders. Answers how many mails were new to the ledger; ends early when `stop` is set."""
        return sum(self._folder(name, stop) for name in self.folders)

    @property
    def folders(self) -> list[str]:
        """Their names; the first is the one whose news the server pushes."""
        return self.mailbox.folders or ["INBOX"]

    def _folder(self, name: str, stop: threading.Event) -> int:
        folder = self._select(name)
        source = f"{self.mailbox.source}:{name}"
        self._clear(source, folder.uidvalidity)
        new = 0
        for group in self._groups(self._new(folder)):
            if stop.is_set():
                break
            came = self._fetch(group, source, folder.uidvalidity)
            new += ledger.take_in(self.mailbox.inbox, came, mime=MIME)
            actions.read_up_to(folder, max(group))
            self._clear(source, folder.uidvalidity)
        return new

    def _open(self, name: str) -> dict[bytes, Any]:
        try:
            told: dict[bytes, Any] = self.client.select_folder(name, readonly=self.mailbox.after == "leave")
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:  # a SELECT that is answered NO
            raise Trouble("folder", f"{name}: {error}") from None
        return told

    def _select(self, name: str) -> Folder:
        told = self._open(name)
        validity, following = int(told[b"UIDVALIDITY"]), int(told.get(b"UIDNEXT", 1))
        if name == self.folders[0]:
            self._following = following
        first = following - 1 if self.mailbox.start == "new" else 0
        folder, made = Folder.objects.get_or_create(mailbox=self.mailbox, name=name, defaults={"uidvalidity": validity, "last_uid": first})
        if not made and folder.uidvalidity != validity:  # every UID means another mail now: read all, the ledger knows what has been here
            actions.read_up_to(folder, 0, validity)
        return folder

    def _new(self, folder: Folder) -> list[int]:
        asked: list[Any] = ["UID", f"{folder.last_uid + 1}:*"]
        if (
            self.mailbox.start == "new" and not folder.last_uid
        ):  # no UID tells any more what was there before us; the date of arrival does, to the day of the server
            asked += ["SINCE", (self.mailbox.created_at - timedelta(days=1)).date()]
        return sorted(uid for uid in self.client.search(asked) if uid > folder.last_uid)  # "n:*" answers the last mail even when its UID is below n

    def _groups(self, uids: Sequence[int]) -> Iterator[dict[int, int]]:
        """UIDs with their sizes, as many as may be fetched at once."""
        for start in range(0, len(uids), 500):
            group: dict[int, int] = {}
            told = self.client.fetch(uids[start : start + 500], ["RFC822.SIZE"])
            for uid in uids[start : start + 500]:
                size = int(told.get(uid, {}).get(b"RFC822.SIZE", 0))
                if group and (len(group) >= AT_ONCE or sum(group.values()) + size > BYTES_AT_ONCE):
                    yield group
                    group = {}
                group[uid] = size
            if group:
                yield group

    def _fetch(self, group: dict[int, int], source: str, validity: int) -> list[ledger.Came]:
        wanted = [uid for uid, size in group.items() if size <= ledger.LARGEST]
        bodies: dict[int, Any] = self.client.fetch(wanted, ["BODY.PEEK[]"]) if wanted else {}
        came = []
        for uid, size in group.items():
            place, raw = f"{validity}:{uid}", bodies.get(uid, {}).get(b"BODY[]")
            if raw:
                came.append(ledger.Came(key_of(raw), raw, source, place))
            elif size > ledger.LARGEST:
                came.append(ledger.Came(hashlib.sha256(f"{source} {place}".encode()).hexdigest(), None, source, place, size, "too_large"))
            # else somebody took it away meanwhile: it was never fetched
        return came

    def _clear(self, source: str, validity: int) -> None:
        """Do with stored mails at their source what the owner wishes; also with those that a cut connection left over. What was refused stays there."""
        mine = ledger.uncleared(source, f"{validity}:")
        uids = sorted(int(each.place.partition(":")[2]) for each in mine if each.stored)
        if uids and self.mailbox.after == "move":
            self._move(uids)
        elif uids and self.mailbox.after == "delete":
            self.client.delete_messages(uids)
            self._expunge(uids)
        ledger.clear(mine)

    def _move(self, uids: list[int]) -> None:
        target = self.mailbox.move_to
        if not self.client.folder_exists(target):
            self.client.create_folder(target)
        if self.client.has_capability("MOVE"):
            self.client.move(uids, target)
        else:
            self.client.copy(uids, target)
            self.client.delete_messages(uids)
            self._expunge(uids)

    def _expunge(self, uids: list[int]) -> None:
        if self.client.has_capability("UIDPLUS"):
            self.client.uid_expunge(uids)
        else:
            self.client.expunge()

    def wait(self, stop: threading.Event, lost: Callable[[], bool]) -> None:
        """Until something happens in the first folder, or it is time to look again, or `lost()` says that the mailbox is no longer ours."""
        if not self.client.has_capability("IDLE"):
            stop.wait(WITHOUT_IDLE)
            return
        told = self.client.select_folder(self.folders[0], readonly=True)
        if int(told.get(b"UIDNEXT", 1)) != self._following:  # came since we looked: IDLE tells only of what comes after this SELECT
            return
        self.client.idle()
        others = len(self.folders) > 1
        try:
            waited = 0.0
            while waited < (60.0 if others else IDLE) and not stop.is_set() and not lost():
                if heard(self.client, SLICE):
                    break
                waited += SLICE
        finally:
            self.client.idle_done()


def heard(client: IMAPClient, seconds: float) -> bool:
    """Whether the server says something within `seconds`, or has hung up; what it was is left to be read. For `client.idle_check`, which waits for the socket alone and never
    sees what came in one packet with the answer to IDLE: that lies in the reader's buffer, or in that of TLS (imapclient issue 150)."""
    socket, reader = client.socket(), client._imap.file
    timeout = socket.gettimeout()
    socket.setblocking(False)
    try:
        if reader.peek(1):
            return True
    except (BlockingIOError, SSLWantReadError):  # nothing there
        pass
    finally:
        socket.settimeout(timeout)
    with selectors.DefaultSelector() as selector:
        selector.register(socket, selectors.EVENT_READ)
        return bool(selector.select(seconds))
