"""Before the close the desk writes gate and codes and reads gate and counts; an envelope it neither reads nor writes.

But for one question of the key side: whether the envelope of a receipt that a voter shows is there.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.ballots.slot import Slot
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.main import PORTS
from app.rounds import service
from app.rounds.schedule import Schedule
from app.slips import service as slips
from app.slips.codes import code_hash
from tests.ballots.stores import make_casts
from tests.cast import MORNING, Desk, Desks, make_cast, make_ready, prepare
from tests.found import some
from tests.security.access import ACCESS, EVERYONE

ZHANG = Principal("idzhangsan", "张三", "organiser")
NAMES_IT = re.compile(r"\benvelope\b")
MAKES_IT = re.compile(r"\s*(CREATE|GRANT|DROP)\b")
OF_A_ROUND = [
    route.removeprefix("GET ").replace("{round_id}", "%s")
    for route, allowed in ACCESS.items()
    if route.startswith("GET /rounds/{round_id}") and route.count("{") == 1 and allowed != EVERYONE
]


@contextmanager
def statements_on_envelopes() -> Iterator[list[str]]:
    """Yield what is said to any database meanwhile that names the table of envelopes."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if NAMES_IT.search(statement) and not MAKES_IT.match(statement):
            found.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def walk(desks: list[Desk], round_id: str) -> None:
    """Open every page and file of the round."""
    for desk in desks:
        for path in some(OF_A_ROUND):
            assert desk.get(path % round_id).status_code < 500, path


@pytest.fixture
def round_id(database: Database) -> str:
    with database.writing() as session:
        return make_ready(Acting(session, MORNING, make_cast(session)["zhangsan"]))


def test_it_works(database: Database, round_id: str, new_desk: Desks) -> None:
    desks, keys = [new_desk("zhangsan"), new_desk("lisi")], database.keys

    def act(what: Callable[[Acting], object]) -> object:
        with database.writing() as session:
            return what(Acting(session, MORNING, ZHANG))

    with statements_on_envelopes() as found:
        codes = act(lambda by: prepare(by, keys, round_id)[1])
        assert isinstance(codes, dict)
        walk(desks, round_id)
        act(lambda by: service.open_round(by, keys, PORTS, round_id))
        slot, group = Slot(database, keys.tag_secret(), round_id), next(iter(codes))
        casts = make_casts(group, [code_hash(keys.pepper(), code) for code in codes[group][:3]])
        assert slot.drop(casts, MORNING) == [""] * 3
        slot.close()
        walk(desks, round_id)
        later = (MORNING + timedelta(hours=2)).isoformat()
        act(lambda by: service.extend_round(by, round_id, {"closes_at": later}))
        act(lambda by: slips.void_all(by, keys, round_id, "印错"))
        Schedule(database, keys, PORTS, lambda: MORNING).run_due()
        assert found == []
        act(lambda by: service.close_round(by, round_id, {}))
        assert found, "the root is made of the envelopes' ids: this test would see it"
