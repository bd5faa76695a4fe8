"""Installations that several tests look at and none may change."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.office.workshop import Workshop
from tests.conftest import fresh_postgresql
from tests.security.world import World, make_world

HERE = Path(__file__).parent


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, workshop: Workshop
) -> Iterator[World]:
    """One round in every state; made once per module and kind of database."""
    data = tmp_path_factory.mktemp("world")
    with ExitStack() as stack:
        if request.param == "sqlite":
            shutil.copyfile(sqlite_template, data / "manyidu.sqlite3")
            url = f"sqlite:///{data / 'manyidu.sqlite3'}"
        else:
            url = stack.enter_context(fresh_postgresql(request.getfixturevalue("postgresql_server")[0]))
        yield stack.enter_context(make_world(url, data, workshop))


@pytest.hookimpl(tryfirst=True)  # before the groups are read, wherever the run begins
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep those that look at one installation on one worker, where it is made once.

    The hook is handed the tests of other folders too, where ``world`` may be something else.
    """
    for item in items:
        if item.path.is_relative_to(HERE) and "world" in getattr(item, "fixturenames", ()):
            assert isinstance(item, pytest.Function)
            kind = item.callspec.params["world"]
            item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}-{kind}"))
