"""Issues that are entered by hand: for one or several units, chosen in plans, kept while an action answers them."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.campaigns.reads import get_campaign
from app.core.acting import Acting
from app.core.db import Database
from app.opinions import service as opinions
from app.opinions.domain import Kind
from app.opinions.reads import opinion_ids
from app.opinions.service import TypedOpinion, Wish
from app.rectification.models import RemedialAction
from app.rectification.plans import entering
from app.rectification.plans import service as planning
from app.rectification.plans.entering import TypedIssue
from app.rectification.plans.issues import answers, every_issue, issues_within
from app.rectification.plans.service import PlanRow
from app.rectification.rules.issues import ENTERED_ORIGINS, IssueOrigin
from app.rectification.rules.plans import Action
from tests.cast import MORNING, Desks, refuses
from tests.opinions import collected
from tests.rectification.flagged import FLAGGED, WU, ZHANG, Flagged, make_order, plan_id_of

AUDIT = TypedIssue("audit", "账目公开不及时", "审计报告第 3 条", (FLAGGED, "u1"))


def entered(session: Session, found: Flagged, typed: TypedIssue = AUDIT) -> str:
    return entering.enter(Acting(session, MORNING, ZHANG), found.campaign_id, typed)


def answer(session: Session, order_id: str, issue_id: str) -> None:
    """Let the unit's plan answer an issue."""
    row = PlanRow("", Action(issue_id=issue_id), "")
    planning.save_plan(Acting(session, MORNING, WU), plan_id_of(session, order_id), [row])
    session.flush()


def test_it_works(database: Database) -> None:
    found, order_id = make_order(database)
    with database.writing() as session:
        issue_id = entered(session, found)
        answer(session, order_id, issue_id)
        (row,) = session.scalars(sa.select(RemedialAction))
        assert (row.problem, row.source) == ("账目公开不及时", "审计指出的问题“账目公开不及时”")
        (one,) = answers(session, ZHANG, found.campaign_id, [issue_id])[issue_id]
        assert (one.plan.unit_id, one.number, one.in_ledger) == (FLAGGED, "1-1", False)
        assert [
            issue.unit_ids for issue in issues_within(session, WU, MORNING, get_campaign(session, found.campaign_id))
        ] == [(FLAGGED,)]


def test_issues_of_opinions_stand_beside_those_entered(database: Database) -> None:
    found, _ = make_order(database)
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        collected.add(acting, found.campaign_id, [TypedOpinion("sheet", "1", FLAGGED, "演出太少")])
        session.flush()
        ids = tuple(opinion_ids(session, found.campaign_id))
        opinions.do(acting, found.campaign_id, Wish(Kind.NEW_ISSUE, ids, words="下乡演出太少"))
        entered(session, found)
        session.flush()
        assert [
            (issue.title, issue.origin, issue.opinion_count) for issue in every_issue(session, found.campaign_id)
        ] == [
            ("下乡演出太少", IssueOrigin.OPINIONS, 1),
            ("账目公开不及时", IssueOrigin.AUDIT, 0),
        ]


def test_an_issue_of_opinions_that_a_plan_answers_is_not_taken_away_by_undoing(
    database: Database, new_desk: Desks
) -> None:
    found, order_id = make_order(database)
    record = f"/campaigns/{found.campaign_id}/opinions/record"
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        typed = [TypedOpinion("sheet", str(number), FLAGGED, "演出太少") for number in (1, 2, 3)]
        collected.add(acting, found.campaign_id, typed)
        session.flush()
        one, two, three = opinion_ids(session, found.campaign_id)
        issue_id = opinions.do(acting, found.campaign_id, Wish(Kind.NEW_ISSUE, (one,), words="下乡演出太少"))
        opinions.do(acting, found.campaign_id, Wish(Kind.NEW_ISSUE, (two,), words="门票太贵"))
        opinions.do(acting, found.campaign_id, Wish(Kind.MERGE, (three,), issue_id))
        answer(session, order_id, issue_id)
        unit = next(each.name for each in get_campaign(session, found.campaign_id).units if each.id == FLAGGED)
    desk = new_desk("zhangsan")
    assert desk.post(record, undoes="3").status_code == 303, "it takes an opinion away, and leaves the issue"
    refused = desk.post(record, undoes="1")
    assert refused.status_code == 409
    assert f"这些单位的整改事项对应问题“下乡演出太少”：{unit}" in refused.text
    assert desk.post(record, undoes="2").status_code == 303, "which no plan answers"
    with database.reading() as session:
        assert [issue.title for issue in every_issue(session, found.campaign_id)] == ["下乡演出太少"]
        assert answers(session, ZHANG, found.campaign_id, [issue_id])[issue_id]


@pytest.mark.parametrize("origin", ENTERED_ORIGINS)
def test_every_source_can_be_entered_but_opinions(database: Database, origin: IssueOrigin) -> None:
    found, _ = make_order(database)
    with database.writing() as session:
        entered(session, found, replace(AUDIT, origin=origin.value))
        with refuses("field_not_a_choice"):
            entered(session, found, replace(AUDIT, origin="opinions"))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (replace(AUDIT, title=" 待定 "), "entered_issue_title_missing"),
        (replace(AUDIT, unit_ids=()), "issue_units_missing"),
        (replace(AUDIT, unit_ids=("nowhere",)), "field_not_a_choice"),
        (replace(AUDIT, origin=""), "field_not_a_choice"),
    ],
)
def test_it_refuses_what_is_not_whole(database: Database, typed: TypedIssue, code: str) -> None:
    found, _ = make_order(database)
    with database.writing() as session:
        with refuses(code):
            entered(session, found, typed)
        assert every_issue(session, found.campaign_id) == []


def test_what_an_action_answers_is_reworded_but_neither_withdrawn_nor_taken_off_the_unit(database: Database) -> None:
    found, order_id = make_order(database)
    with database.writing() as session:
        acting, issue_id = Acting(session, MORNING, ZHANG), entered(session, found)
        answer(session, order_id, issue_id)
        with refuses("issue_answered"):
            entering.withdraw(acting, found.campaign_id, issue_id)
        with refuses("issue_answered"):
            entering.change(acting, found.campaign_id, issue_id, replace(AUDIT, unit_ids=("u1",)))
        entering.change(acting, found.campaign_id, issue_id, replace(AUDIT, title="账目公开慢", unit_ids=(FLAGGED,)))
        assert [(issue.title, issue.unit_ids) for issue in every_issue(session, found.campaign_id)] == [
            ("账目公开慢", (FLAGGED,))
        ]
        planning.save_plan(Acting(session, MORNING, WU), plan_id_of(session, order_id), [])
        entering.withdraw(acting, found.campaign_id, issue_id)
        assert every_issue(session, found.campaign_id) == []
        with refuses("entered_issue_unknown"):
            entering.change(acting, found.campaign_id, issue_id, AUDIT)


def test_an_issue_of_another_campaign_is_unknown(database: Database) -> None:
    found, _ = make_order(database)
    with database.writing() as session:
        issue_id = entered(session, found)
        with refuses("entered_issue_unknown"):
            entering.withdraw(Acting(session, MORNING, ZHANG), "elsewhere", issue_id)
