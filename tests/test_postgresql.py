"""The server of the tests ends with the run that started it, however that ends."""

import subprocess
import sys
from pathlib import Path

from tests.postgresql import server
from tests.waiting import wait_until

ROOT = Path(__file__).parents[1]
RUN = """
import sys
from tests.postgresql import server
with server() as (_, data):
    print(data, (data / "postmaster.pid").read_text("utf-8").splitlines()[0], flush=True)
    sys.stdin.read()
"""


def test_it_ends_with_a_run_that_is_killed_and_the_next_removes_its_files() -> None:
    command = [sys.executable, "-c", RUN]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        left, pid = run.stdout.readline().split()
        assert Path(f"/proc/{pid}").exists()
        assert Path(left).exists()
        run.kill()
    wait_until(lambda: not Path(f"/proc/{pid}").exists())
    with server() as (_, data):
        assert not Path(left).exists()
        assert data.exists()
    assert not data.exists()
