"""The door for pages that say who is on them, where a shop wishes to see its visitors. It comes from the shop's own page, so from another origin."""

import time
from collections import OrderedDict
from typing import Annotated, Literal

import msgspec
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from yavar.base.edge import Answer, Later, Request, json_answer
from yavar.base.edge.wire import Reply
from yavar.base.problem import Problem
from yavar.base.rate import Rate
from yavar.channels.chat import config_of
from yavar.conversations.models import Inbox
from yavar.realtime.visits import Visit, visits

REMEMBER = 30.0  # seconds: a chat that no longer wishes to see its visitors is left alone after that
KEEP = 1000
by_tab, by_client = Rate(0.2 if settings.ENV.rate else 0.0, 10), Rate(5.0 if settings.ENV.rate else 0.0, 100)


class PostVisit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    inbox: Annotated[str, msgspec.Meta(max_length=22)]
    id: Annotated[str, msgspec.Meta(min_length=16, max_length=40, pattern="^[A-Za-z0-9-]+$")]
    page: Annotated[str, msgspec.Meta(max_length=300)]
    title: Annotated[str, msgspec.Meta(max_length=200)] = ""
    lang: Literal["fa", "ru", "en"] = "en"
    returning: bool = False
    chatting: bool = False


class Watch(msgspec.Struct, frozen=True):
    """A chat that sees its visitors, and from which pages; no key: it does not."""

    inbox: int | None
    origins: tuple[str, ...]
    until: float


_watches: OrderedDict[str, Watch] = OrderedDict()


def post_visit(request: Request) -> Reply:
    """A page says who is on it."""
    body = request.json(PostVisit)
    if wait := max(by_client.take(request.client), by_tab.take(body.id)):
        raise Problem(429, "rate.limited", _("That was very fast. Your message is kept and is sent again in a moment."), retry_after=wait)
    watch = _watches.get(body.inbox)
    if watch is None or watch.until < time.monotonic():
        return Later(lambda: _note(request, body, _look(body.inbox)))
    return _note(request, body, watch)


def _look(public_id: str) -> Watch:
    inbox = Inbox.objects.filter(public_id=public_id, kind="chat", active=True).first()
    config = config_of(inbox.config) if inbox else None
    watching = inbox is not None and config is not None and config.see_visitors
    watch = Watch(inbox.pk if inbox and watching else None, tuple(config.origins) if config else (), time.monotonic() + REMEMBER)
    _watches[public_id] = watch
    while len(_watches) > KEEP:
        _watches.popitem(last=False)
    return watch


def _note(request: Request, body: PostVisit, watch: Watch) -> Answer:
    sent = request.header("origin")
    if watch.inbox is None or sent not in watch.origins or not body.page.startswith("/"):
        raise Problem(404, "visits.none", _("There is nothing here, or it is not yours to see."))
    invitation = visits.note(Visit(body.id, watch.inbox, body.page.partition("?")[0], body.title, body.lang, body.returning, body.chatting))
    answer = json_answer({"invitation": invitation})
    answer.headers += [(b"access-control-allow-origin", sent.encode()), (b"vary", b"origin")]
    return answer
