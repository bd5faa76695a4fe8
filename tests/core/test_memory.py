"""How a process holds memory."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAPS = """
import ctypes, sys, threading
from app.core.memory import share_arenas
if sys.argv[1] == "shared":
    share_arenas()
together = threading.Barrier(16)
def hold():
    held = [bytes(2_000) for _ in range(500)]
    together.wait(30)
threads = [threading.Thread(target=hold) for _ in range(16)]
for thread in threads: thread.start()
for thread in threads: thread.join(30)
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
told = ctypes.c_void_p(libc.fopen(sys.argv[2].encode(), b"w"))
libc.malloc_info(0, told)
libc.fclose(told)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc lets itself be told")
def test_threads_share_few_pools_of_memory(tmp_path: Path) -> None:
    heaps = {}
    for how in ("shared", "each"):
        told = tmp_path / how
        subprocess.run([sys.executable, "-c", HEAPS, how, str(told)], check=True, timeout=60)
        heaps[how] = told.read_text("utf-8").count("<heap ")
    assert heaps["shared"] <= 2 < heaps["each"]


COLLECTED = """
import gc, sys
from app.core.memory import keep_what_is_made
made = [[] for _ in range(50_000)]
gc.collect()
if sys.argv[1] == "kept":
    keep_what_is_made()
print(sum(len(gc.get_objects(generation)) for generation in range(3)))
"""


def test_the_collector_passes_over_what_stays() -> None:
    counts = {}
    for how in ("kept", "left"):
        told = subprocess.run([sys.executable, "-c", COLLECTED, how], check=True, timeout=60, capture_output=True)
        counts[how] = int(told.stdout)
    assert counts["kept"] < 1_000
    assert counts["left"] > 50_000


START = """
import gc, sys
from pathlib import Path
from app.core.memory import begin_start
begin_start()
assert not gc.isenabled()
from app.core.audiences import EVERYONE
from app.core.settings import Settings
from app.operations.server import make_served
make_served(Settings(data=Path(sys.argv[1])), EVERYONE)
print(gc.isenabled(), gc.get_freeze_count() > 100_000)
"""


def test_garbage_is_looked_for_again_once_the_service_serves(tmp_path: Path) -> None:
    command = [sys.executable, "-c", START, str(tmp_path)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() == ["True", "True"]
