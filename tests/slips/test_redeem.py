"""The door of the slips: every state of a code, and that a code is spent once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.slips.codes import code_hash, format_code
from app.slips.domain import CodeState
from app.slips.redeem import Claim, look_up, refusal_of, spend, why_refused
from tests.factories import OpenRound, add_codes, make_open_round


@pytest.fixture
def folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


@pytest.fixture
def place(database: Database, folder: KeyFolder) -> OpenRound:
    return make_open_round(database, folder)


def claim_of(place: OpenRound, folder: KeyFolder, at: int = 0, group: str = "residents") -> Claim:
    return Claim(place.id, group, code_hash(folder.pepper(), place.codes[group][at]))


def test_it_works(database: Database, folder: KeyFolder, place: OpenRound) -> None:
    typed = format_code(place.codes["staff"][0]).lower()
    with database.reading() as session:
        found = look_up(session, folder.pepper(), typed)
    assert found.claim == claim_of(place, folder, group="staff")
    assert found.state is CodeState.LIVE
    assert refusal_of(found.state) == ""
    with database.engine.begin() as connection:
        assert spend(connection, [found.claim]) == {found.claim}
    with database.reading() as session:
        assert refusal_of(look_up(session, folder.pepper(), typed).state) == "code_used"


def test_it_refuses_what_is_not_a_live_code_of_round_and_group(
    database: Database, folder: KeyFolder, place: OpenRound
) -> None:
    other = make_open_round(database, folder)
    (voided,) = add_codes(database, folder, (place.id, "residents"), 1, CodeState.VOIDED)
    live, spent = claim_of(place, folder, 0), claim_of(place, folder, 1)
    claims = {
        Claim(place.id, "residents", code_hash(folder.pepper(), voided)): "code_voided",
        spent: "code_used",
        claim_of(place, folder, group="staff")._replace(group_id="residents"): "code_foreign",
        claim_of(other, folder)._replace(round_id=place.id): "code_foreign",
        Claim(place.id, "residents", bytes(32)): "code_unknown",
    }
    with database.engine.begin() as connection:
        assert spend(connection, [spent]) == {spent}
        assert spend(connection, [live, *claims]) == {live}
        assert why_refused(connection, claims) == claims


def test_it_refuses_an_unknown_code(database: Database, folder: KeyFolder) -> None:
    with database.reading() as session, pytest.raises(DomainError, match="code_unknown"):
        look_up(session, folder.pepper(), "0000000000000")


def test_a_code_is_spent_once_by_many_at_a_time(database: Database, folder: KeyFolder, place: OpenRound) -> None:
    claim = claim_of(place, folder)

    def attempt(_number: int) -> int:
        with database.engine.begin() as connection:
            return len(spend(connection, [claim]))

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(attempt, range(16))) == 1
