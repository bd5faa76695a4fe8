"""A folder for what is only passing by, and what a killed command left of one."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

_PREFIX: Final = ".manyidu-passing-"
UNDER_WAY: Final = timedelta(hours=6)
"""So long no command takes; a folder that is older was left by one that was killed."""


@contextmanager
def passing(place: Path, now: datetime) -> Iterator[Path]:
    """Yield a private folder in ``place`` that is gone afterwards."""
    clear_left(place, now)
    with tempfile.TemporaryDirectory(dir=place, prefix=_PREFIX) as folder:
        yield Path(folder)


def clear_left(place: Path, now: datetime) -> None:
    """Remove the folders in ``place`` that killed commands left."""
    before = (now - UNDER_WAY).timestamp()
    for left in place.glob(f"{_PREFIX}*"):
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < before:
                shutil.rmtree(left, ignore_errors=True)
