"""What would fail in the hall is said before the freeze, on the page and by ``manyidu check`` from the same place."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts.models import Staff
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.settings import Settings
from app.operations.checks import run_checks
from app.rounds.hall_check import LEAST_FREE, Hall, hall_of, hall_steps
from app.rounds.reads import RoundView, get_round
from app.rounds.service import RoundDraft
from tests.cast import MORNING, make_cast, make_draft

GOOD = Hall("https://vote.example.cn", organiser_totp=False, free=LEAST_FREE, now=MORNING)
PLAN = RoundDraft("第一轮", "t2", opens_at=MORNING + timedelta(hours=1), closes_at=MORNING + timedelta(hours=2))


@pytest.fixture
def draft(database: Database) -> RoundView:
    """A draft round with three key slips and planned times."""
    with database.writing() as session:
        make_cast(session)
        round_id = make_draft(Acting(session, MORNING, Principal("idzhangsan", "张三", "organiser")), draft=PLAN)
    with database.reading() as session:
        return get_round(session, round_id)


def missing(database: Database, row: RoundView, hall: Hall) -> set[str]:
    with database.reading() as session:
        return {step.code for step in hall_steps(session, row, hall) if not step.done}


def test_it_works(database: Database, draft: RoundView) -> None:
    assert missing(database, draft, GOOD) == set()


@pytest.mark.parametrize(
    ("hall", "told"),
    [
        (replace(GOOD, base_url="http://127.0.0.1:8000"), {"address"}),
        (replace(GOOD, base_url="http://10.0.0.5:8000"), {"address_https"}),
        (replace(GOOD, now=MORNING + timedelta(hours=3)), {"times"}),
        (replace(GOOD, free=LEAST_FREE - 1), {"disk"}),
        (replace(GOOD, organiser_totp=True), {"factors"}),
    ],
)
def test_what_would_fail_in_the_hall_is_said(database: Database, draft: RoundView, hall: Hall, told: set[str]) -> None:
    assert missing(database, draft, hall) == told


def test_a_single_account_is_a_dead_end_that_is_said(database: Database, draft: RoundView) -> None:
    with database.writing() as session:
        session.execute(sa.update(Staff).where(Staff.id != "idzhangsan").values(disabled=True))
    assert missing(database, draft, GOOD) == {"second", "holders_able"}


def test_an_account_without_a_password_is_none(database: Database, draft: RoundView) -> None:
    with database.writing() as session:
        session.execute(sa.update(Staff).where(Staff.role == "scrutineer").values(password_hash=None))
    assert missing(database, draft, GOOD) == {"holders_able"}


def test_the_administrator_is_told_the_same(database: Database, draft: RoundView, settings: Settings) -> None:
    with database.reading() as session:
        steps = [step for step in hall_steps(session, draft, hall_of(settings, MORNING)) if not step.done]
    assert [step.code for step in steps] == ["address"]
    told = [line for line in run_checks(settings, MORNING) if "第一轮" in line]
    assert told == [f"warning: “第一轮”: {steps[0].label} ({steps[0].detail})"]
