"""Tokens for programs: made, shown once, revoked; only a hash of them is kept."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.accounts.models import Staff
from app.audit.models import AuditEntry
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.scope import limit
from app.core.settings import Settings
from app.offices.models import Office
from app.publication import tokens
from app.publication.domain import Scope, Viewer
from app.publication.models import ReaderToken
from app.publication.tokens import TokenState, WantedToken
from tests.cast import MORNING, UNITS, Desk, Desks, make_campaign, make_cast, refuses

ZHANG = Principal("idzhangsan", "张三", "organiser")
PUBLIC = WantedToken("县政务公开网", Scope.PUBLIC, 90)
TYPED = {"label": "县政务公开网", "scope": "public", "days": "90"}


def make(database: Database, wanted: WantedToken = PUBLIC) -> str:
    """Make a token and return its secret."""
    with database.writing() as session:
        return tokens.create(Acting(session, MORNING, ZHANG), wanted)


@pytest.fixture
def desk(new_desk: Desks, database: Database) -> Desk:
    """Return 张三's browser, in an installation with a campaign."""
    with database.writing() as session:
        make_campaign(session, make_cast(session)["zhangsan"])
    return new_desk("zhangsan")


def secret_on(text: str) -> str:
    """Return the secret that a page shows."""
    return text.split('class="copy-once">')[1].split("<", maxsplit=1)[0]


def test_it_works(database: Database) -> None:
    secret = make(database)
    with database.reading() as session:
        token = tokens.find(session, secret, MORNING)
        assert [token] == list(tokens.all_tokens(session))
    assert (token.label, token.scope, token.created_by) == ("县政务公开网", Scope.PUBLIC, "张三")
    assert token.expires_at == MORNING + timedelta(days=90)
    assert tokens.SHAPE.fullmatch(secret)


def test_a_token_ends_by_time_and_by_revocation(database: Database) -> None:
    secret, end = make(database), MORNING + timedelta(days=90)
    with database.reading() as session:
        assert tokens.find(session, secret, end - timedelta(seconds=1)).state(end) is TokenState.EXPIRED
        with refuses("token_refused"):
            tokens.find(session, secret, end)
        token = tokens.all_tokens(session)[0]
    with database.writing() as session:
        tokens.revoke(Acting(session, MORNING, ZHANG), token.id)
    with database.reading() as session:
        with refuses("token_refused"):
            tokens.find(session, secret, MORNING)
        assert tokens.all_tokens(session)[0].state(MORNING) is TokenState.REVOKED


def test_a_leader_s_token_lives_and_dies_with_his_account(desk: Desk, database: Database) -> None:
    chosen = {**TYPED, "scope": "leaders", "leader": "idzhaoliu"}
    secret = secret_on(desk.post("/tokens", **chosen).text)
    assert "赵六" in desk.get("/tokens").text
    with database.reading() as session:
        assert tokens.find(session, secret, MORNING).viewer == Viewer(Scope.LEADERS, "idzhaoliu")
    for wrong in ({"leader": "idwujiu"}, {"leader": "nobody"}, {"scope": "public"}):
        refused = desk.post("/tokens", **{**chosen, "label": "另一个", **wrong})
        assert refused.status_code == 422
        assert "另一个" in refused.text
    with database.writing() as session:
        session.get_one(Staff, "idzhaoliu").disabled = True
    with database.reading() as session, refuses("token_refused"):
        tokens.find(session, secret, MORNING)


def test_it_refuses_what_is_no_token(database: Database) -> None:
    secret = make(database)
    with database.reading() as session:
        stored = session.scalars(sa.select(ReaderToken.token_hash)).one()
        for wrong in ("", secret[:-1], secret + "A", secret.swapcase(), stored, f"{secret} ", "myd_" + "é" * 43):
            with refuses("token_refused"):
                tokens.find(session, wrong, MORNING)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (WantedToken("甲", Scope.ORGANISERS, 90), "field_not_a_choice"),
        (WantedToken("甲", Scope.PUBLIC, 0), "field_not_a_number"),
        (WantedToken("甲", Scope.PUBLIC, 367), "field_not_a_number"),
        (WantedToken("甲", Scope.UNIT, 90), "token_units_wrong"),
        (WantedToken("甲", Scope.UNIT, 90, frozenset({"nowhere"})), "token_units_wrong"),
        (WantedToken("甲", Scope.LEADERS, 90, frozenset({"u0"})), "token_units_wrong"),
        (PUBLIC, "token_label_taken"),
    ],
)
def test_it_refuses_a_token_that_would_be_wrong(database: Database, wanted: WantedToken, code: str) -> None:
    make(database)
    with database.writing() as session, refuses(code):
        tokens.create(Acting(session, MORNING, ZHANG), wanted)


def test_a_name_is_free_again_when_its_token_has_ended(database: Database) -> None:
    make(database)
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        tokens.revoke(acting, tokens.all_tokens(session)[0].id)
        tokens.create(acting, PUBLIC)
        assert len(tokens.all_tokens(session)) == 2


def test_no_secret_is_stored_anywhere(database: Database, settings: Settings, tmp_path: Path) -> None:
    secret = make(database)
    with database.writing() as session:
        tokens.revoke(Acting(session, MORNING, ZHANG), tokens.all_tokens(session)[0].id)
    with database.reading() as session:
        rows = [tuple(row) for row in session.execute(sa.select(ReaderToken.__table__))]
        entries = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.number)).all()
        assert [entry.action for entry in entries] == ["token.create", "token.revoke"]
        texts = [repr(row) for row in rows] + [entry.detail for entry in entries]
    assert not any(secret in text or secret.removeprefix("myd_") in text for text in texts)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files if secret.removeprefix("myd_").encode() in path.read_bytes()]
    assert settings.data.is_relative_to(tmp_path)


def test_the_page_shows_a_new_token_once(desk: Desk, database: Database) -> None:
    assert "还没有令牌" in desk.get("/tokens").text
    answer = desk.post("/tokens", **TYPED)
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    secret = secret_on(answer.text)
    with database.reading() as session:
        assert tokens.find(session, secret, MORNING).created_by == "张三"
    again = desk.get("/tokens").text
    assert "县政务公开网" in again
    assert secret not in again


def test_the_page_makes_tokens_for_units(desk: Desk, database: Database) -> None:
    page = desk.get("/tokens").text
    ids = [part.split('"', maxsplit=1)[0] for part in page.split('name="units[]" value="')[1:]]
    assert len(ids) == len(UNITS)
    fields: dict[str, str | list[str]] = {**TYPED, "scope": "unit", "units[]": ids[:2]}
    answer = desk.post("/tokens", **fields)
    with database.reading() as session:
        assert tokens.find(session, secret_on(answer.text), MORNING).viewer.unit_ids == set(ids[:2])
    listed = desk.get("/tokens").text.split("新建令牌", maxsplit=1)[0]
    assert [unit in listed for unit in UNITS] == [True, True, False]


def test_the_page_revokes(desk: Desk, database: Database) -> None:
    secret = secret_on(desk.post("/tokens", **TYPED).text)
    with database.reading() as session:
        path = f"/tokens/{tokens.all_tokens(session)[0].id}/revoke"
    assert desk.post(path).headers["location"] == "/tokens"
    with database.reading() as session, refuses("token_refused"):
        tokens.find(session, secret, MORNING)
    again = desk.post(path)
    assert again.status_code == 404
    assert "已经撤销过" in again.text
    assert desk.post("/tokens/nowhere/revoke").status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"label": ""}, "“名称”没有填写"),
        ({"label": "字" * 41}, "“名称”太长"),
        ({"scope": "organisers"}, "“读取范围”的选项无效"),
        ({"scope": "unit"}, "没有勾选单位"),
        ({"days": "367"}, "“有效天数”应是 1 到 366"),
        ({"days": "never"}, "“有效天数”应是 1 到 366"),
    ],
)
def test_it_refuses_a_form_and_keeps_what_was_typed(
    desk: Desk, database: Database, changes: dict[str, str], words: str
) -> None:
    answer = desk.post("/tokens", **{**TYPED, **changes})
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{changes.get("label", TYPED["label"])}"' in answer.text
    assert f'value="{changes.get("days", "90")}"' in answer.text
    with database.reading() as session:
        assert tokens.all_tokens(session) == []


def test_only_leaders_within_reach_are_named_for_a_token(database: Database) -> None:
    """A leader above reads the office's results, but nobody below makes a token that reads as he does."""
    with database.writing() as session:
        session.add(Office(id="east", parent_id="root", name="东县", position=0, is_closed=False))
        session.flush()
        for login, office in (("above", "root"), ("beside", "east")):
            leader = Staff(id=f"id{login}", login=login, name=login, roles={"leader"}, created_at=MORNING)
            leader.office_id = office
            session.add(leader)
    east = Principal("iddong", "东", "organiser", "east", ("east",))
    wanted = WantedToken("程序", Scope.LEADERS, 90, staff_id="idabove", office_id="east")
    with refuses("token_leader_wrong"), database.writing() as session:
        limit(session, east.reach)
        tokens.create(Acting(session, MORNING, east), wanted)
    with database.writing() as session:
        limit(session, east.reach)
        assert tokens.create(Acting(session, MORNING, east), replace(wanted, staff_id="idbeside"))
