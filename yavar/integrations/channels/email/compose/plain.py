"""The letter as plain text."""

from . import quoting
from .letter import Outgoing
from .words import lines


def plain(outgoing: Outgoing, first: list[str]) -> str:
    """`first`: the lines over the letter. Then the text, the signature under "-- " (RFC 3676 section 4.3), and the history with `> `."""
    blocks = ["\n".join(first)] if first else []
    blocks.append(lines(outgoing.text).strip("\n"))
    if signature := lines(outgoing.signature).strip("\n"):
        blocks.append(f"-- \n{signature}")
    for message in quoting.kept(outgoing.quoted):
        quoted = "\n".join(f"> {line}".rstrip() for line in lines(message.text).strip("\n").split("\n"))
        blocks.append(f"{quoting.heading(message, outgoing.lang, outgoing.zone)}\n{quoted}")
    return "\n\n".join(blocks) + "\n"
