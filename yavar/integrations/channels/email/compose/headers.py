"""Header fields written: RFC 2047 words, RFC 2231 parameters, folding. Every value is cleaned here once more, so no caller can add a header."""

import re
import unicodedata
from binascii import b2a_base64
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote

from .words import one_line

WIDTH: Final = 76  # characters of a line, RFC 2047 section 2 where words are encoded
NAME: Final = 100  # characters of a name beside an address
_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_PRINTABLE: Final = re.compile(r"[ -~]*")
_ID: Final = re.compile(r"[!-;=?-~]{1,900}")
_ENDS: Final = 20  # ids of References at either end


def field(name: str, tokens: Iterable[str]) -> str:
    """`Name: tokens`, folded before a token where the line would be longer than WIDTH, with CRLF at its end. Tokens are printable ASCII without line ends."""
    lines, line = [], f"{name}:"
    for token in tokens:
        if len(line) + 1 + len(token) > WIDTH and line.strip():
            lines.append(line)
            line = ""
        line += f" {token}"
    return "\r\n".join([*lines, line]) + "\r\n"


def text(name: str, value: str, most: int) -> str:
    """An unstructured field (RFC 5322 section 2.2.1) of at most `most` characters, in RFC 2047 words where ASCII will not do."""
    said = one_line(value, most)
    if _PRINTABLE.fullmatch(said) and "=?" not in said and all(len(word) < WIDTH - len(name) - 2 for word in said.split(" ")):
        return field(name, said.split())
    return field(name, encoded(said, WIDTH - len(name) - 2))


def encoded(said: str, first: int = WIDTH - 1) -> Iterator[str]:
    """RFC 2047 words, each of whole characters and at most 75 long; the first one at most `first`."""
    room = _octets(first)
    held = b""
    for letter in said:
        octets = letter.encode("utf-8")
        if len(held) + len(octets) > room:
            yield _word(held)
            held, room = b"", _octets(WIDTH - 1)
        held += octets
    if held:
        yield _word(held)


def _octets(width: int) -> int:
    return (min(width, 75) - len("=?utf-8?b??=")) // 4 * 3


def _word(held: bytes) -> str:
    return f"=?utf-8?b?{b2a_base64(held, newline=False).decode()}?="


def mailbox(name: str, address: str, taken: int) -> list[str]:
    """The tokens of `name <address>` (RFC 5322 section 3.4). `address` is what `addresses.sendable` answered; `taken`: characters before it on its line."""
    said = one_line(name, NAME)
    if not said:
        return [address]
    if _PRINTABLE.fullmatch(said) and "=?" not in said and len(said) < 60:
        if _ATOMS.fullmatch(said):
            return [*said.split(" "), f"<{address}>"]
        escaped = said.replace("\\", "\\\\").replace('"', '\\"')
        return [f'"{escaped}"', f"<{address}>"]
    return [*encoded(said, WIDTH - 1 - taken), f"<{address}>"]


def mailboxes(name: str, people: Iterable[tuple[str, str]]) -> str:
    """A field of mailboxes: (name, address) each."""
    entries = [mailbox(*each, len(name) + 2 if at == 0 else 1) for at, each in enumerate(people)]
    for entry in entries[:-1]:
        entry[-1] += ","
    return field(name, (token for entry in entries for token in entry))


def is_id(value: str) -> bool:
    """Whether `value` can stand between < and > in Message-ID and its like: printable ASCII, no blanks, no brackets."""
    return bool(_ID.fullmatch(value))


def thread(in_reply_to: str, references: Iterable[str]) -> tuple[str, list[str]]:
    """(the id answered, the ids of the thread up to it), RFC 5322 section 3.6.4: what is no id is left out, of a long thread the first and last 20 stay."""
    parent = in_reply_to.strip("<>")
    parent = parent if is_id(parent) else ""
    known = list(dict.fromkeys(bare for each in references if is_id(bare := each.strip("<>")) and bare != parent))
    known += [parent] if parent else []
    return parent, known if len(known) <= 2 * _ENDS else [*known[:_ENDS], *known[-_ENDS:]]


def file_name(name: str) -> str:
    """A file's name as it may be shown and saved: one line, no folders, at most 120 characters with its ending kept. '' when nothing of it can be seen."""
    said = re.sub(r'[/\\:*?"<>|]', "_", one_line(name, 1000))
    edges = ". " + "".join(letter for letter in set(said) if unicodedata.category(letter)[0] in "CZ")
    said = said.strip(edges)
    stem, dot, ending = said.rpartition(".")
    if len(said) > 120:
        said = stem[: 119 - len(ending)].rstrip() + dot + ending if stem and len(ending) < 20 else said[:120].rstrip(edges)
    return said


def file_tokens(name: str) -> tuple[str, list[str]]:
    """(an ASCII name for programs that know no better, the tokens of RFC 2231's `filename`)."""
    if re.fullmatch(r"[A-Za-z0-9 ._+()=,@-]{1,50}", name):
        return name, [f'filename="{name}"']
    ending = name.rpartition(".")[2]
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._") if sum(map(str.isascii, name)) * 2 > len(name) else ""
    fallback = plain[:50] if plain and len(plain) <= 50 else f"file.{ending}" if re.fullmatch(r"[A-Za-z0-9]{1,10}", ending) and ending != name else "file"
    return fallback, list(_pieces(name))


def _pieces(name: str) -> Iterator[str]:
    """`filename*0*=utf-8''…` and what follows, no character cut in two; without a number when one is enough."""
    pieces, held = [], "utf-8''"
    for letter in name:
        octets = quote(letter, safe="")
        if len(held) + len(octets) > 56:
            pieces.append(held)
            held = ""
        held += octets
    pieces.append(held)
    if len(pieces) == 1:
        yield f"filename*={held}"
        return
    for number, piece in enumerate(pieces):
        yield f"filename*{number}*={piece}" + (";" if number < len(pieces) - 1 else "")
