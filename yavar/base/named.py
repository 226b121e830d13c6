"""Names that people give to things: tidied, told when they are missing, told when they are taken, and listed in the order of the alphabet."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import TypeVar

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from yavar.base.db import savepoint
from yavar.base.problem import Problem

Row = TypeVar("Row")

# Code points, and so databases, put پ and گ behind ه, ё behind я, and Z before a.
_PLACES = {ord(letter): 0x621 + place for place, letter in enumerate("آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی")}
_PLACES |= {ord("ي"): _PLACES[ord("ی")], ord("ك"): _PLACES[ord("ک")], ord("ё"): ord("е")}


def tidy(name: str, longest: int) -> str:
    """One line without doubled spaces, cut to `longest`. Raises Problem 422 for nothing, or what no engine stores."""
    shown = " ".join(name.split())[:longest]
    if not shown or "\0" in shown:
        raise Problem(422, "name.missing", _("Please give it a name."), field="name")
    return shown


@contextmanager
def unique(problem: Problem | None = None) -> Iterator[None]:
    """What is saved inside must be unique; else `problem` (409: the name is taken), and the transaction around it goes on."""
    try:
        with savepoint():
            yield
    except IntegrityError:
        raise problem or Problem(409, "name.taken", _("There is one of this name already."), field="name") from None


def alphabetical(name: str) -> tuple[list[int], str]:
    """A key to sort names by, in the order in which Persian, Russian and English alphabets have their letters."""
    return [_PLACES.get(ord(letter), ord(letter)) for letter in name.casefold() if letter != "\u200c"], name


def by_name(rows: Iterable[Row], name: Callable[[Row], str] = attrgetter("name")) -> list[Row]:
    """Rows as people look for them in a list."""
    return sorted(rows, key=lambda row: alphabetical(name(row)))
