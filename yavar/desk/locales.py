"""The languages a desk speaks, and numbers as each writes them."""

from yavar.base.numbers import digits

__all__ = ["LOCALES", "digits"]

LOCALES = ("fa", "ru", "en")
