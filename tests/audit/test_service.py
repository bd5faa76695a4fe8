"""The log of what staff did: append-only, and every forgery shows."""

from collections.abc import Sequence

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import asking, moving
from app.accounts.asking import KIND
from app.accounts.models import Staff
from app.accounts.moving import holds_none
from app.audit import service
from app.audit.models import AuditEntry
from app.audit.searching import found_entries
from app.campaigns.models import Campaign
from app.consents.models import Consent
from app.consents.reads import waiting
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.errors import DomainError
from app.core.scope import limit
from app.offices.models import Office
from tests.cast import MORNING, make_cast
from tests.rectification.flagged import make_ledger

ZHANG = Principal("idzhangsan", "张三", "organiser")


def write(session: Session, count: int = 5) -> None:
    for number in range(count):
        service.record(session, MORNING, ZHANG, "round.open", f"r{number}", title=f"第{number}轮")


def drop_guards(database: Database) -> None:
    """Do what only the owner of the database can: remove the triggers that refuse changes."""
    with database.engine.begin() as connection:
        for name in guards(connection):
            on = "" if database.is_sqlite else " ON audit_entry"
            connection.exec_driver_sql(f"DROP TRIGGER {name}{on}")


def guards(connection: sa.Connection) -> Sequence[str]:
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'"
    else:
        query = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'audit_entry'::regclass AND NOT tgisinternal"
    return connection.exec_driver_sql(query).scalars().all()


def test_it_works(database: Database) -> None:
    with database.writing() as session:
        write(session)
    with database.reading() as session:
        found = service.entries(session, size=2)
        check = service.check_chain(session)
    rows = found.rows
    assert ([row.number for row in rows], found.total) == ([5, 4], 5)
    assert (check.entries, check.broken_at, check.head) == (5, None, rows[0].hash)
    assert rows[0].detail == '{"title": "第4轮"}'


def test_an_empty_log_holds(database: Database) -> None:
    with database.reading() as session:
        assert service.check_chain(session) == service.Check(0, service.GENESIS, None)


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET detail = '{}'", "DELETE FROM audit_entry"])
def test_it_refuses_to_change_or_drop_an_entry(database: Database, statement: str) -> None:
    with database.writing() as session:
        write(session)
    with pytest.raises(sa.exc.DBAPIError), database.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    with database.reading() as session:
        assert service.check_chain(session).broken_at is None


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE audit_entry SET detail = '{}' WHERE number = 3",
        "UPDATE audit_entry SET actor_name = '李四' WHERE number = 3",
        "UPDATE audit_entry SET at = '2026-11-24 00:00:00' WHERE number = 3",
        "DELETE FROM audit_entry WHERE number = 3",
    ],
)
def test_a_forged_entry_shows(database: Database, forgery: str) -> None:
    with database.writing() as session:
        write(session)
    drop_guards(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(forgery)
    with database.reading() as session:
        assert service.check_chain(session).broken_at == 3


def test_two_swapped_entries_show(database: Database) -> None:
    with database.writing() as session:
        write(session)
    drop_guards(database)
    with database.engine.begin() as connection:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            connection.execute(sa.update(AuditEntry).where(AuditEntry.number == old).values(number=new))
    with database.reading() as session:
        assert service.check_chain(session).broken_at == 2


def test_a_cut_off_end_shows_against_a_printed_head(database: Database) -> None:
    with database.writing() as session:
        write(session)
        printed = service.check_chain(session)
    drop_guards(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit_entry WHERE number > 3")
    with database.reading() as session:
        check = service.check_chain(session)
    assert check.entries < printed.entries
    assert check.head != printed.head


def test_a_cut_off_beginning_shows(database: Database) -> None:
    with database.writing() as session:
        write(session)
    drop_guards(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit_entry WHERE number < 3")
    with database.reading() as session:
        assert service.check_chain(session).broken_at == 1


def refused_act(database: Database) -> None:
    with database.writing() as session:
        write(session, 1)
        raise DomainError("refused")


def test_a_refused_act_leaves_no_entry(database: Database) -> None:
    with pytest.raises(DomainError):
        refused_act(database)
    with database.reading() as session:
        assert service.entries(session).total == 0


def test_what_came_since_is_checked_and_a_missing_entry_shows(database: Database) -> None:
    verified = service.Verified()
    with database.writing() as session:
        write(session)
    assert verified.check(database).entries == 5
    assert verified.check(database).broken_at is None
    with database.writing() as session:
        write(session, 2)
    drop_guards(database)
    with database.reading() as session:
        assert verified.check(database) == service.check_chain(session)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_entry SET detail = '{}' WHERE number = 7")
        connection.exec_driver_sql("DELETE FROM audit_entry WHERE number = 2")
    assert verified.check(database).broken_at == 2


def test_a_forgery_behind_the_verified_head_shows(database: Database) -> None:
    verified = service.Verified()
    with database.writing() as session:
        write(session)
    verified.check(database)
    with database.writing() as session:
        write(session, 3)
    drop_guards(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_entry SET detail = '{}' WHERE number = 7")
    for _ in range(2):
        assert verified.check(database).broken_at == 7


def test_a_check_reads_a_few_entries_at_a_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "STEP", 2)
    with database.writing() as session:
        write(session)
    verified = service.Verified()
    check = verified.check(database)
    with database.reading() as session:
        assert check == service.check_chain(session)
    assert (check.entries, check.broken_at) == (5, None)


def test_acts_behind_an_entry_are_read_without_those_before(database: Database) -> None:
    with database.writing() as session:
        for action in ("office.add", "office.edit", "round.count", "office.edit", "office.add"):
            service.record(session, MORNING, service.SYSTEM, action, "x")
        numbers = session.scalars(sa.select(AuditEntry.number).order_by(AuditEntry.number)).all()[-5:]
        offices = {"office.add", "office.edit"}
        assert [each.number for each in service.acts(session, offices, numbers[1])] == numbers[3:]
        assert [each.number for each in service.acts(session, {"office.edit"})] == [numbers[1], numbers[3]]
        assert service.acts(session, offices, numbers[-1]) == []


def test_whoever_reads_for_an_office_finds_what_others_did_to_it_and_nothing_more(database: Database) -> None:
    """What somebody above did to the office itself, its actions, and accounts that are its own or were to be."""
    found, _, (action_id,) = make_ledger(database)
    with database.writing() as session:
        for office in ("east", "west"):
            session.add(Office(id=office, parent_id="root", name=office, position=0, is_closed=False))
            session.flush()
            who = Staff(id=f"id{office}", login=office * 2, name=office, roles={"auditor"}, created_at=MORNING)
            who.office_id = office
            session.add(who)
        session.get_one(Campaign, found.campaign_id).office_id = "east"
        acting = Acting(session, MORNING, ZHANG)
        for login, office in (("newcomer", "east"), ("stranger", "west")):
            asking.create(acting, (login, login, "scrutineer"), office, three_roles=False)
        for consent in waiting(session, KIND):
            asking.decide(acting, consent.id, holds_none, granted=False, three_roles=False)
        for subject in ("east", "west", "easteast", "westwest", action_id, "elsewhere"):
            service.record(session, MORNING, ZHANG, "planted", subject)
        east = Principal("ideast", "east", "auditor", "east")
        service.record(session, MORNING, east, "planted", "")
    with database.reading() as session:
        limit(session, ["east"])
        listed = service.entries(session, size=100)
        assert {row.subject for row in listed.rows if row.action == "planted"} == {"east", "easteast", action_id, ""}
        assert {row.subject for row in listed.rows if row.action.startswith("account.")} == {"newcomer"}
        assert listed.total == len(listed.rows)
        looked_for = found_entries(session, "planted", 0, str)
        assert {row.subject for row in looked_for.rows} == {"east", "easteast", action_id, ""}


def test_what_somebody_did_before_he_was_moved_stays_with_the_office_that_he_left(database: Database) -> None:
    """Nor does an office go on reading of a round or an account that has left it, because a second person was asked."""
    with database.writing() as session:
        make_cast(session)
        for office in ("east", "west"):
            session.add(Office(id=office, parent_id="root", name=office, position=0, is_closed=False))
        session.flush()
        session.get_one(Staff, "idzhaoliu").office_id = "west"
        session.add(consent_about("round", "of-west"))
        session.add(consent_about("account", "wangwu"))
        mover = Principal("idzhaoliu", "赵六", "leader", "west")
        service.record(session, MORNING, mover, "planted", "before")
        moving.move(Acting(session, MORNING, ZHANG), "idzhaoliu", "east", holds_none)
        service.record(session, MORNING, mover, "planted", "after")
        service.record(session, MORNING, ZHANG, "planted", "of-west")
        service.record(session, MORNING, ZHANG, "planted", "wangwu")
    with database.reading() as session:
        limit(session, ["east"])
        rows = service.entries(session, size=100).rows
        assert [row.subject for row in rows if row.action == "planted"] == ["after"]


def consent_about(kind: str, subject: str) -> Consent:
    """Return what 东县 was once asked about something that is not its own any more."""
    return Consent(
        id=f"c-{kind}", kind=kind, subject_id=subject, act="link", office_id="east", request="{}", asked_at=MORNING,
        asked_by="idzhangsan", asked_by_name="张三",
    )  # fmt: skip
