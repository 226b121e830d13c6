"""The supervisor's live board: what waits, what is late, who is there."""
