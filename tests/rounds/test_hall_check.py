"""What would fail in the hall is said before the freeze, on the page and by ``manyidu check`` from the same place."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.accounts.models import Staff
from app.campaigns.domain import Item
from app.campaigns.score import Score
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.errors import DomainError
from app.core.last_backup import LastBackup, last_backup, note_backup
from app.core.settings import Settings
from app.operations.checks import run_checks
from app.rounds.hall_check import LEAST_FREE, OTHER_FIELDS, Hall, hall_of, hall_steps, plain_phones
from app.rounds.reads import RoundView, get_round
from app.rounds.service import RoundDraft
from app.web.forms import parse_urlencoded
from tests.box.papers import make_paper
from tests.cast import MORNING, make_cast, make_draft

BACKED_UP = LastBackup(MORNING - timedelta(days=6), Path("/srv"), is_writable=True)
GOOD = Hall("https://vote.example.cn", organiser_totp=False, free=LEAST_FREE, now=MORNING, backup=BACKED_UP)
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
        (replace(GOOD, sends_mail=False), {"mail"}),
        (replace(GOOD, mail_answers=False), {"mail_answers"}),
        (replace(GOOD, backup=None), {"backup"}),
        (replace(GOOD, backup=replace(BACKED_UP, made_at=MORNING - timedelta(days=8))), {"backup"}),
        (replace(GOOD, backup=replace(BACKED_UP, is_writable=False)), {"backup_place"}),
    ],
)
def test_what_would_fail_in_the_hall_is_said(database: Database, draft: RoundView, hall: Hall, told: set[str]) -> None:
    assert missing(database, draft, hall) == told


def test_a_key_of_one_person_is_for_demonstrations_alone(database: Database, draft: RoundView) -> None:
    assert missing(database, replace(draft, key_needed=1, key_holders=1), GOOD) == {"one_holder"}
    rehearsal = replace(draft, key_needed=1, key_holders=1, rehearsal_of="another")
    assert missing(database, rehearsal, GOOD) == set()


def test_a_single_account_is_a_dead_end_that_is_said(database: Database, draft: RoundView) -> None:
    with database.writing() as session:
        session.execute(sa.update(Staff).where(Staff.id != "idzhangsan").values(disabled=True))
    assert missing(database, draft, GOOD) == {"second", "holders_able"}


def test_an_account_without_a_password_is_none(database: Database, draft: RoundView) -> None:
    with database.writing() as session:
        session.execute(sa.update(Staff).where(Staff.role_rows.any(role="scrutineer")).values(password_hash=None))
    assert missing(database, draft, GOOD) == {"holders_able"}


def test_the_administrator_is_told_the_same(database: Database, draft: RoundView, settings: Settings) -> None:
    with database.reading() as session:
        steps = [step for step in hall_steps(session, draft, hall_of(settings, MORNING)) if not step.done]
    assert [step.code for step in steps] == ["address", "mail", "backup"]
    told = [line for line in run_checks(settings, MORNING) if "第一轮" in line]
    wanted = [f"warning: “第一轮”: {step.label}" + (f" ({step.detail})" if step.detail else "") for step in steps]
    assert told == wanted


@pytest.mark.parametrize(("units", "fits"), [(1_000, True), (3_475, True), (3_476, False)])
def test_points_are_two_fields_of_a_phone_without_scripts(units: int, *, fits: bool) -> None:
    """What is typed, which is always sent, and what stands in its place."""
    paper = make_paper(units, 1, remark_bytes=0)
    items = (Item("a", "德", score=Score(decimals=1)), Item("b", "绩", score=Score(10)))
    step = plain_phones(replace(paper, parts=(replace(paper.parts[0], items=items),)), "/campaigns/c1")
    assert (step.done, step.detail) == (fits, str(4 * units))


@pytest.mark.parametrize(
    ("units", "items", "remarks", "fits"),
    [(1000, 12, 60, True), (1000, 13, 0, True), (1000, 14, 0, False), (1000, 13, 60, False)],
)
def test_a_paper_that_a_phone_without_scripts_cannot_send_is_said(
    units: int, items: int, remarks: int, *, fits: bool
) -> None:
    """Each mark and each remark is a field of its own, and the reader of forms takes so many and no more."""
    units = 1000
    paper = make_paper(units, items, remark_bytes=remarks)
    step = plain_phones(paper, "/campaigns/c1")
    assert (step.code, step.done, step.needed) == ("plain_phones", fits, False)
    fields = [("m", "1")] * (units * (items + bool(remarks)) + OTHER_FIELDS)
    body = "&".join(f"{name}{at}={value}" for at, (name, value) in enumerate(fields)).encode()
    if fits:
        assert parse_urlencoded(body)
    else:
        with pytest.raises(DomainError, match="form_malformed"):
            parse_urlencoded(body)


def test_the_last_backup_is_remembered_beside_the_data(tmp_path: Path) -> None:
    assert last_backup(tmp_path) is None
    place = tmp_path / "backups"
    place.mkdir()
    note_backup(tmp_path, place / "desk.tar.gz", MORNING)
    assert last_backup(tmp_path) == LastBackup(MORNING, place, is_writable=True)
    shutil.rmtree(place)
    assert last_backup(tmp_path) == LastBackup(MORNING, place, is_writable=False)
    (tmp_path / "last-backup.json").write_text('{"made_at": 3}')
    assert last_backup(tmp_path) is None
