"""The chat's hot doors: a message, a signal, the stream. They run on the event loop and touch no database there."""

from collections.abc import Callable

import msgspec
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from yavar.base import clock
from yavar.base.edge import Answer, Door, Feed, Later, Request, Stream, Writing, json_answer, no_content
from yavar.base.edge.feed import RESYNC, frame
from yavar.base.edge.wire import Reply
from yavar.base.files.models import File
from yavar.base.problem import Problem
from yavar.base.rate import Rate
from yavar.channels.greetings import said
from yavar.channels.intake import Appended, Inbound, accept
from yavar.conversations.actions import seen_by_customer
from yavar.conversations.append import check_body
from yavar.conversations.models import Conversation
from yavar.conversations.public import PAGE, messages
from yavar.conversations.shapes import PublicMessage
from yavar.realtime.hub import hub
from yavar.realtime.public import message_frame
from yavar.realtime.signals import customer_typing
from yavar.web.ui.address import only_from_here

from .visitors import Known, find_conversation, load, peek
from .visits import post_visit

MAX_STREAMS = 12  # open panels of one visitor
MAX_MISSED = 10 * PAGE
BURST = 20


class PostMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    client_id: str
    conversation: str | None
    text: str
    files: tuple[str, ...] = ()
    greeting: str = ""  # the id of the greeting that stands above a first message


class PostSignal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    conversation: str
    typing: bool | None = None
    seen: int | None = None


messages_rate = Rate(settings.ENV.rate, BURST)
signals_rate = Rate(settings.ENV.rate * 4, BURST * 2)


def with_visitor(handler: Callable[[Request, Known], Reply]) -> Callable[[Request], Reply]:
    """Find the visitor first: from memory at once, else on a thread."""

    def enter(request: Request) -> Reply:
        only_from_here(request.header("origin"), request.own_origin())
        token = request.bearer()
        known = peek(token)
        if known is not None:
            return handler(request, known)
        return Later(lambda: handler(request, load(token)))

    return enter


def limit(rate: Rate, key: str) -> None:
    """Raises Problem 429."""
    if wait := rate.take(key):
        raise Problem(429, "rate.limited", _("That was very fast. Your message is kept and is sent again in a moment."), retry_after=wait)


def post_message(request: Request, known: Known) -> Reply:
    """A visitor writes."""
    limit(messages_rate, known.key)
    body = request.json(PostMessage)
    check_body(body.client_id, body.text, body.files)
    if body.conversation is None:
        return _writing(body, known, None)
    conversation = known.conversations.get(body.conversation)
    if conversation is not None:
        return _writing(body, known, conversation)
    wanted = body.conversation
    return Later(lambda: _writing(body, known, find_conversation(known, wanted)))


def _writing(body: PostMessage, known: Known, conversation: int | None) -> Writing:
    inbound = Inbound(known.inbox_id, known.customer_id, conversation, body.client_id, body.text, body.files, known.lang, clock.now())

    def write() -> tuple[Appended, list[dict[str, object]]]:
        first = said(known.inbox_id, body.greeting, known.lang) if body.greeting and conversation is None else None
        appended = accept(msgspec.structs.replace(inbound, greeting=first.text, greeter=first.by) if first else inbound)
        return appended, [file.facts() for file in File.objects.filter(key__in=body.files).order_by("pk")] if body.files else []

    def finish(outcome: tuple[Appended, list[dict[str, object]]]) -> Answer:
        stored, files = outcome
        known.conversations[stored.conversation] = stored.conversation_id
        message = PublicMessage(stored.message, stored.client_id, stored.seq, known.author, stored.text, files, stored.at)
        return json_answer({"conversation": {"id": stored.conversation, "reference": stored.reference}, "message": message}, 200 if stored.repeated else 201)

    return Writing(write, finish)


def post_signal(request: Request, known: Known) -> Reply:
    """A visitor types, or has seen something."""
    limit(signals_rate, known.key)
    body = request.json(PostSignal)
    key = known.conversations.get(body.conversation)
    if key is None:
        return Later(lambda: _signal(body, find_conversation(known, body.conversation)))
    return _signal(body, key)


def _signal(body: PostSignal, key: int) -> Reply:
    if body.typing is not None:
        customer_typing(body.conversation, key, body.typing)
    if body.seen is None:
        return no_content()
    seen = body.seen
    return Writing(lambda: seen_by_customer(key, seen), lambda _none: no_content())


def open_stream(request: Request, known: Known) -> Reply:
    """A visitor's panel listens, from the message seq it has."""
    query = request.query()
    after, public_id = query.get("after", "0"), query.get("conversation", "")
    if not after.isdecimal() or len(after) > 9:
        raise Problem(400, "after.invalid", _("The request isn’t in the expected form."), field="after")
    if len(known.streams) >= MAX_STREAMS:
        raise Problem(429, "streams.too_many", _("This chat is open in too many windows."), retry_after=10)
    token = request.bearer()
    return Later(lambda: _stream(token, known, public_id, int(after)))


def _stream(token: str, known: Known, public_id: str, after: int) -> Stream:
    key = find_conversation(known, public_id)
    elsewhere = Conversation.objects.filter(pk=key, merged_into__isnull=False).exists()  # merged meanwhile: it is read, and numbered, somewhere else

    def begin(feed: Feed) -> Callable[[], None]:
        known.streams.add(feed)
        end = hub().subscribe(feed, [("visitor", key)])
        feed.release([RESYNC] if elsewhere else _missed(key, after))

        def close() -> None:
            known.streams.discard(feed)
            end()

        return close

    def check() -> bool:
        try:
            return find_conversation(load(token), public_id) == key
        except Problem:
            return False

    return Stream(begin, check)


def _missed(key: int, after: int) -> list[bytes]:
    """What came after `after`, and how far the team has seen; too much of it is a resync."""
    frames: list[bytes] = []
    more = True
    while more:
        page, more = messages(key, after=after)
        frames += [message_frame(message) for message in page]
        after = page[-1].seq if page else after
        if len(frames) > MAX_MISSED:
            return [RESYNC]
    seen, status = Conversation.objects.values_list("agent_seen", "status").get(pk=key)
    frames.append(frame("seen", msgspec.json.encode({"agent": seen})))
    frames.append(frame("status", msgspec.json.encode({"status": "resolved" if status == "resolved" else "open"})))
    return frames


DOORS = [
    Door("POST", "/chat/visits", post_visit, max_body=4096),
    Door("POST", "/chat/messages", with_visitor(post_message)),
    Door("POST", "/chat/signals", with_visitor(post_signal), max_body=1024),
    Door("GET", "/chat/stream", with_visitor(open_stream)),
]
