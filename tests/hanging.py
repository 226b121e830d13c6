"""A reader that a certain mail makes hang, for the child."""

import time

from yavar.integrations.channels.email import understand


def encode(raw: bytes) -> bytes:
    """As the real one, except for that mail."""
    if b"please hang" in raw:
        time.sleep(3600)
    return understand.encode(raw)
