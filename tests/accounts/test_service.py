"""Accounts: log-in, invitation, and the two limits of a session."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from app.accounts import logins, service
from app.accounts.domain import ABSOLUTE, INVITATION_LIFE, Role, password_is_weak
from app.accounts.models import Invitation, Staff, StaffSession
from app.accounts.sessions import cookie_value, read_cookie
from app.core.db import Database
from app.core.errors import DomainError
from tests.accounts.entering import log_in
from tests.cast import MORNING, PASSWORD, make_cast
from tests.found import some

NEW_PASSWORD = "Grey-Heron-88"
NEW_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(NEW_PASSWORD)


def test_it_works(database: Database) -> None:
    with database.writing() as session:
        make_cast(session)
        token = log_in(session, MORNING, "zhangsan", PASSWORD)
        assert token
        found = logins.who(session, MORNING, token)
        assert found
        assert (found.name, found.roles) == ("张三", frozenset({"organiser"}))


def test_what_is_stored_opens_nothing(database: Database) -> None:
    with database.writing() as session:
        make_cast(session)
        token = log_in(session, MORNING, "zhangsan", PASSWORD)
        assert token
        stored = session.scalars(sa.select(StaffSession.token_hash)).one()
        assert token not in stored
        assert logins.who(session, MORNING, stored) is None
        hashes = session.scalars(sa.select(Staff.password_hash)).all()
        assert all(value and value.startswith("$argon2id$") for value in some(hashes))


def test_it_refuses_unknown_wrong_and_disabled_alike(database: Database) -> None:
    with database.writing() as session:
        cast = make_cast(session)
        service.set_disabled(session, MORNING, cast["zhangsan"], cast["lisi"].id, disabled=True)
        assert log_in(session, MORNING, "nobody", PASSWORD) is None
        assert log_in(session, MORNING, "zhangsan", "wrong") is None
        assert log_in(session, MORNING, "lisi", PASSWORD) is None
        assert log_in(session, MORNING, "zhangsan", PASSWORD * 50) is None


def test_a_log_in_ends_after_twelve_hours(database: Database) -> None:
    with database.writing() as session:
        make_cast(session)
        token = log_in(session, MORNING, "zhangsan", PASSWORD)
        assert token
        assert logins.who(session, MORNING + ABSOLUTE - timedelta(seconds=1), token)
        assert logins.who(session, MORNING + ABSOLUTE, token) is None


def test_a_cookie_idles_out_and_cannot_be_forged() -> None:
    secret, value = b"s" * 32, cookie_value(b"s" * 32, "token", MORNING)
    assert read_cookie(secret, value, MORNING + timedelta(minutes=30)) == "token"
    assert read_cookie(secret, value, MORNING + timedelta(minutes=30, seconds=1)) is None
    later = str(int(MORNING.timestamp()) + 3600)
    token, _, mac = value.split(".")
    assert read_cookie(secret, f"{token}.{later}.{mac}", MORNING + timedelta(hours=1)) is None
    assert read_cookie(b"t" * 32, value, MORNING) is None
    for broken in ("", "token", "a.b.c", "a.1.b.c", "a.²." + mac):
        assert read_cookie(secret, broken, MORNING) is None


def test_a_token_is_worthless_after_log_out(database: Database) -> None:
    with database.writing() as session:
        make_cast(session)
        token = log_in(session, MORNING, "zhangsan", PASSWORD)
        assert token
        logins.log_out(session, MORNING, token)
        logins.log_out(session, MORNING, token)
        assert logins.who(session, MORNING, token) is None


def test_disabling_and_a_fresh_link_end_every_log_in(database: Database) -> None:
    with database.writing() as session:
        cast = make_cast(session)
        token = log_in(session, MORNING, "lisi", PASSWORD)
        assert token
        service.set_disabled(session, MORNING, cast["zhangsan"], cast["lisi"].id, disabled=True)
        assert logins.who(session, MORNING, token) is None
        service.set_disabled(session, MORNING, cast["zhangsan"], cast["lisi"].id, disabled=False)
        assert logins.who(session, MORNING, token) is None
        link = service.reissue_link(session, MORNING, cast["zhangsan"], cast["lisi"].id)
        assert log_in(session, MORNING, "lisi", PASSWORD) is None
        service.accept_invitation(session, MORNING, link, ("", ""), NEW_HASH)
        assert log_in(session, MORNING, "lisi", NEW_PASSWORD)


def test_an_invitation_is_used_once(database: Database) -> None:
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        link = service.create_account(session, MORNING, zhang, ("zhouba", "周八", "scrutineer"))
        assert log_in(session, MORNING, "zhouba", "") is None
        with pytest.raises(DomainError, match="password_weak"):
            service.check_password(session, MORNING, link, ("", ""), "short")
        service.check_password(session, MORNING, link, ("", ""), NEW_PASSWORD)
        service.accept_invitation(session, MORNING, link, ("", ""), NEW_HASH)
        with pytest.raises(DomainError, match="invitation_invalid"):
            service.accept_invitation(session, MORNING, link, ("", ""), NEW_HASH)
        assert session.scalars(sa.select(Invitation)).all() == []


def test_it_refuses_a_stale_or_unknown_invitation(database: Database) -> None:
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        link = service.create_account(session, MORNING, zhang, ("zhouba", "周八", "scrutineer"))
        for moment, token in ((MORNING + INVITATION_LIFE, link), (MORNING, link + "x"), (MORNING, "")):
            with pytest.raises(DomainError, match="invitation_invalid"):
                service.invitation(session, moment, token)


def test_the_first_organiser_and_the_first_scrutineer_come_by_links_of_their_own(database: Database) -> None:
    first = (Role.ORGANISER, Role.SCRUTINEER)
    with database.writing() as session:
        old = service.first_links(session, MORNING, first)
        links = service.first_links(session, MORNING, first)
        assert set(old) == set(links) == set(first)
        with pytest.raises(DomainError, match="invitation_invalid"):
            service.invitation(session, MORNING, old[Role.ORGANISER])
        service.accept_invitation(session, MORNING, links[Role.ORGANISER], ("zhangsan", "张三"), NEW_HASH)
        links = service.first_links(session, MORNING, first)
        assert set(links) == {Role.SCRUTINEER}
        with pytest.raises(DomainError, match="login_name_taken"):
            service.check_password(session, MORNING, links[Role.SCRUTINEER], ("zhangsan", "李四"), NEW_PASSWORD)
        service.accept_invitation(session, MORNING, links[Role.SCRUTINEER], ("lisi", "李四"), NEW_HASH)
        token = log_in(session, MORNING, "zhangsan", NEW_PASSWORD)
        assert token
        found = logins.who(session, MORNING, token)
        assert found
        assert found.roles == {"organiser"}
        assert {role for staff in service.everyone(session) for role in staff.roles} == set(first)
        assert service.first_links(session, MORNING, first) == {}


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("login_name_malformed", ("张三", "张三", "leader")),
        ("login_name_malformed", ("a", "张三", "leader")),
        ("login_name_malformed", ("-abc", "张三", "leader")),
        ("field_not_a_choice", ("zhouba", "周八", "system")),
        ("login_name_taken", ("lisi", "李四", "leader")),
    ],
)
def test_it_refuses_a_wrong_account(database: Database, code: str, fields: tuple[str, str, str]) -> None:
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        with pytest.raises(DomainError, match=f"^{code}$"):
            service.create_account(session, MORNING, zhang, fields)


def test_nobody_disables_himself(database: Database) -> None:
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        with pytest.raises(DomainError, match="own_account"):
            service.set_disabled(session, MORNING, zhang, zhang.id, disabled=True)
        with pytest.raises(DomainError, match="not_found"):
            service.set_disabled(session, MORNING, zhang, "nobody", disabled=True)


@pytest.mark.parametrize("password", ["Ab1-short", "onlylowercase", "lowercase123", "Zhangsan-123", "1234567890"])
def test_it_refuses_weak_passwords(password: str) -> None:
    assert password_is_weak(password, "zhangsan")


@pytest.mark.parametrize("password", ["Right-Horse-7", "right-horse-77", "春眠不觉晓abc123"])
def test_it_takes_strong_passwords(password: str) -> None:
    assert not password_is_weak(password, "zhangsan")
