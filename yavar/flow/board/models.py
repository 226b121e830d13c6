from django.db import models

from yavar.people.models import Agent


class BoardChoice(models.Model):
    """When somebody wants the board to call them."""

    agent = models.OneToOneField(Agent, models.CASCADE, related_name="+")
    alarms = models.JSONField()  # alarms.Alarms

    class Meta:
        app_label = "flow"
