"""Reading raw mail: `read(raw) -> Mail`. See README.md of this folder."""

from .addresses import Address
from .errors import Refused
from .letter import Attachment, Letter, Mail
from .read import read

__all__ = ["Address", "Attachment", "Letter", "Mail", "Refused", "read"]
