"""Measure counting, judging and disclosing 100 units × 6 items × 10 groups from 1,000,000 ballots.

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
from tests.publication import counted

UNITS, GROUPS, BALLOTS = 100, 10, 1_000_000
WEIGHTS = (0.55, 0.25, 0.12, 0.05, 0.03)


def make_paper() -> Paper:
    """Return a paper of the round to count."""
    groups = {f"类别{place}": BALLOTS // GROUPS for place in range(GROUPS)}
    return counted.make_paper(tuple(f"被测评单位{place + 1}" for place in range(UNITS)), groups)


def store(database: Database, paper: Paper) -> None:
    """Write the round with its stacks."""
    counted.store_sealed(database, counted.Votes(paper, {group.id: 1 for group in paper.groups}, remarks=0))
    with database.writing() as session:
        session.execute(sa.delete(Stack))
    draw = np.random.default_rng(7)
    size = BALLOTS // GROUPS * len(paper.section.items)
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


def count(url: str, paper: Paper) -> None:
    """Count in a process of its own, so that its memory is that of the counting."""
    database = Database(make_engine(url), None)
    each = BALLOTS // GROUPS
    chain = Chain(tuple(GroupChain(group.id, each, each, each, each) for group in paper.groups))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started = time.perf_counter()
    with database.reading() as session:
        stacks, remarks = box.stacks(session, paper.round_id), by_unit(box.remarks(session, paper.round_id))
    document = result_document(paper, stacks, chain, remarks, FREE)
    text = canonical_json(document)
    took = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    database.engine.dispose()
    for figure, value, unit in (
        ("result_document_s", took, "s"),
        ("result_document_peak_mb", peak, "MB"),
        ("result_document_before_mb", before, "MB"),
        ("result_document_size_mb", len(text.encode()) / 1e6, "MB"),
    ):
        print(json.dumps({"figure": figure, "value": round(value, 2), "unit": unit}), flush=True)


def main() -> None:
    """Store a round in a fresh database and count it."""
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(data=Path(scratch))
        engine = make_engine(settings.sqlalchemy_url)
        migrate.upgrade(engine)
        paper = make_paper()
        store(Database(engine, KeyFolder(settings.data / "keys")), paper)
        engine.dispose()
        process = multiprocessing.get_context("spawn").Process(target=count, args=(settings.sqlalchemy_url, paper))
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(process.exitcode)


if __name__ == "__main__":
    main()
