"""Files that people send: stored and fsynced before their row, named by a random key, typed by their own bytes."""

from .store import MAX_SIZE, PICTURES, REFUSED, again, drop, keep, lay, loose, pass_on, path_of, read, store, sweep

__all__ = ["MAX_SIZE", "PICTURES", "REFUSED", "again", "drop", "keep", "lay", "loose", "pass_on", "path_of", "read", "store", "sweep"]
