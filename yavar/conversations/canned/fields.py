"""The blanks in a canned reply: `{customer.first_name}` and the like, from one list. It is a list and no language: nothing is computed, nothing nested."""

import re
from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yavar.base.problem import Problem
from yavar.desk.models import FieldDefinition, translated

FIELDS: dict[str, Promise] = {
    "customer.first_name": _("Customer’s first name"), "customer.name": _("Customer’s full name"), "customer.email": _("Customer’s e-mail"),
    "conversation.reference": _("Number of the conversation"), "conversation.subject": _("Subject"),
    "agent.first_name": _("Your first name"), "agent.name": _("Your full name"), "shop.name": _("Name of the shop"),
}  # fmt: skip
# a word in braces, in any script: whoever writes {name} means a field, and would not like it to be sent so
_MEANT = re.compile(r"\{[ \t]*([^\W\d_][\w.\u200c-]*)[ \t]*\}")
_EXACT = re.compile(r"\{([a-z][a-z0-9_.]*)\}")


def definitions() -> list[FieldDefinition]:
    """The desk's own fields that a text can name."""
    return list(FieldDefinition.objects.filter(active=True).order_by("on", "position", "pk"))


def labelled(own: Iterable[FieldDefinition], lang: str) -> list[dict[str, str]]:
    """Every field as `{"name", "label"}`: the fixed ones in the reader's language, then the desk's own (`customer.field.<key>`, `conversation.field.<key>`) in `lang`."""
    fixed = [{"name": name, "label": str(label)} for name, label in FIELDS.items()]
    return fixed + [{"name": _name(each), "label": translated(each.label, lang)} for each in own]


def _name(definition: FieldDefinition) -> str:
    return f"{definition.on}.field.{definition.key}"


def checked(text: str, known: Iterable[str], *, field: str) -> str:
    """The text with its fields written exactly. Raises Problem 422 that names the first one that is not among `known`; other braces are plain text."""
    names = set(known)

    def exact(found: re.Match[str]) -> str:
        if found[1] not in names:
            shown = f"\u2068{{{found[1][:60]}}}\u2069"
            raise Problem(422, "field.unknown", _("There’s no field {name}. Choose one from the list.").format(name=shown), field=field)
        return f"{{{found[1]}}}"

    return _MEANT.sub(exact, text)


def known_names() -> list[str]:
    """The names of all fields there are."""
    return [*FIELDS, *map(_name, definitions())]


def filled(text: str, facts: Mapping[str, str]) -> tuple[str, list[str]]:
    """The text with its fields filled in from `facts` (name -> words), and the names of those that have no words, which stand as they were: they stop a send.

    What is filled in is never read for fields again, so a customer called "{agent.name}" is called that.
    """
    missing: list[str] = []

    def put(found: re.Match[str]) -> str:
        words = facts.get(found[1], "").strip()
        if not words and found[1] not in missing:
            missing.append(found[1])
        return words or found[0]

    return _EXACT.sub(put, text), missing
