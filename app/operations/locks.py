"""Files in the data folder that one process holds at a time; the system frees them however the process ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.key_folder import SettingsError

MODE = 0o600
MOST_BYTES = 1_000
"""What is read of what its holder wrote."""


class HeldError(Exception):
    """Another process holds the file; ``written`` is what it wrote there."""

    def __init__(self, written: bytes) -> None:
        super().__init__()
        self.written = written


@contextmanager
def held(file: Path) -> Iterator[int]:
    """Hold a file of the data folder while the block runs, open for writing: network file systems lock no other.

    HeldError, or SettingsError where it cannot be opened or the file system keeps no locks.
    """
    handle = _hold(file)
    try:
        yield handle
    finally:
        os.close(handle)


def _hold(file: Path) -> int:
    with _refusal_is_said(file):
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, MODE)
    try:
        with _refusal_is_said(file):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        written = os.read(handle, MOST_BYTES)
        os.close(handle)
        raise HeldError(written) from None
    except BaseException:
        os.close(handle)
        raise
    return handle


@contextmanager
def _refusal_is_said(file: Path) -> Iterator[None]:
    try:
        yield
    except BlockingIOError:
        raise
    except OSError as error:
        message = (
            f"MANYIDU_DATA={file.parent}: {file.name} cannot be locked there ({error.strerror}); it must be a file of "
            "this user, on a file system that keeps locks"
        )
        raise SettingsError(message) from error
