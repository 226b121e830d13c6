"""Canned replies: words that agents need not type again, and what is done together with them."""

from django.db import models
from django.db.models import Q

from yavar.base import ids
from yavar.people.models import Agent, Team


class CannedReply(models.Model):
    """A text in one language or several, under a name; a macro when something is done with it. Nobody's = the team's."""

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    name = models.CharField(max_length=80)
    shortcut = models.CharField(max_length=40, default="")  # typed after "/"; may be missing
    folded = models.CharField(max_length=40, default="")  # how the shortcut is compared
    owner = models.ForeignKey(Agent, models.CASCADE, null=True)
    everyone = models.BooleanField(default=True)  # else only `teams`: when the last of them is dissolved it is nobody's, rather than everyone's
    teams = models.ManyToManyField(Team)
    actions = models.JSONField(default=dict)  # yavar.conversations.canned.macro.Actions
    uses = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)  # taken away; can be brought back until it is swept

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["folded"], condition=Q(owner__isnull=True, removed_at__isnull=True) & ~Q(folded=""), name="canned_shortcut_shared"),
            models.UniqueConstraint(fields=["owner", "folded"], condition=Q(removed_at__isnull=True) & ~Q(folded=""), name="canned_shortcut_own"),
        ]


class CannedText(models.Model):
    """What it says in one language."""

    canned = models.ForeignKey(CannedReply, models.CASCADE, related_name="texts", db_index=False)  # the constraint begins with it
    locale = models.CharField(max_length=2)
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["canned", "locale"], name="canned_text_once")]
