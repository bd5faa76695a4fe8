"""Reading a box."""

import pytest

from app.ballots import reads
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from tests.ballots.stores import fill, make_store


@pytest.fixture
def folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


def test_it_works(database: Database, folder: KeyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    round_id, hashes = make_store(database, folder)
    fill(database, folder, round_id, hashes)
    pages = list(reads.envelopes(database, round_id))
    assert [len(page) for page in pages] == [4]
    ids = [envelope.id for page in pages for envelope in page]
    assert ids == sorted(ids)
    assert reads.has_receipt(database, round_id, ids[0][:10])
    assert not reads.has_receipt(database, round_id, bytes(10))
    monkeypatch.setattr(reads, "_ENVELOPES", reads._ENVELOPES.limit(3))
    assert [len(page) for page in reads.envelopes(database, round_id)] == [3, 1]
