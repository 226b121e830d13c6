"""Static files from memory: read, hashed and compressed once at start, served as immutable under the build's name."""

import gzip
import hashlib
import mimetypes
import re
from pathlib import Path
from typing import Any

from .wire import Answer

# What stands above a function tells its reader; browsers need not fetch it: 9 of the inbox's 78 KB. Vendored files keep their licences.
_TOLD = re.compile(rb"^[ \t]*/\*\*.*?\*/[ \t]*\n", re.DOTALL | re.MULTILINE)
COMPRESSED = (".js", ".css", ".svg", ".json", ".txt")
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("font/woff2", ".woff2")


class Static:
    """`folders` maps the first segment of a path to a folder. URLs are `/static/<build>/<segment>/<file>`; another build's name works but is not cached."""

    def __init__(self, folders: dict[str, Path]) -> None:
        self._files: dict[str, tuple[bytes, bytes, bytes]] = {}
        digest = hashlib.sha256()
        for segment, folder in sorted(folders.items()):
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                name, data = f"{segment}/{path.relative_to(folder).as_posix()}", path.read_bytes()
                if path.suffix == ".js" and "vendor" not in path.parts:
                    data = _TOLD.sub(b"", data)
                digest.update(name.encode() + b"\0" + data)
                packed = gzip.compress(data, 6, mtime=0) if path.suffix in COMPRESSED else b""
                kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
                charset = "; charset=utf-8" if kind.startswith("text/") else ""
                self._files[name] = (data, packed, (kind + charset).encode())
        self.build = digest.hexdigest()[:12]

    def url(self, name: str) -> str:
        """The address of a file. Raises LookupError for one that does not exist, so a typing error fails at start and not in a browser."""
        if name not in self._files:
            raise LookupError(f"no static file {name}")
        return f"/static/{self.build}/{name}"

    def text(self, name: str) -> str:
        """A file's text."""
        return self._files[name][0].decode()

    def names(self, prefix: str) -> list[str]:
        """The files whose name begins so."""
        return [name for name in self._files if name.startswith(prefix)]

    def answer(self, scope: dict[str, Any]) -> Answer:
        """The response to a request below /static/."""
        build, _, name = scope["path"].removeprefix("/static/").partition("/")
        found = self._files.get(name)
        if found is None or scope["method"] not in ("GET", "HEAD"):
            return Answer(404, b"")
        data, packed, kind = found
        cache = b"public, max-age=31536000, immutable" if build == self.build else b"no-cache"
        headers = [(b"content-type", kind), (b"cache-control", cache), (b"x-content-type-options", b"nosniff"), (b"access-control-allow-origin", b"*")]
        if packed and any(k == b"accept-encoding" and b"gzip" in v for k, v in scope["headers"]):
            return Answer(200, packed, [*headers, (b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")])
        return Answer(200, data, headers)
