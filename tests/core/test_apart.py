"""What takes long is made while no transaction is held, also for who acts: he is undone and begins again (SEC-72)."""

from collections.abc import Callable
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.core.apart import at_hand, made_apart
from app.core.at_hand import GOES
from app.core.db import Database, after_commit
from app.core.errors import DomainError
from app.core.holding import held_here
from tests.by_hand import as_the_product
from tests.cast import make_cast, refuses

WORK = "computing"
LI = "idlisi"


@pytest.fixture(autouse=True)
def _staff(database: Database) -> None:
    with database.writing() as session:
        make_cast(session)


def renamed(session: Session, name: str) -> None:
    session.execute(sa.update(Staff).where(Staff.id == LI).values(name=name))


def name_of(database: Database) -> str:
    with database.reading() as session:
        return str(session.scalar(sa.select(Staff.name).where(Staff.id == LI)))


def written_beside(database: Database, name: str) -> str:
    """Make something, beside which somebody else commits: he would wait for whoever holds a transaction."""
    assert held_here() == 0
    with database.writing() as session:
        renamed(session, name)
    return f"made beside {name}"


def needs(session: Session, name: str, make: Callable[[], str]) -> str:
    return made_apart(session, WORK, {name: make}, {})[name]


def test_it_works(database: Database) -> None:
    goes, done, found = [], [], []

    def act(session: Session) -> str:
        goes.append(session)
        after_commit(session, lambda: done.append(len(goes)))
        found.append(session.scalar(sa.select(Staff.name).where(Staff.id == LI)))
        renamed(session, f"第 {len(goes)} 次")
        needs(session, "one", partial(written_beside, database, "王五"))
        return needs(session, "two", partial(written_beside, database, "赵六"))

    assert database.acted(act) == "made beside 赵六"
    assert found == ["李四", "王五", "赵六"], "he acts upon what is there when he begins again"
    assert name_of(database) == "第 3 次"
    assert done == [3], "what was to follow an act that was undone followed"


def test_what_was_made_is_at_hand_by_its_name(database: Database) -> None:
    found = []

    def act(session: Session) -> None:
        found.append(dict(at_hand(session)))
        needs(session, "one", lambda: "made")

    database.acted(act)
    assert found == [{}, {"one": "made"}]
    with database.reading() as session:
        needs(session, "one", lambda: "made")
        assert at_hand(session) == {}


def test_who_lacks_nothing_acts_once(database: Database) -> None:
    goes = []

    def act(session: Session) -> dict[str, str]:
        goes.append(session)
        renamed(session, "王五")
        return made_apart(session, WORK, {}, {"kept": "made before"})

    assert database.acted(act) == {"kept": "made before"}
    assert len(goes) == 1


def test_what_was_known_once_stays_at_hand(database: Database) -> None:
    """What was kept for everybody may have made room for something else when he begins again."""
    kept, goes = {"one": "known"}, []

    def act(session: Session) -> str:
        goes.append(session)
        made_apart(session, WORK, {} if kept else {"one": lambda: "made anew"}, dict(kept))
        kept.clear()
        return needs(session, "two", lambda: "made") + needs(session, "one", lambda: "made anew")

    assert database.acted(act) == "madeknown"
    assert len(goes) == 2


def test_who_reads_holds_nothing_while_something_is_made(database: Database) -> None:
    with database.reading() as session:
        assert session.scalar(sa.select(Staff.name).where(Staff.id == LI)) == "李四"
        assert needs(session, "one", partial(written_beside, database, "王五")) == "made beside 王五"
        assert session.scalar(sa.select(Staff.name).where(Staff.id == LI)) == "王五"


def test_it_refuses_who_cannot_begin_again(database: Database) -> None:
    def act() -> None:
        with as_the_product(database) as session:
            renamed(session, "王五")
            needs(session, "one", lambda: "made")

    with pytest.raises(RuntimeError, match="computing while a transaction is held"):
        act()
    assert name_of(database) == "李四"


def test_it_refuses_who_reads_within_an_act(database: Database) -> None:
    def act(session: Session) -> None:
        renamed(session, "王五")
        with database.reading() as reading:
            needs(reading, "one", lambda: "made")

    with pytest.raises(RuntimeError, match="computing while a transaction is held"):
        database.acted(act)
    assert name_of(database) == "李四"


def test_what_making_refuses_is_told_and_nothing_is_written(database: Database) -> None:
    def damaged() -> str:
        code = "result_damaged"
        raise DomainError(code)

    def act(session: Session) -> None:
        renamed(session, "王五")
        needs(session, "one", damaged)

    with refuses("result_damaged"):
        database.acted(act)
    assert name_of(database) == "李四"


def test_an_act_that_never_finds_the_same_is_given_up(database: Database) -> None:
    goes = []

    def act(session: Session) -> None:
        goes.append(session)
        renamed(session, "王五")
        needs(session, f"{len(goes)}", lambda: "made")

    with refuses("busy"):
        database.acted(act)
    assert len(goes) == GOES
    assert name_of(database) == "李四"
