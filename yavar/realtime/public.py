"""What a visitor hears: public messages, how far they were seen, whether the matter is open. Never a note, never an inside counter."""

from collections.abc import Sequence

import msgspec

from yavar.base.edge.feed import RESYNC, frame
from yavar.base.events.models import Event
from yavar.conversations.models import Message
from yavar.conversations.public import public_messages
from yavar.conversations.shapes import PublicMessage

from .hub import Frame, hub

STATUS = {"conversation.resolved": b'{"status":"resolved"}', "conversation.reopened": b'{"status":"open"}'}


def message_frame(message: PublicMessage) -> bytes:
    """A public message as a frame; its seq is the visitor's cursor."""
    return frame("message", msgspec.json.encode(message), message.seq)


def voice(events: Sequence[Event]) -> list[Frame]:
    """Frames for the visitors among whose conversations these events are."""
    told = [e for e in events if (e.audience == "public" or e.name == "conversation.merged") and e.subject_kind == "conversation"]
    heard = [e for e in told if hub().heard(("visitor", e.subject_id))]
    keys = [e.payload["message"] for e in heard if e.name.startswith("message.")]
    rows = Message.objects.filter(pk__in=keys) if keys else []
    shown = {m.id: m for m in public_messages(rows)}
    public = {row.pk: shown[row.public_id] for row in rows}
    frames = []
    for event in heard:
        topic = ("visitor", event.subject_id)
        if event.name.startswith("message."):
            frames.append(Frame(topic, message_frame(public[event.payload["message"]])))
        elif event.name == "conversation.seen" and not event.payload["by_customer"]:
            frames.append(Frame(topic, frame("seen", msgspec.json.encode({"agent": event.payload["seq"]}))))
        elif event.name in ("conversation.merged", "conversation.merged_away", "conversation.unmerged"):
            frames.append(Frame(topic, RESYNC))  # it goes on elsewhere, or with more in it: ask anew where one stands
        elif event.name in STATUS:
            frames.append(Frame(topic, frame("status", STATUS[event.name])))
    return frames
