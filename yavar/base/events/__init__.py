"""The diary: what happened, in the past tense, append-only. Rows are the truth; events tell the story and carry no bodies."""

from .facts import PUBLIC, STAFF, SYSTEM, Actor, Doer, Fact, UnknownFact, described, fact, schema
from .record import follow, listen, record

__all__ = ["PUBLIC", "STAFF", "SYSTEM", "Actor", "Doer", "Fact", "UnknownFact", "described", "fact", "follow", "listen", "record", "schema"]
