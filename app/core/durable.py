"""What must be on the disk before something else is: files, folders, and files that take a name."""

import os
from pathlib import Path


def sync(place: Path) -> None:
    """Return once a file's content, or the names in a folder, are on the disk."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put_in_place(draft: Path, target: Path) -> None:
    """Give a file that is whole its name, for good: what rests on it may be written next."""
    sync(draft)
    draft.replace(target)
    sync(target.parent)
