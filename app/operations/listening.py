"""Who listens on a port of this machine, and how much memory that takes: for telling what a played hall cost."""

from contextlib import suppress
from pathlib import Path
from typing import Final

_LISTENS: Final = "0A"
_ADDRESS, _STATE, _INODE = 1, 3, 9
_KB_PER_MB: Final = 1024


def memory_of_listeners(port: int) -> float | None:
    """Return the megabytes that the processes listening on a port take together; None where none is to be seen."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    sizes = [size for process in Path("/proc").glob("[0-9]*") if (size := _memory(process, sockets)) is not None]
    return sum(sizes) / _KB_PER_MB if sizes else None


def _inodes(port: int) -> set[str]:
    found = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        with suppress(OSError):
            rows = [line.split() for line in table.read_text("utf-8").splitlines()[1:]]
            found |= {
                row[_INODE]
                for row in rows
                if row[_STATE] == _LISTENS and int(row[_ADDRESS].rpartition(":")[2], 16) == port
            }
    return found


def _memory(process: Path, sockets: set[str]) -> int | None:
    """Return the kilobytes of a process that holds one of the sockets."""
    try:
        if not any(str(link.readlink()) in sockets for link in (process / "fd").iterdir()):
            return None
        lines = (process / "status").read_text("utf-8").splitlines()
    except OSError:  # somebody else's process, or one that ended
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), None)
