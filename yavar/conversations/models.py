"""The core's rows: an inbox, its conversations, their public messages."""

from django.db import models
from django.db.models import Q

from yavar.base import crypto, ids
from yavar.base.files.models import File
from yavar.desk.models import Brand, FieldDefinition, RequestType
from yavar.people.models import Agent, Calendar, Customer, Team


class Inbox(models.Model):
    """Where messages of one channel of one brand come in. `kind` is a word that the channel's integration knows; the core keeps no list of kinds."""

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    brand = models.ForeignKey(Brand, models.PROTECT)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    config = models.JSONField(default=dict)  # typed by whoever serves the kind
    secret = models.TextField(default="")  # sealed with the desk key
    active = models.BooleanField(default=True)
    calendar = models.ForeignKey(Calendar, models.SET_NULL, null=True)  # when somebody is there for it; none: the desk's
    created_at = models.DateTimeField()

    def unsealed_secret(self) -> str:
        """The secret shared with the shop, or ''. Raises ValueError under another desk key."""
        return crypto.unseal(self.secret) if self.secret else ""


class Tag(models.Model):
    """A word that agents put on conversations."""

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    name = models.CharField(max_length=60)
    folded = models.CharField(max_length=60, unique=True)  # how it is compared
    hue = models.PositiveSmallIntegerField(default=1)
    customers = models.ManyToManyField(Customer, related_name="tags")  # who they are to the shop: "VIP", "wholesale"


DUE = Q(status="open", due_at__isnull=False)


class Conversation(models.Model):
    """One matter of one customer in one inbox.

    `seq` counts its public messages, `event_seq` its facts; both are given under the row's lock and have no gaps.
    """

    class Status(models.TextChoices):
        OPEN = "open"
        SNOOZED = "snoozed"
        RESOLVED = "resolved"
        MERGED = "merged"  # it points to its survivor and stands in no list

    class Priority(models.TextChoices):
        LOW = "low"
        NORMAL = "normal"
        HIGH = "high"
        URGENT = "urgent"

    public_id = models.CharField(max_length=22, unique=True)
    reference = models.CharField(max_length=8, unique=True)
    # no index by themselves: the lists below begin with these, and SQLite would rather take a short index and sort
    inbox = models.ForeignKey(Inbox, models.PROTECT, db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="conversations", db_index=False)
    start_key = models.CharField(max_length=90, null=True, unique=True)  # the write that began it: a repeat begins nothing
    subject = models.CharField(max_length=200, default="")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    priority = models.CharField(max_length=6, choices=Priority.choices, default=Priority.NORMAL)
    assignee = models.ForeignKey(Agent, models.SET_NULL, null=True, db_index=False)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, db_index=False)
    snoozed_until = models.DateTimeField(null=True)  # snoozed without it: until the customer writes
    lang = models.CharField(max_length=2, default="en")
    request_type = models.ForeignKey(RequestType, models.SET_NULL, null=True, db_index=False)
    tags = models.ManyToManyField(Tag, through="ConversationTag")
    fields = models.JSONField(default=dict)  # {key of a custom field: value}, checked by yavar.desk.fields
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged", db_index=False)
    followers = models.ManyToManyField(Agent, related_name="following")

    seq = models.PositiveIntegerField(default=0)
    event_seq = models.PositiveIntegerField(default=0)
    unread = models.PositiveIntegerField(default=0)  # customer's messages nobody of the team has seen
    preview = models.CharField(max_length=160, default="")
    preview_by = models.CharField(max_length=30, default="customer:0")  # an actor
    last_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True)  # the customer's first message that has no answer
    undelivered = models.BooleanField(default=False)  # somebody did not get what was said last
    customer_seen = models.PositiveIntegerField(default=0)  # message seq
    agent_seen = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True)  # what is promised next: a copy of the timer that counts most (yavar.flow.sla), here for the lists' order
    due_from = models.DateTimeField(null=True)  # when that began to run
    due_kind = models.CharField(max_length=10, default="")
    created_at = models.DateTimeField()

    class Meta:
        # each list of the inbox is one walk along one of these, newest first
        indexes = [
            models.Index(fields=["status", "-last_at", "-id"], name="conversation_status"),
            models.Index(fields=["assignee", "status", "-last_at", "-id"], condition=Q(assignee__isnull=False), name="conversation_assignee"),
            models.Index(fields=["team", "status", "-last_at", "-id"], name="conversation_team"),
            models.Index(fields=["inbox", "status", "-last_at", "-id"], name="conversation_inbox"),
            models.Index(fields=["customer", "-last_at", "status", "inbox"], name="conversation_customer"),
            models.Index(fields=["inbox", "status", "-last_at", "-id"], condition=Q(assignee__isnull=True), name="conversation_free_inbox"),
            models.Index(fields=["team", "status", "-last_at", "-id"], condition=Q(assignee__isnull=True, team__isnull=False), name="conversation_free_team"),
            models.Index(fields=["status", "-last_at", "-id", "team"], condition=Q(assignee__isnull=True), name="conversation_unassigned"),
            # the same lists in order of what is due; most conversations have nothing due and cost nothing here
            models.Index(fields=["due_at", "id"], condition=DUE, name="conversation_due"),
            models.Index(fields=["assignee", "due_at", "id"], condition=DUE, name="conversation_due_assignee"),
            models.Index(fields=["team", "due_at", "id"], condition=DUE, name="conversation_due_team"),
            models.Index(fields=["inbox", "due_at", "id"], condition=DUE, name="conversation_due_inbox"),
            models.Index(fields=["due_at", "id"], condition=DUE & Q(assignee__isnull=True), name="conversation_due_free"),
            # the board asks each inbox who waits, and what somebody has; not in an order that a list of somebody's own would rather take
            models.Index(fields=["inbox", "waiting_since", "id"], condition=Q(status="open", waiting_since__isnull=False), name="conversation_waiting"),
            models.Index(fields=["inbox", "id", "assignee"], condition=Q(status="open", assignee__isnull=False), name="conversation_taken"),
            models.Index(fields=["snoozed_until"], condition=Q(status="snoozed", snoozed_until__isnull=False), name="conversation_snoozed"),
            # few have one, and a new conversation is written faster without an entry for "none"
            models.Index(fields=["request_type"], condition=Q(request_type__isnull=False), name="conversation_request_type"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="conversation_merged_into"),
        ]


class ConversationTag(models.Model):
    """A tag on a conversation."""

    # both are led to by an index below
    conversation = models.ForeignKey(Conversation, models.CASCADE, db_index=False)
    tag = models.ForeignKey(Tag, models.CASCADE, db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "tag"], name="conversation_tag_once")]
        indexes = [models.Index(fields=["tag", "conversation"], name="conversation_tag_whose")]  # a tag's list is read from here alone


class Message(models.Model):
    """What was said in public. The row itself is what is stored before anyone is told it arrived. Never changed."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages", db_index=False)  # both constraints begin with it
    public_id = models.CharField(max_length=22)  # random; nobody looks a message up by it, so no index is paid for
    client_id = models.CharField(max_length=64)
    seq = models.PositiveIntegerField()
    version = models.PositiveIntegerField()  # the conversation's event_seq of its arrival: its place in the agents' timeline
    author = models.CharField(max_length=30)  # an actor: customer:7, agent:3, bot:1, system:0
    text = models.TextField()
    created_at = models.DateTimeField()
    attached = models.PositiveSmallIntegerField(default=0)  # how many files: nearly always none, and then nobody looks for them
    files = models.ManyToManyField(File, through="Attachment")
    copied_from = models.ForeignKey("self", models.SET_NULL, null=True, db_index=False)  # a split copies

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "client_id"], name="message_client_id"),
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq"),
        ]


class Attachment(models.Model):
    """A file as part of a message."""

    message = models.ForeignKey(Message, models.CASCADE)
    file = models.ForeignKey(File, models.PROTECT)


class Original(models.Model):
    """What a message was before it was cut to what its writer said now: a mail's whole text, its page as it may be shown, its head."""

    CLIENT_ID, FORM_ID = "mail-", "form-"  # what client ids of such messages begin with, so that nobody looks for the originals of others

    message = models.OneToOneField(Message, models.CASCADE, related_name="original")
    text = models.TextField()
    html = models.TextField(default="")  # clean; shown only in a frame without scripts
    head = models.JSONField(default=dict)  # subject, from, name, to, cc, date, sealed, withheld, bulk (why nothing answers it by itself): as claimed


class Participant(models.Model):
    """Someone beside the requester who takes part: copied in by somebody who took part already."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="participants")
    customer = models.ForeignKey(Customer, models.PROTECT, db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "customer"], name="participant_once")]


class HeldReply(models.Model):
    """An answer that is written and has not left yet, so that it can be taken back: for the seconds of undo, or until the time its author chose.
    It becomes a Message under the same `client_id` when it is due."""

    class State(models.TextChoices):
        HELD = "held"
        STOPPED = "stopped"  # for `why`; its author decides

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="held_replies", db_index=False)  # the constraint begins with it
    agent = models.ForeignKey(Agent, models.CASCADE)
    client_id = models.CharField(max_length=64)
    text = models.TextField()
    files = models.JSONField(default=list)  # keys
    envelope = models.JSONField(default=dict)  # to whom, as the channel wants it; {} for whom it would be by itself
    resolving = models.BooleanField(default=False)
    seen = models.PositiveIntegerField(null=True)  # message seq its author had seen
    scheduled = models.BooleanField(default=False)
    state = models.CharField(max_length=7, choices=State.choices, default=State.HELD)
    why = models.CharField(max_length=40, default="")
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "client_id"], name="held_reply_client_id")]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="held"), name="held_reply_due")]


class Delivery(models.Model):
    """One copy of a message on its way to one recipient; (message, recipient) is the key of its effect. Always in exactly one state."""

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"  # handed to the wire: whoever finds it so after a crash cannot know
        SENT = "sent"  # the next server has taken it
        FAILED = "failed"  # it was refused for good
        BOUNCED = "bounced"  # taken, and then came back
        UNKNOWN = "unknown"  # it may have left; a person decides

    class Role(models.TextChoices):
        TO = "to"
        CC = "cc"
        BCC = "bcc"

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries", db_index=False)  # the constraint begins with it
    since = models.PositiveIntegerField()  # the first message (seq) that is told in it: more than one when a chat goes on by mail
    inbox = models.ForeignKey(Inbox, models.PROTECT, db_index=False)  # by which it leaves
    customer = models.ForeignKey(Customer, models.PROTECT, db_index=False)
    sender = models.CharField(max_length=254)  # the address of ours that it leaves from
    address = models.CharField(max_length=254)
    role = models.CharField(max_length=3, choices=Role.choices, default=Role.TO)
    automatic = models.BooleanField(default=False)  # no person sent it
    state = models.CharField(max_length=7, choices=State.choices, default=State.QUEUED)
    reason = models.CharField(max_length=40, default="")  # a machine word: why it is not sent, or not yet
    detail = models.CharField(max_length=300, default="")  # what the other side said
    attempts = models.PositiveSmallIntegerField(default=0)
    slot = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)  # when it is tried; null: nothing happens by itself any more
    sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "address"], name="delivery_of_message_once")]
        indexes = [
            models.Index(fields=["inbox", "slot", "next_at", "id"], condition=Q(state="queued"), name="delivery_next"),
            models.Index(fields=["inbox", "slot"], condition=Q(state="sending"), name="delivery_under_way"),
            models.Index(fields=["address", "created_at"], condition=Q(automatic=True), name="delivery_budget"),
        ]


class Draft(models.Model):
    """What an agent has typed and not sent: one per conversation and kind, on every device."""

    conversation = models.ForeignKey(Conversation, models.CASCADE)
    agent = models.ForeignKey(Agent, models.CASCADE)
    kind = models.CharField(max_length=5)  # reply or note
    text = models.TextField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "conversation", "kind"], name="draft_once")]


class ReadMark(models.Model):
    """How far an agent has read, as the conversation's event_seq."""

    conversation = models.ForeignKey(Conversation, models.CASCADE)
    agent = models.ForeignKey(Agent, models.CASCADE)
    version = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "conversation"], name="read_mark_once")]


class Link(models.Model):
    """Two conversations that have to do with each other; `one` is the older."""

    one = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    other = models.ForeignKey(Conversation, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="link_once")]


class ConversationValue(models.Model):
    """A custom field's value where the field is ticked "filter". Written together with Conversation.fields."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="values")
    definition = models.ForeignKey(FieldDefinition, models.CASCADE)
    folded = models.CharField(max_length=120)  # yavar.desk.fields.folded

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "definition"], name="conversation_value_once")]
        indexes = [models.Index(fields=["definition", "folded", "conversation"], name="conversation_value")]


class SavedView(models.Model):
    """A list somebody saved: a filter with a name. Nobody's = everyone's."""

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    name = models.CharField(max_length=60)
    owner = models.ForeignKey(Agent, models.CASCADE, null=True)
    filter = models.JSONField()  # yavar.conversations.filters.Filter
    position = models.PositiveSmallIntegerField(default=0)
