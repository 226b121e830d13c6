"""The one way out to addresses that people or remote content gave: resolve, check every address, connect to exactly that one, hold to the caps.

No other HTTP client may follow such an address. It refuses to work inside an open database transaction: whoever waits for a stranger must hold no lock.
"""

from .address import Target, read
from .client import Answer, send
from .errors import HttpError, InTransaction, Refused, TooLarge, TooSlow, Unreachable

__all__ = ["Answer", "HttpError", "InTransaction", "Refused", "Target", "TooLarge", "TooSlow", "Unreachable", "read", "send"]
