"""Files that people send: stored and fsynced before their row, named by a random key, typed by their own bytes."""

from .store import MAX_SIZE, path_of, store, sweep

__all__ = ["MAX_SIZE", "path_of", "store", "sweep"]
