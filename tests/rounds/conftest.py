"""Who works on rounds in these tests; a module may have fixtures of the same names of its own."""

from collections.abc import Iterator

import pytest

from app.core.acting import Acting, Principal
from app.core.db import Database
from tests.cast import MORNING, make_cast


@pytest.fixture
def people(database: Database) -> dict[str, Principal]:
    with database.writing() as session:
        return make_cast(session)


@pytest.fixture
def acting(database: Database, people: dict[str, Principal]) -> Iterator[Acting]:
    """张三 at work."""
    with database.writing() as session:
        yield Acting(session, MORNING, people["zhangsan"])
