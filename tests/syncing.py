"""What has reached the disk, as it was when it was last waited for."""

import os
from pathlib import Path

import pytest


class OnDisk:
    """Looks on while files and folders are synced; a file that is renamed meanwhile stays the one it was."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._kept: dict[int, object] = {}
        self._fsync = os.fsync
        patch.setattr(os, "fsync", self._sync)

    def _sync(self, handle: int) -> None:
        self._fsync(handle)
        place = Path(f"/proc/self/fd/{handle}").readlink()
        self._kept[place.stat().st_ino] = _look(place)

    def names(self, folder: Path) -> frozenset[str]:
        """Return the names that a folder has for good."""
        found = self._kept.get(folder.stat().st_ino, frozenset())
        assert isinstance(found, frozenset)
        return found

    def has(self, file: Path) -> bool:
        """Whether a file lasts as it is now, under its name."""
        return self._kept.get(file.stat().st_ino) == _look(file) and file.name in self.names(file.parent)


def _look(place: Path) -> object:
    if place.is_dir():
        return frozenset(entry.name for entry in place.iterdir())
    return place.stat().st_mode, place.read_bytes()
