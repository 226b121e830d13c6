"""Names that people give to things: tidied, told when they are missing, and told when they are taken."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from yavar.base.db import savepoint
from yavar.base.problem import Problem


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
