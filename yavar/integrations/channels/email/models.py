"""The mailboxes that are asked for mail."""

from django.db import models

from yavar.base import crypto, ids
from yavar.conversations.models import Inbox


class Account(models.Model):
    """How one signs in at somebody's mail server, and how that goes."""

    class Auth(models.TextChoices):
        PASSWORD = "password"
        XOAUTH2 = "xoauth2"

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    security = models.CharField(max_length=8, default="tls")  # tls from the first byte, starttls, or none (this machine only)
    user = models.CharField(max_length=254)
    auth = models.CharField(max_length=8, choices=Auth.choices, default=Auth.PASSWORD)
    secret = models.TextField()  # sealed: the password, or what `oauth.Grant` needs, as JSON
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)  # counts changes: who is connected connects anew
    created_at = models.DateTimeField()

    failing_since = models.DateTimeField(null=True)
    failure = models.CharField(max_length=20, default="")  # a machine word of doors.verdict
    failure_detail = models.CharField(max_length=300, default="")

    class Meta:
        abstract = True

    def unsealed_secret(self) -> str:
        """The password or grant. Raises ValueError under another desk key."""
        return crypto.unseal(self.secret)


class Mailbox(Account):
    """An account whose mail comes into an inbox."""

    inbox = models.ForeignKey(Inbox, models.CASCADE, related_name="mailboxes")
    protocol = models.CharField(max_length=4, default="imap")  # or pop3
    folders = models.JSONField(default=list)
    after = models.CharField(max_length=6, default="leave")  # what becomes of a mail there once it is here: leave, move, delete
    move_to = models.CharField(max_length=200, default="")
    start = models.CharField(max_length=3, default="new")  # only what comes from now on, or all that lies there
    polled_at = models.DateTimeField(null=True)  # when all of it was last seen to be here
    lease_until = models.DateTimeField(null=True)
    lease_by = models.CharField(max_length=22, default="")

    @property
    def source(self) -> str:
        """How the ledger calls it; a folder is `<source>:<name>`."""
        return f"{self.protocol}:{self.public_id}"


class Outlet(Account):
    """An account by which an inbox's mail leaves (SMTP submission, RFC 6409). Without a `user` nobody signs in: a server that knows us."""

    inbox = models.OneToOneField(Inbox, models.CASCADE, related_name="outlet")
    dkim_selector = models.CharField(max_length=63, default="")  # '': the server signs, or nobody
    dkim_key = models.TextField(default="")  # sealed PEM
    paused_until = models.DateTimeField(null=True)  # the server is away: nobody tries before
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    sent_at = models.DateTimeField(null=True)


class Folder(models.Model):
    """How far a folder has been read: all UIDs up to `last_uid` are in the ledger, for as long as the server keeps its UIDVALIDITY (RFC 9051, 2.3.1.1)."""

    mailbox = models.ForeignKey(Mailbox, models.CASCADE)
    name = models.CharField(max_length=200)
    uidvalidity = models.BigIntegerField()
    last_uid = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mailbox", "name"], name="mailbox_folder_once")]
