"""Turnout is coarse while it can still tell of a single voter (SEC-11)."""

from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.ballots.domain import CodeState
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.secrets import shuffled
from app.slips import reads
from app.slips.service import TURNOUT_STEP, keep_used
from tests.factories import OpenRound, make_open_round, set_code_state


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "data" / "keys")


@pytest.fixture
def hall(database: Database, folder: KeyFolder) -> OpenRound:
    return make_open_round(database, folder, codes_each=17)


def test_it_works(database: Database, folder: KeyFolder, hall: OpenRound) -> None:
    for _, code in hall.all_codes[:7]:
        set_code_state(database, folder, code, CodeState.SPENT)
    with database.reading() as session:
        assert sum(reads.used_by_group(session, hall.id).values()) == 7
        assert reads.turnout(session, hall.id, 5) == 5
        assert reads.turnout(session, hall.id, 1) == 7


def test_turnout_never_changes_by_one(database: Database, folder: KeyFolder, hall: OpenRound) -> None:
    shown = [0]
    for _, code in shuffled(hall.all_codes):
        set_code_state(database, folder, code, CodeState.SPENT)
        with database.reading() as session:
            shown.append(reads.turnout(session, hall.id, TURNOUT_STEP))
    assert {after - before for before, after in pairwise(shown)} == {0, TURNOUT_STEP}
    assert shown[-1] == 30


def test_another_round_s_slips_are_not_counted(database: Database, folder: KeyFolder, hall: OpenRound) -> None:
    other = make_open_round(database, folder, codes_each=10)
    for _, code in other.all_codes:
        set_code_state(database, folder, code, CodeState.SPENT)
    with database.reading() as session:
        assert reads.used_by_group(session, hall.id) == {}
        assert reads.turnout(session, other.id, 5) == 20


def test_when_a_round_is_over_nothing_but_what_was_noted_counts(
    database: Database, folder: KeyFolder, hall: OpenRound
) -> None:
    """Its box must be gone, and is not looked for, nor into what a crash left of it."""
    codes = [code for _, code in hall.all_codes]
    for code in codes[:7]:
        set_code_state(database, folder, code, CodeState.SPENT)
    with database.writing() as session:
        keep_used(session, hall.id)
        session.execute(sa.text("UPDATE round SET state = 'counted'"))
    for code in codes[7:]:
        set_code_state(database, folder, code, CodeState.SPENT)
    with database.reading() as session:
        assert sum(reads.used_by_group(session, hall.id).values()) == 7


def test_an_account_that_cannot_be_right_is_named(database: Database, folder: KeyFolder, hall: OpenRound) -> None:
    for code in hall.codes["staff"]:
        set_code_state(database, folder, code, CodeState.SPENT)
    with database.writing() as session:
        session.execute(sa.text("UPDATE slip_batch SET printed = 16 WHERE group_id = 'staff'"))
        accounts = {row.group_id: row for row in reads.slip_accounts(session, hall.paper, hall.id)}
    assert accounts["staff"].account is None
    assert accounts["staff"].problem == "slips_more_back_than_out"
    assert accounts["residents"].account is not None
