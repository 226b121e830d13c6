from django.db import models

from yavar.base import ids


class Calendar(models.Model):
    """Somebody's working hours. One is the desk's: it holds where no other was chosen."""

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    name = models.CharField(max_length=60, unique=True)
    version = models.PositiveIntegerField(default=1)
    main = models.BooleanField(default=False)

    class Meta:
        app_label = "people"
        constraints = [models.UniqueConstraint(fields=["main"], condition=models.Q(main=True), name="calendar_main_once")]


class CalendarVersion(models.Model):
    """What a calendar said until the next version. Never changed, so that what was reckoned by it can be explained."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    rules = models.JSONField()  # rules.Rules
    created_at = models.DateTimeField()

    class Meta:
        app_label = "people"
        constraints = [models.UniqueConstraint(fields=["calendar", "number"], name="calendar_version_once")]
