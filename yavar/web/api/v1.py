"""The API, put together: https://desk.example/api/v1/openapi.json describes it."""

from . import audit, conversations, customers, desk, events, notices, sending, team, verbs, words
from .frame import api

for room in (conversations, sending, verbs, customers, words, desk, team, notices, events, audit):
    api.add_router("", room.doors)

__all__ = ["api"]
