"""Installations that several tests look at and none may change."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.office.workshop import Workshop
from tests.conftest import fresh_database
from tests.security.world import World, make_world

HERE = Path(__file__).parent


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, workshop: Workshop
) -> Iterator[World]:
    """One round in every state; made once per module and kind of database."""
    data = tmp_path_factory.mktemp("world")
    with fresh_database(request, data) as url, make_world(url, data, workshop) as world:
        yield world


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
