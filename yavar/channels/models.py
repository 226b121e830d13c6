"""The ledger: what came in at which door, and what became of it. And what lets an answer by mail find its conversation."""

from django.db import models
from django.db.models import Q

from yavar.base import ids
from yavar.base.files.models import File
from yavar.conversations.models import Conversation, Inbox, Message
from yavar.people.models import Customer


class Receipt(models.Model):
    """One item that came in (a mail, a webhook's body): stored raw before anybody was told so, and always in exactly one state.

    `key` says what it is, so the same item that comes twice, also through different doors, has one receipt.
    """

    class State(models.TextChoices):
        RECEIVED = "received"  # its raw bytes are safe; nobody has read them yet
        ROUTED = "routed"  # it became what `outcome` says
        QUARANTINED = "quarantined"  # a person decides
        REFUSED = "refused"  # it was not taken, for `reason`

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    inbox = models.ForeignKey(Inbox, models.PROTECT, db_index=False)
    key = models.CharField(max_length=64)
    file = models.ForeignKey(File, models.PROTECT, null=True, db_index=False)  # null: it was never fetched whole (refused for its size)
    size = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=11, choices=State.choices, default=State.RECEIVED)
    outcome = models.CharField(max_length=12, default="")  # message, auto_reply, bounce, complaint; '' as long as it is not routed
    reason = models.CharField(max_length=40, default="")  # a machine word: why it is quarantined or refused
    error = models.TextField(default="")  # for who looks into it
    sender = models.CharField(max_length=254, default="")  # as claimed
    subject = models.CharField(max_length=200, default="")
    conversation = models.ForeignKey(Conversation, models.SET_NULL, null=True)
    message = models.ForeignKey(Message, models.SET_NULL, null=True)
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inbox", "key"], name="receipt_once")]
        indexes = [
            models.Index(fields=["inbox", "state", "-id"], name="receipt_state"),
            models.Index(fields=["inbox", "id"], condition=Q(state="received"), name="receipt_waiting"),
            models.Index(fields=["-id"], condition=Q(state="quarantined"), name="receipt_quarantine"),
        ]


class Arrival(models.Model):
    """One time that an item was fetched or handed in. `source` and `place` name where it lay: a mailbox's folder, and UIDVALIDITY with UID there."""

    receipt = models.ForeignKey(Receipt, models.CASCADE)
    source = models.CharField(max_length=120)
    place = models.CharField(max_length=120)
    at = models.DateTimeField()
    repeat = models.BooleanField(default=False)  # it had come before
    cleared_at = models.DateTimeField(null=True)  # done with at its source: moved, deleted, or left as the owner wishes

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "place"], name="arrival_once")]
        indexes = [models.Index(fields=["source", "id"], condition=Q(cleared_at__isnull=True), name="arrival_uncleared")]


class ReplyToken(models.Model):
    """What a mail to one recipient carries, so that their answer finds the conversation. We keep its hash; it is bound to this life of the desk."""

    token_hash = models.CharField(max_length=64, unique=True)
    conversation = models.ForeignKey(Conversation, models.CASCADE)
    customer = models.ForeignKey(Customer, models.CASCADE)  # to whom it was sent
    address = models.CharField(max_length=254, default="")  # and where
    message = models.ForeignKey(Message, models.CASCADE, null=True)  # with what
    epoch = models.CharField(max_length=22)
    created_at = models.DateTimeField()


class SenderRule(models.Model):
    """A sender (an address, or `@domain`) whose mail is always taken, or always held back."""

    inbox_key = models.BigIntegerField(default=0)  # 0: of every inbox
    pattern = models.CharField(max_length=254)
    allow = models.BooleanField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pattern", "inbox_key"], name="sender_rule_once")]


class SpamWord(models.Model):
    """How often a word stood in mails that people called spam, and in mails they did not. The word '' counts the mails."""

    word = models.CharField(max_length=40, unique=True)
    spam = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)


class Claim(models.Model):
    """An address that somebody typed into a form: how many forms named it lately, and whether it was asked if that is right.

    One row for each mailbox (`claims.mailbox_of`), locked before anything is done for it: so forms that come at once are counted, and ask once.
    """

    class State(models.TextChoices):
        NONE = ""  # it was never asked
        LEFT = "left"  # the question waits to be mailed
        SENDING = "sending"  # on its way: who finds it so without being the one who sends it cannot know
        SENT = "sent"
        FAILED = "failed"
        UNKNOWN = "unknown"  # it may have arrived; nobody asks a second time

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    mailbox = models.CharField(max_length=254, unique=True)
    address = models.CharField(max_length=254, default="")  # what is asked: as it was typed, in normal form
    since = models.DateTimeField()  # when the day began that `forms` counts
    forms = models.PositiveIntegerField(default=0)
    inbox = models.ForeignKey(Inbox, models.CASCADE, null=True, db_index=False)  # whose form asks
    customer = models.ForeignKey(Customer, models.CASCADE, null=True)
    lang = models.CharField(max_length=2, default="en")
    state = models.CharField(max_length=8, choices=State.choices, default=State.NONE)
    asked_at = models.DateTimeField(null=True)
    seed = models.CharField(max_length=22, default="")  # the link's token belongs to it and this desk's key
    token_hash = models.CharField(max_length=64, default="")

    class Meta:
        indexes = [models.Index(fields=["asked_at"], name="claim_asked"), models.Index(fields=["token_hash"], condition=~Q(token_hash=""), name="claim_token")]


class Transcript(models.Model):
    """A chat that its customer asked to have by mail, with what had been said until message `until`."""

    class State(models.TextChoices):
        LEFT = "left"  # it waits to be mailed
        SENDING = "sending"  # on its way: who finds it so without being the one who sends it cannot know
        SENT = "sent"
        FAILED = "failed"
        UNKNOWN = "unknown"  # it may have arrived; nobody sends it a second time

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    conversation = models.ForeignKey(Conversation, models.CASCADE)
    customer = models.ForeignKey(Customer, models.CASCADE)
    address = models.CharField(max_length=254)
    lang = models.CharField(max_length=2)
    until = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.LEFT)
    asked_at = models.DateTimeField()
