"""Delays that grow with failures, per account and device, and what a moved clock does to them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import tries
from app.accounts.devices import LIFE
from app.accounts.domain import FIRST_SLOWED, FORGET_AFTER, LONGEST_WAIT_SECONDS, delay_seconds, seconds_to_wait
from app.accounts.models import LoginTry
from app.accounts.tries import STRANGER, Place
from app.audit.models import AuditEntry
from app.core.db import Database
from tests.accounts.entering import try_to_log_in
from tests.cast import MORNING, PASSWORD, make_cast

SECRET = b"s" * 32
ZHANG = Place("idzhangsan", STRANGER)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as opened:
        make_cast(opened)
        yield opened


def fail(session: Session, times: int, place: Place = ZHANG) -> None:
    for _ in range(times):
        tries.count_failure(session, MORNING, place)


def test_it_works(session: Session) -> None:
    assert tries.wait_at(session, MORNING, ZHANG) == 0
    fail(session, FIRST_SLOWED - 1)
    assert tries.wait_at(session, MORNING, ZHANG) == 0
    fail(session, 1)
    assert tries.wait_at(session, MORNING, ZHANG) == 2
    assert tries.wait_at(session, MORNING + timedelta(seconds=1), ZHANG) == 1
    assert tries.wait_at(session, MORNING + timedelta(seconds=2), ZHANG) == 0
    assert tries.wait_at(session, MORNING, Place("idlisi", STRANGER)) == 0


def test_the_delay_grows_to_its_limit() -> None:
    delays = [delay_seconds(failures) for failures in range(1, 40)]
    assert delays[:12] == [0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert set(delays[12:]) == {LONGEST_WAIT_SECONDS}
    assert seconds_to_wait(10_000, MORNING, MORNING) == LONGEST_WAIT_SECONDS


def test_a_try_while_the_delay_runs_is_not_looked_at_and_counts_nothing(session: Session) -> None:
    fail(session, 6)
    for password in ("wrong", PASSWORD):
        entered = try_to_log_in(session, MORNING, "zhangsan", password)
        assert (entered.token, entered.wait, entered.is_checked) == ("", 8, False)
    assert try_to_log_in(session, MORNING + timedelta(seconds=8), "zhangsan", PASSWORD).token


def test_a_known_device_is_counted_apart(session: Session) -> None:
    assert try_to_log_in(session, MORNING, "zhangsan", PASSWORD, "laptop").token
    fail(session, 50)
    assert not try_to_log_in(session, MORNING, "zhangsan", PASSWORD, "elsewhere").is_checked
    assert try_to_log_in(session, MORNING, "zhangsan", PASSWORD, "laptop").token
    for _ in range(FIRST_SLOWED):
        assert not try_to_log_in(session, MORNING, "zhangsan", "wrong", "laptop").token
    assert not try_to_log_in(session, MORNING, "zhangsan", PASSWORD, "laptop").is_checked
    assert tries.place_of(session, SECRET, "lisi", "laptop").device == STRANGER


def test_a_success_forgets_the_failures_and_an_hour_does(session: Session) -> None:
    fail(session, FIRST_SLOWED - 1)
    assert try_to_log_in(session, MORNING, "zhangsan", PASSWORD).token
    fail(session, FIRST_SLOWED - 1)
    assert tries.wait_at(session, MORNING, ZHANG) == 0
    fail(session, 5)
    later = MORNING + FORGET_AFTER + timedelta(seconds=1)
    assert tries.count_failure(session, later, ZHANG).failures == 1


def test_a_clock_put_forward_ends_the_delay_and_keeps_the_count(session: Session) -> None:
    fail(session, 12)
    ahead = MORNING + timedelta(minutes=20)
    assert tries.wait_at(session, ahead, ZHANG) == 0
    assert tries.count_failure(session, ahead, ZHANG).failures == 13


@pytest.mark.parametrize("back", [timedelta(seconds=1), timedelta(hours=9), timedelta(days=400)])
def test_a_clock_put_back_prolongs_no_delay_beyond_its_length(session: Session, back: timedelta) -> None:
    fail(session, 6)
    then = MORNING - back
    assert tries.wait_at(session, then, ZHANG) == 8
    assert tries.wait_again(session, then, ZHANG) == 8
    assert tries.wait_again(session, then + timedelta(seconds=8), ZHANG) == 0
    assert try_to_log_in(session, then + timedelta(seconds=8), "zhangsan", PASSWORD).token


def test_names_that_nobody_has_are_counted_and_not_stored(session: Session) -> None:
    typed = "My-Secret-Password-1"
    place = tries.place_of(session, SECRET, typed, "laptop")
    fail(session, FIRST_SLOWED, place)
    assert tries.wait_at(session, MORNING, tries.place_of(session, SECRET, typed, STRANGER)) == 2
    assert typed.lower() not in str([row.account for row in session.scalars(sa.select(LoginTry))]).lower()
    assert tries.place_of(session, b"t" * 32, typed, STRANGER) != place


def test_rows_that_count_nothing_are_deleted(session: Session) -> None:
    for number in range(20):
        tries.count_failure(session, MORNING, Place(f"made-up {number}", STRANGER))
    tries.succeed(session, MORNING, ZHANG, "laptop")
    tries.count_failure(session, MORNING + timedelta(seconds=1), Place("other", STRANGER))
    tries.prune(session, MORNING + FORGET_AFTER + timedelta(seconds=1))
    assert {(row.account, row.device) for row in session.scalars(sa.select(LoginTry))} == {
        ("idzhangsan", "laptop"), ("other", STRANGER)
    }  # fmt: skip
    try_to_log_in(session, MORNING + LIFE + timedelta(seconds=2), "lisi", "wrong")
    assert [row.account for row in session.scalars(sa.select(LoginTry))] == ["idlisi"]


def test_where_a_delay_begins_is_recorded_once(session: Session) -> None:
    for _ in range(9):
        try_to_log_in(session, MORNING, "zhangsan", "wrong")
    recorded = session.scalars(sa.select(AuditEntry.action)).all()
    assert recorded.count("login.slowed") == 1


def test_tries_at_once_gain_nothing(database: Database) -> None:
    """Many begin before the first is counted: as soon as a delay runs, the rest is refused unlooked at."""
    with database.writing() as session:
        make_cast(session)
    with database.writing() as session:
        entered = [try_to_log_in(session, MORNING, "zhangsan", f"guess {number}") for number in range(12)]
    assert sum(one.is_checked for one in entered) == FIRST_SLOWED
