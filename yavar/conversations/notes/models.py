"""Notes: another class than messages, so that no query for messages can ever show one."""

from django.db import models

from yavar.base import ids
from yavar.base.files.models import File
from yavar.people.models import Agent, Customer

from ..models import Conversation


class Note(models.Model):
    """What the team says among itself. Never changed, never shown to a customer."""

    conversation = models.ForeignKey(Conversation, models.CASCADE)
    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    client_id = models.CharField(max_length=64)
    version = models.PositiveIntegerField()  # the conversation's event_seq: its place in the timeline
    agent = models.ForeignKey(Agent, models.PROTECT)
    text = models.TextField()
    created_at = models.DateTimeField()
    files = models.ManyToManyField(File)
    copied_from = models.ForeignKey("self", models.SET_NULL, null=True, db_index=False)  # a split copies

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "client_id"], name="note_client_id")]


class CustomerNote(models.Model):
    """What the team should know of a person, whichever conversation is open. Never shown to a customer."""

    customer = models.ForeignKey(Customer, models.CASCADE, db_index=False)
    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    client_id = models.CharField(max_length=64)
    agent = models.ForeignKey(Agent, models.PROTECT)
    text = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "client_id"], name="customer_note_client_id")]


class Mention(models.Model):
    """Someone of the team is called by a note."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="mentions")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="mentions")
    agent = models.ForeignKey(Agent, models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "agent"], name="mention_once")]
        indexes = [models.Index(fields=["agent", "conversation"], name="mention_agent")]
