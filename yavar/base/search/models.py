from django.db import models


class SearchEntry(models.Model):
    """One indexed thing. Its words stand under the same key in the engine's own full-text table `base_searchwords`."""

    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    group_id = models.BigIntegerField()  # what a hit leads to: the conversation, or the person
    version = models.PositiveSmallIntegerField()

    class Meta:
        app_label = "base"
        indexes = [models.Index(fields=["group_id"], name="search_entry_group")]
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_entry_once")]
