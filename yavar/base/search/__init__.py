"""Words to find things again: one analyser for three languages, one index on either engine, newest first."""

from .analyse import VERSION, fold, tokens
from .index import find, forget, put

__all__ = ["VERSION", "find", "fold", "forget", "put", "tokens"]
