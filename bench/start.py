"""Measure how long the service takes from its start to its first answer, and what it holds then."""

import http.client
import statistics
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from app.core import migrate
from app.core.db import make_engine
from bench.serving import tell
from bench.web_rss import resident_mb
from tests.servers import served

TIMES = 5


def answered(port: int) -> bool:
    """Whether the service answers that it can serve."""
    with suppress(OSError, http.client.HTTPException):
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        asked.request("GET", "/healthz")
        return asked.getresponse().status == http.client.OK
    return False


def main() -> None:
    """Start a fresh installation several times; the middle one counts."""
    seconds, sizes = list[float](), list[float]()
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch) / "data"
        data.mkdir()
        url = f"sqlite:///{data / 'manyidu.sqlite3'}"
        engine = make_engine(url)
        migrate.upgrade(engine)
        engine.dispose()
        for _ in range(TIMES):
            started = time.perf_counter()
            with served(data, url, Path(scratch)) as server:
                while not answered(server.port):
                    time.sleep(0.01)
                seconds.append(time.perf_counter() - started)
                sizes.append(resident_mb(server.process.pid))
    tell("start_s", statistics.median(seconds), "s")
    tell("start_rss_mb", statistics.median(sizes), "MB")


if __name__ == "__main__":
    main()
