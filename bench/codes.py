"""Measure how long it takes to find the box of a code: a right one, and one that none of 100 boxes knows."""

import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from app.ballots import service
from app.ballots.domain import GateState
from app.ballots.finder import Finder
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.secrets import new_id, token_bytes
from tests import postgresql

BOXES, CODES, TRIES = 100, 200, 400
STATES = (GateState.NOT_YET, GateState.OPEN, GateState.CLOSED)


def fill(database: Database, folder: KeyFolder) -> list[bytes]:
    """Make the boxes, a third in each state, and return a code of each."""
    codes = []
    for state in itertools.islice(itertools.cycle(STATES), BOXES):
        round_id, hashes = new_id(), [token_bytes(32) for _ in range(CODES)]
        service.create(database, folder, round_id, ("{}", "ab" * 32), ["group"])
        service.issue(database, folder, round_id, [service.Batch("batch", "group", hashes)])
        if state is not GateState.NOT_YET:
            service.change(database, folder, round_id, service.Change("intent", "", state))
        codes.append(hashes[0])
    return codes


def _median_ms(finder: Finder, codes: Iterator[bytes], expected: int) -> float:
    taken = []
    for digest in itertools.islice(codes, TRIES):
        started = time.perf_counter()
        found = finder.find([digest])
        taken.append(time.perf_counter() - started)
        assert len(found) == expected  # noqa: S101 - a figure of a wrong answer is none
    return statistics.median(taken) * 1_000


def measure(database: Database, folder: KeyFolder) -> None:
    """Tell both figures for one kind of database, and how long a code of just another box takes."""
    kind = database.engine.dialect.name
    codes = fill(database, folder)
    finder = Finder(database, folder.tag_secret())
    unknown = (token_bytes(32) for _ in itertools.count())
    finder.find([next(unknown)])
    figures = {
        "code_found_ms": _median_ms(finder, itertools.repeat(codes[7]), 1),
        "code_unknown_ms": _median_ms(finder, unknown, 0),
    }
    other = _median_ms(finder, itertools.cycle(codes), 1)
    finder.close()
    for name, value in figures.items():
        print(json.dumps({"figure": f"{name}/{kind}", "value": round(value, 3), "unit": "ms"}))
    print(f"{kind}: {BOXES} boxes, a code of another box each time: {other:.3f} ms", file=sys.stderr)


@contextmanager
def _databases(scratch: Path) -> Iterator[list[str]]:
    with postgresql.server() as (prefix, _):
        admin = sa.create_engine(prefix + "postgres", isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE codes")
        admin.dispose()
        yield [f"sqlite:///{scratch / 'desk.sqlite3'}", prefix + "codes"]


def main() -> None:
    """Measure on both databases."""
    with tempfile.TemporaryDirectory() as place, _databases(Path(place)) as urls:
        for url in urls:
            keys = KeyFolder(Path(place) / "keys")
            database = Database(make_engine(url), keys)
            measure(database, keys)
            database.engine.dispose()


if __name__ == "__main__":
    main()
