"""Work left for later, in the database: one leased table, one claim. Every job may run twice; its effect must not."""

from .outside import Outside, Steps
from .queue import behind, hasten, job, leave, retry
from .runner import BATCH, forget_leases, run_due

__all__ = ["BATCH", "Outside", "Steps", "behind", "forget_leases", "hasten", "job", "leave", "retry", "run_due"]
