"""The API, put together: https://desk.example/api/v1/openapi.json describes it."""

from . import audit, canned, conversations, customers, desk, events, sending, team, verbs, words
from .frame import api

for room in (conversations, sending, verbs, customers, words, canned, desk, team, events, audit):
    api.add_router("", room.doors)

__all__ = ["api"]
