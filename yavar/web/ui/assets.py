"""The static files of all faces, under one build name."""

from functools import cache
from pathlib import Path

from yavar.base.edge.static import Static

WEB = Path(__file__).resolve().parent.parent


@cache
def assets() -> Static:
    """Read once per process."""
    return Static({face: WEB / face / "static" for face in ("ui", "agent", "portal", "widget", "demo")})
