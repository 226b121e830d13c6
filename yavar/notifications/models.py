"""What somebody of the team is to hear, how they want to hear it, and where."""

from django.db import models
from django.db.models import Q

from yavar.base import ids
from yavar.conversations.models import Conversation
from yavar.people.models import Agent, SignIn


class Digest(models.Model):
    """One mail to one person about all that waited for them. Always in exactly one state; its words are gone once it is over."""

    class State(models.TextChoices):
        LEFT = "left"  # waits for its job
        SENDING = "sending"  # handed to the wire: whoever finds it so after a crash cannot know
        SENT = "sent"
        FAILED = "failed"
        UNKNOWN = "unknown"  # it may have left, and is not sent again
        VOID = "void"  # everything in it was seen before it left

    seed = models.CharField(max_length=22, unique=True, default=ids.public_id)  # its Message-ID is made of it
    agent = models.ForeignKey(Agent, models.CASCADE)
    state = models.CharField(max_length=7, choices=State.choices, default=State.LEFT)
    lang = models.CharField(max_length=2)
    subject = models.CharField(max_length=200)
    text = models.TextField(default="")
    created_at = models.DateTimeField()


class Notification(models.Model):
    """Something concerns somebody, or everybody (`agent` is null: one row, however large the team). As long as it is unseen, more of the same kind in the same
    conversation only counts it up."""

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    agent = models.ForeignKey(Agent, models.CASCADE, db_index=False, null=True)
    kind = models.CharField(max_length=9)  # yavar.notifications.choices.KINDS
    conversation = models.ForeignKey(Conversation, models.CASCADE)
    event = models.BigIntegerField()  # the newest it tells of
    actor = models.CharField(max_length=30)  # who did that
    count = models.PositiveIntegerField(default=1)
    listed = models.BooleanField()  # stands behind the bell
    mails = models.BooleanField()  # may be told by mail
    since = models.DateTimeField()  # when the first of it happened
    at = models.DateTimeField()  # and the newest
    seen_at = models.DateTimeField(null=True)  # of what concerns everybody: when somebody took it up; who has seen it before that is a Glance
    pushed_at = models.DateTimeField(null=True)  # when the last push of it was, or is, due
    mailed_at = models.DateTimeField(null=True)
    digest = models.ForeignKey(Digest, models.SET_NULL, null=True, db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "agent"], name="notification_of_event_once"),
            models.UniqueConstraint(fields=["agent", "conversation", "kind"], condition=Q(seen_at__isnull=True), name="notification_unseen_once"),
            models.UniqueConstraint(fields=["event"], condition=Q(agent__isnull=True), name="notification_to_all_once"),
            models.UniqueConstraint(
                fields=["conversation", "kind"], condition=Q(agent__isnull=True, seen_at__isnull=True), name="notification_to_all_unseen_once"
            ),
        ]
        indexes = [
            models.Index(fields=["agent", "-at", "-id"], condition=Q(listed=True), name="notification_list"),
            models.Index(fields=["since"], condition=Q(mails=True, seen_at__isnull=True, mailed_at__isnull=True), name="notification_to_mail"),
            models.Index(fields=["agent", "event"], condition=Q(agent__isnull=True, seen_at__isnull=True), name="notification_to_all_new"),
            models.Index(fields=["at"], name="notification_at"),
            models.Index(fields=["digest"], condition=Q(digest__isnull=False), name="notification_digest"),
        ]


class Glance(models.Model):
    """How far somebody has seen what concerns everybody: one such notification or, without one, all of them, up to a fact."""

    agent = models.ForeignKey(Agent, models.CASCADE, db_index=False)
    notification = models.ForeignKey(Notification, models.CASCADE, null=True)
    event = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "notification"], name="glance_once"),
            models.UniqueConstraint(fields=["agent"], condition=Q(notification__isnull=True), name="glance_at_all_once"),
        ]


class NotifyChoice(models.Model):
    """What one person wants to hear, and how. Typed by `choices.Choices`; without a row: the defaults."""

    agent = models.OneToOneField(Agent, models.CASCADE, primary_key=True)
    choices = models.JSONField(default=dict)


class Device(models.Model):
    """A browser that takes pushes for somebody (a PushSubscription of the Push API), as long as the session lasts in which it was added."""

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="devices")
    sign_in = models.ForeignKey(SignIn, models.CASCADE, null=True)  # none: added by a program of theirs
    endpoint = models.TextField()
    endpoint_hash = models.CharField(max_length=64, unique=True)
    p256dh = models.CharField(max_length=90)  # its public key, base64url
    auth = models.CharField(max_length=30)  # the secret shared with it, base64url
    label = models.CharField(max_length=300)
    created_at = models.DateTimeField()
    last_ok = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)  # since the last that went well
    failing_since = models.DateTimeField(null=True)


class PushKey(models.Model):
    """The pair of keys by which push services know this desk (RFC 8292). One row, made when it is first wanted."""

    public = models.CharField(max_length=90)  # uncompressed point, base64url
    private = models.TextField()  # PEM, sealed with the desk key
    created_at = models.DateTimeField()
