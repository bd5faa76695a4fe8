"""Static files compressed once: a hall that arrives within a minute fetches the same few files a thousand times."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.web.joined import KINDS, served, served_to_the_public

FOR_GOOD: Final = "public, max-age=31536000, immutable"
FOR_NOW: Final = "no-cache"
_READS: Final = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Packed:
    """A file as it is, compressed, and its kind."""

    plain: bytes
    body: bytes
    kind: str


@cache
def pack(folder: Path) -> Mapping[str, Packed]:
    """Return every file of ``folder`` that is served, by its path; a process compresses the product's files once."""
    return _packed(served(folder))


@cache
def pack_for_the_public(folder: Path) -> Mapping[str, Packed]:
    """Return of these what voters and the public are given."""
    return _packed(served_to_the_public(folder))


def _packed(files: Mapping[str, bytes]) -> Mapping[str, Packed]:
    return {
        path: Packed(body, gzip.compress(body, 9, mtime=0), KINDS[PurePath(path).suffix])
        for path, body in files.items()
    }


class PackedStatic:
    """ASGI application: answers styles, scripts and drawings from memory; nothing else of the folder is served."""

    def __init__(self, packed: Mapping[str, Packed]) -> None:
        self._packed = packed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope)
        if request.method not in _READS:
            raise HTTPException(405)
        found = self._packed.get(_path(scope))
        if found is None:
            raise HTTPException(404)
        hashed = scope.get("query_string", b"").startswith(b"v=")
        headers = {"vary": "accept-encoding", "cache-control": FOR_GOOD if hashed else FOR_NOW}
        body = found.plain
        if "gzip" in request.headers.get("accept-encoding", ""):
            body, headers["content-encoding"] = found.body, "gzip"
        await Response(body, media_type=found.kind, headers=headers)(scope, receive, send)


def _path(scope: Scope) -> str:
    whole: str = scope["path"]
    return whole.removeprefix(scope.get("root_path", "")).lstrip("/")
