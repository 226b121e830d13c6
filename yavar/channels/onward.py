"""A chat goes on by mail when its visitor has left: what they have not seen, together, once, by the mail inbox of the same shop.

An address that a visitor typed may be anybody's. So such a mail holds the team's words alone, no more than one a day goes out until its reader has
answered from there, and the answer is what proves the address.
"""

from datetime import datetime, timedelta
from functools import cache

from yavar.base import clock
from yavar.base.db import run, sql
from yavar.base.jobs import job, leave
from yavar.conversations.actions import locked
from yavar.conversations.deliveries import Recipient
from yavar.conversations.models import Conversation, Delivery, Inbox, Message, Original
from yavar.people.customers.queries import with_merged
from yavar.people.models import Customer, Identity

from . import delivery
from .chat import config_of
from .contract import mail_kinds
from .envelope import address_of

MAIL_ON = "channels.mail_on"
IN_MAIL = timedelta(seconds=20)  # the pause when they wrote by mail last: they are not at the chat anyway
LONGEST = 5  # pauses at most, while the team goes on writing
UNPROVEN = timedelta(days=1)


def expect(conversation: Conversation, inbox: Inbox) -> None:
    """An answer was said in a chat, inside the open transaction: look again when its customer has had time to see it."""
    if config_of(inbox.config).mail_after and _could(conversation, inbox):
        leave(MAIL_ON, args={"conversation": conversation.pk}, unique_key=f"{MAIL_ON}:{conversation.pk}", due=clock.now() + IN_MAIL)


def _could(conversation: Conversation, inbox: Inbox) -> bool:
    """Whether anybody left an address and the shop has an inbox for mail at all: asked at every answer in a chat, so that no job is left for nothing."""
    kinds = mail_kinds()
    return bool(kinds) and run(_reachable(len(kinds)), (inbox.brand_id, *kinds, conversation.customer_id, conversation.customer_id)).fetchone() is not None


@cache
def _reachable(kinds: int) -> str:
    shop = f"EXISTS (SELECT 1 FROM {sql.table(Inbox)} WHERE brand_id = ? AND active AND kind IN ({sql.marks(range(kinds))}))"
    people = f"SELECT id FROM {sql.table(Customer)} WHERE id = ? OR merged_into_id = ?"
    return sql.text(f"SELECT 1 FROM {sql.table(Identity)} WHERE {shop} AND kind = 'email' AND customer_id IN ({people}) LIMIT 1")


def _pause(conversation: Conversation, inbox: Inbox) -> timedelta:
    theirs = [f"customer:{key}" for key in with_merged(conversation.customer_id)]
    last = sql.pick(Message, "conversation_id = ? AND author IN (??) ORDER BY seq DESC LIMIT 1", (conversation.pk, theirs))
    by_mail = bool(last) and last[0].client_id.startswith(Original.CLIENT_ID)
    return IN_MAIL if by_mail else timedelta(minutes=config_of(inbox.config).mail_after)


@job(MAIL_ON)
def mail_on(conversation: int) -> None:
    """Mail what has not been seen, unless the customer is back or the team is still writing. Twice is the same as once."""
    talk = locked(conversation)
    inbox = sql.by_key(Inbox, [talk.inbox_id])[talk.inbox_id]
    if not config_of(inbox.config).mail_after or not (unseen := _unseen(talk)):
        return
    pause, now = _pause(talk, inbox), clock.now()
    due = min(unseen[-1].created_at + pause, unseen[0].created_at + LONGEST * pause)
    address, out = address_of(talk.customer_id, "email"), delivery.mail_of(inbox.brand_id)
    if not address or out is None:
        return
    due = max(due, _allowed_from(talk, inbox, address) or due)
    if due > now:
        leave(MAIL_ON, args={"conversation": conversation}, unique_key=f"{MAIL_ON}:{conversation}", due=due)
        return
    delivery.hand_out(unseen[-1], [Recipient(talk.customer_id, address)], out, since=unseen[0].seq)


def _unseen(talk: Conversation) -> list[Message]:
    """What the team said that the customer has neither seen nor been mailed, oldest first. Nothing when they wrote behind it: they are back."""
    copies = f"SELECT MAX(m.seq) FROM {sql.table(Message)} m JOIN {sql.table(Delivery)} d ON d.message_id = m.id WHERE m.conversation_id = ?"
    mailed = run(sql.text(copies), (talk.pk,)).fetchone()[0] or 0
    later = sql.pick(Message, "conversation_id = ? AND seq > ? ORDER BY seq", (talk.pk, max(talk.customer_seen, mailed)))
    return [] if later and later[-1].author.startswith("customer:") else [each for each in later if not each.author.startswith("customer:")]


def _allowed_from(talk: Conversation, inbox: Inbox, address: str) -> datetime | None:
    """From when on an unproven address may get another mail; None for at once."""
    if Identity.objects.filter(customer__in=with_merged(talk.customer_id), kind="email", value=address, verified_at__isnull=False).exists():
        return None
    last = Delivery.objects.filter(address=address, inbox__brand=inbox.brand_id).order_by("-pk").values_list("created_at", flat=True).first()
    return last + UNPROVEN if last else None
