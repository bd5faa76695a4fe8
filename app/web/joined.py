"""What browsers get of ``app/static``: files as they are, and some joined, so that a phone asks once and not six times.

Every request costs a slow phone 0.4 s and a kilobyte of heads. The sources stay one module per behaviour; what is made
of them (``make join``) lies in a folder of its own and is served in their place, under their name.
"""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOLDER: Final = "joined"
RECORD: Final = "joined.json"
"""Says of what the joined files were made."""
WORN: Final = ("css/desk.css", "vendor/tabler/tabler-desk.min.css", "js/box-print.js")
"""What notices and lists of receipts, which anybody may read, share with the pages of staff."""


@lru_cache(maxsize=1)
def served(folder: Path) -> Mapping[str, bytes]:
    """Return the content of every file of ``KINDS`` below ``folder``, as it is served, by its path: read once."""
    joined = folder / FOLDER
    return {**_read(folder, but=joined), **_read(joined)}


def served_to_the_public(folder: Path) -> Mapping[str, bytes]:
    """Return of these what voters and the public are given: what is joined for phones, and what their pages wear."""
    files = served(folder)
    return {path: files[path] for path in (*_read(folder / FOLDER), *WORN)}


def _read(folder: Path, but: Path | None = None) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in KINDS and path.is_file() and but not in path.parents
    }


def tag(body: bytes) -> str:
    """Return what a file's address carries, so that it may be kept for good: 10 signs of its SHA-256."""
    return sha256(body).hexdigest()[:10]
