"""Accepted, durable, sealed casts per second ÷ bare FastAPI JSON echoes per second.

The product as its own command serves it against a bare uvicorn, one worker each, 64 connections, alternating pairs, the
median of the pairs' ratios. Echoes send the same bodies round and round; every cast needs a code of its own, and a run
in which codes ran out, a cast was refused or the box does not hold what was acknowledged fails. A JSON line with the
figure on stdout, everything else on stderr. ``python -m bench.cast_load --on sqlite`` (or ``postgresql``).
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.core import migrate
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from tests import postgresql
from tests.factories import OpenRound, count_box, make_open_round, make_paper
from tests.phones import Filled, random_marks
from tests.servers import served

HERE = Path(__file__).parent
CONNECTIONS = 64
FASTEST = 12_000
"""Codes made ready for each second; whoever casts faster than this must make more, and is told so."""


@dataclass(frozen=True)
class Load:
    """What wrk saw: answers, answers per second, and how much of one core wrk itself took."""

    answers: int
    per_second: float
    wrk_share: float


def body(place: OpenRound, group: str, code: str) -> str:
    """Return what a phone sends: random marks, sealed."""
    return Filled(place, group, code, random_marks(place, group)).body().decode()


@contextmanager
def bare(factory: str, **environment: str) -> Iterator[str]:
    """Yield the address of a fresh uvicorn with the smallest application."""
    port = postgresql.free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "uvicorn", f"bench.servers:{factory}", "--factory", "--port", str(port)]
    command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--no-server-header"]
    process = subprocess.Popen([*command, "--log-level", "warning"], cwd=HERE.parent, env={**os.environ, **environment})
    try:
        _wait(process, address)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: "subprocess.Popen[bytes]", address: str) -> None:
    for _ in range(200):
        if process.poll() is not None:
            break
        try:
            httpx.get(address, timeout=1)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    message = f"nothing answers at {address}"
    raise RuntimeError(message)


def run_wrk(address: str, target: str, bodies: Path, seconds: int, *, again: bool = False) -> Load:
    """Send the lines of ``bodies`` for some seconds, each once or, with ``again``, round and round."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = ["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "--timeout", "20s"]
    output = subprocess.run(
        [*command, "-s", str(HERE / "cast.lua"), address],
        env={**os.environ, "TARGET": target, "BODIES": str(bodies), "ROUND": str(int(again))},
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    after, elapsed = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - start
    seen = json.loads(output.strip().splitlines()[-1])
    if seen["broken"] or seen["refused"] or seen["ran_out"]:
        message = f"not a fair run of {target} (bodies that run out: raise --fastest): {seen}"
        raise RuntimeError(message)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Load(seen["requests"], seen["requests"] / seen["seconds"], used / elapsed)


def write_bodies(place: OpenRound, folder: Path, parts: int) -> list[Path]:
    """Write every code's cast into one of ``parts`` files."""
    lines = [body(place, group, code) for group, code in place.all_codes]
    size = len(lines) // parts
    paths = []
    for part in range(parts):
        paths.append(folder / f"bodies-{part}")
        paths[-1].write_text("\n".join(lines[part * size : (part + 1) * size]) + "\n")
    return paths


def measure(url: str, folder: Path, seconds: int, pairs: int, fastest: int) -> Sequence[float]:
    """Return the ratio of each pair."""
    data = folder / "data"
    data.mkdir()
    engine = make_engine(url or f"sqlite:///{data / 'manyidu.sqlite3'}")
    migrate.upgrade(engine)
    keys = KeyFolder(data / "keys")
    database = Database(engine, keys)
    paper = make_paper(8, 6, remarks=False, remark_bytes=0)
    place = make_open_round(database, keys, paper, codes_each=fastest * seconds * pairs // 2)
    files = write_bodies(place, folder, pairs)
    ratios, acknowledged = [], 0
    with bare("echo_app") as echo, served(data, url, folder) as product:
        cast = f"http://127.0.0.1:{product.port}"
        run_wrk(echo, "/echo", files[0], 1, again=True)
        for bodies in files:
            echoes = run_wrk(echo, "/echo", bodies, seconds, again=True)
            casts = run_wrk(cast, "/v/cast", bodies, seconds)
            acknowledged += casts.answers
            ratios.append(casts.per_second / echoes.per_second)
            report = f"echo {echoes.per_second:7.0f}/s (wrk {echoes.wrk_share:4.0%} of a core)   "
            report += f"cast {casts.per_second:7.0f}/s (wrk {casts.wrk_share:4.0%})   ratio {ratios[-1]:.3f}"
            print(report, file=sys.stderr)
    compare(count_box(database, place.id), acknowledged, len(files) * CONNECTIONS)
    engine.dispose()
    return ratios


def compare(box: tuple[int, int], acknowledged: int, under_way: int) -> None:
    """Fail unless the box holds what was acknowledged, and at most what was under way when wrk stopped besides."""
    spent, envelopes = box
    print(f"in the box: {envelopes} envelopes, {spent} codes spent, {acknowledged} acknowledged", file=sys.stderr)
    if spent != envelopes or not acknowledged <= envelopes <= acknowledged + under_way:
        message = "the box does not hold what was acknowledged"
        raise RuntimeError(message)


def main() -> None:
    """Measure on one database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--fastest", type=int, default=FASTEST)
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="manyidu-bench-")))
        url = ""
        if asked.on == "postgresql":
            url = stack.enter_context(postgresql.server())[0] + "postgres"
        ratios = measure(url, folder, asked.seconds, asked.pairs, asked.fastest)
    figure = {"figure": f"cast_over_echo/{asked.on}", "value": round(statistics.median(ratios), 3), "unit": "ratio"}
    print(json.dumps(figure))


if __name__ == "__main__":
    main()
