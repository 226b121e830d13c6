"""From the text of a mail to what its writer wrote, and their signature."""

import msgspec

from . import hints, history, lines, signature


class Reply(msgspec.Struct, frozen=True):
    """`text` is never empty when the mail said something. `signature` is "" when none was found."""

    text: str
    signature: str = ""


def strip(text: str, html: str = "") -> Reply:
    """Parts the words somebody wrote from the history their program quoted, and from their signature. `html`, of which `text` is the rendering or
    the plain twin, may tell where the history begins.

    Forwarded letters are content and stay. For reading only: the whole mail is kept elsewhere.
    """
    read = lines.read(text)
    start = hints.history_starts(read, html) if html else len(read)
    kept = history.own_words(history.without_heading(read[:start]) if start < len(read) else read)
    words, signed = signature.part(kept)
    said = lines.write(words)
    return Reply(said, lines.write(signed)) if said else Reply(text.strip())
