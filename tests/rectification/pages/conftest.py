"""Desks of the cast at the pages of 补课."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from tests.cast import Desk

Desks = Callable[[str], Desk]


@pytest.fixture
def new_desk(new_client: Callable[[], TestClient], database: Database, settings: Settings) -> Desks:
    """Log one of the cast in, in a browser of his own."""
    return lambda login: Desk(new_client(), database, KeyFolder(settings.data / "keys"), login)
