"""Static files compressed once: a hall that arrives within a minute fetches the same few files a thousand times."""

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.web.pages import HashedStatic

KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOR_GOOD: Final = "public, max-age=31536000, immutable"
FOR_NOW: Final = "no-cache"
_READS: Final = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Packed:
    """A compressed file and its kind."""

    body: bytes
    kind: str


def pack(folder: Path) -> dict[str, Packed]:
    """Return every compressible file below ``folder`` by its path."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix in KINDS]
    return {
        path.relative_to(folder).as_posix(): Packed(gzip.compress(path.read_bytes(), 9, mtime=0), KINDS[path.suffix])
        for path in files
    }


class PackedStatic:
    """ASGI application: answers from memory where the browser takes gzip, else from the disk."""

    def __init__(self, folder: Path) -> None:
        self._plain = HashedStatic(directory=folder)
        self._packed = pack(folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope)
        found = self._packed.get(_path(scope))
        takes_gzip = "gzip" in request.headers.get("accept-encoding", "")
        if found is None or not takes_gzip or request.method not in _READS:
            await self._plain(scope, receive, send)
            return
        headers = {
            "content-encoding": "gzip",
            "vary": "accept-encoding",
            "cache-control": FOR_GOOD if scope.get("query_string", b"").startswith(b"v=") else FOR_NOW,
        }
        await Response(found.body, media_type=found.kind, headers=headers)(scope, receive, send)


def _path(scope: Scope) -> str:
    whole: str = scope["path"]
    return whole.removeprefix(scope.get("root_path", "")).lstrip("/")
