"""Words to find things again: one analyser for three languages, one index on either engine, newest first."""

from .analyse import VERSION, fold, tokens
from .index import Hit, Line, find, find_among, forget, mark, place_of, put
from .sources import refresh, source

__all__ = ["VERSION", "Hit", "Line", "find", "find_among", "fold", "forget", "mark", "place_of", "put", "refresh", "source", "tokens"]
