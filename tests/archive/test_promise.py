"""What the archive page promises is what happens: what it wipes is nowhere afterwards, and nothing else is touched."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from app.archive import service
from app.archive.domain import KEPT, WIPED
from app.box.models import OpeningJob, OpeningShare, Remark
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import PORTS
from app.rounds.models import Round
from tests.archive.packages import make_published, note
from tests.cast import Desks, make_cast
from tests.conftest import BASE_URL
from tests.found import some
from tests.publication import counted
from tests.security.world import World

KEPT_BACK = "金丝雀意见没有公开过"
PASSWORD = "canary-of-the-hall"
SHARE = b"canary-of-a-share"
DAYS = 1_825
TOUCHED = {"round", "stack", "remark", "opening_job", "opening_share", "audit_entry"}
"""Tables of which rows of the round itself are wiped, or to which archiving adds."""


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """An installation that keeps its log for longer than it must."""
    return Settings(data=tmp_path / "data", MANYIDU_DATABASE_URL=database_url, base_url=BASE_URL, log_days=DAYS)


def plant(database: Database, round_id: str) -> str:
    """Leave behind all that archiving has to wipe; return the id of a rehearsal."""
    rehearsal = counted.make_votes(counted.make_paper(rehearsal=True))
    counted.store_sealed(database, rehearsal, rehearsal_of=round_id)
    with database.writing() as session:
        session.execute(sa.update(Round).where(Round.id == round_id).values(wifi_name="会场", wifi_password=PASSWORD))
        session.add(Remark(round_id=round_id, id=b"c" * 16, unit_id="u0", text=KEPT_BACK))
        session.execute(sa.delete(OpeningJob).where(OpeningJob.round_id == round_id))
        told = {"id": "job", "process": "p", "phase": "done", "request": "{}", "error": "", "params": "{}"}
        moments = {"started_at": counted.AT, "seen_at": counted.AT}
        session.add(OpeningJob(round_id=round_id, public_key=None, done=1, total=1, **told, **moments))
        session.flush()
        session.add(OpeningShare(round_id=round_id, number=1, sealed=SHARE))
    return rehearsal.paper.round_id


def archive(database: Database, settings: Settings, round_id: str, actor: Principal) -> None:
    note(database, round_id, actor)
    with database.writing() as session:
        acting = Acting(session, counted.AT + timedelta(days=30), actor)
        service.archive(acting, KeyFolder(settings.data / "keys"), PORTS, round_id)


def world_of(database: Database, settings: Settings) -> World:
    return World(database, KeyFolder(settings.data / "keys"), settings, None, {})


def test_what_is_wiped_is_nowhere(database: Database, settings: Settings) -> None:
    round_id, organiser = make_published(database, settings)
    plant(database, round_id)
    world, canaries = world_of(database, settings), (KEPT_BACK, PASSWORD, SHARE.decode())
    before = repr(world.dump())
    assert all(canary in before for canary in some(canaries))
    archive(database, settings, round_id, organiser)
    after = repr(world.dump())
    assert not [canary for canary in canaries if canary in after]
    if database.engine.dialect.name == "sqlite":
        content = Path(str(database.engine.url.database)).read_bytes()
        assert not [canary for canary in canaries if canary.encode() in content]


def test_nothing_else_is_touched(database: Database, settings: Settings) -> None:
    round_id, organiser = make_published(database, settings)
    rehearsal, world = plant(database, round_id), world_of(database, settings)
    before = world.dump()
    archive(database, settings, round_id, organiser)
    after = world.dump()
    for table in before.keys() - TOUCHED - {"key folder"}:
        gone = set(before[table]) - set(after[table])
        assert not set(after[table]) - set(before[table]), table
        assert [row for row in gone if rehearsal not in row] == [], table
    assert set(before["audit_entry"]) < set(after["audit_entry"])


@pytest.fixture
def desk(new_desk: Desks, database: Database) -> Desks:
    with database.writing() as session:
        make_cast(session)
    return new_desk


def test_pages_say_what_is_wiped_and_how_long_the_log_is_kept(
    desk: Desks, database: Database, settings: Settings
) -> None:
    """With the number that the installation was set up with, before the act and after it, in both languages."""
    round_id, organiser = counted.store_published(database, counted.make_votes()), desk("zhangsan")
    here = f"/rounds/{round_id}/archive"
    kept = [f"<li>{words % {'days': DAYS}}</li>" for words in KEPT]
    page = organiser.get(here).text
    assert [words for words in (*kept, *(f"<li>{words}</li>" for words in WIPED.values())) if words not in page] == []
    assert f"kept for {DAYS} days at least" in organiser.get(f"{here}?lang=en").text
    archive(database, settings, round_id, counted.ZHANG)
    page = organiser.get(here).text
    assert [words for words in kept if words not in page] == []
    assert f"保存不少于 {DAYS} 天" in desk("sunqi").get("/audit").text


def test_it_refuses_fewer_days_than_the_law_asks(settings: Settings) -> None:
    with pytest.raises(ValidationError, match="six months at least"):
        Settings(data=settings.data, log_days=179)
    assert Settings(data=settings.data).log_days == 180
