"""``manyidu check`` names what was done to a box without the key folder, and what keeps the order of casts."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from app.ballots.service import destroy
from app.core import migrate
from app.core.acting import Acting
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.operations.checks import run_checks
from app.rounds.domain import RoundState
from app.slips.codes import code_hash
from tests import postgresql
from tests.ballots.stores import by_hand, fill, literal
from tests.cast import MORNING, make_cast, make_ready, prepare, refuses
from tests.factories import OpenRound, make_open_round, set_round


@pytest.fixture
def hall(database: Database, settings: Settings) -> OpenRound:
    """An open round with two envelopes of each group."""
    folder = KeyFolder(settings.data / "keys")
    made = make_open_round(database, folder)
    hashes = {group: [code_hash(folder.pepper(), code) for code in codes] for group, codes in made.codes.items()}
    fill(database, folder, made.id, hashes)
    return made


def lines(settings: Settings) -> list[str]:
    told = [line for line in run_checks(settings, MORNING) if line.startswith(("WRONG", "warning", "boxes"))]
    return [line for line in told if "no phone reaches" not in line]


def until_refused(settings: Settings) -> list[str]:
    checks, found = run_checks(settings, MORNING), []
    with refuses("boxes_tampered"):
        while True:
            found.append(next(checks))
    return [line for line in found if line.startswith("WRONG")]


@pytest.mark.parametrize("state", [RoundState.OPEN, RoundState.SEALED])
def test_it_works(database: Database, settings: Settings, hall: OpenRound, state: RoundState) -> None:
    set_round(database, hall.id, state=state)
    assert lines(settings) == ["boxes: 1, of 1 under way every tag is right"]


@pytest.mark.parametrize("state", [RoundState.OPEN, RoundState.SEALED])
def test_it_names_wrong_tags_by_group(
    database: Database, settings: Settings, hall: OpenRound, state: RoundState
) -> None:
    set_round(database, hall.id, state=state)
    by_hand(database, hall.id, f"UPDATE envelope SET tag = {literal(database, bytes(32))} WHERE group_id = 'staff'")
    by_hand(database, hall.id, "UPDATE code SET state = 2 WHERE state = 3 AND group_id = 'residents'")
    told = (
        "WRONG: box of “第一轮”: 人大代表: 0 envelope(s) and 2 code(s) with a wrong tag;"
        " 下属单位: 2 envelope(s) and 0 code(s) with a wrong tag"
    )
    assert until_refused(settings) == [told]


def test_it_names_a_sealed_box_that_was_robbed(database: Database, settings: Settings, hall: OpenRound) -> None:
    set_round(database, hall.id, state=RoundState.SEALED)
    by_hand(database, hall.id, "DELETE FROM envelope WHERE group_id = 'staff'")
    assert until_refused(settings)[0].startswith("WRONG: box of “第一轮”: 下属单位: 0 envelope(s) for 2 spent code(s)")


@pytest.mark.parametrize("state", [RoundState.OPEN, RoundState.SEALED])
def test_it_names_a_gate_that_somebody_else_set(
    database: Database, settings: Settings, hall: OpenRound, state: RoundState
) -> None:
    set_round(database, hall.id, state=state)
    by_hand(database, hall.id, f"UPDATE gate SET public_key = {literal(database, b'k' * 32)}")
    assert until_refused(settings) == ["WRONG: box of “第一轮”: its gate is not as the service left it"]


def test_it_names_a_key_that_was_swapped_before_the_vote(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        acting = Acting(session, MORNING, make_cast(session)["zhangsan"])
        prepare(acting, KeyFolder(settings.data / "keys"), make_ready(acting))
    assert not [line for line in lines(settings) if line.startswith("WRONG")]
    with database.writing() as session:
        session.execute(sa.text("UPDATE round_key SET public_key = :own"), {"own": b"k" * 32})
    assert until_refused(settings) == ["WRONG: key of “第一轮”: not the one that was made of its holders' secrets"]


def test_it_warns_of_a_round_without_its_box(database: Database, settings: Settings, hall: OpenRound) -> None:
    """As a dump of the desk leaves it that was put back without its boxes."""
    destroy(database, hall.id)
    found = lines(settings)
    assert found[0] == "warning: the box of “第一轮” is not here: its ballots are lost, void the round"


def test_it_warns_of_a_box_without_its_round(database: Database, settings: Settings, hall: OpenRound) -> None:
    with database.engine.begin() as connection:
        for table in ("slip_batch", "round_key", "round"):
            connection.execute(sa.table(table).delete())
    assert lines(settings)[-1] == "warning: 1 box(es) of rounds that this database does not know"
    assert hall.id


def test_it_warns_of_an_archive_while_a_round_is_open(tmp_path: Path) -> None:
    with postgresql.server("archive_mode=on", "archive_command=/bin/true") as (prefix, _):
        place = Settings(data=tmp_path, MANYIDU_DATABASE_URL=prefix + "postgres")
        database = Database(make_engine(place.sqlalchemy_url), KeyFolder(tmp_path / "keys"))
        migrate.upgrade(database.engine)
        hall = make_open_round(database, KeyFolder(tmp_path / "keys"))
        warning = (
            "warning: the WAL is archived while a round is open; it keeps the order of casts: switch archive_mode off"
        )
        assert warning in lines(place)
        set_round(database, hall.id, state=RoundState.SEALED)
        assert warning not in lines(place)
        database.engine.dispose()
