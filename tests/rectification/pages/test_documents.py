"""Downloads of 补课's Word documents, by role; and the page for 简报 and 通报."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from httpx import Response

from app.audit.models import AuditEntry
from app.core.acting import Acting
from app.core.db import Database
from app.core.settings import Settings
from app.opinions import service as opinions
from app.opinions.domain import Kind
from app.opinions.reads import opinion_ids
from app.publication.models import ResultRead
from app.rectification.ledger import signatures
from app.rectification.models import UnitPlan
from app.rectification.orders import service as ordering
from app.rectification.plans import service as planning
from app.web.downloads import DOCX
from app.web.forms import Upload
from tests.cast import MORNING, Desk
from tests.conftest import TestClock
from tests.rectification.documents.test_notices import opened, text_of
from tests.rectification.flagged import (
    FLAGGED,
    WU,
    ZHANG,
    ZHENG,
    make_flagged,
    make_ledger,
    make_order,
    make_rows,
    plan_id_of,
    plan_path,
)
from tests.rectification.ledger.test_service import PDF

NEWS = {
    "kind": "newsletter", "masthead": "整改简报", "issue": "12", "newsletter_day": "2026-11-23", "editor": "县文化局",
    "newsletter_title": "", "story": "推进会<召开>", "sent_to": "",
}  # fmt: skip
NOTICE = {
    "kind": "bulletin", "bulletin_title": "进展通报", "document_number": "县文发〔2026〕9号", "addressee": "各单位",
    "bulletin_day": "2026-11-23", "issuer": "县文化局", "opening": "",
}  # fmt: skip


def read(answer: Response) -> str:
    assert answer.status_code == 200, answer.text[:200]
    assert answer.headers["content-type"] == DOCX
    return text_of(opened(answer.content))


def name_of(answer: Response) -> str:
    return unquote(answer.headers["content-disposition"].split("''")[1])


def test_it_works(database: Database, new_desk: Callable[[str], Desk]) -> None:
    found, order_id, _ = make_ledger(database)
    desk, order = new_desk("zhangsan"), f"/rectification/orders/{order_id}"
    campaign = f"/rectification/campaigns/{found.campaign_id}"
    assert "县文工团整改方案" in read(desk.get(f"{plan_path(database, order)}/plan.docx"))
    assert "五、下一步打算" in read(desk.get(f"{order}/summary.docx"))
    assert "环节步骤完成情况" in read(desk.get(f"{campaign}/summary.docx"))
    assert desk.get(f"{campaign}/bulletin").status_code == 200
    assert 'name="issue" type="text" value="1"' in desk.get(f"{campaign}/bulletin").text
    news = desk.post(f"{campaign}/bulletin", **NEWS)
    assert 'name="issue" type="text" value="13"' in desk.get(f"{campaign}/bulletin").text
    assert "推进会<召开>" in read(news)
    assert name_of(news) == "整改简报第12期.docx"
    notice = desk.post(f"{campaign}/bulletin", **NOTICE)
    assert "县文发〔2026〕9号" in read(notice)
    with database.reading() as session:
        acts = list(session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.number)))
        assert acts[-2:] == ["document.newsletter", "document.bulletin"]
        assert set(session.scalars(sa.select(ResultRead.what))) == {"summary"}


def test_the_campaign_s_report_begins_with_the_facts_of_the_campaign(
    database: Database, new_desk: Callable[[str], Desk]
) -> None:
    found, _, _ = make_ledger(database)
    path = f"/rectification/campaigns/{found.campaign_id}/summary.docx"
    assert "收集意见" not in read(new_desk("zhangsan").get(path))
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        opinions.add_demo_opinions(acting, found.campaign_id)
        ids = tuple(opinion_ids(session, found.campaign_id)[:3])
        opinions.do(acting, found.campaign_id, opinions.Wish(Kind.NEW_ISSUE, ids, words="下乡演出少"))
    text = read(new_desk("zhangsan").get(path))
    assert "县文化局开展“学习实践科学发展观活动”，分学习调研、分析检查、整改落实 3 个阶段进行" in text
    assert "本报告反映 8 个单位的情况。共收集意见 86 条，归并为 1 个问题。" in text
    own = read(new_desk("wujiu").get(path))
    assert "本报告反映 1 个单位的情况。" in own
    assert "收集意见" not in own


def test_a_liaison_gets_his_own_unit_s_documents_only(database: Database, new_desk: Callable[[str], Desk]) -> None:
    found, order_id, _ = make_ledger(database)
    liaison = new_desk("wujiu")
    text = read(liaison.get(f"/rectification/campaigns/{found.campaign_id}/summary.docx"))
    assert "县文工团" in text
    assert "县文化馆" not in text
    assert "县文工团" in read(liaison.get(f"/rectification/orders/{order_id}/summary.docx"))
    assert liaison.get(f"/rectification/campaigns/{found.campaign_id}/bulletin").status_code == 403
    with database.writing() as session:
        session.execute(sa.text("DELETE FROM staff_unit"))
    for path in (f"{plan_path(database, order_id)}/plan.docx", f"/rectification/orders/{order_id}/summary.docx"):
        assert liaison.get(path).status_code == 404
    assert liaison.get(f"/rectification/campaigns/{found.campaign_id}/summary.docx").status_code == 404


def test_a_draft_of_a_plan_is_not_for_leaders(database: Database, new_desk: Callable[[str], Desk]) -> None:
    _, order_id = make_order(database)
    path = f"{plan_path(database, order_id)}/plan.docx"
    assert new_desk("zhaoliu").get(path).status_code == 404
    assert "未审定稿" in read(new_desk("wujiu").get(path))


def test_a_waived_unit_has_neither_plan_nor_summary(database: Database, new_desk: Callable[[str], Desk]) -> None:
    found = make_flagged(database)
    with database.writing() as session:
        order_id = ordering.waive(Acting(session, MORNING, ZHANG), found.round_id, FLAGGED, "单位已撤并")
    desk = new_desk("zhangsan")
    for path in ("plan.docx", "summary.docx"):
        assert desk.get(f"/rectification/orders/{order_id}/{path}").status_code == 404
    assert "免于补课" in read(desk.get(f"/rectification/campaigns/{found.campaign_id}/summary.docx"))


@pytest.mark.parametrize(
    ("fields", "change", "words"),
    [
        (NEWS, {"issue": "第三"}, "期号"),
        (NEWS, {"masthead": " "}, "报头"),
        (NEWS, {"newsletter_day": "今天"}, "不是日期"),
        (NEWS, {"kind": "letter"}, "文种"),
        (NOTICE, {"document_number": ""}, "文号"),
        (NOTICE, {"addressee": "各" * 201}, "200"),
    ],
)
def test_it_refuses_and_keeps_what_was_typed(
    database: Database, new_desk: Callable[[str], Desk], fields: dict[str, str], change: dict[str, str], words: str
) -> None:
    found = make_flagged(database)
    answer = new_desk("zhengshi").post(
        f"/rectification/campaigns/{found.campaign_id}/bulletin", **{**fields, **change, "story": "推进会<召开>"}
    )
    assert 400 <= answer.status_code < 500
    assert words in answer.text
    assert "推进会&lt;召开&gt;" in answer.text


def test_an_unknown_campaign_has_no_documents(database: Database, new_desk: Callable[[str], Desk]) -> None:
    make_flagged(database)
    desk = new_desk("zhangsan")
    assert desk.get("/rectification/campaigns/nowhere/summary.docx").status_code == 404
    assert desk.post("/rectification/campaigns/nowhere/bulletin", **NEWS).status_code == 404


def test_a_plan_is_signed_on_the_day_it_was_submitted(
    database: Database, new_desk: Callable[[str], Desk], clock: TestClock
) -> None:
    _, order_id, _ = make_ledger(database)
    clock.now = MORNING + timedelta(minutes=20)
    with database.writing() as session:
        plan = session.scalars(sa.select(UnitPlan)).one()
        plan.submitted_at = MORNING - timedelta(days=3)
    assert read(new_desk("zhangsan").get(f"{plan_path(database, order_id)}/plan.docx")).endswith("2026年11月20日")


def test_a_leader_has_no_signed_page_of_a_plan_that_is_written_anew(
    database: Database, settings: Settings, new_desk: Callable[[str], Desk]
) -> None:
    _, order_id = make_order(database)
    with database.writing() as session:
        plan_id = plan_id_of(session, order_id)
        planning.save_plan(Acting(session, MORNING, WU), plan_id, make_rows())
        session.flush()
        planning.submit(Acting(session, MORNING, WU), plan_id)
        page = Upload("签字页.pdf", PDF)
        signatures.sign_plan_on_page(Acting(session, MORNING, ZHANG), settings.data, plan_id, page)
    address = f"/rectification/plans/{plan_id}/signed"
    assert new_desk("zhaoliu").get(address).content == PDF
    with database.writing() as session:
        planning.send_back(Acting(session, MORNING, ZHENG), plan_id, "措施不具体")
    assert new_desk("zhaoliu").get(address).status_code == 404
    assert new_desk("wujiu").get(address).content == PDF
