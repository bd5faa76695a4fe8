"""The played hall finds what the box counted, says so, and leaves nothing behind."""

from collections import Counter

import pytest
import sqlalchemy as sa

from app.core.db import Base, Database
from app.operations import demo, hall
from tests.factories import count_box
from tests.operations.conftest import Running

KEPT = {"audit_entry", "unknown_code_count"}
"""What happened stays written down: acts, and how many unknown codes a minute had."""


def rows(database: Database) -> dict[str, int]:
    with database.reading() as session:
        tables = Base.metadata.sorted_tables
        return {t.name: session.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in tables}


@pytest.mark.parametrize("kind", ["own", "points"])
def test_it_works(running: Running, database: Database, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    """A paper of three sections, and one on which all is answered in points."""
    before = rows(database)
    assert hall.play(running.settings, running.url, (kind, 50, 0.5)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "counted = cast"
    after = rows(database)
    assert {name: count for name, count in after.items() if name not in KEPT} == {
        name: count for name, count in before.items() if name not in KEPT
    }


def test_it_plays_phones_into_the_demo(running: Running, database: Database) -> None:
    handed_out = sum(len(codes) for codes in running.demo.codes.values())
    assert hall.play(running.settings, running.url, ("demo", 25, 0.2)) == 0
    assert count_box(database, running.demo.round_id) == (25, 25)
    left = demo.load(running.settings.data)
    assert left is not None
    assert sum(len(codes) for codes in left.codes.values()) == handed_out - 25


def test_it_says_so_when_nobody_answers(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    first = hall.first_difference(Counter({("u", "i", "g", "0"): 2}), Counter({("u", "i", "g", "0"): 3}))
    assert first == "u / i / g / 0: counted 2, cast 3"
    assert hall.first_difference(Counter(), Counter()) is None
    assert hall.play(running.settings, running.url + "/nowhere", ("own", 5, 0.0)) == 1
    assert "counted = cast" not in capsys.readouterr().out
