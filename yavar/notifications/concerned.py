"""Whom a fact concerns, and as what. Nobody hears of their own doing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from yavar.base.db import sql
from yavar.base.events import Actor
from yavar.base.events.models import Event
from yavar.conversations.deliveries import LOST
from yavar.conversations.models import Conversation, HeldReply, Message
from yavar.conversations.receive import GREETING
from yavar.people.models import Team
from yavar.people.team.crew import who_may

NEWS = (
    "conversation.reopened", "conversation.woken", "conversation.assigned", "conversation.resolved", "conversation.merged_away",
    "conversation.reply_stopped", "message.received", "message.sent", "message.delivery", "note.written",
    "promise.near", "promise.missed", "promise.late",
)  # fmt: skip
FLOODS = ("message.received",)  # told in no order
# whoever does this has dealt with what they were told of the conversation before
DEALT = ("conversation.resolved", "message.sent")
# then somebody has taken it up, and nobody need be told any more that nobody has
TAKEN = ("conversation.assigned", "conversation.resolved", "conversation.merged_away", "message.sent")
FEW = 50  # facts since, among which a change of owner is looked for
EVERYBODY = 0  # in place of an agent's key


def followers(conversations: Iterable[int]) -> dict[int, list[int]]:
    """Who follows them, by conversation."""
    found = defaultdict(list)
    for link in sql.pick(Conversation.followers.through, "conversation_id IN (??) ORDER BY id", [list(conversations)]):
        found[link.conversation_id].append(link.agent_id)
    return found


def concerned(event: Event, conversation: Conversation, following: Collection[int]) -> dict[int, str]:
    """Agents by key, or EVERYBODY, each with the kind of news it is to them (`choices.KINDS`); the strongest kind counts. `following`: who follows the conversation. A few
    short queries, mostly none."""
    found: dict[int, str] = {}
    for agent, kind in [*_called(event), *_promised(event, conversation), *_owner(event, conversation), *_others(event, conversation, following)]:
        if agent is not None and event.actor != f"agent:{agent}":
            found.setdefault(agent, kind)
    return found


def _called(event: Event) -> list[tuple[int | None, str]]:
    if event.name == "conversation.assigned":
        return [(event.payload["after"], "assigned")]
    if event.name == "note.written":
        return [(agent, "mentioned") for agent in event.payload["mentions"]]
    return []


def _promised(event: Event, conversation: Conversation) -> list[tuple[int | None, str]]:
    """Whom the policy wants to know: whose it is, else their team, else everybody; and those who look after others' work."""
    if not event.name.startswith("promise."):
        return []
    kind, tell = "due" if event.name == "promise.near" else "late", event.payload["tell"]
    found: list[int | None] = []
    if "owner" in tell and conversation.assignee_id is not None:
        found.append(conversation.assignee_id)
    elif "owner" in tell:
        found += _members(conversation.team_id) if conversation.team_id else [EVERYBODY]
    if "supervisors" in tell and EVERYBODY not in found:
        found += who_may("desk.supervise")
    return [(agent, kind) for agent in found]


def _members(team: int) -> list[int]:
    return [link.agent_id for link in sql.pick(Team.members.through, "team_id = ? ORDER BY agent_id", (team,))]


def _owner(event: Event, conversation: Conversation) -> list[tuple[int | None, str]]:
    """Whose conversation, or whose answer, it is."""
    owner = _owner_then(event, conversation)
    if event.name in ("message.received", "message.sent"):
        return [] if event.actor.startswith("bot:") else [(owner, "message")]
    if event.name == "conversation.woken" and event.payload["why"] == "time":
        return [(owner or _sleeper(conversation.pk), "snoozed")]
    if event.name == "conversation.reply_stopped":
        return [(HeldReply.objects.filter(pk=event.payload["held"]).values_list("agent", flat=True).first(), "failed")]
    if event.name == "message.delivery" and event.payload["state"] in LOST:
        author = Actor.parse(Message.objects.values_list("author", flat=True).get(pk=event.payload["message"]))
        return [(author.id if author.kind == "agent" else owner, "failed")]
    return []


def _owner_then(event: Event, conversation: Conversation) -> int | None:
    """Whose it was when it happened: whoever was given it since hears of that, not of what was before. Behind a long backlog the present owner has to do."""
    given = _later(event, conversation, ("conversation.assigned",))
    before: int | None = given[0].payload["before"] if given else conversation.assignee_id
    return before


def dealt_since(event: Event, conversation: Conversation) -> set[int]:
    """Agents who have dealt with the conversation after it happened, and before we came to tell them."""
    actors = [Actor.parse(each.actor) for each in _later(event, conversation, DEALT)] if event.name in FLOODS else []
    return {actor.id for actor in actors if actor.kind == "agent" and actor.id is not None}


def _sleeper(conversation: int) -> int | None:
    """Who put it to sleep."""
    last = Event.objects.filter(subject_kind="conversation", subject_id=conversation, name="conversation.snoozed").order_by("-seq").first()
    actor = Actor.parse(last.actor) if last else None
    return actor.id if actor and actor.kind == "agent" else None


def _others(event: Event, conversation: Conversation, following: Collection[int]) -> list[tuple[int | None, str]]:
    """Who follows it; and everybody, when a customer waits and nobody has it."""
    found: list[tuple[int | None, str]] = []
    if event.name in ("message.received", "message.sent") and not event.actor.startswith("bot:"):
        found += [(agent, "followed") for agent in following]
    if conversation.assignee_id is None and conversation.status == Conversation.Status.OPEN and _asks(event) and not _taken_since(event, conversation):
        found.append((EVERYBODY, "new"))
    return found


def _asks(event: Event) -> bool:
    """Whether a customer comes (again): their first message, above which nothing but a greeting stands, or the first after all was settled."""
    if event.name == "conversation.reopened":
        return bool(event.payload["why"] == "customer")
    if event.name != "message.received" or event.payload["seq"] > 2:
        return False
    return event.payload["seq"] == 1 or Message.objects.filter(conversation=event.subject_id, seq=1, client_id=GREETING).exists()


def _taken_since(event: Event, conversation: Conversation) -> bool:
    """Whether somebody took it up before we came to tell of it: a message is told in no order."""
    return any(not each.actor.startswith("bot:") for each in _later(event, conversation, TAKEN))


def _later(event: Event, conversation: Conversation, names: Sequence[str]) -> list[Event]:
    """What happened to the conversation since, of some names and among the last FEW facts, in order."""
    if event.seq is None or not 0 < conversation.event_seq - event.seq <= FEW:
        return []
    later = "subject_kind = 'conversation' AND subject_id = ? AND seq > ? AND name IN (??) ORDER BY seq"
    return sql.pick(Event, later, (conversation.pk, event.seq, names))
