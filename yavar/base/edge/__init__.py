"""The house's front doors: the only place with `async`. Handlers given to it are plain, short functions."""

from .app import Edge
from .feed import Feed
from .wire import Answer, Door, Later, Request, Stream, Writing, json_answer, no_content

__all__ = ["Answer", "Door", "Edge", "Feed", "Later", "Request", "Stream", "Writing", "json_answer", "no_content"]
