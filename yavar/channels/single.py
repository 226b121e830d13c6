"""What is mailed at most once and stands in no conversation's delivery: a form's question, a chat to its customer."""

from .models import Claim, Transcript


def begins(row: Claim | Transcript) -> bool:
    """It goes out now; the row is locked, and committed before the first byte. False when there is nothing to be sent, or when somebody was cut short while
    sending it: then it may have arrived, and nobody sends it blindly again."""
    state = type(row).State
    if row.state not in (state.LEFT, state.SENDING):
        return False
    begun = row.state == state.LEFT
    row.state = state.SENDING if begun else state.UNKNOWN
    row.save(update_fields=["state"])
    return begun
