"""Codes of the second factor: right, new, and once; recovery codes; what is stored."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from pyotp import TOTP
from sqlalchemy.orm import Session

from app.accounts import factors, service
from app.accounts.factors import RECOVERY_CODES
from app.accounts.models import RecoveryCode, SecondFactor
from app.core.acting import Acting, Principal
from app.core.db import Database, database_of
from app.core.key_folder import KeyFolder
from tests.cast import MORNING, make_cast, refuses

ZHANG = Principal("idzhangsan", "张三", "organiser")
STEP = timedelta(seconds=30)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as opened:
        make_cast(opened)
        yield opened


def acting(session: Session) -> Acting:
    return Acting(session, MORNING, ZHANG)


def turn_on(session: Session) -> tuple[TOTP, list[str]]:
    """Return what makes the codes, and the recovery codes."""
    factors.draw(acting(session))
    waiting = factors.to_confirm(session, ZHANG, "zhangsan")
    assert waiting
    phone = TOTP(waiting[0])
    return phone, factors.confirm(acting(session), phone.at(MORNING))


def takes(session: Session, code: str, after: timedelta = timedelta(0)) -> bool:
    return factors.takes(session, MORNING + after, ZHANG.id, code)


def test_it_works(session: Session) -> None:
    assert not factors.is_on(session, ZHANG.id)
    phone, codes = turn_on(session)
    assert factors.is_on(session, ZHANG.id)
    assert not factors.is_on(session, "idlisi")
    assert factors.to_confirm(session, ZHANG, "zhangsan") is None
    assert len(set(codes)) == factors.left(session, ZHANG.id) == RECOVERY_CODES
    assert takes(session, phone.at(MORNING + STEP), STEP)


def test_a_code_is_taken_once_and_none_that_is_older(session: Session) -> None:
    phone, _ = turn_on(session)
    assert not takes(session, phone.at(MORNING))
    newest = phone.at(MORNING + 3 * STEP)
    assert takes(session, f" {newest[:3]} {newest[3:]} ", 3 * STEP)
    assert not takes(session, newest, 3 * STEP)
    assert not takes(session, phone.at(MORNING + 2 * STEP), 3 * STEP)
    assert takes(session, phone.at(MORNING + 4 * STEP), 3 * STEP)


@pytest.mark.parametrize("steps", [-1, 1])
def test_a_phone_may_be_half_a_minute_wrong_and_no_more(session: Session, steps: int) -> None:
    phone, _ = turn_on(session)
    later = 10 * STEP
    assert not takes(session, phone.at(MORNING + later + 2 * steps * STEP), later)
    assert takes(session, phone.at(MORNING + later + steps * STEP), later)


def test_a_recovery_code_is_taken_once(session: Session) -> None:
    _, codes = turn_on(session)
    assert not factors.takes(session, MORNING, "idlisi", codes[0])
    assert takes(session, codes[0].lower().replace("-", " "))
    assert not takes(session, codes[0])
    assert factors.left(session, ZHANG.id) == RECOVERY_CODES - 1
    for wrong in ("", "000000", "１２３４５６", "AAAA-AAAA-AAAA-AAAA", "²²²²²²"):
        assert not takes(session, wrong)


def test_what_is_stored_makes_no_code(session: Session, database: Database) -> None:
    phone, codes = turn_on(session)
    row = session.get_one(SecondFactor, ZHANG.id)
    assert phone.byte_secret() not in row.secret
    stored = session.scalars(sa.select(RecoveryCode.digest)).all()
    assert not set(stored) & {factors.plain(code) for code in codes}
    assert database_of(session).keys.factor_secret() == KeyFolder(database.keys.path).factor_secret()


def test_another_key_folder_is_told(session: Session, database: Database) -> None:
    phone, _ = turn_on(session)
    (database.keys.path / "factor-secret").unlink()
    with refuses("factor_unreadable"):
        takes(session, phone.at(MORNING + STEP), STEP)


def test_it_is_confirmed_by_a_right_code_alone(session: Session) -> None:
    with refuses("factor_gone"):
        factors.confirm(acting(session), "000000")
    factors.draw(acting(session))
    with refuses("factor_code_wrong"):
        factors.confirm(acting(session), "abc")
    assert not factors.is_on(session, ZHANG.id)
    assert not takes(session, "000000")
    turn_on(session)
    with refuses("factor_on"):
        factors.draw(acting(session))


def test_a_fresh_link_resets_it(session: Session) -> None:
    turn_on(session)
    service.reissue_link(session, MORNING, ZHANG, ZHANG.id)
    assert not factors.is_on(session, ZHANG.id)
    assert factors.left(session, ZHANG.id) == 0
