"""Whole visits (code, paper, cast) per second ÷ bare FastAPI pairs of a GET of as many bytes and a POST echo.

``visit_over_pair``: one process each, SQLite, 64 connections, alternating, the median of the pairs' ratios. On every
connection a phone asks for its paper, waits for it, casts, and makes room for the next; each needs a code of its own.
A run in which codes ran out, an answer was wrong, or the box does not hold what was acknowledged fails.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.core import migrate
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from bench.cast_load import CONNECTIONS, bare, body, compare
from tests.factories import OpenRound, count_box, make_open_round, make_paper
from tests.servers import served

UNITS, ITEMS = 8, 6
FASTEST = 5_000
"""Codes made ready for each second; whoever is faster must make more, and is told so."""
SAME_SITE = {"sec-fetch-site": "same-origin", "accept-encoding": "gzip"}


@dataclass(frozen=True)
class Load:
    """What the phones saw: visits, visits per second, and how much of one core they took themselves."""

    done: int
    per_second: float
    share: float


def paper_body(code: str) -> str:
    """Return what the entry page posts."""
    return f"code={code}&lang=zh"


def play(address: str, kind: str, bodies: Path, seconds: float) -> Load:
    """Let phones visit for some seconds, in a process of their own; RuntimeError where they saw anything wrong."""
    command = [sys.executable, "-m", "bench.visitors", address, kind, str(bodies), str(CONNECTIONS), str(seconds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    seen = json.loads(done.stdout)
    if seen["wrong"]:
        message = f"not a fair run of {kind}s: {seen['wrong']}"
        raise RuntimeError(message)
    return Load(seen["done"], seen["done"] / seen["seconds"], seen["share"])


def write_bodies(place: OpenRound, folder: Path, parts: int) -> list[Path]:
    """Write what each code's phone sends, paper and cast, into one of ``parts`` files."""
    lines = [f"{paper_body(code)}\t{body(place, group, code)}" for group, code in place.all_codes]
    size = len(lines) // parts
    paths = []
    for part in range(parts):
        paths.append(folder / f"bodies-{part}")
        paths[-1].write_text("\n".join(lines[part * size : (part + 1) * size]) + "\n", "utf-8")
    return paths


def page_bytes(address: str, code: str) -> int:
    """Return how many bytes a paper takes on the wire without its head."""
    headers = {**SAME_SITE, "content-type": "application/x-www-form-urlencoded"}
    with httpx.stream("POST", f"{address}/v/paper", content=paper_body(code), headers=headers) as answer:
        answer.raise_for_status()
        return len(b"".join(answer.iter_raw()))


def measure(folder: Path, asked: argparse.Namespace) -> Sequence[tuple[float, float]]:
    """Return visits per second and the ratio of each pair of runs."""
    data = folder / "data"
    data.mkdir()
    engine = make_engine(f"sqlite:///{data / 'manyidu.sqlite3'}")
    migrate.upgrade(engine)
    keys = KeyFolder(data / "keys")
    database = Database(engine, keys)
    codes = -(-asked.fastest * asked.seconds * asked.pairs // 2)
    place = make_open_round(database, keys, make_paper(UNITS, ITEMS), codes_each=codes + 1)
    files = write_bodies(place, folder, asked.pairs)
    found, acknowledged = [], 0
    with served(data, "", folder) as product:
        address = f"http://127.0.0.1:{product.port}"
        size = page_bytes(address, place.all_codes[-1][1])
        with bare("pair_app", PAGE_BYTES=str(size)) as pairs:
            play(pairs, "pair", files[0], 1)
            for bodies in files:
                bare_ones = play(pairs, "pair", bodies, asked.seconds)
                visits = play(address, "visit", bodies, asked.seconds)
                acknowledged += visits.done
                found.append((visits.per_second, visits.per_second / bare_ones.per_second))
                report = f"pairs {bare_ones.per_second:6.0f}/s (phones {bare_ones.share:4.0%} of a core)   visits "
                report += f"{visits.per_second:6.0f}/s (phones {visits.share:4.0%})   ratio {found[-1][1]:.3f}"
                print(report, file=sys.stderr)
    print(f"{size} bytes a paper", file=sys.stderr)
    compare(count_box(database, place.id), acknowledged, len(files) * CONNECTIONS)
    engine.dispose()
    return found


def main() -> None:
    """Measure on SQLite."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--fastest", type=int, default=FASTEST)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="manyidu-bench-") as name:
        found = measure(Path(name), asked)
    for figure, value, unit in (
        ("visit_over_pair", statistics.median(ratio for _, ratio in found), "ratio"),
        ("visits_per_second", statistics.median(visits for visits, _ in found), "1/s"),
    ):
        print(json.dumps({"figure": figure, "value": round(value, 3), "unit": unit}))


if __name__ == "__main__":
    main()
