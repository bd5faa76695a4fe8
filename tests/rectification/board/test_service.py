"""The campaign board in the database: stages, entries by hand, and what the system knows by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import StaffUnit
from app.audit.models import AuditEntry
from app.campaigns.models import Unit
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.scope import ROOT
from app.opinions.service import TypedOpinion
from app.rectification.board import facts as board_facts
from app.rectification.board import service as board_service
from app.rectification.board.service import BoardView, board_of, mark_of
from app.rectification.ledger import service as ledger_acts
from app.rectification.models import RemedialOrder
from app.rectification.orders import retesting
from app.rectification.orders.holidays import Change, save
from app.rectification.plans import service as planning
from app.rectification.rules.board import SEED_STAGES, CellState, Done, Source, Stage, Step
from app.rectification.rules.ledger import ActionEvent
from app.rounds.domain import PaperDocument
from app.rounds.models import Round
from tests.cast import MORNING, make_campaign, make_cast, refuses
from tests.opinions import collected
from tests.publication import counted
from tests.rectification.flagged import (
    FLAGGED,
    WU,
    ZHANG,
    ZHAO,
    ZHENG,
    completed,
    later,
    make_flagged,
    make_ledger,
    make_order,
    make_rows,
    plan_id_of,
)
from tests.rectification.orders.test_service import retest

TODAY = MORNING.date()
PAPER = Done(TODAY, "县委发〔2026〕3号")


def acting(session: Session, who: Principal = ZHANG) -> Acting:
    return Acting(session, MORNING, who)


def seen(session: Session, campaign_id: str, who: Principal = ZHANG) -> BoardView:
    return board_of(session, who, TODAY, campaign_id)


def fact(database: Database, campaign_id: str, step: str, unit_id: str = FLAGGED) -> Done | None:
    with database.reading() as session:
        return seen(session, campaign_id).facts.get((unit_id, step))


def audited(session: Session) -> list[str]:
    return list(session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.number)))


def test_it_works(database: Database) -> None:
    found = make_flagged(database)
    with database.writing() as session:
        board_service.tick(acting(session), found.campaign_id, ("u1", "study"), PAPER)
    with database.reading() as session:
        view = seen(session, found.campaign_id)
        assert [view.campaign.unit(row.unit_id) for row in view.rows] == list(view.campaign.units)
        assert view.entries == {("u1", "study"): board_service.Entry(PAPER, "张三")}
        study = view.counts[0]
        units = len(counted.UNITS)
        assert (study.done, study.missing, study.left_out) == (1, units - 1, 0)
        assert audited(session)[-1] == "board.tick"


def test_an_entry_can_be_taken_back_and_the_log_keeps_it(database: Database) -> None:
    found = make_flagged(database)
    with database.writing() as session:
        board_service.tick(acting(session), found.campaign_id, (FLAGGED, "study"), PAPER)
        board_service.undo(acting(session), found.campaign_id, (FLAGGED, "study"))
    with database.reading() as session:
        assert seen(session, found.campaign_id).entries == {}
        assert audited(session)[-2:] == ["board.tick", "board.undo"]
        last = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.number.desc())).first()
        assert last is not None
        assert PAPER.proof in last.detail


def test_a_published_round_fills_its_step(database: Database) -> None:
    found = make_flagged(database)
    told = fact(database, found.campaign_id, "closing")
    assert told == Done(TODAY, "“群众满意度测评”结果已公布")
    assert fact(database, found.campaign_id, "review") is None


def test_opinions_that_were_sought_fill_the_step_of_the_units_they_are_about(database: Database) -> None:
    found = make_flagged(database)
    with database.writing() as session:
        about = [TypedOpinion("sheet", str(at), "u1", f"意见{at}") for at in (1, 2)]
        collected.add(acting(session), found.campaign_id, [*about, TypedOpinion("meeting", "1", "", "都好")])
        assert collected.take(acting(session), found.campaign_id, found.round_id)
    assert fact(database, found.campaign_id, "opinions", "u1") == Done(TODAY, "登记征求到的意见 2 条")
    assert fact(database, found.campaign_id, "opinions") is None


def test_the_round_of_an_ordered_unit_fills_nothing_until_a_retest_has_closed_the_order(database: Database) -> None:
    order_id = completed(database, make_flagged(database))
    with database.reading() as session:
        campaign_id = session.get_one(RemedialOrder, order_id).campaign_id
    assert fact(database, campaign_id, "closing") is None
    assert fact(database, campaign_id, "closing", "u1") is not None
    retest(database, order_id, ((20, 20, 30, 30, 3),))
    with database.writing() as session:
        retesting.count_retest(acting(session), order_id)
    assert fact(database, campaign_id, "closing") is None


def test_a_retest_that_passes_fills_the_step(database: Database) -> None:
    order_id = completed(database, make_flagged(database))
    retest(database, order_id, ((70, 20, 6, 4, 3),))
    with database.writing() as session:
        campaign_id = session.get_one(RemedialOrder, order_id).campaign_id
        assert (FLAGGED, "closing") not in seen(session, campaign_id).facts
        retesting.count_retest(acting(session), order_id)
    assert fact(database, campaign_id, "closing") == Done(TODAY, "“县文工团复测”结果已公布")


def test_a_round_before_the_step_s_time_fills_nothing(database: Database) -> None:
    found = make_flagged(database)
    stages = (Stage("s", "整改落实", (Step("closing", "测评总结", Source.ROUND, starts=later(1)),)),)
    with database.writing() as session:
        board_service.save_stages(acting(session), found.campaign_id, stages, mark_of(SEED_STAGES))
    assert fact(database, found.campaign_id, "closing") is None


def test_a_result_that_is_not_published_fills_nothing(database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    with database.reading() as session:
        campaign_id = session.get_one(Round, round_id).campaign_id
        assert board_facts.facts_of(session, campaign_id) == {}


def test_a_round_about_a_document_fills_the_review_of_its_unit_only(database: Database) -> None:
    paper = counted.make_paper(units=("县文工团",))
    paper = replace(paper, document=PaperDocument("分析检查报告.pdf", "0" * 64))
    round_id = counted.store_published(database, counted.make_votes(paper))
    with database.writing() as session:
        campaign_id = session.get_one(Round, round_id).campaign_id
        session.add_all(Unit(id=f"u{at}", campaign_id=campaign_id, position=at, name=f"单位{at}") for at in range(2))
        session.flush()
        board_service.choose(acting(session), campaign_id, "seed")
    assert fact(database, campaign_id, "review", "u0") is not None
    assert fact(database, campaign_id, "review", "u1") is None
    assert fact(database, campaign_id, "closing", "u0") is None


def test_an_accepted_plan_fills_its_step(database: Database) -> None:
    found, order_id = make_order(database)
    assert fact(database, found.campaign_id, "plan") is None
    with database.writing() as session:
        planning.save_plan(acting(session, WU), plan_id_of(session, order_id), make_rows())
        session.flush()
        planning.submit(acting(session, WU), plan_id_of(session, order_id))
        planning.accept(acting(session, ZHENG), plan_id_of(session, order_id))
    assert fact(database, found.campaign_id, "plan") == Done(TODAY, board_facts.PLAN_PROOF)
    assert fact(database, found.campaign_id, "solving") is None


def test_a_ledger_fills_its_step_once_every_action_has_ended(database: Database) -> None:
    found, _, (action_id,) = make_ledger(database)
    with database.writing() as session:
        ledger_acts.act(acting(session, WU), action_id, ActionEvent.BEGIN, "开始")
        ledger_acts.act(acting(session, WU), action_id, ActionEvent.COMPLETE, "周末已开放")
    assert fact(database, found.campaign_id, "solving") is None
    with database.writing() as session:
        ledger_acts.act(acting(session, ZHENG), action_id, ActionEvent.ACCEPT, "属实")
    assert fact(database, found.campaign_id, "solving") == Done(TODAY, board_facts.LEDGER_PROOF)


def test_what_a_person_entered_comes_first_and_both_are_there(database: Database) -> None:
    found = make_flagged(database)
    with database.writing() as session:
        board_service.tick(acting(session), found.campaign_id, (FLAGGED, "closing"), PAPER)
    with database.reading() as session:
        view = seen(session, found.campaign_id)
        row = next(row for row in view.rows if row.unit_id == FLAGGED)
        assert row.cells[-1].done == PAPER
        assert view.facts[FLAGGED, "closing"] != PAPER


def test_a_liaison_sees_and_enters_his_own_units_only(database: Database) -> None:
    found = make_flagged(database)
    with database.writing() as session:
        assert [row.unit_id for row in seen(session, found.campaign_id, WU).rows] == [FLAGGED]
        board_service.tick(acting(session, WU), found.campaign_id, (FLAGGED, "study"), PAPER)
        board_service.undo(acting(session, WU), found.campaign_id, (FLAGGED, "study"))
        with refuses("unit_unknown"):
            board_service.tick(acting(session, WU), found.campaign_id, ("u1", "study"), PAPER)
        with refuses("board_step_automatic"):
            board_service.tick(acting(session, WU), found.campaign_id, (FLAGGED, "closing"), PAPER)
        board_service.tick(acting(session), found.campaign_id, (FLAGGED, "study"), PAPER)
        with refuses("board_entry_of_other"):
            board_service.undo(acting(session, WU), found.campaign_id, (FLAGGED, "study"))


def test_a_liaison_without_a_unit_here_sees_no_board(database: Database) -> None:
    found = make_flagged(database)
    with database.writing() as session:
        assert [title for _, title, _ in board_service.boards(session, WU).rows] == ["学习实践科学发展观活动"]
        session.execute(sa.delete(StaffUnit))
        assert board_service.boards(session, WU).is_empty
        assert board_service.boards(session, ZHAO).total == 1
        with refuses("campaign_unknown"):
            seen(session, found.campaign_id, WU)


@pytest.mark.parametrize(
    ("done", "code"),
    [
        (Done(TODAY, "  "), "step_proof_missing"),
        (Done(TODAY, "无"), "step_proof_missing"),
        (Done(TODAY + timedelta(days=1), "纪要"), "step_done_in_future"),
    ],
)
def test_it_refuses_entries_without_proof_or_of_days_to_come(database: Database, done: Done, code: str) -> None:
    found = make_flagged(database)
    with database.writing() as session, refuses(code):
        board_service.tick(acting(session), found.campaign_id, (FLAGGED, "study"), done)


def test_it_refuses_what_is_unknown_or_done_twice(database: Database) -> None:
    found = make_flagged(database)
    with database.writing() as session:
        with refuses("board_step_unknown"):
            board_service.tick(acting(session), found.campaign_id, (FLAGGED, "nothing"), PAPER)
        with refuses("campaign_unknown"):
            board_service.tick(acting(session), "nowhere", (FLAGGED, "study"), PAPER)
        with refuses("board_step_not_done"):
            board_service.undo(acting(session), found.campaign_id, (FLAGGED, "study"))
        board_service.tick(acting(session), found.campaign_id, (FLAGGED, "study"), PAPER)
        with refuses("board_step_done"):
            board_service.tick(acting(session), found.campaign_id, (FLAGGED, "study"), PAPER)


def test_stages_are_kept_and_late_steps_found(database: Database) -> None:
    found = make_flagged(database)
    stages = (Stage("one", "一阶段", (Step("a", "动员", due=later(-3)), Step("b", "自查", starts=later(3)))),)
    with database.writing() as session:
        board_service.save_stages(acting(session), found.campaign_id, stages, mark_of(SEED_STAGES))
    with database.reading() as session:
        view = seen(session, found.campaign_id)
        assert view.stages == stages
        assert {cell.state for row in view.rows for cell in row.cells} == {CellState.LATE, CellState.NOT_DUE}
        assert view.missing == len(counted.UNITS)
        assert audited(session)[-1] == "board.stages"


def test_it_refuses_a_step_whose_last_day_is_a_day_off(database: Database) -> None:
    found = make_flagged(database)
    sunday = later(6)
    stages = (Stage("one", "一阶段", (Step("a", "动员", due=sunday),)),)
    with database.writing() as session:
        with refuses("board_stages_wrong"):
            board_service.save_stages(acting(session), found.campaign_id, stages, mark_of(SEED_STAGES))
        save(acting(session), ROOT, [Change(sunday, working=True)])
        board_service.save_stages(acting(session), found.campaign_id, stages, mark_of(SEED_STAGES))


def test_it_refuses_stages_that_lose_entries_or_another_s_edit(database: Database) -> None:
    found = make_flagged(database)
    mark = mark_of(SEED_STAGES)
    without = SEED_STAGES[1:]
    with database.writing() as session:
        board_service.tick(acting(session), found.campaign_id, (FLAGGED, "study"), PAPER)
        with refuses("board_step_used"):
            board_service.save_stages(acting(session), found.campaign_id, without, mark)
        with refuses("board_changed_meanwhile"):
            board_service.save_stages(acting(session), found.campaign_id, SEED_STAGES, "0" * 16)
        with refuses("board_stages_wrong"):
            board_service.save_stages(acting(session), found.campaign_id, (), mark)
        with refuses("board_stages_wrong"):
            board_service.save_stages(acting(session), found.campaign_id, (Stage("s", "空", ()),), mark)
        many = (Stage("s", "多", tuple(Step(f"k{at}", "步") for at in range(board_service.MOST_STEPS + 1))),)
        with refuses("board_too_long"):
            board_service.save_stages(acting(session), found.campaign_id, (*SEED_STAGES, *many), mark)
        board_service.undo(acting(session), found.campaign_id, (FLAGGED, "study"))
        board_service.save_stages(acting(session), found.campaign_id, without, mark)
    with database.reading() as session:
        assert seen(session, found.campaign_id).stages == without


def test_a_campaign_has_steps_once_its_organiser_chose_some_and_none_again_until_somebody_entered(
    database: Database,
) -> None:
    with database.writing() as session:
        campaign_id = make_campaign(session, make_cast(session)["zhangsan"])
        assert seen(session, campaign_id).stages == ()
        assert [has_steps for _, _, has_steps in board_service.boards(session, ZHANG).rows] == [False]
        board_service.choose(acting(session), campaign_id, "seed")
        assert seen(session, campaign_id).stages == SEED_STAGES
        with refuses("board_changed_meanwhile"):
            board_service.choose(acting(session), campaign_id, "seed")
        board_service.choose(acting(session), campaign_id, "none")
        assert seen(session, campaign_id).stages == ()
        board_service.choose(acting(session), campaign_id, "seed")
        unit = seen(session, campaign_id).units[0].id
        board_service.tick(acting(session), campaign_id, (unit, "study"), PAPER)
        with refuses("board_step_used"):
            board_service.choose(acting(session), campaign_id, "none")
        with refuses("field_not_a_choice"):
            board_service.choose(acting(session), campaign_id, "nothing")
