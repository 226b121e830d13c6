"""The API, put together: https://desk.example/api/v1/openapi.json describes it."""

from . import audit, board, canned, conversations, customers, desk, events, notices, promises, regard, sending, team, verbs, visitors, words
from .frame import api

for room in (conversations, sending, verbs, customers, regard, words, canned, desk, team, notices, events, audit, visitors, board, promises):
    api.add_router("", room.doors)

__all__ = ["api"]
