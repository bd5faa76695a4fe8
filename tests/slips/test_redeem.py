"""The door of the slips: what a code is for."""

from collections.abc import Iterator

import pytest

from app.ballots.domain import CodeState
from app.ballots.finder import Finder
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.slips.codes import code_hash, format_code
from app.slips.redeem import look_up, look_up_all
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
    found = look_up(finder, folder.pepper(), format_code(code).lower())
    assert (found.round_id, found.group_id, found.code_hash) == (place.id, "staff", code_hash(folder.pepper(), code))
    assert (found.state, found.paper_hash) == (CodeState.LIVE, place.paper_hash)
    set_code_state(database, folder, code, CodeState.SPENT)
    assert look_up(finder, folder.pepper(), code).state is CodeState.SPENT
    assert look_up_all(finder, [found.code_hash, bytes(32)]).keys() == {found.code_hash}


def test_it_refuses_an_unknown_code(finder: Finder, folder: KeyFolder) -> None:
    with pytest.raises(DomainError, match="code_unknown"):
        look_up(finder, folder.pepper(), "0000000000000")
