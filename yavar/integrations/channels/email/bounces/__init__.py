"""What a mail is that no person wrote to us: a report that ours came back, a complaint about it, or an automatic answer."""

from .recognise import Bounced, Recognised, recognise

__all__ = ["Bounced", "Recognised", "recognise"]
