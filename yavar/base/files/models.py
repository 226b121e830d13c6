from django.db import models

from yavar.base import ids


class File(models.Model):
    """Bytes on disk. Who shows them where is an attachment's business; a file nobody attached is swept after a day."""

    key = models.CharField(max_length=43, unique=True)  # 256 random bits: who knows it may read the file
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    mime = models.CharField(max_length=100)
    name = models.CharField(max_length=255)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    owner = models.CharField(max_length=30)  # the actor who brought it; only they may attach it
    attached = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "base"
        indexes = [models.Index(fields=["created_at"], condition=models.Q(attached=False), name="file_orphans")]

    def url(self) -> str:
        """Its path on this desk."""
        return f"/files/{self.key}/{ids.path_safe(self.name)}"

    def facts(self) -> dict[str, object]:
        """As clients get it (docs/develop/client-api.md, File)."""
        return {"key": self.key, "name": self.name, "size": self.size, "mime": self.mime, "url": self.url(), "width": self.width, "height": self.height}
