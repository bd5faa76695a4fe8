"""A database in which plans hung on orders alone: everything under way is found again, by either way."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core import migrate
from app.core.acting import Acting
from app.core.db import Database
from app.rectification.ledger import service as ledger_acts
from app.rectification.ledger.attachments import files_of
from app.rectification.ledger.reads import EVERYTHING, announced, picked_rows
from app.rectification.models import Attachment
from app.rectification.orders import reads
from app.rectification.orders import service as ordering
from app.rectification.plans import service as planning
from app.rectification.plans.service import plan_of
from app.rectification.rules.ledger import ActionEvent
from app.rectification.rules.picks import Pick
from app.rectification.rules.plans import PlanState
from tests.cast import MORNING
from tests.rectification.flagged import (
    WU,
    ZHANG,
    Flagged,
    asked,
    keep_ledger,
    later,
    make_action,
    make_order,
    make_rows,
    plan_id_of,
)  # fmt: skip

BEFORE = "20261127_1580"
TODAY = MORNING.date()


def make_first_edition(database: Database) -> tuple[Flagged, str, str]:
    """Store an order in its ledger and one with a draft, as they stood before plans had ids; return both ids."""
    found, order_id = make_order(database)
    action_id, _ = keep_ledger(database, order_id, make_action(), make_action(problem="收费不透明"))
    with database.writing() as session:
        acting = Acting(session, MORNING, WU)
        entry = ledger_acts.act(acting, action_id, ActionEvent.PROGRESS, "已排班")
        ledger_acts.request_extension(acting, action_id, later(21), "设备未到")
        session.add(
            Attachment(
                id="f1", action_id=action_id, entry_id=entry, name="证明.pdf", media_type="application/pdf", size=1,
                digest="d", uploaded_at=MORNING, uploaded_by="吴九",
            )
        )  # fmt: skip
        other = next(flag.unit.target_id for flag in reads.flags(session, ZHANG, MORNING))
        draft = ordering.confirm(Acting(session, MORNING, ZHANG), found.round_id, other, asked(session, found))
        session.flush()
        planning.save_plan(Acting(session, MORNING, ZHANG), plan_id_of(session, draft), make_rows())
    migrate.downgrade(database.engine, BEFORE)
    return found, order_id, draft


def test_everything_under_way_is_found_again(database: Database) -> None:
    _, order_id, draft = make_first_edition(database)
    with database.engine.connect() as connection:
        kept = connection.execute(sa.text("SELECT order_id, attempt, state FROM remedial_plan ORDER BY state")).all()
        assert [tuple(row) for row in kept] == [(order_id, 1, "accepted"), (draft, 1, "draft")]
        hung = connection.execute(
            sa.text("SELECT count(*) FROM remedial_action WHERE order_id = :id"), {"id": order_id}
        )
        assert hung.scalar_one() == 2
    migrate.upgrade(database.engine)
    with database.writing() as session:
        check_ledger(session, order_id)
        order = reads.get_order(session, ZHANG, draft)
        plan = plan_of(session, order)
        assert plan is not None
        assert (plan.state, len(plan.rows), plan.head.due) == (PlanState.DRAFT, 1, order.attempts[0].dates.plan)
        planning.submit(Acting(session, MORNING + timedelta(minutes=1), ZHANG), plan.head.id)


def check_ledger(session: Session, order_id: str) -> None:
    order = reads.get_order(session, WU, order_id)
    plan = plan_of(session, order)
    assert plan is not None
    assert (plan.state, plan.head.order_id, plan.head.attempt) == (PlanState.ANNOUNCED, order_id, 1)
    assert (plan.head.asked_by, plan.submitted_by, plan.decided_by) == ("张三", "吴九", "郑十")
    rows = picked_rows(session, WU, TODAY, EVERYTHING)
    assert [(each.number, each.row.problem, each.row.state) for each in rows] == [
        ("1-1", "开放时间太短", "in_progress"),
        ("1-2", "收费不透明", "announced"),
    ]
    sought = Pick(text="收费 不透明", lead="孙 团长")
    assert [each.number for each in picked_rows(session, WU, TODAY, sought)] == ["1-2"]
    assert "已排班" in [entry.text for entry in ledger_acts.entries_of(session, rows[0].row.id)]
    assert [asked.reason for asked in ledger_acts.extensions_of(session, rows[0].row.id)] == ["设备未到"]
    assert [file.name for file in files_of(session, rows[0].row.id)] == ["证明.pdf"]
    assert len(announced(session, order.public_id)) == 2
