"""Proving again who one is: how long it holds, for whom, and what wrong passwords cost."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts.domain import PROOF_LIFE, is_proven
from app.audit.models import AuditEntry
from app.core.db import Database
from tests.cast import MORNING, PASSWORD, Desks, asks_for_proof, make_cast
from tests.conftest import TestClock

NEW = {"login": "zhouba", "name": "周八", "role[]": "leader"}
SECOND = timedelta(seconds=1)


@pytest.fixture
def at(new_desk: Desks, database: Database) -> Desks:
    """Open browsers of the cast."""
    with database.writing() as session:
        make_cast(session)
    return new_desk


def test_it_works(at: Desks, clock: TestClock) -> None:
    desk = at("zhangsan")
    clock.now += PROOF_LIFE
    assert not asks_for_proof(desk.post_once("/staff", **{**NEW, "name": ""}))
    clock.now += SECOND
    asked = desk.post_once("/staff", **NEW)
    assert asks_for_proof(asked)
    assert "填写的内容没有丢失" in asked.text
    done = desk.post_once("/staff", **NEW, proof_password=PASSWORD)
    assert "/welcome/" in done.text
    clock.now += PROOF_LIFE
    assert not asks_for_proof(desk.post_once("/staff", **NEW))


def test_a_proof_is_good_in_its_own_log_in_alone(at: Desks, clock: TestClock) -> None:
    desk, elsewhere = at("zhangsan"), at("zhangsan")
    clock.now += PROOF_LIFE + SECOND
    desk.post_once("/staff", **NEW, proof_password=PASSWORD)
    assert asks_for_proof(elsewhere.post_once("/staff", **NEW))


def test_wrong_passwords_slow_the_next_one_and_do_not_end_the_log_in(
    at: Desks, clock: TestClock, database: Database
) -> None:
    desk, other = at("zhangsan"), at("zhangsan")
    clock.now += PROOF_LIFE + SECOND
    for _ in range(4):
        answer = desk.post_once("/staff", **NEW, proof_password="wrong")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "2"
    assert 'value="周八"' in answer.text
    assert desk.post_once("/staff", **NEW, proof_password=PASSWORD).status_code == 429
    assert "/welcome/" in other.post_once("/staff", **NEW, proof_password=PASSWORD).text
    clock.now += 2 * SECOND
    again = desk.post_once("/staff", **{**NEW, "login": "zhoujiu"}, proof_password=PASSWORD)
    assert "/welcome/" in again.text
    with database.reading() as session:
        assert session.scalars(sa.select(AuditEntry.action)).all().count("login.unproved") == 4


def test_a_refused_form_is_shown_again_without_the_password(at: Desks, clock: TestClock) -> None:
    desk = at("zhangsan")
    clock.now += PROOF_LIFE + SECOND
    answer = desk.post_once("/staff", **{**NEW, "login": "Nein!"}, proof_password=PASSWORD)
    assert answer.status_code == 422
    assert 'value="周八"' in answer.text
    assert PASSWORD not in answer.text


def test_a_clock_that_was_put_back_asks_once_more() -> None:
    assert is_proven(MORNING, MORNING)
    assert not is_proven(MORNING + SECOND, MORNING)
    assert not is_proven(None, MORNING)
