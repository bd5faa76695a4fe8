"""The head of a unit signs off a completion; where a campaign asks for it, nothing is accepted without."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.models import Staff
from app.audit.models import AuditEntry
from app.core.acting import Acting, Principal
from app.core.clock import utc_now
from app.core.db import Database
from app.inbox.models import InboxItem
from app.rectification.documents.notices import plan_document
from app.rectification.ledger import attachments, signatures
from app.rectification.ledger import service as ledger_acts
from app.rectification.ledger.cells import cells_of
from app.rectification.plans import service as planning
from app.rectification.rules.ledger import ActionEvent
from app.rectification.signing import service as signing
from app.web.forms import Upload
from tests.cast import MORNING, refuses
from tests.rectification.documents.test_notices import opened, text_of
from tests.rectification.flagged import (
    FLAGGED,
    WU,
    ZHANG,
    ZHENG,
    Flagged,
    make_ledger,
    make_order,
    make_rows,
    plan_id_of,
)
from tests.rectification.ledger.test_service import PDF, Work

HEAD = Principal("idlijuzhang", "李局长", "liaison")


def make_headed(database: Database, *, needed: bool = True, head: Principal = HEAD) -> tuple[Flagged, str]:
    """Make a ledger of one action whose unit has a head."""
    found, _, (action_id,) = make_ledger(database)
    with database.writing() as session:
        name_head(session, found, head, needed=needed)
    return found, action_id


def name_head(session: Session, found: Flagged, head: Principal = HEAD, *, needed: bool = True) -> None:
    """Give the flagged unit a head with an account of his own."""
    session.add(Staff(id=head.id, login=head.id, name=head.name, roles=set(head.roles), created_at=MORNING))
    session.flush()
    accounts.set_liaisons(session, MORNING, ZHANG, FLAGGED, [WU.id, head.id])
    signing.set_signing(Acting(session, MORNING, ZHANG), found.campaign_id, {FLAGGED: head.id}, needed=needed)


def complete(session: Session, action_id: str, text: str = "已开放") -> Work:
    work = Work(session, action_id)
    work.do(WU, ActionEvent.PROGRESS, "在做")
    work.do(WU, ActionEvent.COMPLETE, text)
    return work


def signed(session: Session, action_id: str) -> str:
    return cells_of(ledger_acts.get_action(session, ZHANG, action_id, MORNING.date()))["signed"]


def told(session: Session, who: Principal) -> list[str]:
    return list(session.scalars(sa.select(InboxItem.text).where(InboxItem.staff_id == who.id)))


def test_it_works(database: Database) -> None:
    _, action_id = make_headed(database)
    with database.writing() as session:
        work = complete(session, action_id)
        assert told(session, HEAD)[-1] == "县文工团报告整改事项“开放时间太短”已经完成，请主要负责人签批。"
        texts = {entry.event: entry.text for entry in ledger_acts.entries_of(session, action_id)}
        assert texts == {"progress": "在做", "complete": "已开放"}
        with refuses("completion_unsigned"):
            work.do(ZHENG, ActionEvent.ACCEPT)
        signatures.sign(Acting(session, MORNING, HEAD), action_id)
        assert signed(session, action_id) == "李局长 2026年11月23日"
        assert "主要负责人已签批" in told(session, ZHENG)[-1]
        with refuses("sign_again"):
            signatures.sign(Acting(session, MORNING, HEAD), action_id)
        work.do(ZHENG, ActionEvent.ACCEPT)
        assert work.state()[0] == "closed_out"


def test_only_the_head_signs_and_only_what_is_reported(database: Database) -> None:
    _, action_id = make_headed(database)
    with database.writing() as session:
        with refuses("sign_too_early"):
            signatures.sign(Acting(session, MORNING, HEAD), action_id)
        complete(session, action_id)
        for other in (WU, ZHANG):
            with refuses("sign_not_head"):
                signatures.sign(Acting(session, MORNING, other), action_id)
        accounts.set_liaisons(session, MORNING, ZHANG, FLAGGED, [WU.id])
        session.flush()
        with refuses("action_unknown"):
            signatures.sign(Acting(session, MORNING, HEAD), action_id)
        assert signing.heads_of(session, [FLAGGED]) == {}


def test_nothing_is_asked_of_campaigns_that_ask_for_nothing(database: Database) -> None:
    _, action_id = make_headed(database, needed=False)
    with database.writing() as session:
        work = complete(session, action_id)
        work.do(ZHENG, ActionEvent.ACCEPT)
        assert work.state()[0] == "closed_out"
        signatures.sign(Acting(session, MORNING, HEAD), action_id)
        assert signed(session, action_id) == "李局长 2026年11月23日"


def test_who_signed_does_not_accept_even_by_a_namesake(database: Database) -> None:
    _, action_id = make_headed(database, head=Principal("idother", ZHENG.name, "liaison"))
    with database.writing() as session:
        work = complete(session, action_id)
        signatures.sign(Acting(session, MORNING, Principal("idother", ZHENG.name, "liaison")), action_id)
        with refuses("acceptor_is_head"):
            work.do(ZHENG, ActionEvent.ACCEPT)
        work.do(ZHANG, ActionEvent.ACCEPT)


def test_what_is_reported_anew_is_signed_anew(database: Database) -> None:
    _, action_id = make_headed(database)
    with database.writing() as session:
        work = complete(session, action_id)
        signatures.sign(Acting(session, MORNING, HEAD), action_id)
        work.do(ZHENG, ActionEvent.RETURN, "没有做完")
        assert signed(session, action_id) == ""
        complete(session, action_id, "这次做完")
        assert signed(session, action_id) == ""
        with refuses("completion_unsigned"):
            work.do(ZHENG, ActionEvent.ACCEPT)


def test_a_scanned_page_stands_for_the_signature(database: Database, tmp_path: Path) -> None:
    _, action_id = make_headed(database)
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        work = complete(session, action_id)
        with refuses("signed_page_missing"):
            signatures.sign_on_page(acting, tmp_path, action_id, None)
        signatures.sign_on_page(acting, tmp_path, action_id, Upload("签字页.pdf", PDF))
        (page,) = attachments.files_of(session, action_id)
        assert attachments.read(session, tmp_path, action_id, page.id) == ("签字页.pdf", PDF)
        assert signed(session, action_id) == "签字页 2026年11月23日"
        work.do(ZHANG, ActionEvent.ACCEPT)
        assert work.state()[0] == "closed_out", "who attached the page has signed nothing himself"


@pytest.mark.parametrize("staff_id", [ZHANG.id, "nobody"])
def test_a_head_is_one_of_those_who_speak_for_the_unit(database: Database, staff_id: str) -> None:
    found, _, _ = make_ledger(database)
    with database.writing() as session, refuses("head_no_liaison"):
        signing.set_signing(Acting(session, MORNING, ZHANG), found.campaign_id, {FLAGGED: staff_id}, needed=True)


def test_the_log_tells_of_a_head_who_left_office_and_is_taken_away(database: Database) -> None:
    """No page shows him any more, so the form that is saved names nobody: his row goes, and the log says whose."""
    found, _ = make_headed(database)
    with database.writing() as session:
        accounts.set_liaisons(session, MORNING, ZHANG, FLAGGED, [WU.id])
        for _ in range(2):
            signing.set_signing(Acting(session, MORNING, ZHANG), found.campaign_id, {FLAGGED: ""}, needed=False)
        asked = sa.select(AuditEntry.detail).where(AuditEntry.action == "campaign.signing").order_by(AuditEntry.number)
        logged = session.scalars(asked).all()
    assert [json.loads(detail) for detail in logged[-2:]] == [
        {"heads": {FLAGGED: [HEAD.id, ""]}, "needed": False},
        {"heads": {}, "needed": False},
    ]


def submitted(database: Database) -> str:
    """Submit a plan of a unit whose head has to sign; return its id."""
    found, order_id = make_order(database)
    with database.writing() as session:
        name_head(session, found)
        plan_id = plan_id_of(session, order_id)
        planning.save_plan(Acting(session, MORNING, WU), plan_id, make_rows())
        session.flush()
        with refuses("sign_too_early"):
            signatures.sign_plan(Acting(session, MORNING, HEAD), plan_id)
        planning.submit(Acting(session, MORNING, WU), plan_id)
        assert told(session, HEAD)[-1] == "县文工团报送了整改方案，请主要负责人签批。"
        return plan_id


def document(session: Session, plan_id: str) -> str:
    """Return the plan's document as text, made by a thread that holds no transaction."""
    plan = planning.get_plan(session, ZHANG, plan_id)
    with ThreadPoolExecutor(1) as aside:
        return text_of(opened(aside.submit(plan_document, plan, None, (), MORNING.date()).result()))


def test_a_plan_is_accepted_once_its_head_has_signed_and_anew_after_a_return(database: Database) -> None:
    plan_id = submitted(database)
    with database.writing() as session:
        supervisor, liaison = Acting(session, MORNING, ZHENG), Acting(session, MORNING, WU)
        with refuses("plan_unsigned"):
            planning.accept(supervisor, plan_id)
    with database.writing() as session:
        supervisor, liaison = Acting(session, MORNING, ZHENG), Acting(session, MORNING, WU)
        signatures.sign_plan(Acting(session, MORNING, HEAD), plan_id)
        assert "主要负责人已签批整改方案" in told(session, ZHENG)[-1]
        assert "主要负责人签批" in document(session, plan_id)
        planning.send_back(supervisor, plan_id, "措施不具体")
        assert "主要负责人签批" not in document(session, plan_id), "the draft is no longer what he signed"
        planning.submit(liaison, plan_id)
        assert not planning.get_plan(session, ZHANG, plan_id).signature.is_given
    with database.writing() as session, refuses("plan_unsigned"):
        planning.accept(Acting(session, MORNING, ZHENG), plan_id)
    with database.writing() as session:
        signatures.sign_plan(Acting(session, MORNING, HEAD), plan_id)
        planning.accept(Acting(session, MORNING, ZHENG), plan_id)
        assert planning.get_plan(session, ZHANG, plan_id).head.is_in_force


def test_a_page_stands_under_a_plan_and_survives_the_sweep(database: Database, tmp_path: Path) -> None:
    plan_id = submitted(database)
    with database.writing() as session:
        with refuses("not_found"):
            attachments.read_page(session, tmp_path, plan_id)
        signatures.sign_plan_on_page(Acting(session, MORNING, ZHANG), tmp_path, plan_id, Upload("签字页.pdf", PDF))
        assert attachments.sweep(session, tmp_path, utc_now() + timedelta(days=2)) == 0
        assert attachments.read_page(session, tmp_path, plan_id) == ("签字页.pdf", PDF)
        noted = session.scalars(sa.select(AuditEntry.detail).where(AuditEntry.action == "plan.sign")).one()
        assert sha256(PDF).hexdigest() in str(noted)
        planning.accept(Acting(session, MORNING, ZHENG), plan_id)
