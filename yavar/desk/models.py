"""The desk itself: the shops it serves and what its owner decided."""

from functools import lru_cache

from django.db import models

from yavar.base import ids


class Brand(models.Model):
    """A shop. Inboxes, the help centre and connectors point to it; customers are shared by all brands of a desk."""

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    name = models.JSONField()  # {locale: text}
    locale = models.CharField(max_length=2, default="en")
    accent = models.JSONField(null=True)  # {"h": hue, "c": chroma} of oklch, or None for the house's turquoise

    def name_in(self, language: str) -> str:
        """The shop's name in a language, else in its own, else in any."""
        return translated(self.name, language, self.locale)

    def initials(self, language: str) -> str:
        """Two letters for where a logo would stand."""
        return initials(self.name_in(language))


class RequestType(models.Model):
    """What a customer may want ("Return", "Question"). None is on from the start; the owner names them."""

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    brand = models.ForeignKey(Brand, models.CASCADE)
    name = models.JSONField()  # {locale: text}


class FieldDefinition(models.Model):
    """A custom field: what a shop wants to know of its conversations or customers. A brand or request type narrows where it is asked."""

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    on = models.CharField(max_length=12)  # conversation or customer
    key = models.CharField(max_length=40)  # its name in the API: never changes
    label = models.JSONField()  # {locale: text}
    kind = models.CharField(max_length=8)  # yavar.desk.fields.KINDS
    choices = models.JSONField(default=list)  # of a choice: texts
    brand = models.ForeignKey(Brand, models.CASCADE, null=True)
    request_type = models.ForeignKey(RequestType, models.CASCADE, null=True)
    filter = models.BooleanField(default=False)  # lists can be filtered by it
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["on", "key"], name="field_key_once")]


class Setting(models.Model):
    """One decision of the owner, by key. Typed by `desk.settings`."""

    key = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField()


def translated(labels: dict[str, str], language: str, fallback: str = "en") -> str:
    """A short label stored as {locale: text}: the language's, else the fallback's, else any."""
    return labels.get(language) or labels.get(fallback) or next(iter(labels.values()), "")


@lru_cache(maxsize=5000)
def initials(name: str) -> str:
    """The first letters of the first two words; quotation marks and the like are none."""
    words = ["".join(c for c in word if c.isalnum()) for word in name.split()]
    return "".join(word[0] for word in [w for w in words if w][:2]).upper()
