"""The inbox: own items only, unread first, and an address that cannot carry anything else."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.lists import PAGE, Wish
from app.inbox import service as inbox
from app.inbox.models import InboxItem, StaffMail
from tests.cast import MORNING, make_cast, refuses
from tests.rectification.flagged import WU, ZHENG


def add_items(session: Session, staff: Principal, count: int) -> list[str]:
    """Put items into an inbox, the last one the newest."""
    ids = [f"{staff.id}{number:03}" for number in range(count)]
    for number, item_id in enumerate(ids):
        at = MORNING + timedelta(minutes=number)
        session.add(InboxItem(id=item_id, staff_id=staff.id, text=f"第{number}条", href="/rectification", at=at))
    session.flush()
    return ids


def test_it_works(database: Database) -> None:
    with database.writing() as session:
        make_cast(session)
        first, second, third = add_items(session, WU, 3)
        add_items(session, ZHENG, 1)
        acting = Acting(session, MORNING, WU)
        inbox.mark_read(acting, third)
        inbox.mark_read(acting, third)
        session.flush()
        assert [item.id for item in inbox.found_items(session, WU).rows] == [second, first, third]
        assert inbox.unread(session, WU) == 2
        assert inbox.mark_all_read(acting) == 2
        assert inbox.mark_all_read(acting) == 0
        assert (inbox.unread(session, WU), inbox.unread(session, ZHENG)) == (0, 1)
    with database.reading() as session:
        assert list(session.scalars(sa.select(AuditEntry.action))) == ["inbox.read", "inbox.read_all"]


def test_it_refuses_what_is_somebody_else_s(database: Database) -> None:
    with database.writing() as session:
        make_cast(session)
        (foreign,) = add_items(session, ZHENG, 1)
        for item_id in (foreign, "nowhere"):
            with refuses("inbox_item_unknown"):
                inbox.mark_read(Acting(session, MORNING, WU), item_id)
        assert inbox.unread(session, ZHENG) == 1


def test_every_item_is_reached_unread_ones_first_and_they_are_looked_for(database: Database) -> None:
    with database.writing() as session:
        make_cast(session)
        add_items(session, ZHENG, 3)
        ids = add_items(session, WU, 2 * PAGE + 5)
        for item_id in ids[5:]:
            inbox.mark_read(Acting(session, MORNING, WU), item_id)
        session.flush()
        pages = [inbox.found_items(session, WU, Wish(part=part)) for part in (1, 2, 3)]
        wanted = [*ids[4::-1], *reversed(ids[5:])]
        assert [item.id for page in pages for item in page.rows] == wanted
        assert pages[0].total == len(ids)
        unread = inbox.found_items(session, WU, Wish(state=inbox.UNREAD))
        assert [item.id for item in unread.rows] == ids[4::-1]
        assert [item.id for item in inbox.found_items(session, WU, Wish("第１０４条")).rows] == [ids[104]]


def test_an_address_is_kept_changed_and_taken_away(database: Database) -> None:
    with database.writing() as session:
        make_cast(session)
        acting = Acting(session, MORNING, WU)
        for address in ("wu.jiu@mail.example.cn", "wu+notice@example.cn", "", ""):
            inbox.set_address(acting, address)
            session.flush()
            assert inbox.address_of(session, WU) == address
        assert session.scalars(sa.select(StaffMail)).all() == []
    with database.reading() as session:
        details = list(session.scalars(sa.select(AuditEntry.detail).order_by(AuditEntry.number)))
        assert details == ['{"on": true}', '{"on": true}', '{"on": false}']


@pytest.mark.parametrize(
    "address",
    [
        "wu", "wu@", "@example.cn", "wu@example", "wu@@example.cn", "wu jiu@example.cn", "吴九@example.cn",
        "wu@example.cn\nBcc: all@example.cn", "wu@example.cn\r\nSubject: x", "wu@example.cn\n", "wu@example.cn,b@c.cn",
        "wu@example.cn;b@c.cn", "<wu@example.cn>", '"wu jiu"@example.cn', "wu..jiu@example.cn", ".wu@example.cn",
        "wu@-example.cn", "wu@exa_mple.cn", "wu@[127.0.0.1]", "a" * 65 + "@example.cn", "wu@" + "a." * 126 + "cn",
        "wu@" + "a" * 64 + ".cn", "wu%x@example.cn", "wu\x00@example.cn", "wu\u2028@example.cn",
    ],
)  # fmt: skip
def test_it_refuses_what_is_no_plain_address(database: Database, address: str) -> None:
    with database.writing() as session:
        make_cast(session)
        with refuses("mail_address_malformed"):
            inbox.set_address(Acting(session, MORNING, WU), address)
        assert inbox.address_of(session, WU) == ""
