"""What an installation has after some months: opinions, an order with everything that can hang on it, a document."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from app.campaigns import scheme_service
from app.core.acting import Acting
from app.core.db import Database
from app.core.scope import ROOT
from app.core.secrets import new_id
from app.offices.models import RegisteredUnit
from app.opinions import service as opinions
from app.publication import service as publication
from app.rectification.ledger import attachments, signatures
from app.rectification.ledger import service as ledger_acts
from app.rectification.ledger.deadlines import run_daily
from app.rectification.models import ActionExtension, Attachment, RemedialOrder, SupervisionNotice
from app.rectification.orders import service as ordering
from app.rectification.plans import asking, entering
from app.rectification.plans.asking import Request
from app.rectification.plans.entering import TypedIssue
from app.rectification.rules.ledger import ActionEvent
from app.rectification.rules.orders import OrderEvent
from app.rounds import documents
from app.rounds.domain import RoundState
from app.rounds.models import Round
from app.web.forms import Upload
from tests.cast import MORNING
from tests.publication import counted
from tests.rectification.flagged import (
    FLAGGED,
    WU,
    ZHANG,
    Flagged,
    keep_ledger,
    later,
    make_action,
    order,
    plan_id_of,
    store_flagged,
    working,
)  # fmt: skip
from tests.rectification.orders.test_service import retest

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
CONTENT = ((70, 20, 6, 4, 3),)
MANY = 15
"""Units, from which on a page of results links small charts."""
ALL_LATE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Furnished:
    """Ids of what hangs on one order of one unit."""

    found: Flagged
    order_id: str
    public_id: str
    action_id: str
    extension_id: str
    file_id: str
    notice_id: str
    retest_id: str


def furnish(database: Database, data: Path) -> Furnished:
    """Hold a round and a retest of a flagged unit, keep its ledger, collect opinions, attach a document."""
    found = store_flagged(database)
    order_id = order(database, found)
    done, running = keep_ledger(database, order_id, make_action(), make_action(problem="收费不透明"))
    with database.writing() as session:
        _work(Acting(session, MORNING, WU), data, done, running)
        page = Upload("签字页.pdf", PDF)
        signatures.sign_plan_on_page(Acting(session, MORNING, ZHANG), data, plan_id_of(session, order_id), page)
        ordering.step(Acting(session, MORNING, WU), order_id, OrderEvent.COMPLETE, "已全部整改")
        opinions.add_demo_opinions(Acting(session, MORNING, ZHANG), found.campaign_id)
        scheme_service.copy_form(session, MORNING, ZHANG, found.campaign_id, "t2")
        _ask(Acting(session, MORNING, ZHANG), found)
    retest_id = retest(database, order_id, CONTENT)
    _correct_big(database)
    with database.writing() as session:
        publication.publish(Acting(session, MORNING, ZHANG), retest_id, {"scope": "unit"})
        _attach_document(Acting(session, MORNING, ZHANG), found)
        run_daily(session, MORNING + ALL_LATE)
        return Furnished(
            found=found,
            order_id=order_id,
            public_id=session.get_one(RemedialOrder, order_id).public_id,
            action_id=running,
            extension_id=session.scalars(sa.select(ActionExtension.id)).one(),
            file_id=session.scalars(sa.select(Attachment.id)).one(),
            notice_id=session.scalars(
                sa.select(SupervisionNotice.id).where(SupervisionNotice.subject_id == running)
            ).one(),
            retest_id=retest_id,
        )


def _ask(acting: Acting, found: Flagged) -> None:
    """Ask the unit for a plan without an order too, enter an issue that it may answer, and register a unit."""
    acting.session.add(RegisteredUnit(id=new_id(), office_id=ROOT, position=0, name="县档案馆", code=""))
    asking.ask(acting, found.campaign_id, Request((FLAGGED,), working(later(10)) or later(10), "先解决反映集中的问题"))
    entering.enter(acting, found.campaign_id, TypedIssue("audit", "账目公开不及时", "审计报告第 3 条", (FLAGGED,)))


def _correct_big(database: Database) -> None:
    """Publish a round over many units and correct its spare slips, so that there is an earlier version."""
    few = {"党代表": 14, "服务对象": 20}
    paper = counted.make_paper(tuple(f"第{number}所" for number in range(1, MANY + 1)), few)
    round_id = counted.store_published(database, counted.make_votes(paper, remarks=0), "leaders", "unit")
    counted.correct(database, round_id, {"g0": (1, 0)}, MORNING)


def _work(acting: Acting, data: Path, done: str, running: str) -> None:
    entry = ledger_acts.act(acting, running, ActionEvent.PROGRESS, "价目表已经上墙")
    attachments.attach(acting, data, (running, entry), Upload("价目表.pdf", PDF))
    ledger_acts.request_extension(acting, running, MORNING.date() + timedelta(days=42), "还要等物价部门批复")
    ledger_acts.act(acting, done, ActionEvent.PROGRESS, "排班已经调整")
    ledger_acts.act(acting, done, ActionEvent.COMPLETE, "周末已经开放")


def _attach_document(acting: Acting, found: Flagged) -> None:
    """Make the round one about a document, as if it had been attached before the freeze."""
    row = acting.session.get_one(Round, found.round_id)
    state, row.state = row.state, RoundState.DRAFT
    documents.attach(acting, found.round_id, FLAGGED, "分析检查报告.pdf", PDF)
    row.state = state
