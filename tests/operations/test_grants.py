"""The booth under a database role of its own: voters are served, and what is the staff's is out of its reach."""

import http.client
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from psycopg.errors import InsufficientPrivilege
from sqlalchemy.exc import ProgrammingError

import app.schema  # noqa: F401 - fills Base.metadata
from app.ballots.finder import Finder
from app.ballots.reads import ids
from app.core.db import Base, Database, make_engine
from app.core.key_folder import KeyFolder, SettingsError
from app.core.settings import Settings
from app.operations import grants
from app.slips.codes import code_hash
from tests.factories import OpenRound, count_box, make_open_round, make_paper
from tests.phones import fill_in, send
from tests.publication import counted
from tests.servers import ROOT, Server, served

SHARED = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
ROLE = 'manyidu "booth"'
"""A name that must be quoted."""
COMMAND = [sys.executable, "-m", "app", "grants", "--booth-role", ROLE]
OF_THE_DESK = {"staff", "staff_session", "audit_entry", "opinion", "remark", "stack", "round_key", "consent"}
ALL_TABLES = {*Base.metadata.tables, "alembic_version"}


@pytest.fixture
def role(database: Database) -> Iterator[str]:
    """A role that may log in and nothing else."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql('CREATE ROLE "manyidu ""booth""" LOGIN')
    yield ROLE
    with database.engine.begin() as connection:
        connection.exec_driver_sql('DROP OWNED BY "manyidu ""booth"""')
        connection.exec_driver_sql('DROP ROLE "manyidu ""booth"""')


def booth_url(settings: Settings) -> str:
    return sa.make_url(settings.sqlalchemy_url).set(username=ROLE).render_as_string(hide_password=False)


@pytest.fixture
def booth(settings: Settings, role: str) -> Iterator[sa.Engine]:
    """Connections under that role."""
    assert role
    engine = make_engine(booth_url(settings))
    yield engine
    engine.dispose()


def run(settings: Settings, *more: str) -> str:
    """Run the command as the desk and return what it says."""
    line = [*COMMAND, "--data", str(settings.data), *more]
    environment = {"MANYIDU_DATABASE_URL": settings.sqlalchemy_url, "PATH": ""}
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def ask(server: Server, method: str, path: str, body: str = "") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    told = answer.status, answer.read()
    connection.close()
    return told


def vote(server: Server, hall: OpenRound) -> set[bytes]:
    """Get a paper and cast it for every code; return the envelopes that must be in the box."""
    cast = set()
    for filled in fill_in(hall):
        assert ask(server, "POST", "/v/paper", urlencode({"code": filled.code}))[0] == 200
        phone = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        assert send(phone, filled)[0] == 200
        assert send(phone, filled)[0] == 200, "the same bytes again"
        phone.close()
        cast.add(filled.envelope_id)
    return cast


@SHARED
def test_a_booth_under_the_role_serves_voters_and_the_public(
    settings: Settings, database: Database, role: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    keys = KeyFolder(settings.data / "keys")
    counted.store_published(database, counted.make_votes(), "public")
    public = counted.store_published(database, counted.make_votes(), "public")  # with last time beside it
    before = make_open_round(database, keys, codes_each=2)
    assert role.replace('"', '""') in run(settings)
    after = make_open_round(database, keys, make_paper(round_id="r2"), codes_each=2)
    scratch = tmp_path_factory.mktemp("booth")
    with served(settings.data, booth_url(settings), scratch, "serve --only booth") as server:
        cast = {hall.id: vote(server, hall) for hall in (before, after)}
        for path in ("/v", "/notices", f"/notices/{public}", "/verify?code=ABCD-EFGH-JKMN-P", "/healthz"):
            assert ask(server, "GET", path)[0] == 200, path
        assert ask(server, "GET", f"/notices/{public}/notice.pdf")[1].startswith(b"%PDF-")
        assert ask(server, "GET", "/commitments/unknown")[0] == ask(server, "GET", "/receipts/unknown")[0] == 404
        assert "Traceback" not in server.log.read_text("utf-8")
    for hall in (before, after):
        assert set(ids(database, hall.id)) == cast[hall.id]
        assert count_box(database, hall.id) == (4, 4)


def refused(engine: sa.Engine, statement: str) -> bool:
    """Whether the database refuses a statement for want of a right."""
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
    except ProgrammingError as error:
        return isinstance(error.orig, InsufficientPrivilege)
    return False


@SHARED
def test_the_role_reads_nothing_of_the_staff_and_writes_nowhere_but_in_boxes(
    settings: Settings, database: Database, booth: sa.Engine
) -> None:
    grants.grant(database, ROLE)
    hall = make_open_round(database, KeyFolder(settings.data / "keys"))
    readable = {table for table in ALL_TABLES if not refused(booth, f'SELECT * FROM "{table}"')}
    assert readable == {*grants.READ, grants.COUNTS}
    assert not readable & {
        "staff",
        "staff_session",
        "audit_entry",
        "opinion",
        "remark",
        "stack",
        "round_key",
        "consent",
    }
    assert refused(booth, f"DELETE FROM {grants.COUNTS}")
    for table in ALL_TABLES - {grants.COUNTS}:
        for change in (f'DELETE FROM "{table}"', f'INSERT INTO "{table}" DEFAULT VALUES', f'TRUNCATE "{table}"'):
            assert refused(booth, change), change
    box = f"box_{hall.id}"
    for statement in (
        f"SELECT sealed FROM {box}.envelope", f"DELETE FROM {box}.envelope", f"UPDATE {box}.envelope SET id = id",
        f"DELETE FROM {box}.code", f"UPDATE {box}.code SET group_id = group_id", f"UPDATE {box}.gate SET state = 1",
        f"INSERT INTO {box}.code DEFAULT VALUES", f"DROP SCHEMA {box} CASCADE", "CREATE SCHEMA box_mine",
    ):  # fmt: skip
        assert refused(booth, statement), statement


@SHARED
def test_a_box_that_a_role_may_not_use_hides_no_other(settings: Settings, database: Database, booth: sa.Engine) -> None:
    keys = KeyFolder(settings.data / "keys")
    hidden = make_open_round(database, keys)
    grants.grant(database, ROLE)
    hall = make_open_round(database, keys, make_paper(round_id="r2"), codes_each=1)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f'REVOKE ALL ON SCHEMA box_{hidden.id} FROM "manyidu ""booth"""')
    finder = Finder(Database(booth, keys), keys.tag_secret())
    wanted = code_hash(keys.pepper(), hall.all_codes[0][1])
    assert finder.find([wanted])[wanted].round_id == "r2"
    finder.close()


@SHARED
def test_telling_changes_nothing_and_a_new_version_renews(
    settings: Settings, database: Database, booth: sa.Engine
) -> None:
    assert "GRANT SELECT" in run(settings, "--tell")
    assert refused(booth, "SELECT * FROM round")
    grants.grant(database, ROLE)
    with database.engine.begin() as connection:
        connection.exec_driver_sql('REVOKE SELECT ON round FROM "manyidu ""booth"""')
        connection.exec_driver_sql('GRANT SELECT ON staff TO "manyidu ""booth"""')
    with database.engine.begin() as connection:
        grants.renew(connection, database)
    assert not refused(booth, "SELECT * FROM round")
    assert refused(booth, "SELECT * FROM staff")


@SHARED
def test_it_refuses_a_role_that_is_missing_or_may_do_everything(database: Database) -> None:
    with pytest.raises(SettingsError, match="CREATE ROLE nobody LOGIN"):
        grants.grant(database, "nobody")
    with pytest.raises(SettingsError, match="may do all that the desk may"):
        grants.grant(database, "manyidu")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_refuses_an_embedded_database(database: Database) -> None:
    with pytest.raises(SettingsError, match="an embedded database has none"):
        grants.grant(database, ROLE)
    with database.engine.begin() as connection:
        grants.renew(connection, database)
