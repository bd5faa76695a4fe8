"""Measure counting, judging and disclosing 100 units × 6 items × 10 groups from 1,000,000 ballots.

In one section, and the same in three; ``cpu_s`` is the processor time, which other work hardly moves.

The stacks are already in the database, as the opening of the box leaves them.
"""

import json
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from app.box import reads as box
from app.box.models import Stack
from app.core import migrate
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.publication.service import by_unit
from app.rounds.domain import Paper
from app.tally.chain import Chain, GroupChain
from app.tally.document import canonical_json
from app.tally.restraint import FREE
from app.tally.result import result_document
from bench.sections import SECTIONS, in_sections
from tests.publication import counted

FIGURES = {"result_document": 1, "result_document_sections": SECTIONS}
UNITS, GROUPS, BALLOTS = 100, 10, 1_000_000
WEIGHTS = (0.55, 0.25, 0.12, 0.05, 0.03)


def make_paper(sections: int) -> Paper:
    """Return a paper of the round to count."""
    groups = {f"类别{place}": BALLOTS // GROUPS for place in range(GROUPS)}
    return in_sections(counted.make_paper(tuple(f"被测评单位{place + 1}" for place in range(UNITS)), groups), sections)


def store(database: Database, paper: Paper) -> None:
    """Write the round with its stacks."""
    counted.store_sealed(database, counted.Votes(paper, {group.id: 1 for group in paper.groups}, remarks=0))
    with database.writing() as session:
        session.execute(sa.delete(Stack))
    draw = np.random.default_rng(7)
    size = BALLOTS // GROUPS * len(paper.parts[0].items)
    for unit in paper.units:
        rows = [
            {
                "round_id": paper.round_id,
                "unit_id": unit.id,
                "group_id": group.id,
                "marks": draw.choice(len(WEIGHTS), size=size, p=WEIGHTS).astype(np.uint8).tobytes(),
            }
            for group in paper.groups
        ]
        with database.writing() as session:
            session.execute(sa.insert(Stack), rows)


def count(url: str, paper: Paper, name: str) -> None:
    """Count in a process of its own, so that its memory is that of the counting."""
    database = Database(make_engine(url), None)
    each = BALLOTS // GROUPS
    chain = Chain(tuple(GroupChain(group.id, each, each, each, each) for group in paper.groups))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started, computed = time.perf_counter(), time.process_time()
    with database.reading() as session:
        stacks, remarks = box.stacks(session, paper.round_id), by_unit(box.remarks(session, paper.round_id))
    document = result_document(paper, stacks, chain, remarks, FREE)
    text = canonical_json(document)
    took, used = time.perf_counter() - started, time.process_time() - computed
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    database.engine.dispose()
    for figure, value, unit in (
        ("s", took, "s"),
        ("cpu_s", used, "s"),
        ("peak_mb", peak, "MB"),
        ("before_mb", before, "MB"),
        ("size_mb", len(text.encode()) / 1e6, "MB"),
    ):
        print(json.dumps({"figure": f"{name}_{figure}", "value": round(value, 2), "unit": unit}), flush=True)


def measure(name: str, sections: int) -> None:
    """Store a round in a fresh database and count it."""
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(data=Path(scratch))
        engine = make_engine(settings.sqlalchemy_url)
        migrate.upgrade(engine)
        paper = make_paper(sections)
        store(Database(engine, KeyFolder(settings.data / "keys")), paper)
        engine.dispose()
        process = multiprocessing.get_context("spawn").Process(
            target=count, args=(settings.sqlalchemy_url, paper, name)
        )
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(process.exitcode)


def main() -> None:
    """Measure each way to share the objects out."""
    for name, sections in FIGURES.items():
        measure(name, sections)


if __name__ == "__main__":
    main()
