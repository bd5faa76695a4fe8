"""Measure what ten Word reports at once leave in the web process, and how large a child of the workshop becomes."""

import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from app.accounts import service as accounts
from app.core import migrate
from app.core.clock import utc_now
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from bench.reports import store
from bench.serving import fetched, tell
from tests.publication import counted
from tests.servers import Server, served

REPORTS, TIMES = 10, 3


def resident_mb(pid: int) -> float:
    """Return the memory that a process holds; nothing for one that is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS:")), 0.0)


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started, from any of its threads."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for task in tasks for each in task.read_text("ascii").split()]


class Watch(threading.Thread):
    """Looks twenty times a second how large the service and the children of its workshop are."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self.web, self.child = pid, 0.0, 0.0
        self.over = threading.Event()

    def run(self) -> None:
        """Look until it is over."""
        while not self.over.wait(0.05):
            self.web = max(self.web, resident_mb(self._pid))
            self.child = max(self.child, *map(resident_mb, children_of(self._pid)), 0.0)


def log_in(client: httpx.Client, address: str) -> None:
    """Log the reader in."""
    token = client.get("/login").text.split('name="form_token" value="')[1].split('"')[0]
    form = {"login": "reader", "password": counted.PASSWORD, "form_token": token}
    client.post("/login", data=form, headers={"origin": address})


def ten_at_once(server: Server, round_id: str) -> None:
    """Ask for ten different reports at once, three times, and tell what is left."""
    address = f"http://127.0.0.1:{server.port}"
    watch = Watch(server.process.pid)
    watch.start()
    with httpx.Client(base_url=address, timeout=300, trust_env=False) as client, ThreadPoolExecutor(REPORTS) as pool:
        log_in(client, address)
        started = time.perf_counter()
        for turn in range(TIMES):
            paths = [f"/results/{round_id}/report.docx?number={turn}-{number}" for number in range(REPORTS)]
            list(pool.map(lambda path: fetched(client, path), paths))
        tell("thirty_reports_s", time.perf_counter() - started, "s")
        tell("web_rss_mb", resident_mb(server.process.pid), "MB")
    watch.over.set()
    watch.join()
    tell("web_rss_peak_mb", watch.web, "MB")
    tell("workshop_child_rss_mb", watch.child, "MB")


def main() -> None:
    """Serve a fresh installation and measure it."""
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch) / "data"
        data.mkdir()
        url = f"sqlite:///{data / 'manyidu.sqlite3'}"
        engine = make_engine(url)
        migrate.upgrade(engine)
        database = Database(engine, KeyFolder(data / "keys"))
        round_id = store(database)
        with database.writing() as session:
            fields = ("reader", "读者", "leader")
            accounts.create_with_password(session, utc_now(), fields, counted.PASSWORD_HASH)
        engine.dispose()
        with served(data, url, Path(scratch)) as server:
            ten_at_once(server, round_id)


if __name__ == "__main__":
    main()
