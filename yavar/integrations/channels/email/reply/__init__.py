"""What somebody wrote in a mail, apart from what their program put under and over it: the quoted history and the signature."""

from .marker import MARKER
from .strip import Reply, strip

__all__ = ["MARKER", "Reply", "strip"]
