"""The audit: the diary read as who did what, from where; and the seals that show whether anybody changed it."""

from .seal import Broken, seal, verify

__all__ = ["Broken", "seal", "verify"]
