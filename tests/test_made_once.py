"""What is copied lies there as if it had been made."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.audit.service import check_chain
from app.core.db import Base, Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.scope import ROOT
from app.offices.models import Office
from app.publication import reads
from app.publication.domain import Scope, Viewer
from app.rectification.models import RemedialOrder
from tests import made_once as copies
from tests.cast import MORNING
from tests.conftest import fresh_database
from tests.rectification.flagged import make_ledger, make_order


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Database, Database]]:
    """Two empty installations on one kind of database, where nothing was made before."""
    monkeypatch.setattr(copies, "_COPIES", {})
    with ExitStack() as stack:
        found = []
        for name in ("first", "second"):
            url = stack.enter_context(fresh_database(request, tmp_path / name))
            database = Database(make_engine(url), KeyFolder(tmp_path / name / "keys"))
            stack.callback(database.engine.dispose)
            found.append(database)
        yield found[0], found[1]


def contents(database: Database) -> tuple[dict[str, list[str]], dict[str, bytes]]:
    """Return every row of every table, and every file of the key folder."""
    with database.engine.connect() as connection:
        rows = {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
            for table in Base.metadata.sorted_tables
        }
    return rows, copies.files_of(database.keys)


def test_it_works(empty: tuple[Database, Database]) -> None:
    made, copied = empty
    found = make_ledger(made)
    assert make_ledger(copied) == found
    assert contents(copied) == contents(made)
    with copied.writing() as session:
        assert check_chain(session).broken_at is None
        assert reads.published(session, found[0].round_id, Viewer(Scope.LEADERS, "reader"), MORNING)


def test_it_makes_anew_where_anything_lies(empty: tuple[Database, Database]) -> None:
    made, other = empty
    _, first = make_order(made)
    with other.writing() as session:
        session.add(Office(id="below", parent_id=ROOT, name="乡镇", position=1))
    _, second = make_order(other)
    assert first != second
    with other.reading() as session:
        assert session.get_one(RemedialOrder, second)
        assert session.get_one(Office, "below")


def test_it_makes_anew_where_the_installation_has_signed(empty: tuple[Database, Database]) -> None:
    made, other = empty
    make_order(made)
    own = other.keys.signing_key()
    _, order_id = make_order(other)
    assert other.keys.signing_key() == own
    with made.reading() as session:
        assert session.get(RemedialOrder, order_id) is None
