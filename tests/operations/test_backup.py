"""A backup brings an installation back, but never a box."""

import shutil
import tarfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.accounts.service import stored_password
from app.audit.service import SYSTEM, check_chain
from app.core import migrate
from app.core.acting import Acting
from app.core.clock import utc_now
from app.core.db import Base, Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import PORTS
from app.operations import demo
from app.operations.backup import back_up, restore
from app.rectification.ledger import attachments
from app.rectification.ledger import service as ledger_acts
from app.rectification.models import Holiday, RemedialOrder
from app.rectification.rules.ledger import ActionEvent
from app.rounds import service as rounds
from app.web.forms import Upload
from tests import cast
from tests.cast import refuses
from tests.rectification.flagged import WU, later, make_ledger


@pytest.fixture
def ready(database: Database, settings: Settings) -> str:
    """A frozen round with slips and keys, and staff with passwords."""
    folder = KeyFolder(settings.data / "keys")
    with database.writing() as session:
        people = cast.make_cast(session)
        acting = Acting(session, cast.MORNING, people["zhangsan"])
        round_id = cast.make_ready(acting)
        cast.prepare(acting, folder, round_id)
    return round_id


def empty_installation(tmp_path: Path) -> tuple[Database, Path]:
    data = tmp_path / "other"
    data.mkdir()
    engine = make_engine(f"sqlite:///{data / 'manyidu.sqlite3'}")
    migrate.upgrade(engine)
    return Database(engine), data


def contents(database: Database, but: set[str]) -> dict[str, list[tuple[object, ...]]]:
    with database.reading() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(sa.select(table))), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name not in but
        }


@pytest.mark.usefixtures("ready")
def test_it_works(database: Database, settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar.gz"
    back_up(database, KeyFolder(settings.data / "keys"), target)
    assert target.stat().st_mode & 0o777 == 0o600
    other, data = empty_installation(tmp_path)
    restore(other, data, target)
    lost = {"round_key", "key_holder"}
    assert contents(other, lost) == contents(database, lost)
    with other.writing() as session:
        assert check_chain(session).broken_at is None
        assert stored_password(session, "zhangsan") == cast.PASSWORD_HASH
    other.engine.dispose()


def test_it_brings_orders_ledger_and_attachments_back(database: Database, settings: Settings, tmp_path: Path) -> None:
    _, _, (action_id,) = make_ledger(database)
    pdf = b"%PDF-1.4\n%%EOF\n"
    with database.writing() as session:
        acting = Acting(session, cast.MORNING, WU)
        entry = ledger_acts.act(acting, action_id, ActionEvent.PROGRESS, "见附件")
        attachments.attach(acting, settings.data, (action_id, entry), Upload("证明.pdf", pdf))
        ledger_acts.request_extension(acting, action_id, later(40), "设备未到")
        session.add(
            Holiday(
                campaign_id=session.scalars(sa.select(RemedialOrder.campaign_id)).one(), day=later(9), working=False
            )
        )
    target = tmp_path / "backup.tar.gz"
    back_up(database, KeyFolder(settings.data / "keys"), target)
    other, data = empty_installation(tmp_path)
    restore(other, data, target)
    assert contents(other, set()) == contents(database, set())
    with other.reading() as session:
        (file,) = attachments.files_of(session, action_id)
        assert attachments.read(session, data, action_id, file.id) == ("证明.pdf", pdf)
    other.engine.dispose()


def test_a_backup_holds_no_server_part_and_a_restored_round_asks_for_new_keys(
    database: Database, settings: Settings, ready: str, tmp_path: Path
) -> None:
    folder, target = KeyFolder(settings.data / "keys"), tmp_path / "backup.tar.gz"
    back_up(database, folder, target)
    with tarfile.open(target) as archive:
        kept = b"".join(member.read() for name in archive.getnames() if (member := archive.extractfile(name)))
    assert folder.read_part(ready) not in kept
    assert folder.read_part(ready).hex().encode() not in kept
    other, data = empty_installation(tmp_path)
    restore(other, data, target)
    with other.writing() as session, refuses("steps_missing"):
        rounds.open_round(Acting(session, cast.MORNING, SYSTEM), KeyFolder(data / "keys"), PORTS, ready)
    other.engine.dispose()


def test_it_refuses_while_a_round_is_under_way(
    database: Database, settings: Settings, made_demo: demo.Demo, tmp_path: Path
) -> None:
    with refuses("round_under_way"):
        back_up(database, KeyFolder(settings.data / "keys"), tmp_path / "backup.tar.gz")
    with database.writing() as session:
        rounds.close_round(Acting(session, utc_now(), SYSTEM), made_demo.round_id, {})
    with refuses("round_under_way"):
        back_up(database, KeyFolder(settings.data / "keys"), tmp_path / "backup.tar.gz")
    assert not (tmp_path / "backup.tar.gz").exists()


@pytest.mark.usefixtures("ready")
def test_it_refuses_to_overwrite_or_to_mix_versions(database: Database, settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar.gz"
    back_up(database, KeyFolder(settings.data / "keys"), target)
    with refuses("restore_not_empty"):
        restore(database, settings.data, target)
    other, data = empty_installation(tmp_path)
    migrate.downgrade(other.engine, "20261124_0900")
    with refuses("restore_other"):
        restore(other, data, target)
    other.engine.dispose()
    shutil.rmtree(data)
