"""The inside of the workshop: one child process that makes files, one after the other, as frames ask for them.

It is started anew (no fork), holds nothing but three pipes, and is gone when its parent is: the kernel is asked to end
it, and a thread of its own reads the pipe that ends with the parent (systems without the former have the latter).
Nothing it says leaves but its answers: an exception is told by class and place, its text may quote values (SEC-60).
"""

import ctypes
import os
import queue
import resource
import signal
import sys
import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from app.core.acting import Principal
from app.core.child import hide_memory
from app.core.errors import DomainError
from app.core.memory import collect_seldom
from app.office.bench import Bench, Maker, named
from app.office.frames import Head, packed, unpacked

DATA_BYTES: Final = 600 * 1024**2
"""Private memory of one child; a single report of a hundred units and ten groups takes 300 MB."""
_PR_SET_PDEATHSIG: Final = 1
_STATM_RESIDENT: Final = 1
Job = tuple[Head, bytes]


def limit_myself(niceness: int) -> None:
    """Set by the child itself: a hook between fork and exec would not be safe in a threaded server."""
    os.nice(niceness)
    resource.setrlimit(resource.RLIMIT_DATA, (DATA_BYTES, DATA_BYTES))
    hide_memory()


def die_with(parent: int) -> None:
    """Ask the kernel for an end when the parent ends; end at once where it did so meanwhile."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def _listen(pipe: BinaryIO, jobs: "queue.SimpleQueue[Job]") -> None:
    while (job := unpacked(pipe.read)) is not None:
        jobs.put(job)
    os._exit(0)


def resident_bytes() -> int:
    """Return how much memory this process holds."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[_STATM_RESIDENT])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def bench_of(head: Head, body: bytes) -> Bench:
    """Return the bench that a frame describes."""
    staff, moment = Principal(**head["staff"]), datetime.fromisoformat(head["now"])
    return Bench(
        head["arguments"], body, staff, moment, head["url"], Path(head["data"]), head["base_url"], head["language"]
    )


def _where(error: BaseException) -> str:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else "?"


def answer(head: Head, body: bytes) -> bytes:
    """Do one job and return the frame that answers it; never an exception."""
    try:
        maker: Maker = named(head["maker"])
        made = maker(bench_of(head, body))
        told: dict[str, Any] = {"name": made.name, "lasting": made.lasting}
        return packed({**told, "resident": resident_bytes()}, made.content)
    except DomainError as refusal:
        return packed({"refused": refusal.code, "params": refusal.params, "resident": resident_bytes()})
    except MemoryError:
        return packed({"failed": "MemoryError", "where": "", "resident": DATA_BYTES})
    except Exception as error:  # noqa: BLE001 -- whatever goes wrong with one job is told, and the next one is taken
        return packed({"failed": type(error).__name__, "where": _where(error), "resident": resident_bytes()})


def main() -> None:
    """Arguments: the parent's process id, the niceness. Frames come in on stdin, answers go out on stdout."""
    parent, niceness = map(int, sys.argv[1:])
    die_with(parent)
    limit_myself(niceness)
    collect_seldom()
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not stand among the answers.
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(source, jobs), name="leash", daemon=True).start()
    with suppress(BrokenPipeError):
        while True:
            target.write(answer(*jobs.get()))
            target.flush()


if __name__ == "__main__":
    main()
