"""From the flag to the closed or escalated order, in the database."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app.audit.models import AuditEntry
from app.campaigns.models import Campaign
from app.core.acting import Acting
from app.core.db import Database
from app.core.errors import DomainError
from app.core.scope import ROOT
from app.core.secrets import new_id
from app.publication import service as publication
from app.publication.read_log import reads_of
from app.rectification.ledger import reads as ledger_pages
from app.rectification.models import OrderAttempt, RemedialOrder
from app.rectification.orders import reads, retesting
from app.rectification.orders import service as ordering
from app.rectification.orders.holidays import Change, save
from app.rectification.orders.reads import OrderView
from app.rectification.orders.service import DATES
from app.rectification.plans import service as planning
from app.rectification.rules.orders import OrderEvent, OrderState, Suggestion
from app.rounds import service as rounds
from app.rounds.domain import RoundState
from app.rounds.models import Round, RoundRetest
from app.rounds.reads import get_round, retest_of
from app.rounds.service import draft_paper
from tests.cast import MORNING, refuses
from tests.publication import counted
from tests.rectification.flagged import (
    FLAGGED,
    WU,
    ZHANG,
    ZHENG,
    asked,
    completed,
    make_flagged,
    make_order,
    make_rows,
    plan_id_of,
)


def standing(session: Session, order_id: str) -> OrderView:
    return reads.get_order(session, ZHANG, order_id)


def test_it_works(database: Database) -> None:
    found = make_flagged(database)
    with database.writing() as session:
        assert FLAGGED in {flag.unit.target_id for flag in reads.flags(session, ZHANG, MORNING)}
        order_id = ordering.confirm(
            Acting(session, MORNING, ZHANG), found.round_id, found.unit_id, asked(session, found)
        )
        view = standing(session, order_id)
        assert (view.standing.state, view.standing.attempt, view.unit_name) == (OrderState.ORDERED, 1, "县文工团")
        assert FLAGGED not in {flag.unit.target_id for flag in reads.flags(session, ZHANG, MORNING)}
        assert [entry.event for entry in reads.entries_of(session, order_id)] == ["confirm"]
    with database.reading() as session:
        assert "order.confirm" in set(session.scalars(sa.select(AuditEntry.action)))


def test_a_person_waives_with_a_reason(database: Database) -> None:
    found = make_flagged(database)
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        with refuses("order_reason_missing"):
            ordering.waive(acting, found.round_id, found.unit_id, " 无 ")
        order_id = ordering.waive(acting, found.round_id, found.unit_id, "该单位即将撤并")
        assert standing(session, order_id).standing.state is OrderState.WAIVED
        with refuses("order_decided"):
            ordering.confirm(acting, found.round_id, found.unit_id, asked(session, found))


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"document_number": ""}, "order_document_missing"), ({"reason": "略"}, "order_reason_missing")],
)
def test_it_refuses_an_incomplete_order(database: Database, changes: dict[str, str], code: str) -> None:
    found = make_flagged(database)
    with database.writing() as session, refuses(code):
        ordering.confirm(
            Acting(session, MORNING, ZHANG), found.round_id, found.unit_id, asked(session, found, **changes)
        )


def test_it_refuses_dates_that_do_not_follow_each_other(database: Database) -> None:
    found = make_flagged(database)
    with database.writing() as session:
        right = asked(session, found)
        for dates, code in (
            (replace(right.dates, plan=MORNING.date()), "order_plan_due_past"),
            (replace(right.dates, remedial=right.dates.plan - timedelta(1)), "order_remedial_before_plan"),
            (replace(right.dates, retest=right.dates.plan), "order_retest_before_remedial"),
        ):
            with refuses(code):
                wrong = replace(right, dates=dates)
                ordering.confirm(Acting(session, MORNING, ZHANG), found.round_id, found.unit_id, wrong)
            session.rollback()


@pytest.mark.parametrize(("name", "field"), DATES.items())
def test_it_refuses_a_deadline_on_a_day_off_and_names_the_next_working_day(
    database: Database, name: str, field: str
) -> None:
    found = make_flagged(database)
    sunday, monday = date(2027, 1, 24), date(2027, 1, 25)
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        right = asked(session, found)
        # Of the three in their order, the one that is tried falls on the Sunday, the later ones on the Monday.
        names = list(DATES)
        days = dict.fromkeys(names[names.index(name) :], monday) | {name: sunday}
        dates = replace(right.dates, **days)
        with pytest.raises(DomainError) as refused:
            ordering.confirm(acting, found.round_id, found.unit_id, replace(right, dates=dates))
        assert refused.value.code == "deadline_day_off"
        assert refused.value.params == {"field": field, "day": sunday, "next": monday}
        session.rollback()
        save(acting, ROOT, [Change(sunday, working=True)])
        assert ordering.confirm(acting, found.round_id, found.unit_id, replace(right, dates=dates))


def test_it_refuses_to_order_a_unit_that_is_not_flagged(database: Database) -> None:
    found = make_flagged(database)
    with database.writing() as session, refuses("order_not_flagged"):
        ordering.confirm(Acting(session, MORNING, ZHANG), found.round_id, "u0", asked(session, found))


def test_a_liaison_reaches_his_own_unit_alone(database: Database) -> None:
    found, order_id = make_order(database)
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        other = next(flag.unit.target_id for flag in reads.flags(session, ZHANG, MORNING))
        foreign = ordering.confirm(acting, found.round_id, other, asked(session, found))
        assert [view.id for view in reads.orders(session, WU)] == [order_id]
        assert {view.id for view in reads.orders(session, ZHENG)} == {order_id, foreign}
        with refuses("order_unknown"):
            reads.get_order(session, WU, foreign)
        with refuses("plan_unknown"):
            planning.save_plan(Acting(session, MORNING, WU), plan_id_of(session, foreign), [])


def retest(
    database: Database, order_id: str, opinions: tuple[tuple[int, ...], ...], more: Mapping[str, int] | None = None
) -> str:
    """Plan the retest, hold it with these opinions by the same groups, publish it; return its round's id."""
    with database.writing() as session:
        made = retesting.plan_retest(Acting(session, MORNING, ZHANG), order_id, "县文工团复测")
        link = retest_of(session, made)
        assert link is not None
        assert link.unit_ids == {FLAGGED}
        paper = draft_paper(session, get_round(session, made))
        assert [unit.id for unit in paper.units] == [FLAGGED]
        campaign_id = session.get_one(Round, made).campaign_id
        session.get_one(OrderAttempt, (order_id, standing(session, order_id).standing.attempt)).retest_round_id = None
        session.flush()
    groups = tuple(replace(group, expected=group.expected + (more or {}).get(group.name, 0)) for group in paper.groups)
    votes = counted.make_votes(replace(paper, round_id=new_id(), groups=groups), opinions=opinions)
    round_id = counted.store_sealed(database, votes)
    with database.writing() as session:
        session.get_one(Round, round_id).campaign_id = campaign_id
    counted.count(database, round_id)
    with database.writing() as session:
        attempt = standing(session, order_id).standing.attempt
        session.get_one(OrderAttempt, (order_id, attempt)).retest_round_id = round_id
        with refuses("retest_not_published"):
            retesting.count_retest(Acting(session, MORNING, ZHANG), order_id)
    with database.writing() as session:
        publication.publish(Acting(session, MORNING, ZHANG), round_id, {"scope": "leaders"})
    return round_id


def test_a_retest_that_passes_closes_the_order(database: Database) -> None:
    order_id = completed(database, make_flagged(database))
    retest(database, order_id, ((70, 20, 6, 4, 3),))
    with database.writing() as session:
        done = retesting.count_retest(Acting(session, MORNING, ZHANG), order_id)
        assert (done.state, done.suggestions) == (OrderState.CLOSED, ())
        both = retesting.side_by_side(session, retesting.seeing(session, ZHANG, MORNING), standing(session, order_id))
        assert both is not None
        assert (both.reason, both.before["verdict"]["code"], both.after["verdict"]["code"]) == ("", "remedial", "met")
        assert session.get_one(RemedialOrder, order_id).state == "closed"


def test_both_results_on_an_order_s_page_are_noted_as_read(client: TestClient, database: Database) -> None:
    order_id = completed(database, make_flagged(database))
    second = retest(database, order_id, ((70, 20, 6, 4, 3),))
    reader = counted.log_in(client, database, "leader")
    with database.reading() as session:
        first = standing(session, order_id).round_id
    assert reader.get(f"/rectification/orders/{order_id}").status_code == 200
    assert reader.get(f"/rectification/orders/{order_id}/comparison.svg").status_code == 200
    with database.reading() as session:
        noted = {(round_id, row.what) for round_id in (first, second) for row in reads_of(session, round_id)}
    assert noted == {(first, "retest"), (second, "retest")}


def test_a_retest_that_fails_is_escalated_and_ordered_again_with_less_time(database: Database) -> None:
    order_id = completed(database, make_flagged(database))
    retest(database, order_id, ((20, 20, 30, 30, 3),))
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        failed = retesting.count_retest(acting, order_id)
        assert (failed.state, failed.suggestions) == (OrderState.ESCALATED, (Suggestion.TALK,))
        view = standing(session, order_id)
        assert view.current is not None
        first, again = view.current, ordering.proposed_dates(session, view.campaign_id, MORNING.date(), 2)
        assert again.plan < first.dates.plan
        ordering.order_again(acting, order_id, ordering.Confirmation("县委发〔2026〕12号", "复测仍未达标", again))
        view = standing(session, order_id)
        assert (view.standing.attempt, view.standing.failures, len(view.attempts)) == (2, 1, 2)
        assert planning.plan_of(session, view) is not None


def test_a_retest_with_too_few_answers_is_held_again(database: Database) -> None:
    order_id = completed(database, make_flagged(database))
    round_id = retest(database, order_id, ((70, 20, 6, 4, 3),))
    with database.writing() as session:
        session.get_one(Round, round_id).state = RoundState.VOID
        again = retesting.count_retest(Acting(session, MORNING, ZHANG), order_id)
        assert again.state is OrderState.COMPLETED


def test_a_voided_retest_that_was_repeated_counts_as_the_repeated_one(database: Database) -> None:
    order_id = completed(database, make_flagged(database))
    round_id = retest(database, order_id, ((70, 20, 6, 4, 3),))
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        session.get_one(Round, round_id).state = RoundState.VOID
        again = rounds.repeat_round(acting, round_id)
        with refuses("retest_not_published"):
            retesting.count_retest(acting, order_id)
    with database.writing() as session:
        session.get_one(Round, again).state = RoundState.VOID
        assert retesting.count_retest(Acting(session, MORNING, ZHANG), order_id).state is OrderState.COMPLETED
        current = standing(session, order_id).current
        assert current is not None
        assert (current.retest_round_id, current.outcome) == (again, "invalid")


def test_every_retest_stands_beside_the_first_result_and_two_failures_are_seen(database: Database) -> None:
    order_id = completed(database, make_flagged(database))
    for attempt, grades in ((1, (20, 20, 30, 30, 3)), (2, (25, 20, 30, 25, 3))):
        retest(database, order_id, (grades,))
        with database.writing() as session:
            acting = Acting(session, MORNING, ZHANG)
            done = retesting.count_retest(acting, order_id)
            assert (done.state, done.failures) == (OrderState.ESCALATED, attempt)
            events = [entry.event for entry in reads.entries_of(session, order_id)]
            assert events.count("escalate") == attempt
            assert events.index("escalate") > events.index("count_retest")
        if attempt == 1:
            repeat(database, order_id)
    with database.reading() as session:
        view = standing(session, order_id)
        assert view.standing.suggestions == (Suggestion.TALK, Suggestion.ORGANISATIONAL)
        pairs = retesting.pairs_of(session, retesting.seeing(session, ZHANG, MORNING), view)
        assert [(pair.attempt, pair.after["verdict"]["code"]) for pair in pairs] == [(1, "remedial"), (2, "remedial")]
        assert pairs[0].before == pairs[1].before
        labels = [before["label"] for before, _ in pairs[0].pairs]
        assert len(labels) == len(set(labels))
        last = retesting.side_by_side(session, retesting.seeing(session, ZHANG, MORNING), view)
        assert last is not None
        assert last.attempt == 2


def repeat(database: Database, order_id: str) -> None:
    """Order again and go on to the reported completion."""
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        again = ordering.proposed_dates(session, standing(session, order_id).campaign_id, MORNING.date(), 2)
        ordering.order_again(acting, order_id, ordering.Confirmation("县委发〔2026〕12号", "复测仍未达标", again))
        session.flush()
        planning.save_plan(Acting(session, MORNING, WU), plan_id_of(session, order_id), make_rows())
        session.flush()
        planning.submit(Acting(session, MORNING, WU), plan_id_of(session, order_id))
        planning.accept(Acting(session, MORNING, ZHENG), plan_id_of(session, order_id))
        session.flush()
        assert len(ledger_pages.announced(session, standing(session, order_id).public_id)) == 1, (
            "the promises of the first attempt stay public"
        )
        planning.announce(Acting(session, MORNING, WU), plan_id_of(session, order_id))
        ordering.step(Acting(session, MORNING, WU), order_id, OrderEvent.COMPLETE, "已全部整改")
        assert len(ledger_pages.announced(session, standing(session, order_id).public_id)) == 2


def test_results_of_almost_the_same_people_are_not_set_side_by_side(database: Database) -> None:
    order_id = completed(database, make_flagged(database))
    retest(database, order_id, ((70, 20, 6, 4, 3),), {"党代表": 1})
    with database.reading() as session:
        (pair,) = retesting.pairs_of(session, retesting.seeing(session, ZHANG, MORNING), standing(session, order_id))
        assert "为保护匿名不作比较" in pair.reason


def test_a_retest_flags_nobody_anew(database: Database) -> None:
    order_id = completed(database, make_flagged(database))
    round_id = retest(database, order_id, ((20, 20, 30, 30, 3),))
    with database.writing() as session:
        session.add(RoundRetest(round_id=round_id, retest_of=standing(session, order_id).round_id, unit_ids="[]"))
        session.flush()
        assert round_id not in {flag.round.id for flag in reads.flags(session, ZHANG, MORNING)}
        with refuses("order_not_flagged"):
            reads.flagged_unit(session, ZHANG, MORNING, round_id, standing(session, order_id).unit_id)


def test_a_body_rated_with_its_members_is_not_ordered(database: Database) -> None:
    round_id = make_flagged(database).round_id
    with database.writing() as session:
        held = get_round(session, round_id)
        session.get_one(Campaign, held.campaign_id).kind = "leaders"
    with database.reading() as session:
        assert round_id not in {flag.round.id for flag in reads.flags(session, ZHANG, MORNING)}
        with refuses("order_not_flagged"):
            reads.flagged_unit(session, ZHANG, MORNING, round_id, FLAGGED)
