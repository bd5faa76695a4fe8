"""The upgrade that took codes and envelopes from the desk: what was finished stays to the byte, what waited waits anew.

A round that was open or sealed is finished by the version that began it: its box cannot be taken over.
"""

from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from app.box.reads import holders_of, key_of
from app.core import migrate
from app.core.db import Database
from app.core.key_folder import SettingsError
from app.core.settings import Settings
from app.office.workshop import Workshop
from app.operations.schema import bring_up_to_date
from app.publication.signing import check_stored
from app.rounds.domain import RoundState
from app.rounds.reads import get_round
from app.slips.models import SlipCount
from app.slips.reads import batches, used_by_group
from tests.cast import make_prepared
from tests.crashing import started_anew
from tests.publication import counted

BEFORE = "20261127_0910"
SPENT, LIVE = 3, 2


@dataclass(frozen=True, slots=True)
class Old:
    """An installation as the last version with codes at the desk left it: a round with slips, and a published one."""

    ready: str
    published: str


@pytest.fixture
def old(database: Database) -> Old:
    ready = make_prepared(database)
    published = counted.store_published(database, counted.make_votes())
    with database.writing() as session:
        session.execute(sa.delete(SlipCount).where(SlipCount.group_id == "g0"))
        session.execute(sa.update(SlipCount).values(used=0))
    migrate.downgrade(database.engine, BEFORE)
    with database.engine.begin() as connection:
        then = sa.MetaData()
        then.reflect(connection, only=["slip_code"])
        codes = [(group, SPENT) for group in ("g0", "g0", "g1")] + [("g1", LIVE)]
        connection.execute(
            then.tables["slip_code"].insert(),
            [
                {
                    "round_id": published,
                    "code_hash": bytes([at] * 32),
                    "group_id": group,
                    "batch_id": "b",
                    "state": state,
                }
                for at, (group, state) in enumerate(codes)
            ],
        )
    return Old(ready, published)


def told(database: Database, old: Old) -> object:
    """Return the papers, and the result with its digest, as they lie there."""
    with database.engine.connect() as connection:
        papers = connection.execute(sa.text("SELECT id, state, paper, paper_hash FROM round ORDER BY id")).all()
        results = connection.execute(sa.text("SELECT document, digest, code FROM result_version")).all()
    assert {row.id for row in papers} == {old.ready, old.published}
    return papers, results


def test_it_works(settings: Settings, database: Database, old: Old, workshop: Workshop) -> None:
    before = told(database, old)
    bring_up_to_date(settings)
    assert told(database, old) == before
    check_stored(database, old.published, 1)
    with database.reading() as session:
        assert used_by_group(session, old.published) == {"g0": 2, "g1": 1}
        assert get_round(session, old.ready).state is RoundState.READY
        assert get_round(session, old.ready).slips_void
        assert not get_round(session, old.published).slips_void
        assert batches(session, old.ready) == []
        assert (key_of(session, old.ready), list(holders_of(session, old.ready))) == (None, [])
        assert len(batches(session, old.published)) == len(counted.GROUPS)
    with started_anew(settings, database, workshop) as desk:
        assert "升级或恢复之前印制的测评票和钥匙单已经全部作废" in desk.get(f"/rounds/{old.ready}").text


@pytest.mark.parametrize("state", ["open", "sealed"])
def test_it_refuses_while_a_box_is_under_way(settings: Settings, database: Database, old: Old, state: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE round SET state = :state WHERE id = :id"), {"state": state, "id": old.ready})
    before = told(database, old)
    with pytest.raises(SettingsError, match="a round is open or sealed: finish it with the old version"):
        bring_up_to_date(settings)
    with pytest.raises(RuntimeError, match="a round is open or sealed"):
        migrate.upgrade(database.engine)
    assert migrate.current_revision(database.engine) == BEFORE
    assert told(database, old) == before
    with database.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM slip_code")) == 4
