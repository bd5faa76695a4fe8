"""No act of staff sends a statement for every row while it holds the database: nobody else can write meanwhile."""

from collections import Counter
from collections.abc import Mapping

from app.core.db import Database
from app.core.key_folder import KeyFolder
from tests.cast import make_cast
from tests.operations.conftest import Elsewhere
from tests.writes import Large, held

FEW, MANY = (20, 4, 2), (60, 12, 6)
"""Rows, units and voter groups."""
MOST = 40
"""Statements of one writing transaction; it is what it is because of what it checks."""


def sent(database: Database, folder: KeyFolder, size: tuple[int, int, int]) -> Mapping[str, list[str]]:
    """Return what each act sends in the longest of its writing transactions."""
    with database.writing() as session:
        make_cast(session)
    found = {}
    for name, act in Large(database, folder, *size).acts().items():
        with held(database) as transactions:
            act()
        found[name] = max((one.statements for one in transactions), key=len)
    return found


def test_no_act_sends_more_for_more(database: Database, elsewhere: Elsewhere) -> None:
    few = sent(database, database.keys, FEW)
    many = sent(elsewhere.database, elsewhere.keys, MANY)
    more = {name: Counter(asked) - Counter(few[name]) for name, asked in many.items() if len(asked) > len(few[name])}
    assert {name: told.most_common(3) for name, told in more.items()} == {}
    assert {name: len(asked) for name, asked in many.items() if len(asked) > MOST} == {}
