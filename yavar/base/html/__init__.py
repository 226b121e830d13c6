"""Markup that strangers wrote: `clean` makes it safe to show, `to_text` makes it readable without any markup."""

from .clean import clean
from .text import from_clean, to_text

__all__ = ["clean", "from_clean", "to_text"]
