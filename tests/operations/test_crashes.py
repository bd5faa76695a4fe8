"""``kill -9`` in a backup, a restore or an archiving: what is there is whole, and doing it again works."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.archive import service as archive
from app.audit import service as audit
from app.ballots import reads as ballots
from app.ballots import service as gates
from app.box.models import Remark
from app.core import migrate
from app.core.acting import Acting
from app.core.db import Base, Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import PORTS
from app.office.workshop import Workshop
from app.operations import archiving, backup, restore, schema, scratch
from app.operations.restore import COPYING
from app.publication import tokens
from app.rounds.domain import RoundState
from app.rounds.reads import get_round
from tests.archive.packages import note
from tests.box.halting import BEFORE
from tests.cast import make_cast, refuses
from tests.crashing import Row, Step, crash, started_anew
from tests.operations.conftest import Elsewhere
from tests.publication import counted

HERE = __name__
NOW = counted.AT + timedelta(days=30)


def back_up(database: Database, folder: KeyFolder, target: str) -> None:
    backup.back_up(database, folder, Path(target), NOW)


def bring_back(database: Database, folder: KeyFolder, source: str) -> None:
    restore.restore(database, folder.path.parent, Path(source), NOW)


def put_away(database: Database, folder: KeyFolder, round_id: str) -> None:
    with database.writing() as session:
        archive.archive(Acting(session, NOW, counted.ZHANG), folder, PORTS, round_id)


def pack(database: Database, folder: KeyFolder, target: str) -> None:
    with database.reading() as session:
        (round_id,) = session.scalars(sa.text("SELECT id FROM round WHERE state = 'published'"))
    url = database.engine.url.render_as_string(hide_password=False)
    settings = Settings(data=folder.path.parent, MANYIDU_DATABASE_URL=url)
    archiving.write_package(settings, NOW, round_id, Path(target))


ROWS = {
    "backup": Row(
        back_up,
        {
            "tables written": Step(backup, "_write_tables"),
            "files copied": Step(backup, "_copy_files"),
            "before it has its name": Step(Path, "replace", BEFORE),
        },
    ),
    "restore": Row(
        bring_back,
        {
            "unpacked": Step(restore, "_unpack"),
            "rows written": Step(restore, "_fill_all"),
            "first secret copied": Step(restore, "_copy_durably"),
            "files copied": Step(restore, "_copy_files"),
            "before the commit": Step(tokens, "revoke_all"),
            "after the commit": Step(Path, "unlink", BEFORE),
        },
    ),
    "archive": Row(
        put_away, {"before the commit": Step(audit, "record"), "after the commit": Step(gates, "destroy", BEFORE)}
    ),
    "package": Row(pack, {"half written": Step(Path, "touch"), "written": Step(Path, "write_bytes")}),
}


def rows(database: Database) -> dict[str, int]:
    with database.reading() as session:
        there = sa.inspect(session.connection()).get_table_names()
        return {
            table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name in there
        }


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "backup.tar.gz"


@ROWS["backup"].at_each_step
@pytest.mark.usefixtures("ready")
def test_a_killed_backup_leaves_the_last_one_and_no_secrets(
    database: Database, target: Path, untouched: Elsewhere, step: str
) -> None:
    target.write_bytes(b"the last one")
    crash(database, str(target), HERE, ("backup", step))
    assert target.read_bytes() == b"the last one"
    (left,) = [entry for entry in target.parent.iterdir() if entry != target]
    os.utime(left, (NOW.timestamp(), NOW.timestamp()))
    back_up(database, database.keys, str(target))
    assert left.exists(), "another one may be at work there"
    before = (NOW - scratch.UNDER_WAY).timestamp() - 1
    os.utime(left, (before, before))
    back_up(database, database.keys, str(target))
    assert list(target.parent.iterdir()) == [target]
    bring_back(untouched.database, untouched.keys, str(target))


@ROWS["restore"].at_each_step
@pytest.mark.usefixtures("ready")
def test_a_killed_restore_can_be_done_again(
    database: Database, target: Path, untouched: Elsewhere, workshop: Workshop, step: str
) -> None:
    back_up(database, database.keys, str(target))
    empty = rows(untouched.database)
    untouched.keys.path.rmdir()
    crash(untouched.database, str(target), HERE, ("restore", step))
    folder = untouched.keys.path
    has_mark, secrets = (untouched.settings.data / COPYING).exists(), set(folder.iterdir())
    assert has_mark >= bool(secrets)
    if has_mark and step != "after the commit":
        with refuses("restore_cut_off"):
            schema.bring_up_to_date(untouched.settings)
        assert set(folder.iterdir()) == secrets, "nobody but a restore takes something back"
    if step == "after the commit":
        schema.bring_up_to_date(untouched.settings)
        assert not (untouched.settings.data / COPYING).exists()
        with refuses("restore_not_empty"):
            bring_back(untouched.database, untouched.keys, str(target))
    else:
        assert rows(untouched.database) == empty
        bring_back(untouched.database, untouched.keys, str(target))
    assert rows(untouched.database)["round"] == 1
    assert untouched.keys.pepper() == database.keys.pepper()
    assert not (untouched.settings.data / COPYING).exists()
    with started_anew(untouched.settings, untouched.database, workshop) as desk:
        assert "本安装由备份恢复" in desk.get("/rounds").text


def test_what_a_killed_restore_left_is_taken_for_nothing_else(database: Database, target: Path) -> None:
    """An installation with rows keeps its secrets, whatever mark lies there."""
    back_up(database, database.keys, str(target))
    pepper = database.keys.pepper()
    with database.writing() as session:
        audit.record(session, NOW, audit.SYSTEM, "test", "")
    (database.keys.path.parent / COPYING).touch()
    with refuses("restore_not_empty"):
        bring_back(database, database.keys, str(target))
    assert database.keys.pepper() == pepper


@ROWS["archive"].at_each_step
def test_a_killed_archiving_wipes_all_or_nothing(
    database: Database, settings: Settings, workshop: Workshop, step: str
) -> None:
    with database.writing() as session:
        make_cast(session)
    round_id = counted.store_published(database, counted.make_votes())
    note(database, round_id, counted.ZHANG)
    folder = database.keys
    gates.create(database, folder, round_id, ("{}", "0" * 64), ["g0"])
    folder.create_part(round_id)
    remarks = rows(database)[Remark.__tablename__]
    crash(database, round_id, HERE, ("archive", step))
    with started_anew(settings, database, workshop), database.reading() as session:
        state = get_round(session, round_id).state
    is_done = step == "after the commit"
    assert state is (RoundState.ARCHIVED if is_done else RoundState.PUBLISHED)
    assert rows(database)[Remark.__tablename__] == (0 if is_done else remarks)
    if not is_done:
        put_away(database, folder, round_id)
    assert ballots.round_ids(database) == set()
    assert folder.parts() == set()


@ROWS["package"].at_each_step
def test_a_killed_packing_is_in_nobody_s_way(database: Database, target: Path, step: str) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    crash(database, str(target), HERE, ("package", step))
    assert not target.exists()
    pack(database, database.keys, str(target))
    assert target.stat().st_size
    with database.writing() as session:
        assert archive.is_packaged(Acting(session, NOW, counted.ZHANG), round_id)


class Killed(BaseException):
    """Stands for a kill: nothing of a transaction that has not been committed stays either way."""


def test_an_upgrade_gives_the_booth_its_rights_or_has_not_been(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the rights given after it, a start that finds the schema new would never give them."""

    def killed(*_anything: object) -> None:
        raise Killed

    migrate.downgrade(database.engine, "20261128_1800")
    renewed: list[object] = []
    renew = schema._renew_grants

    def renews(connection: sa.Connection, database: Database) -> None:
        renewed.append(database)
        renew(connection, database)

    with monkeypatch.context() as patched:
        patched.setattr(schema, "_renew_grants", killed)
        with pytest.raises(Killed):
            schema.bring_up_to_date(settings)
    assert not migrate.is_current(database.engine)
    monkeypatch.setattr(schema, "_renew_grants", renews)
    schema.bring_up_to_date(settings)
    assert migrate.is_current(database.engine)
    assert len(renewed) == 1
