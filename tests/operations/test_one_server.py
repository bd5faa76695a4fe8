"""Two servers on one folder: the second says who the first is; a killed one is in nobody's way."""

import json
import signal
import sys
from pathlib import Path

import pytest

from app.core.audiences import EVERYONE, Audience
from app.core.clock import utc_now
from app.core.key_folder import SettingsError
from app.core.settings import Settings
from app.operations.one_server import only_server
from tests.forked import run
from tests.postgresql import free_port
from tests.servers import ROOT, served

EMBEDDED = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SHARED = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def second(settings: Settings) -> tuple[int, str, str]:
    line = [sys.executable, "-m", "app", "serve", "--data", str(settings.data), "--port", str(free_port())]
    return run(line, cwd=ROOT)


@EMBEDDED
def test_it_works(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANYIDU_DATABASE_URL", settings.database_url)
    with served(settings.data, settings.database_url, tmp_path) as first:
        end, promised, complained = second(settings)
        assert end == 1
        assert promised == "", "nothing is promised before the place is held"
        said = f"another server (process {first.process.pid}, port {first.port}, since 20"
        assert said in complained
        assert str(settings.data) in complained
        assert "Traceback" not in complained
        first.process.send_signal(signal.SIGKILL)
        first.process.wait(10)
    left = json.loads((settings.data / "desk.lock").read_bytes())
    assert left["pid"] == first.process.pid, "a killed server leaves its file behind"
    with served(settings.data, settings.database_url, tmp_path) as third:
        assert f"process {third.process.pid}" in second(settings)[2]


@EMBEDDED
def test_booth_and_desk_are_two_places(settings: Settings) -> None:
    with only_server(settings, {Audience.BOOTH}, 8001, utc_now()):
        with only_server(settings, {Audience.DESK}, 8002, utc_now()):
            with pytest.raises(SettingsError, match="port 8001"), only_server(settings, EVERYONE, 8003, utc_now()):
                pass
            with (
                pytest.raises(SettingsError, match="port 8002"),
                only_server(settings, {Audience.DESK}, 8003, utc_now()),
            ):
                pass
        with only_server(settings, {Audience.DESK}, 8004, utc_now()):
            pass


@EMBEDDED
def test_it_refuses_though_the_first_has_not_said_who_it_is(settings: Settings) -> None:
    with only_server(settings, EVERYONE, 8001, utc_now()):
        (settings.data / "booth.lock").write_bytes(b"")
        with pytest.raises(SettingsError, match="just starting"), only_server(settings, EVERYONE, 8002, utc_now()):
            pass


@SHARED
def test_nodes_of_one_postgresql_may_be_many(settings: Settings) -> None:
    with only_server(settings, EVERYONE, 8001, utc_now()), only_server(settings, EVERYONE, 8002, utc_now()):
        assert not (settings.data / "booth.lock").exists()
