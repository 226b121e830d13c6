"""What a chat says first: a short greeting on certain pages, after a while, to certain visitors. It becomes a message when its visitor answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from django.utils.translation import gettext_lazy as _

from yavar.base import clock, crypto, ids
from yavar.base.events import Actor
from yavar.base.problem import Problem
from yavar.conversations.models import Inbox
from yavar.conversations.receive import BOT
from yavar.desk.locales import LOCALES

Who = Literal["all", "new", "returning"]
MOST = 10
LONGEST = 300  # of a text, in characters
INVITED = "invited."  # what an agent said first begins so; a greeting's id has no dot
GOOD = timedelta(days=1)


class Greeting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One greeting. `page` is the beginning of a path, or `*`; `after` seconds on the page; `who`: those who were here on an earlier day, those who were
    not, or all. A text {locale: words} is shown in the page's language, else in the shop's."""

    text: dict[str, Annotated[str, msgspec.Meta(max_length=LONGEST)]]
    id: Annotated[str, msgspec.Meta(max_length=22)] = ""  # '' gets one when it is saved
    page: Annotated[str, msgspec.Meta(max_length=200)] = "*"
    after: Annotated[int, msgspec.Meta(ge=0, le=600)] = 20
    who: Who = "all"
    active: bool = True


def checked(greetings: Sequence[Greeting]) -> list[Greeting]:
    """The greetings in their normal form, each with an id of its own. Raises Problem 422."""
    if len(greetings) > MOST:
        raise Problem(422, "greetings.too_many", _("Ten greetings are the most."), field="text")
    found = {greeting.id: greeting for greeting in map(_checked, greetings)}
    return list(found.values())


def _checked(greeting: Greeting) -> Greeting:
    text = {code: tidied for code, words in greeting.text.items() if (tidied := " ".join(words.split()))}
    if not set(text) <= set(LOCALES):
        raise Problem(422, "locale.unknown", _("Please choose one of the languages."), field="text")
    if not text:
        raise Problem(422, "greeting.empty", _("Write the greeting in at least one language."), field="text")
    page = greeting.page.strip() or "*"
    if page != "*" and not page.startswith("/"):
        raise Problem(422, "page.invalid", _("A page is what stands after the shop’s name, such as /kettles; * means all pages."), field="page")
    return msgspec.structs.replace(greeting, text=text, page=page, id=greeting.id or ids.public_id())


def words(greeting: Greeting, lang: str, shop_lang: str) -> str:
    """What it says in a language."""
    return greeting.text.get(lang) or greeting.text.get(shop_lang) or next(iter(greeting.text.values()))


class Said(msgspec.Struct, frozen=True):
    """What stands above a visitor's first message, and who said it."""

    text: str
    by: Actor


class _Sealed(msgspec.Struct, frozen=True):
    inbox: int
    agent: int
    text: str
    at: datetime


def invitation_id(inbox_id: int, agent_id: int, text: str) -> str:
    """What proves, when it comes back, that this agent said this in this chat: sealed with the desk's key, so nothing has to be remembered."""
    return INVITED + crypto.seal(msgspec.json.encode(_Sealed(inbox_id, agent_id, text, clock.now())).decode())


def said(inbox_id: int, given: str, lang: str) -> Said | None:
    """What a visitor says they were greeted with: a greeting of ours in its own words, or what an agent said first within the last day. At most one query."""
    if given.startswith(INVITED):
        try:
            sealed = msgspec.json.decode(crypto.unseal(given.removeprefix(INVITED)), type=_Sealed)
        except (ValueError, msgspec.DecodeError):
            return None
        return Said(sealed.text, Actor("agent", sealed.agent)) if sealed.inbox == inbox_id and clock.now() - sealed.at < GOOD else None
    inbox = Inbox.objects.select_related("brand").get(pk=inbox_id)
    found = next((each for each in inbox.config.get("greetings", []) if each.get("id") == given), None)
    return Said(words(msgspec.convert(found, Greeting), lang, inbox.brand.locale), BOT) if found else None
