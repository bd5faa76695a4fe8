"""Casts at 60 a second beside each heavy work of staff (SEC-72): the 99th percentile, in milliseconds.

``python -m bench.beside --on sqlite`` (or ``postgresql``). Each figure brings its bound, the larger of 2 × alone and
30 ms.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.office_hours import at_work, furnish, shifts
from tests import postgresql
from tests.servers import Server, served

RATE, LEAST_MS = 60, 30.0
ALONE = "alone"


def casts(server: Server, bodies: Path, seconds: int) -> Sequence[float]:
    """Return the milliseconds of casts sent by a process of its own."""
    command = [sys.executable, "-m", "bench.steady", str(server.port), str(bodies), str(RATE), str(seconds)]
    return [float(each) for each in json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)]


def p99(milliseconds: Sequence[float]) -> float:
    """Return the 99th percentile."""
    return statistics.quantiles(milliseconds, n=100, method="inclusive")[-1]


def measure(url: str, folder: Path, seconds: int, only: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Yield the name and the percentile of each work, ``alone`` first."""
    office, lines = furnish(folder / "data", url, RATE * seconds * 8)
    each = RATE * seconds
    with served(folder / "data", url, folder) as server:
        address, works = f"http://127.0.0.1:{server.port}", shifts(office)
        for number, name in enumerate([ALONE, ALONE, *(only or works)]):
            bodies = folder / f"bodies-{number}"
            bodies.write_text("\n".join(lines[number * each : (number + 1) * each]))
            if name == ALONE:
                found = casts(server, bodies, seconds)
                if number == 0:
                    continue  # the first run warms the server up
                yield name, p99(found)
                continue
            with at_work(address, works[name]) as done:
                found = casts(server, bodies, seconds)
            print(f"{name}: {sum(done)} of {len(done)} done, worst cast {max(found):.0f} ms", file=sys.stderr)
            if not done or not all(done):
                message = f"{name}: the work was not done, so nothing was measured"
                raise RuntimeError(message)
            yield name, p99(found)


def main() -> None:
    """Measure on one database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--only", nargs="*", default=[])
    asked = parser.parse_args()
    bound = LEAST_MS
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="manyidu-bench-")))
        url = ""
        if asked.on == "postgresql":
            url = stack.enter_context(postgresql.server())[0] + "postgres"
        for name, value in measure(url, folder, asked.seconds, asked.only):
            figure = {"figure": f"cast_beside_desk_p99/{asked.on}/{name}", "value": round(value, 1), "unit": "ms"}
            if name == ALONE:
                bound = max(LEAST_MS, 2 * value)
            else:
                figure["bound"] = round(bound, 1)
            print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
