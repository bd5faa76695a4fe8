"""Whoever has to act next, or has waited, finds it in his inbox; nobody is told of what he did himself."""

import pytest
import sqlalchemy as sa

from app.accounts.models import StaffUnit
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.inbox.models import InboxItem
from app.rectification.ledger import service as ledger_acts
from app.rectification.messages.notify import ORDER_TOLD, ORDER_UNTOLD, action_title
from app.rectification.orders.modes import set_mode
from app.rectification.plans import service as planning
from app.rectification.rules.ledger import ActionEvent
from app.rectification.rules.orders import OrderEvent
from tests.cast import MORNING
from tests.rectification.flagged import (
    WU,
    ZHANG,
    ZHAO,
    ZHENG,
    keep_ledger,
    later,
    make_flagged,
    make_ledger,
    make_order,
    make_rows,
    order,
    plan_id_of,
)

QIAN = Principal("idqianer", "钱二", "organiser")
OTHER = Principal("idlisi", "李四", "liaison")


def told(database: Database, who: Principal) -> set[tuple[str, str]]:
    """Return text and address of what somebody found in his inbox."""
    with database.reading() as session:
        rows = session.execute(sa.select(InboxItem.text, InboxItem.href).where(InboxItem.staff_id == who.id))
        return {(text, href) for text, href in rows}


def texts(database: Database, who: Principal) -> set[str]:
    return {text for text, _ in told(database, who)}


def test_it_works(database: Database) -> None:
    _, order_id = make_order(database)
    page = f"/rectification/orders/{order_id}"
    assert told(database, WU) == {("县文工团被责令补课，请按期报送整改方案。", page)}
    assert (told(database, ZHANG), told(database, ZHENG)) == (set(), set())
    with database.writing() as session:
        planning.save_plan(Acting(session, MORNING, WU), plan_id_of(session, order_id), make_rows())
        session.flush()
        planning.submit(Acting(session, MORNING, WU), plan_id_of(session, order_id))
    waiting = {("县文工团报送了整改方案，请审定。", page)}
    assert told(database, ZHENG) == told(database, ZHANG) == told(database, QIAN) == waiting
    with database.writing() as session:
        planning.send_back(Acting(session, MORNING, ZHENG), plan_id_of(session, order_id), "目标要写明数字")
    assert "县文工团的整改方案被退回，请按审定意见修改后重新报送。" in texts(database, WU)


def test_an_action_goes_back_and_forth(database: Database) -> None:
    _, _, (action_id,) = make_ledger(database)
    page, title = f"/rectification/actions/{action_id}", "整改事项“开放时间太短”"
    with database.writing() as session:
        unit = Acting(session, MORNING, WU)
        ledger_acts.act(unit, action_id, ActionEvent.PROGRESS, "在做")
        ledger_acts.request_extension(unit, action_id, later(25), "还要等批复")
        ledger_acts.act(unit, action_id, ActionEvent.COMPLETE, "周末已经开放")
    assert {(f"县文工团申请{title}延期，请批复。", page), (f"县文工团报告{title}已经完成，请验收。", page)} <= told(
        database, ZHENG
    )
    with database.writing() as session:
        ledger_acts.act(Acting(session, MORNING, ZHENG), action_id, ActionEvent.ACCEPT, "属实")
    assert (f"县文工团的{title}已经验收销号。", page) in told(database, WU)
    assert not any("验收销号" in text for text in texts(database, ZHENG))


def test_a_change_of_the_mode_is_told_to_the_unit(database: Database) -> None:
    _, order_id = make_order(database)
    with database.writing() as session:
        set_mode(Acting(session, MORNING, ZHENG), order_id, "listed", "群众反映强烈")
    assert "对县文工团的督办方式改为“挂牌督办”。" in texts(database, WU)


def test_a_liaison_of_another_unit_and_leaders_are_told_nothing(database: Database) -> None:
    found = make_flagged(database)
    with database.writing() as session:
        session.add(StaffUnit(staff_id=OTHER.id, unit_id="u1"))
    keep_ledger(database, order(database, found))
    assert told(database, OTHER) == told(database, ZHAO) == set()
    assert told(database, WU)


def test_every_event_of_an_order_is_told_or_left_out_on_purpose() -> None:
    assert ORDER_TOLD.keys() | ORDER_UNTOLD == set(OrderEvent)
    assert not ORDER_TOLD.keys() & ORDER_UNTOLD


@pytest.mark.parametrize(("problem", "shown"), [("一\n二", "整改事项“一 二”"), ("长" * 41, f"整改事项“{'长' * 40}…”")])
def test_titles_are_short_and_of_one_line(problem: str, shown: str) -> None:
    assert action_title(problem) == shown
