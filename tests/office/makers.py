"""What children of the workshop are asked to do in tests: to wait, to grow, to refuse, to say what they hold."""

import ctypes
import gc
import os
import resource
import threading
from pathlib import Path

import sqlalchemy as sa

from app.core.errors import DomainError
from app.office.bench import Bench, Made

LINK = "/planted/slow.pdf"
"""The file that ``tests.office.planted`` never gets ready."""
SIGNS = "PLANTED_SIGNS"
"""Names the folder in which each of its jobs leaves a file with its process id."""


def echo(bench: Bench) -> Made:
    """Give back what came in, with who asked and the process that answers."""
    told = f"{bench.staff.name} {bench.arguments.get('word', '')} {os.getpid()} "
    return Made(told.encode() + bench.body, "回声.pdf")


def fleeting(bench: Bench) -> Made:
    """Give back what came in as something that would be another by now."""
    return Made(bench.body, lasting=False)


def wait_for(bench: Bench) -> Made:
    """Say that it began, then wait until a file is there."""
    begun, end = Path(bench.arguments["begun"]), Path(bench.arguments["end"])
    begun.write_text(str(os.getpid()), "utf-8")
    pause = threading.Event()
    for _ in range(12_000):
        if end.exists():
            return Made(str(os.getpid()).encode(), "等待.pdf")
        pause.wait(0.01)
    raise DomainError("workshop_slow")


def refuse_after(bench: Bench) -> Made:
    """Refuse once a file is there."""
    wait_for(bench)
    return refuse(bench)


def grow(bench: Bench) -> Made:
    """Take so many megabytes, and keep them or let them go."""
    held = bytearray(os.urandom(1024)) * (1024 * int(bench.arguments["megabytes"]))
    if bench.arguments.get("keep"):
        kept.append(held)
    return Made(str(os.getpid()).encode())


kept: list[bytearray] = []


def refuse(_: Bench) -> Made:
    """Refuse as the domain does."""
    raise DomainError("field_too_long", field="名称", limit=3)


def break_down(_: Bench) -> Made:
    """Fail with words that must stay inside."""
    message = "张三的口令"
    raise ValueError(message)


def die(_: Bench) -> Made:
    """End without an answer."""
    os._exit(3)


def chatter(_: Bench) -> Made:
    """Print, as libraries do."""
    print("not a frame")  # noqa: T201 - that is what is tried
    return Made(b"still an answer")


def open_files(_: Bench) -> Made:
    """Say what its open files are."""
    folder = Path("/proc/self/fd")
    names = sorted({str(path.readlink()) for path in folder.iterdir() if path.is_symlink()})
    return Made("\n".join(names).encode())


def settings_seen(_: Bench) -> Made:
    """Say which settings of the installation it was born with."""
    return Made(" ".join(sorted(name for name in os.environ if name.startswith(("MANYIDU_", "DATABASE_URL")))).encode())


def write(bench: Bench) -> Made:
    """Try to change the database."""
    with bench.reading() as session:
        session.execute(sa.text("DELETE FROM staff"))
    return Made(b"changed")


def count_staff(bench: Bench) -> Made:
    """Read the database."""
    with bench.reading() as session:
        return Made(str(session.execute(sa.text("SELECT count(*) FROM staff")).scalar_one()).encode())


def devour(_: Bench) -> Made:
    """Take memory piece by piece for as long as there is any."""
    held = []
    while True:
        held.append(bytearray(os.urandom(1024)) * (8 * 1024))


def niceness(_: Bench) -> Made:
    """Say how far this process gives way to others."""
    return Made(str(os.getpriority(os.PRIO_PROCESS, 0)).encode())


def hidden(_: Bench) -> Made:
    """Say whether others may trace this process, and how large a core image may be."""
    dumpable = ctypes.CDLL(None).prctl(3)
    return Made(f"{dumpable} {resource.getrlimit(resource.RLIMIT_CORE)}".encode())


def passes(bench: Bench) -> Made:
    """Tell how often the collector looks through what 100,000 new lists are made of."""
    before = [generation["collections"] for generation in gc.get_stats()]
    made = [[number] for number in range(int(bench.body))]
    after = [generation["collections"] for generation in gc.get_stats()]
    return Made(str(sum(after) - sum(before) if made else 0).encode())
