"""Installations that several tests look at and none may change."""

from collections.abc import Iterator

import pytest

from app.office.workshop import Workshop
from tests.conftest import fresh_database
from tests.security.world import World, make_world


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, workshop: Workshop
) -> Iterator[World]:
    """One round in every state; made once per module and kind of database."""
    data = tmp_path_factory.mktemp("world")
    with fresh_database(request, data) as url, make_world(url, data, workshop) as world:
        world.thorough = request.config.getoption("--all-databases")
        yield world
