"""Nothing on disk links a person to a ballot (SEC-01), and the harness finds a link where one is made on purpose."""

import asyncio
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from numpy.typing import NDArray

from app.box import shredding
from app.box.drop import Drop, Vote
from app.box.opening import Attempt, Progress, Room, open_box
from app.box.shares import combine
from app.box.shredding import random_order
from app.core.acting import Principal
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.secrets import new_id, shuffled
from app.rounds.domain import RoundState
from app.rounds.sealing import write_root
from app.slips.codes import code_hash
from app.slips.redeem import Claim
from tests.ballots.stores import sealed_in
from tests.conftest import fresh_postgresql
from tests.factories import LONG_AGO, OpenRound, make_open_round, make_paper, set_round
from tests.phones import Filled, random_marks
from tests.security.linkage import Referee, Voter, attack, read_files

ROUNDS = 12
PER_GROUP = 20
ITEMS = 12
ACTOR = Principal("idzhangsan", "张三", "organiser")


@dataclass
class Site:
    """An installation, and how to read everything that lies on its disk."""

    database: Database
    folder: KeyFolder
    data: Path
    cluster: Path | None

    def mark(self) -> str:
        """Return where PostgreSQL's journal ends now."""
        if self.cluster is None:
            return ""
        with self.database.engine.connect() as connection:
            query = "SELECT pg_walfile_name(lsn), mod(lsn - '0/0', 16777216) FROM pg_current_wal_insert_lsn() AS lsn"
            name, offset = connection.exec_driver_sql(query).one()
            return f"{name} {offset}"

    def files(self, since: float, mark: str) -> dict[str, bytes]:
        """Return all that was written since a moment: data folder, and PostgreSQL's tables, journal and log."""
        found = read_files(self.data)
        if self.cluster is None:
            return found
        with self.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CHECKPOINT")
            number = connection.exec_driver_sql("SELECT oid FROM pg_database WHERE datname = current_database()")
            tables = read_files(self.cluster / "base" / str(number.scalar_one()), since)
            named = connection.exec_driver_sql("SELECT pg_relation_filenode(oid), relname FROM pg_class")
            names = {str(node): str(name) for node, name in named}
        for file, data in tables.items():
            name = names.get(file, "an old table")
            found[name] = found.get(name, b"") + data
        first, start = mark.split()
        last, end = self.mark().split()
        parts = sorted(path.name for path in (self.cluster / "pg_wal").iterdir() if first <= path.name <= last)
        journal = [(self.cluster / "pg_wal" / name).read_bytes() for name in parts]
        journal[-1] = journal[-1][: int(end)]
        journal[0] = journal[0][int(start) :]
        return found | {"journal": b"".join(journal), "log": (self.cluster.parent / "log").read_bytes()}


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> Iterator[Site]:
    data, cluster = tmp_path / "data", None
    data.mkdir()
    with ExitStack() as stack:
        if request.param == "sqlite":
            shutil.copyfile(sqlite_template, data / "manyidu.sqlite3")
            url = f"sqlite:///{data / 'manyidu.sqlite3'}"
        else:
            prefix, cluster = request.getfixturevalue("postgresql_server")
            url = stack.enter_context(fresh_postgresql(prefix))
        database = Database(make_engine(url, 4), KeyFolder(data / "keys"))
        stack.callback(database.engine.dispose)
        yield Site(database, KeyFolder(data / "keys"), data, cluster)


def make_hall(site: Site) -> OpenRound:
    paper = make_paper(units=3, items=ITEMS)
    return make_open_round(site.database, site.folder, paper, PER_GROUP, (1, 1))


def arrivals(hall: OpenRound) -> list[Filled]:
    """Return the voters of both groups in the order in which they come; every second one writes a remark."""
    return [
        Filled(hall, group, code, random_marks(hall, group), {2: f"意见 {new_id()}"} if at % 2 else {})
        for at, (group, code) in enumerate(shuffled(hall.all_codes))
    ]


def voter_of(site: Site, number: int, filled: Filled) -> Voter:
    secrets = {
        unit.id: filled.marks[place * ITEMS : (place + 1) * ITEMS]
        for place, unit in enumerate(filled.hall.paper.units)
        if place in filled.hall.paper.rated_by(filled.group)
    }
    if filled.remarks:
        secrets["remark"] = filled.remarks[2].encode()
    hashed = code_hash(site.folder.pepper(), filled.code)
    return Voter(number, filled.group, hashed, filled.envelope_id, secrets)


def cast_all(site: Site, voters: Sequence[Filled]) -> None:
    """Drop the envelopes one after the other, which is what tells most."""
    hall = voters[0].hall
    pepper = site.folder.pepper()
    votes = [Vote(Claim(hall.id, one.group, code_hash(pepper, one.code)), one.sealed) for one in voters]

    async def one_by_one(box: Drop) -> None:
        for vote in votes:
            await box.cast(vote)

    box = Drop(site.database, site.folder, lambda: LONG_AGO)
    asyncio.run(one_by_one(box))
    box.close()


def open_it(site: Site, hall: OpenRound) -> None:
    set_round(site.database, hall.id, state=RoundState.SEALED)
    write_root(site.database, hall.id, LONG_AGO)
    key = combine(hall.shares, site.folder.read_part(hall.id), hall.id)
    room = Room(site.database, site.folder, lambda: LONG_AGO)
    open_box(room, Attempt(hall.id, key, ACTOR, ("张三",), (1,)), Progress())


def play(site: Site, referee: Referee, after: Callable[[Site, Sequence[Filled]], None] | None = None) -> set[str]:
    """Play one round and let the attacker loose on what is left of it; return where he found anything at all."""
    since, mark = datetime.now(UTC).timestamp() - 2, site.mark()
    hall = make_hall(site)
    filled = arrivals(hall)
    cast_all(site, filled)
    if after:
        after(site, filled)
    open_it(site, hall)
    voters = [voter_of(site, number, one) for number, one in enumerate(filled)]
    files = site.files(since, mark)
    with site.database.engine.connect() as connection:
        return set(attack((connection, files), hall.id, voters, referee))


def test_nothing_on_disk_links_a_voter_to_his_marks(site: Site) -> None:
    first, seen = Referee(), set[str]()
    for _ in range(ROUNDS):
        seen |= play(site, first)
    assert any(name.startswith("stack by") for name in seen)
    assert any(name.startswith("remark by") and name.endswith("remark") for name in seen)
    assert any(" first: u1" in name for name in seen), "the raw files were not read"
    assert sum(score.trials for score in first.scores.values()) > 500
    # Hundreds of attacks are tried, so that some exceed 3 sigma by chance: a leak does so again.
    suspicion = first.suspicious()
    if suspicion:
        second = Referee()
        for _ in range(ROUNDS):
            play(site, second)
        assert not suspicion & second.suspicious()


def leak_order(site: Site, filled: Sequence[Filled]) -> None:
    """Keep the marks in clear in the order of casting, as a careless system would."""
    kind = "blob" if site.database.is_sqlite else "bytea"
    number = "INTEGER PRIMARY KEY AUTOINCREMENT" if site.database.is_sqlite else "serial PRIMARY KEY"
    with site.database.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS ballots (number {number}, marks {kind})")
        for one in filled:
            connection.execute(sa.text("INSERT INTO ballots (marks) VALUES (:marks)"), {"marks": one.marks})


def leak_hash(site: Site, filled: Sequence[Filled]) -> None:
    """Keep the marks in clear beside the hash of the code, in no order at all."""
    kind = "blob" if site.database.is_sqlite else "bytea"
    with site.database.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS pairs (hash {kind}, marks {kind})")
        for one in shuffled(filled):
            row = {"hash": code_hash(site.folder.pepper(), one.code), "marks": one.marks}
            connection.execute(sa.text("INSERT INTO pairs (hash, marks) VALUES (:hash, :marks)"), row)


def leak_log(site: Site, filled: Sequence[Filled]) -> None:
    """Write the remarks into a log as they come."""
    with (site.data / "server.log").open("ab") as log:
        for one in filled:
            log.write(" ".join(one.remarks.values()).encode() + b"\n")


@pytest.mark.parametrize("leak", [leak_order, leak_hash, leak_log])
def test_it_finds_a_careless_system(site: Site, leak: Callable[[Site, Sequence[Filled]], None]) -> None:
    referee = Referee()
    for _ in range(2):
        play(site, referee, leak)
    assert referee.suspicious()


def test_it_finds_stacks_that_were_not_shuffled(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shredding, "random_order", lambda count, _draw: np.arange(count))
    referee = Referee()
    for _ in range(2):
        play(site, referee)
    assert any(name.startswith("envelope id -> stack") for name in referee.suspicious())


def test_it_finds_ballots_that_were_not_taken_apart(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    orders: dict[int, NDArray[np.intp]] = {}
    monkeypatch.setattr(
        shredding, "random_order", lambda count, draw: orders.setdefault(count, random_order(count, draw))
    )
    referee = Referee()
    for _ in range(2):
        orders.clear()
        play(site, referee)
    assert any(name.startswith("stack") and "-> stack" in name for name in referee.suspicious())


def test_the_sealed_box_tells_nothing(site: Site) -> None:
    """Before the opening: the attacker has every file, the server's keys, all codes and the order of arrival."""
    since, mark = datetime.now(UTC).timestamp() - 2, site.mark()
    hall = make_hall(site)
    filled = arrivals(hall)
    cast_all(site, filled)
    content = b"".join(site.files(since, mark).values())
    assert hall.id.encode() in content
    for one in filled:
        assert one.marks not in content
        assert one.code.encode() not in content
        assert not any(text.encode() in content for text in one.remarks.values())
    rows = sealed_in(site.database, hall.id)
    assert len({len(row.sealed) for row in rows}) == 1
    assert len({row.sealed[:32] for row in rows}) == len(filled), "an encapsulated key was used twice"


def test_a_stolen_copy_of_an_open_round_opens_nothing_after_the_count(site: Site) -> None:
    """A copy of database and key folder, made after the opening, has no part of the key; nor has an old database."""
    hall = make_hall(site)
    cast_all(site, arrivals(hall))
    part = site.folder.read_part(hall.id)
    since, mark = datetime.now(UTC).timestamp() - 2, site.mark()
    open_it(site, hall)
    assert hall.id not in site.folder.parts()
    assert not [name for name, data in site.files(since, mark).items() if part in data]
