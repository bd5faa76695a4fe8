"""The gates before serving, the checks, the links."""

import os
import socket
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from app.core import migrate
from app.core.clock import utc_now
from app.core.db import Database
from app.core.key_folder import SettingsError
from app.core.settings import Settings
from app.operations import demo, welcome
from app.operations.checks import run_checks
from app.operations.schema import bring_up_to_date
from app.operations.server import check_engine, check_listening, open_database
from tests.cast import MORNING, refuses
from tests.forked import run
from tests.servers import ROOT


def test_it_works(settings: Settings, database: Database) -> None:
    check_engine(database.engine)
    expected = ["schema", "database", "warning", "boxes", "results", "signing key", "key folder", "audit log"]
    lines = list(run_checks(settings, MORNING))
    assert [line.split(":")[0] for line in lines] == expected
    assert settings.base_url in lines[2]


@pytest.mark.parametrize(
    "pragma", ["synchronous=OFF", "synchronous=NORMAL", "synchronous=FULL", "secure_delete=OFF", "journal_mode=WAL"]
)
def test_it_refuses_a_careless_sqlite(tmp_path: Path, pragma: str) -> None:
    with open_database(Settings(data=tmp_path, MANYIDU_DATABASE_URL=""), migrated=False) as database:
        event.listen(database.engine, "connect", lambda raw, _: raw.execute(f"PRAGMA {pragma}"))
        with pytest.raises(SettingsError, match=pragma.split("=", maxsplit=1)[0]):
            check_engine(database.engine)


@pytest.mark.parametrize("setting", ["synchronous_commit"])
def test_it_refuses_a_careless_postgresql(postgresql_server: tuple[str, Path], setting: str) -> None:
    url = f"{postgresql_server[0]}template_manyidu?options=-c%20{setting}%3Doff"
    engine = sa.create_engine(url)
    with pytest.raises(SettingsError, match=setting):
        check_engine(engine)
    engine.dispose()


def test_it_refuses_an_old_schema_and_to_change_it_under_an_open_round(
    settings: Settings, database: Database, made_demo: demo.Demo
) -> None:
    assert made_demo.round_id
    bring_up_to_date(settings)
    migrate.downgrade(database.engine, "20261124_0900")
    with pytest.raises(SettingsError, match="manyidu migrate"), open_database(settings):
        pass
    with pytest.raises(SettingsError, match="open or sealed"):
        bring_up_to_date(settings)


def test_the_first_organiser_and_scrutineer_get_a_link_each(settings: Settings, database: Database) -> None:
    notice = welcome.first_notice(settings, utc_now())
    assert notice.count(f"{settings.base_url}/welcome/") == 2
    with database.reading() as session:
        roles = session.scalars(sa.text("SELECT role FROM invitation ORDER BY role")).all()
    assert roles == ["organiser", "scrutineer"]


def test_the_demo_is_made_once_and_tells_how_to_get_in(settings: Settings) -> None:
    notice = welcome.demo_notice(settings, utc_now())
    assert welcome.demo_notice(settings, utc_now()) == notice
    made = demo.load(settings.data)
    assert made is not None
    assert demo.demo_file(settings.data).stat().st_mode & 0o777 == 0o600
    for told in (*made.passwords.values(), made.shares[0], settings.base_url, "hall --round demo"):
        assert told in notice
    assert welcome.first_notice(settings, utc_now()) == ""


def test_an_administrator_gets_a_link_for_a_lost_password(settings: Settings, made_demo: demo.Demo) -> None:
    assert made_demo.passwords
    assert "/welcome/" in welcome.account_link(settings, utc_now(), "zhangsan")
    with refuses("account_unknown"):
        welcome.account_link(settings, utc_now(), "nobody")


def test_a_taken_port_is_noticed() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"--port={port}: is taken.* for example --port="):
            check_listening("127.0.0.1", port)
    check_listening("127.0.0.1", port)


@pytest.mark.parametrize("host", ["999.1.1.1", "192.0.2.7", "no host"])
def test_an_address_of_no_machine_is_no_taken_port(host: str) -> None:
    with pytest.raises(
        SettingsError, match=f"--host={host}: is no address of this machine; for example --host=0.0.0.0"
    ):
        check_listening(host, 0)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["serve", "--workers", "4"], "manyidu: --workers=4: several processes need PostgreSQL"),
        (["serve", "--host", "192.0.2.7"], "manyidu: --host=192.0.2.7: is no address of this machine"),
        (["demo", "--host", "192.0.2.7"], "manyidu: --host=192.0.2.7: is no address of this machine"),
        (["check", "--data", "a-file"], "manyidu: MANYIDU_DATA=a-file: the folder a-file cannot be made"),
        (["backup", "no/b.tar.gz"], "manyidu: no/b.tar.gz: the folder "),
        (["hall", "--url", "nonsense"], "manyidu: --url=nonsense: is no plain address"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_command_that_can_never_work_says_so_before_anything_is_made(
    tmp_path: Path, command: list[str], told: str
) -> None:
    """One-time links were printed, and the address as if it were served, before a flag was refused."""
    (tmp_path / "a-file").write_text("")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MANYIDU_")}
    environment |= {"PYTHONPATH": str(ROOT), "MANYIDU_DATABASE_URL": ""}
    end, said, complained = run([sys.executable, "-m", "app", *command], cwd=tmp_path, env=environment)
    assert (end, said) == (1, "")
    assert complained.startswith(told), complained
    assert ("for example" in complained, len(complained.splitlines())) == (True, 1)
    assert not list(tmp_path.rglob("*.sqlite3"))
