"""The mails that leave: `compose(Outgoing) -> bytes`, ready to be signed (`dkim.sign`) and handed over. See README.md of this folder."""

from .addresses import Unsendable
from .letter import Address, Look, Outgoing, Part, Quoted
from .mail import compose
from .subject import subject_of

__all__ = ["Address", "Look", "Outgoing", "Part", "Quoted", "Unsendable", "compose", "subject_of"]
