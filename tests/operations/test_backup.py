"""A backup is made at any hour and never holds a box."""

import tarfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.audit.service import SYSTEM
from app.ballots import store
from app.ballots.models import CODE
from app.ballots.slot import Slot
from app.core.acting import Acting
from app.core.db import Base, Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import PORTS
from app.operations import backup
from app.operations.backup import back_up
from app.rounds import service as rounds
from tests import cast
from tests.ballots.stores import make_casts
from tests.syncing import OnDisk

NOW = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)


def members(target: Path) -> dict[str, bytes]:
    with tarfile.open(target) as archive:
        return {name: member.read() for name in archive.getnames() if (member := archive.extractfile(name))}


@pytest.fixture
def keys(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


@pytest.fixture
def opened(database: Database, keys: KeyFolder, ready: str) -> str:
    """A round in which votes are being cast."""
    with database.writing() as session:
        rounds.open_round(Acting(session, cast.MORNING, SYSTEM), keys, PORTS, ready)
    return ready


def hashes_in(database: Database, round_id: str) -> list[tuple[str, bytes]]:
    with store.reading(database, round_id) as connection:
        return [(row.group_id, row.hash) for row in connection.execute(sa.select(CODE.c.group_id, CODE.c.hash))]


@pytest.mark.usefixtures("opened")
def test_it_works(database: Database, keys: KeyFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, disk = tmp_path / "backup.tar.gz", OnDisk(monkeypatch)
    back_up(database, keys, target, NOW)
    assert disk.has(target)
    assert target.stat().st_mode & 0o777 == 0o600
    tables = {table.name for table in Base.metadata.sorted_tables} - backup.PASSING
    assert {name.removesuffix(".jsonl") for name in members(target) if name.endswith(".jsonl")} == tables
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".gz"] == [target.name]


def test_it_holds_no_box_and_no_secret_of_one(database: Database, keys: KeyFolder, opened: str, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar.gz"
    back_up(database, keys, target, NOW)
    assert not {"code", "envelope", "gate"} & {name.removesuffix(".jsonl") for name in members(target)}
    kept = b"".join(members(target).values())
    hashes = [digest for _, digest in hashes_in(database, opened)]
    assert len(hashes) == 15
    for secret in (keys.tag_secret(), keys.read_part(opened), *hashes):
        assert secret not in kept
        assert secret.hex().encode() not in kept


def test_casts_go_on_while_a_backup_reads_the_desk(
    database: Database, keys: KeyFolder, opened: str, tmp_path: Path
) -> None:
    """Whoever writes the archive holds the desk's state of one moment; no cast waits for him (SEC-72)."""
    codes = hashes_in(database, opened)
    slot = Slot(database, keys.tag_secret(), opened)
    with database.reading() as session:
        session.execute(sa.text("SELECT count(*) FROM round")).all()
        writer = threading.Thread(target=back_up, args=(database, keys, tmp_path / "backup.tar.gz", NOW))
        writer.start()
        answers = [slot.drop(make_casts(group, [digest]), cast.MORNING) for group, digest in codes]
    writer.join(60)
    slot.close()
    assert not writer.is_alive()
    assert answers == [[""]] * len(codes)
