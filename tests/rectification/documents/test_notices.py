"""Word documents: what they say, of whom, and that no text breaks them."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from sqlalchemy.orm import Session

from app.core.acting import Acting, Principal
from app.core.chinese import chinese_day
from app.core.db import Database
from app.publication import service as publication
from app.publication.domain import unit_of
from app.publication.reads import published, viewer_of
from app.rectification.board import service as board_service
from app.rectification.documents import notices as documents
from app.rectification.documents import summary
from app.rectification.documents.progress import Bulletin, Newsletter, Progress, order_rows
from app.rectification.documents.results import OrderResult, Results
from app.rectification.ledger.reads import EVERYTHING, picked_rows
from app.rectification.ledger.service import LedgerRow
from app.rectification.models import OrderAttempt, UnitPlan
from app.rectification.orders import reads
from app.rectification.orders.reads import OrderView
from app.rectification.orders.service import waive
from app.rectification.plans import asking
from app.rectification.plans.asking import Request
from app.rectification.plans.reads import plan_heads
from app.rectification.plans.service import PlanView, plan_of
from app.rectification.rules.picks import Pick
from app.rectification.rules.plans import PlanState
from app.rounds.domain import PaperGroup, PaperUnit
from app.tally.document import parts_of
from tests.cast import MORNING
from tests.papers import asked
from tests.publication import counted
from tests.rectification.flagged import FLAGGED, WU, ZHANG, ZHAO, ZHENG, later, make_action, make_flagged, make_ledger
from tests.tally.cast import Json

TODAY = MORNING.date()
HOSTILE = (
    "<w:t>甲</w:t>&amp;]]>",
    "{{ 单位 }}{% raw %}",
    "\x00\x0b\ud800\ufffe乙",
    "=cmd|' /C calc'!A0",
    "长" * 3000,
    "一\n二\t三",
)
NEWS = Newsletter(
    "整改落实工作简报", 3, TODAY, "县文化局办公室", "第三次推进会召开", "第一段。\n\n第二段。", "县委办公室"
)
NOTICE = Bulletin("关于整改落实进展情况的通报", "县文发〔2026〕9号", "各单位", TODAY, "县文化局", "按照要求。")


def opened(content: bytes) -> WordDocument:
    return docx.Document(io.BytesIO(content))


def text_of(word: WordDocument) -> str:
    return "\n".join(
        "".join(text.text or "" for text in line.iter(qn("w:t"))) for line in word.element.body.iter(qn("w:p"))
    )


def cells(word: WordDocument, place: int) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in word.tables[place].rows]


def the_order(session: Session, staff: Principal = ZHANG) -> tuple[OrderView, list[LedgerRow]]:
    (order,) = reads.orders(session, staff)
    return order, picked_rows(session, staff, TODAY, EVERYTHING)


def progress_of(session: Session, campaign_id: str, staff: Principal = ZHANG, today: date = TODAY) -> Progress:
    board = board_service.board_of(session, staff, today, campaign_id)
    rows = picked_rows(session, staff, today, Pick(campaign=campaign_id))
    return Progress(
        reads.orders(session, staff, campaign_id), plan_heads(session, staff, campaign_id), rows, board, today
    )


def summed(database: Database, staff: Principal = ZHANG) -> WordDocument:
    with database.reading() as session:
        order, rows = the_order(session, staff)
        found = Results(session, staff, MORNING).of(order)
    return opened(summary.order_summary(order, rows, found, "县文化局", TODAY))


def make_retest(database: Database, joined: int = 0) -> str:
    """Publish a retest of the flagged unit and tie it to its order; ``joined`` more people are expected of a group."""
    paper = counted.make_paper()
    first = paper.groups[0]
    groups = (PaperGroup(first.id, first.name, first.expected + joined, first.left_out), *paper.groups[1:])
    paper = replace(asked(paper, units=(PaperUnit(FLAGGED, "县文工团"),)), title="县文工团复测", groups=groups)
    round_id = counted.store_counted(database, counted.make_votes(paper))
    with database.writing() as session:
        for scope in ("leaders", "unit"):
            publication.publish(Acting(session, MORNING, ZHANG), round_id, {"scope": scope})
        order, _ = the_order(session)
        session.get_one(OrderAttempt, (order.id, 1)).retest_round_id = round_id
    return round_id


def result(session: Session, round_id: str, staff: Principal = ZHANG) -> tuple[str, Json]:
    found = published(session, round_id, viewer_of(session, staff), MORNING)
    unit = unit_of(found.section["targets"], FLAGGED)
    assert unit is not None
    return found.code, unit


def figures(unit: Json) -> list[str]:
    parts: Json = parts_of(unit)
    return [part["total"]["satisfied_rate"]["text"] for part in parts]


def test_it_works(database: Database) -> None:
    found, _, _ = make_ledger(database)
    word = summed(database)
    with database.reading() as session:
        code, unit = result(session, found.round_id)
    text = text_of(word)
    for heading in ("一、基本情况", "二、整改落实情况", "三、整改成效", "四、存在的不足", "五、下一步打算"):
        assert heading in text
    assert "县文工团整改落实情况总结报告" in text
    assert "县委发〔2026〕8号" in text
    assert "整改台账共 1 项，其中已公示 1 项；逾期未办结 0 项。" in text
    assert "县文工团：开放时间太短" in text
    assert summary.NOT_RETESTED in text
    assert [row[1] for row in cells(word, 1)[1:-1]] == figures(unit)
    assert f"核验码：{code}" in word.sections[0].footer.paragraphs[0].text


def test_the_first_result_stands_beside_the_retest(database: Database) -> None:
    found, _, _ = make_ledger(database)
    retest = make_retest(database)
    word = summed(database)
    with database.reading() as session:
        first, second = result(session, found.round_id), result(session, retest)
    rows = cells(word, 1)
    assert rows[0][1:] == ["“群众满意度测评”满意率", "“县文工团复测”满意率"]
    assert [row[1] for row in rows[1:-1]] == figures(first[1])
    assert [row[2] for row in rows[1:-1]] == figures(second[1])
    assert rows[-1] == ["结论", "需补课", "达标"]
    assert f"{first[0]}、{second[0]}" in word.sections[0].footer.paragraphs[0].text


def test_results_are_not_compared_where_that_would_tell_of_somebody(database: Database) -> None:
    found, _, _ = make_ledger(database)
    retest = make_retest(database, joined=1)
    word = summed(database)
    with database.reading() as session:
        code, second = result(session, retest)
        progress, (order, _) = progress_of(session, found.campaign_id), the_order(session)
        results = [(order, Results(session, ZHANG, MORNING).of(order))]
    campaign = opened(summary.campaign_summary(progress, results))
    for each in (word, campaign):
        assert "为保护匿名不作比较" in text_of(each)
        assert code not in each.sections[0].footer.paragraphs[0].text
    assert not set(figures(second)) & set(text_of(word).splitlines())


@pytest.mark.parametrize("staff", [ZHENG, ZHAO, WU], ids=lambda staff: staff.written_roles)
def test_figures_are_those_released_to_the_reader(database: Database, staff: Principal) -> None:
    found, _, _ = make_ledger(database)
    word = summed(database, staff)
    with database.reading() as session:
        code, _ = result(session, found.round_id)
    is_reader = "supervisor" not in staff.roles
    assert (summary.NOT_RELEASED in text_of(word)) is not is_reader
    assert (code in word.sections[0].footer.paragraphs[0].text) is is_reader
    heads = [cell.text for table in word.tables for cell in table.rows[0].cells]
    assert any("满意率" in head for head in heads) is is_reader


def test_a_campaign_s_summary_names_every_order_in_official_order(database: Database) -> None:
    found, _, _ = make_ledger(database, make_action(), make_action(problem="设备陈旧"))
    with database.reading() as session:
        order, _ = the_order(session)
        progress = progress_of(session, found.campaign_id, today=later(40))
        results = [(order, Results(session, ZHANG, MORNING).of(order))]
        code, unit = result(session, found.round_id)
    word = opened(summary.campaign_summary(progress, results))
    text = text_of(word)
    assert "共责令 1 个单位补课，已办结 0 个，有期限已过尚未完成的 1 个。整改台账共 2 项，其中逾期 2 项。" in text
    assert cells(word, 0)[1][:4] == ["1", "县文工团", "县委发〔2026〕8号", "整改中"]
    assert cells(word, 2)[1] == ["县文工团", "2", "0", "0", "0", "2", "2", "0"]
    assert cells(word, 3)[1][1] == f"满意率 {unit['overall']['total']['satisfied_rate']['text']}"
    assert code in word.sections[0].footer.paragraphs[0].text


def test_a_waived_unit_has_no_summary_and_stands_with_its_reason(database: Database) -> None:
    found = make_flagged(database)
    with database.writing() as session:
        waive(Acting(session, MORNING, ZHANG), found.round_id, FLAGGED, "单位已撤并")
    with database.reading() as session:
        (order, _), progress = the_order(session), progress_of(session, found.campaign_id)
    with pytest.raises(ValueError, match="nothing to sum up"):
        summary.order_summary(order, (), OrderResult(), "县文化局", TODAY)
    text = text_of(opened(summary.campaign_summary(progress, [])))
    assert "县文工团按决定免于补课，理由：单位已撤并。" in text
    assert "没有责令补课的单位。" in text


def test_a_plan_holds_the_five_points_and_says_when_it_is_a_draft(database: Database) -> None:
    make_ledger(database)
    with database.reading() as session:
        order, rows = the_order(session)
        plan = plan_of(session, order)
    assert plan is not None
    accepted = text_of(opened(documents.plan_document(plan, order, rows, TODAY)))
    open_plan = replace(plan, head=replace(plan.head, state=PlanState.DRAFT))
    draft = text_of(opened(documents.plan_document(open_plan, order, rows, TODAY)))
    for words in (
        "县文工团整改方案",
        "1．开放时间太短",
        "整改目标：周末和晚上都能进馆",
        "责任人：孙团长",
        "公开承诺：十二月起",
    ):
        assert words in accepted
    assert "未审定稿" in draft
    assert "未审定稿" not in accepted


def test_newsletter_and_bulletin_hold_what_was_written_and_where_things_stand(database: Database) -> None:
    found, _, _ = make_ledger(database)
    with database.reading() as session:
        progress = progress_of(session, found.campaign_id)
    news = opened(documents.newsletter_document(NEWS, progress))
    notice = opened(documents.bulletin_document(NOTICE, progress))
    lines = text_of(news).splitlines()
    for words in ("整改落实工作简报", "第 3 期", "第三次推进会召开", "第一段。", "第二段。", "送：县委办公室"):
        assert words in lines
    lines = text_of(notice).splitlines()
    for words in ("关于整改落实进展情况的通报", "县文发〔2026〕9号", "各单位：", "按照要求。", "2026年11月23日"):
        assert words in lines
    for word in (news, notice):
        assert [row[1] for row in cells(word, 0)[1:]] == ["县文工团"]
        assert "%" not in text_of(word)
        assert [row[1] for row in cells(word, 1)[1:]][:2] == ["学习调研", "征求意见"]


def test_newsletter_bulletin_and_report_tell_of_plans_asked_for_without_an_order(database: Database) -> None:
    found = make_flagged(database)
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        asking.ask(acting, found.campaign_id, Request(tuple(f"u{place}" for place in range(6)), later(14)))
        states = dict(zip(("u0", "u1", "u2", "u4", "u5"), list(PlanState)[:5], strict=True))
        for head in plan_heads(session, ZHANG):
            session.get_one(UnitPlan, head.id).state = states.get(head.unit_id, PlanState.DRAFT).value
    with database.reading() as session:
        progress = progress_of(session, found.campaign_id, today=later(15))
    words = (
        "共要求 6 个单位报送整改方案，其中待审 1 个，已审定 2 个（已公示承诺 1 个），退回修改 1 个，尚未报送 2 个；"
        "期限已过还在填写的 3 个。整改台账共 0 项，其中逾期 0 项。"
    )
    news = opened(documents.newsletter_document(NEWS, progress))
    notice = opened(documents.bulletin_document(NOTICE, progress))
    report = opened(summary.campaign_summary(progress, []))
    for word, headings in (
        (news, ("一、总体进展", "二、各单位整改方案情况", "三、环节步骤完成情况")),
        (notice, ("一、各单位整改方案情况", "二、环节步骤完成情况", "三、有关要求")),
        (report, ("各单位整改方案情况",)),
    ):
        text = text_of(word)
        assert words in text
        assert "责令" not in text.replace("没有责令补课的单位。", "")
        assert set(headings) <= set(text.splitlines())
        assert [row[2:] for row in cells(word, 0)[1:3]] == [
            ["起草中", f"{chinese_day(later(14))}（已逾期）", "0", "0"],
            ["已退回", f"{chinese_day(later(14))}（已逾期）", "0", "0"],
        ]
        assert [row[1] for row in cells(word, 0)[1:]] == list(counted.UNITS[:6])


def test_an_order_past_its_day_is_named_overdue(database: Database) -> None:
    found, _, _ = make_ledger(database)
    with database.reading() as session:
        progress = progress_of(session, found.campaign_id, today=later(60))
        row = order_rows(progress)[0]
    assert row[4].endswith("（已逾期）")
    assert row[6] == "1"


@pytest.mark.parametrize("words", HOSTILE)
def test_no_text_breaks_a_document(database: Database, words: str) -> None:
    found, _, _ = make_ledger(database)
    with database.reading() as session:
        order, rows = the_order(session)
        session.expunge_all()
        for each in rows:
            each.row.problem = each.row.measures = each.row.completion = each.row.explanation = words
        order = replace(order, unit_name=words, attempts=tuple(replace(one, reason=words) for one in order.attempts))
        rows = [replace(each, plan=replace(each.plan, unit_name=words)) for each in rows]
        progress = replace(progress_of(session, found.campaign_id), orders=[order], rows=rows)
    made: Sequence[bytes] = (
        documents.order_notice(order, words, words),
        documents.plan_document(PlanView(rows[0].plan, "", "", "", "", ()), order, rows, TODAY),
        documents.ledger_document(rows, words),
        documents.newsletter_document(Newsletter(words, 1, TODAY, words, words, words, words), progress),
        documents.bulletin_document(Bulletin(words, words, words, TODAY, words, words), progress),
        summary.order_summary(order, rows, OrderResult(), words, TODAY),
        summary.campaign_summary(progress, [(order, OrderResult())]),
    )
    seen = words.encode("utf-8", "ignore").decode().replace("\x00", "").replace("\x0b", "").replace("\ufffe", "")
    for content in made:
        assert seen.split("\n")[0] in text_of(opened(content))
