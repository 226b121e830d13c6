"""Why a mailbox cannot be read, in words for whoever set it up."""

import poplib
import socket
import ssl

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from yavar.base.problem import Problem

WORDS: dict[str, Promise] = {
    "name": _("There is no server of this name. Please check the host."),
    "refused": _("The server doesn’t take connections on this port. Please check the port."),
    "timeout": _("The server didn’t answer in time. Please check host and port, then try again."),
    "certificate": _("The server’s certificate isn’t valid for this name, so the password was not sent."),
    "tls": _("The server doesn’t speak TLS on this port. Try the other kind of encryption."),
    "plain": _("Without encryption only a server on this machine can be asked."),
    "login": _("The server refused the name or password."),
    "grant": _("The sign-in with Google or Microsoft has to be given again."),
    "secret": _("The password was saved under another key of the desk. Please type it again."),
    "folder": _("A folder that should be read isn’t there."),
    "protocol": _("The server answered something unexpected. It is tried again."),
    "cut": _("The connection was cut. It is tried again."),
    "storage": _("The desk’s disk is full, so no mail was fetched. Nothing is lost: it stays on the server."),
}


class Trouble(Exception):
    """A mailbox cannot be read: `code` is one of WORDS, `detail` what the server said."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail[:300]


def trouble(error: Exception) -> Trouble:
    """What went wrong, of all that the mail libraries and the network raise."""
    if isinstance(error, Trouble):
        return error
    kinds: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
        ((LoginError, UnicodeEncodeError), "login"), (ssl.SSLCertVerificationError, "certificate"), (ssl.SSLError, "tls"), (socket.gaierror, "name"), (ConnectionRefusedError, "refused"),
        (TimeoutError, "timeout"), ((IMAPClientAbortError, ConnectionError, EOFError), "cut"), ((IMAPClientError, poplib.error_proto), "protocol"), (OSError, "cut"),
        (Problem, "storage"),
    )  # fmt: skip  # UnicodeEncodeError: IMAP's LOGIN takes ASCII alone
    code = next((code for kind, code in kinds if isinstance(error, kind)), "")
    if not code:
        raise error  # a fault of ours
    said = error.args[0] if error.args else ""
    return Trouble(code, said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error))
