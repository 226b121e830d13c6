"""Numbers as each language writes them."""

from django.utils import translation

_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def digits(number: int) -> str:
    """A whole number below a thousand in the active language's digits."""
    return str(number).translate(_PERSIAN) if translation.get_language() == "fa" else str(number)
