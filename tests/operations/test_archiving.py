"""``manyidu archive``: the package of a round as a file, noted in the log, never over another file."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.archive.service import note_package
from app.audit.service import last_detail
from app.core.acting import Acting
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import SettingsError
from app.core.settings import Settings
from app.operations import archiving
from app.operations.archiving import write_package
from tests.archive.packages import is_right
from tests.cast import MORNING
from tests.publication import counted
from tests.syncing import OnDisk


def test_it_works(database: Database, settings: Settings, tmp_path: Path) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    target = tmp_path / "round.zip"
    assert "供组织单位存档" in write_package(settings, MORNING, round_id, target)
    assert target.stat().st_mode & 0o777 == 0o600
    assert is_right(tmp_path, target.read_bytes())
    with database.reading() as session:
        assert last_detail(session, "round.package", round_id)
    command = [sys.executable, "-m", "app", "verify", str(target), "--lang", "zh"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "全部正确" in done.stdout) == (0, True), done.stderr


def test_what_lets_a_round_be_wiped_is_on_the_disk_before(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_id, target = counted.store_published(database, counted.make_votes()), tmp_path / "round.zip"
    disk, lasting = OnDisk(monkeypatch), []

    def note(acting: Acting, round_id: str, version: int) -> None:
        lasting.append(disk.has(target))
        note_package(acting, round_id, version)

    monkeypatch.setattr(archiving, "note_package", note)
    write_package(settings, MORNING, round_id, target)
    assert lasting == [True]


def test_it_refuses_to_write_over_a_file(database: Database, settings: Settings, tmp_path: Path) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    (tmp_path / "there").write_text("x")
    with pytest.raises(SettingsError, match="is there already"):
        write_package(settings, MORNING, round_id, tmp_path / "there")


def test_it_refuses_a_round_that_is_not_published(database: Database, settings: Settings, tmp_path: Path) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    for unknown, code in ((round_id, "result_not_published"), ("nothing", "round_unknown")):
        with pytest.raises(DomainError, match=code):
            write_package(settings, MORNING, unknown, tmp_path / "round.zip")
    assert not (tmp_path / "round.zip").exists()
