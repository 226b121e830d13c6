from django.db import models
from django.db.models import Q

from yavar.base import ids
from yavar.desk.models import FieldDefinition, initials


class Customer(models.Model):
    """A person who asks. Nothing proves who they are but their verified identities."""

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    name = models.CharField(max_length=120, default="")
    lang = models.CharField(max_length=2, default="en")
    hue = models.PositiveSmallIntegerField(default=1)
    time_zone = models.CharField(max_length=40, default="")  # IANA, as their browser says; '' while nobody knows
    page = models.CharField(max_length=500, default="")  # where on the shop they were last
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, db_index=False)
    fields = models.JSONField(default=dict)  # {key of a custom field: value}, checked by yavar.desk.fields

    class Meta:
        app_label = "people"
        indexes = [
            models.Index(fields=["-seen_at", "-id"], condition=Q(merged_into__isnull=True), name="customer_seen"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="customer_merged_into"),
        ]

    def survivor(self) -> "Customer":
        """Who this person is after merging."""
        person = self
        while person.merged_into is not None:
            person = person.merged_into
        return person

    def initials(self) -> str:
        """Up to two letters for the avatar."""
        return initials(self.name)


class Identity(models.Model):
    """One way to know a customer: an e-mail address, a phone number, the shop's own id for them. Unique per kind and scope; only a verified one is believed."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="identities", db_index=False)  # a constraint begins with it
    kind = models.CharField(max_length=20)
    scope = models.CharField(max_length=22, default="")  # the brand for a shop's own ids, empty for what is the same everywhere
    value = models.CharField(max_length=254)  # normalised
    verified_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)  # when mail to it came back last
    failure = models.CharField(max_length=9, default="")  # hard, soft or complaint

    class Meta:
        app_label = "people"
        constraints = [
            models.UniqueConstraint(fields=["kind", "scope", "value"], condition=Q(verified_at__isnull=False), name="identity_verified_once"),
            models.UniqueConstraint(fields=["customer", "kind", "scope", "value"], name="identity_once"),
        ]
        indexes = [models.Index(fields=["kind", "value"], name="identity_value")]


class Consent(models.Model):
    """Whether a customer wants news of the shop on one way. Without a row nobody has asked, which is no consent. The diary keeps how it came about."""

    class Purpose(models.TextChoices):
        EMAIL = "email"
        SMS = "sms"
        PHONE = "phone"
        MESSENGER = "messenger"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="consents", db_index=False)
    purpose = models.CharField(max_length=9, choices=Purpose.choices)
    given = models.BooleanField()
    source = models.CharField(max_length=120, default="")  # where it was said, in the agent's words
    at = models.DateTimeField()

    class Meta:
        app_label = "people"
        constraints = [models.UniqueConstraint(fields=["customer", "purpose"], name="consent_once")]


class VisitorSession(models.Model):
    """A browser that writes in the chat. It holds the token; we keep the hash."""

    customer = models.ForeignKey(Customer, models.CASCADE)
    brand = models.CharField(max_length=22)
    inbox = models.CharField(max_length=22)
    token_hash = models.CharField(max_length=64, unique=True)
    lang = models.CharField(max_length=2)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        app_label = "people"


class CustomerValue(models.Model):
    """A custom field's value where the field is ticked "filter": what lists are filtered by. Written together with Customer.fields."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="values")
    definition = models.ForeignKey(FieldDefinition, models.CASCADE)
    folded = models.CharField(max_length=120)  # yavar.desk.fields.folded

    class Meta:
        app_label = "people"
        constraints = [models.UniqueConstraint(fields=["customer", "definition"], name="customer_value_once")]
        indexes = [models.Index(fields=["definition", "folded", "customer"], name="customer_value")]
