"""The workshop of a real service: what becomes of its children when the web process is killed."""

import signal
from pathlib import Path

import httpx
import pytest

from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from tests.cast import make_cast
from tests.office.makers import LINK
from tests.security.test_memory import enter, family
from tests.servers import Server, served
from tests.waiting import wait_until


def ask(database: Database, settings: Settings, server: Server, *jobs: str) -> None:
    """Order these jobs as 张三; each comes to a page that waits."""
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", trust_env=False, timeout=30) as client:
        enter(database, KeyFolder(settings.data / "keys"), client)
        for job in jobs:
            assert client.get(LINK, params={"job": job}).headers["location"].startswith("/jobs/")


def begun(signs: Path) -> list[int]:
    """Return the processes that have begun with a job."""
    told = [sign.read_text("utf-8") for sign in signs.iterdir()]
    return [int(pid) for pid in told if pid]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_child_outlives_a_killed_web_process(settings: Settings, database: Database, tmp_path: Path) -> None:
    signs = tmp_path / "signs"
    signs.mkdir()
    with database.writing() as session:
        make_cast(session)
    place, url, module = settings.data, settings.database_url, "tests.office.planted"
    with served(place, url, tmp_path, module=module, PLANTED_SIGNS=str(signs)) as server:
        ask(database, settings, server, "one", "two")
        wait_until(lambda: len(begun(signs)) == 2)
        children = set(begun(signs))
        assert len(children) == 2
        assert children < set(family(server.process.pid)), "not children of the web process"
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        wait_until(lambda: not any(Path(f"/proc/{child}/exe").exists() for child in children))
