"""The door of the slips: what a code is for."""

from collections.abc import Iterator

import pytest

from app.ballots.domain import CodeState
from app.ballots.finder import Finder
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.slips.codes import code_hash
from app.slips.redeem import look_up_all
from tests.factories import OpenRound, make_open_round, set_code_state


@pytest.fixture
def folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


@pytest.fixture
def place(database: Database, folder: KeyFolder) -> OpenRound:
    return make_open_round(database, folder)


@pytest.fixture
def finder(database: Database, folder: KeyFolder) -> Iterator[Finder]:
    finder = Finder(database, folder.tag_secret())
    yield finder
    finder.close()


def test_it_works(finder: Finder, database: Database, folder: KeyFolder, place: OpenRound) -> None:
    code = place.codes["staff"][0]
    digest = code_hash(folder.pepper(), code)
    known = look_up_all(finder, [digest, bytes(32)])
    assert known.keys() == {digest}
    found = known[digest]
    assert found is not None
    assert (found.round_id, found.group_id, found.code_hash) == (place.id, "staff", digest)
    assert (found.state, found.paper_hash) == (CodeState.LIVE, place.paper_hash)
    set_code_state(database, folder, code, CodeState.SPENT)
    spent = look_up_all(finder, [digest])[digest]
    assert spent is not None
    assert spent.state is CodeState.SPENT
