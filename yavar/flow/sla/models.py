from django.db import models
from django.db.models import Q

from yavar.base import ids
from yavar.conversations.models import Conversation
from yavar.people.models import Calendar


class Policy(models.Model):
    """What is promised, to whom. Of those that match a conversation the first in order of `position` holds."""

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    name = models.CharField(max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    terms = models.JSONField()  # terms.Terms

    class Meta:
        app_label = "flow"
        verbose_name_plural = "policies"


class Reached(models.Model):
    """What was really reached by a policy in the last days, in seconds of working time: measured now and then, so that no page has to."""

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="reached", db_index=False)
    kind = models.CharField(max_length=10)  # first or resolution
    number = models.PositiveIntegerField()  # of how many
    half = models.PositiveIntegerField()  # half of them within
    most = models.PositiveIntegerField()  # nine of ten within
    kept = models.PositiveIntegerField()  # in time
    at = models.DateTimeField()

    class Meta:
        app_label = "flow"
        constraints = [models.UniqueConstraint(fields=["policy", "kind"], name="reached_once")]


class Course(models.Model):
    """Which policy and calendar a conversation is measured by, and how far its facts have been read."""

    conversation = models.OneToOneField(Conversation, models.CASCADE)
    seen = models.PositiveIntegerField(default=0)  # event_seq
    policy = models.ForeignKey(Policy, models.SET_NULL, null=True)
    calendar = models.ForeignKey(Calendar, models.SET_NULL, null=True)  # none: around the clock
    calendar_version = models.PositiveIntegerField(default=0)
    policy_version = models.PositiveIntegerField(default=0)
    answered = models.BooleanField(default=False)  # a person has answered: what is measured now is the next answer
    waits = models.BooleanField(default=False)  # for the customer: it is our turn no more
    held = models.BooleanField(default=False)  # put away until the customer writes

    class Meta:
        app_label = "flow"


class Timer(models.Model):
    """One target of one conversation. It fires at each of its policy's moments, once; what it has done is `fired`."""

    class State(models.TextChoices):
        OPEN = "open"  # it runs, or stands still when `since` is null
        MET = "met"  # what was promised was done; late, if `missed_at` is set
        VOID = "void"  # nobody waits for it any more

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="timers", db_index=False)  # the constraint begins with it
    kind = models.CharField(max_length=10)  # terms.Kind
    cycle = models.PositiveIntegerField()  # event_seq of what began it
    state = models.CharField(max_length=4, choices=State.choices, default=State.OPEN)
    target = models.PositiveIntegerField()  # seconds of working time
    left = models.FloatField()  # seconds of it that were left when it last began to run
    since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    fired = models.IntegerField(null=True)  # the last of the policy's moments that is done, in seconds from when it is due
    next_at = models.DateTimeField(null=True)  # when the next of them comes
    missed_at = models.DateTimeField(null=True)  # when it was due and not done
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "flow"
        constraints = [models.UniqueConstraint(fields=["conversation", "kind", "cycle"], name="timer_once")]
        indexes = [
            models.Index(fields=["next_at", "id"], condition=Q(next_at__isnull=False), name="timer_next"),
            models.Index(fields=["conversation"], condition=Q(state="open"), name="timer_open"),
            models.Index(fields=["kind", "ended_at"], condition=Q(state="met"), name="timer_met"),
        ]
