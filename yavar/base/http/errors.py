"""What can come of calling a stranger. `reason` is a word for machines; whoever shows it to people has the sentences."""


class HttpError(Exception):
    """The call brought no answer that may be used."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class Refused(HttpError):
    """We do not call there: `url`, `scheme`, `userinfo`, `port`, `address` (inside a network that is not public), `redirects` (too many, or nowhere)."""


class Unreachable(HttpError):
    """Nobody answered properly: `name` (it does not resolve), `connect`, `tls`, `broken` (the line broke, or it was not HTTP)."""


class TooSlow(HttpError):
    """A cap on time was reached: `connect` or `answer`."""


class TooLarge(HttpError):
    """The body is longer than the caller wants to read: `body`."""


class InTransaction(RuntimeError):
    """A mistake of ours: a stranger would be waited for while a database transaction is open."""
