"""Plans in the database: drafts kept, gaps named, reviewed by somebody else."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.acting import Acting
from app.core.db import Database
from app.opinions import service as opinions
from app.opinions.domain import Kind
from app.opinions.reads import collection, issues_of
from app.opinions.service import TypedOpinion, Wish
from app.rectification.models import RemedialAction
from app.rectification.orders import reads
from app.rectification.plans import service as planning
from app.rectification.plans.service import PlanRow, PlanView, plan_of
from app.rectification.rules.plans import Action, PlanState
from tests.cast import MORNING, refuses
from tests.opinions import collected
from tests.rectification.flagged import WU, ZHANG, ZHENG, make_action, make_ledger, make_order, make_rows, plan_id_of


def plan(session: Session, order_id: str) -> PlanView:
    found = plan_of(session, reads.get_order(session, ZHANG, order_id))
    assert found is not None
    return found


def test_it_works(database: Database) -> None:
    _, order_id, ids = make_ledger(database)
    with database.reading() as session:
        assert plan(session, order_id).state is PlanState.ANNOUNCED
        assert [row.state for row in plan(session, order_id).rows] == ["announced"]
        assert reads.get_order(session, ZHANG, order_id).standing.state.value == "in_progress"
        assert len(ids) == 1


def test_a_draft_keeps_everything_and_forgets_what_was_cleared(database: Database) -> None:
    _, order_id = make_order(database)
    with database.writing() as session:
        acting, plan_id = Acting(session, MORNING, WU), plan_id_of(session, order_id)
        planning.save_plan(
            acting,
            plan_id_of(session, order_id),
            make_rows(make_action(problem="甲"), make_action(problem="乙", owner="")),
        )
        session.flush()
        rows = plan(session, order_id).rows
        assert [(row.problem, row.owner, row.co_units) for row in rows] == [
            ("甲", "孙团长", "县文化馆"),
            ("乙", "", "县文化馆"),
        ]
        kept = PlanRow(rows[1].id, make_action(problem="乙乙"), "座谈会")
        planning.save_plan(acting, plan_id, [kept])
        session.flush()
        rows = plan(session, order_id).rows
        assert [(row.id, row.problem, row.position, row.source) for row in rows] == [(kept.id, "乙乙", 1, "座谈会")]


def test_it_refuses_an_incomplete_plan_and_keeps_it(database: Database) -> None:
    _, order_id = make_order(database)
    with database.writing() as session:
        acting, plan_id = Acting(session, MORNING, WU), plan_id_of(session, order_id)
        planning.save_plan(acting, plan_id, make_rows(make_action(commitment="待定")))
        session.flush()
        with refuses("plan_incomplete"):
            planning.submit(acting, plan_id)
        assert plan(session, order_id).state is PlanState.DRAFT
        assert len(plan(session, order_id).rows) == 1


def test_a_returned_plan_says_why_and_can_be_submitted_again(database: Database) -> None:
    _, order_id = make_order(database)
    with database.writing() as session:
        unit, other = Acting(session, MORNING, WU), Acting(session, MORNING, ZHENG)
        plan_id = plan_id_of(session, order_id)
        planning.save_plan(unit, plan_id, make_rows())
        session.flush()
        planning.submit(unit, plan_id)
        with refuses("plan_remarks_missing"):
            planning.send_back(other, plan_id, "")
        planning.send_back(other, plan_id, "措施不具体")
        assert (plan(session, order_id).state, plan(session, order_id).remarks) == (PlanState.RETURNED, "措施不具体")
        planning.submit(unit, plan_id)
        planning.accept(other, plan_id)
        assert {row.state for row in session.scalars(sa.select(RemedialAction))} == {"approved"}
        with refuses("step_too_late"):
            planning.save_plan(unit, plan_id, [])


def test_nobody_reviews_the_plan_he_submitted(database: Database) -> None:
    _, order_id = make_order(database)
    with database.writing() as session:
        acting, plan_id = Acting(session, MORNING, ZHANG), plan_id_of(session, order_id)
        planning.save_plan(acting, plan_id, make_rows())
        session.flush()
        planning.submit(acting, plan_id)
        with refuses("plan_own_review"):
            planning.accept(acting, plan_id)


def test_nobody_overwrites_what_he_has_not_seen(database: Database) -> None:
    _, order_id = make_order(database)
    with database.writing() as session:
        acting, plan_id = Acting(session, MORNING, WU), plan_id_of(session, order_id)
        empty = plan(session, order_id).version
        planning.save_plan(acting, plan_id, make_rows(make_action(problem="甲")), empty)
        session.flush()
        with refuses("plan_changed"):
            planning.save_plan(acting, plan_id, make_rows(make_action(problem="乙")), empty)
        assert [row.problem for row in plan(session, order_id).rows] == ["甲"]
        planning.save_plan(
            acting, plan_id_of(session, order_id), make_rows(make_action(problem="乙")), plan(session, order_id).version
        )
        session.flush()
        assert [row.problem for row in plan(session, order_id).rows] == ["乙"]


def test_an_action_comes_from_an_issue_that_opinions_were_merged_into(database: Database) -> None:
    found, order_id = make_order(database)
    with database.writing() as session:
        acting, campaign_id = Acting(session, MORNING, ZHANG), found.campaign_id
        plan_id = plan_id_of(session, order_id)
        typed = [
            TypedOpinion("sheet", number, unit, "演出太少") for number, unit in (("1", found.unit_id), ("2", "u0"))
        ]
        collected.add(acting, campaign_id, typed)
        session.flush()
        for opinion, title in zip(
            collection(session, campaign_id).opinions, ("下乡演出太少", "开放时间太短"), strict=True
        ):
            opinions.do(acting, campaign_id, Wish(Kind.NEW_ISSUE, (opinion.id,), words=title))
            session.flush()
        ours, theirs = issues_of(session, found.campaign_id)
        row = PlanRow("", Action(issue_id=ours.id), "")
        planning.save_plan(Acting(session, MORNING, WU), plan_id, [row])
        session.flush()
        (kept,) = plan(session, order_id).rows
        assert (kept.problem, kept.source) == ("下乡演出太少", "群众意见归并的问题“下乡演出太少”")
        with refuses("field_not_a_choice"):
            planning.save_plan(
                Acting(session, MORNING, WU),
                plan_id_of(session, order_id),
                [PlanRow("", Action(issue_id=theirs.id), "")],
            )
