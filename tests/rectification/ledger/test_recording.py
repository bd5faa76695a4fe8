"""Many actions are told of at once: every one by the rules of one, in as many statements as two."""

from functools import partial

import sqlalchemy as sa

from app.core.acting import Acting
from app.core.db import Database
from app.core.scope import ROOT, limit
from app.rectification.ledger import recording
from app.rectification.ledger import service as ledger_acts
from app.rectification.ledger.reads import picked_rows
from app.rectification.ledger.recording import Change
from app.rectification.models import ActionEntry, RemedialAction
from app.rectification.rules.ledger import ActionEvent
from app.rectification.rules.picks import Pick
from app.rectification.rules.searched import searched
from tests.cast import MORNING, refuses
from tests.found import some
from tests.rectification.flagged import WU, ZHANG, ZHENG, make_action, make_ledger
from tests.statements import statements


def test_it_works_also_for_whoever_reaches_one_office(database: Database) -> None:
    _, _, (first, second) = make_ledger(database, make_action(), make_action(problem="乙"))
    with database.writing() as session:
        limit(session, (ROOT,))
        acting = Acting(session, MORNING, ZHANG)
        before = ledger_acts.get_action(session, ZHANG, first, MORNING.date()).row
        recording.record(acting, [Change(second, rules_made=" 《甲》\n\n《甲》"), Change(first, "已排班", "满意")])
        assert (before.state, before.progress, before.begun_on) == ("in_progress", "已排班", MORNING.date())
        assert (before.public_rating, before.rules_made) == ("满意", "")
    with database.reading() as session:
        rows = [session.get_one(RemedialAction, each) for each in (first, second)]
        assert [(row.progress, row.public_rating, row.rules_made) for row in rows] == [
            ("已排班", "满意", ""), ("", "", "《甲》"),
        ]  # fmt: skip
        told = [
            sorted((entry.event, entry.text, entry.by_id) for entry in ledger_acts.entries_of(session, each))
            for each in (first, second)
        ]
        assert told == [
            [("progress", "已排班", ZHANG.id), ("public_rating", "满意", ZHANG.id)],
            [("rules_made", "《甲》", ZHANG.id)],
        ]


def test_what_is_as_it_was_is_told_of_nobody(database: Database) -> None:
    _, _, (action_id,) = make_ledger(database)
    with database.writing() as session:
        recording.record(Acting(session, MORNING, ZHANG), [Change(action_id, "", "", "\n")])
        assert not ledger_acts.entries_of(session, action_id)


def test_one_change_that_the_ledger_does_not_take_refuses_all(database: Database) -> None:
    _, _, ids = make_ledger(database, make_action(), make_action(problem="乙"))
    with database.writing() as session:
        for event, who in ((ActionEvent.PROGRESS, WU), (ActionEvent.COMPLETE, WU), (ActionEvent.ACCEPT, ZHENG)):
            ledger_acts.act(Acting(session, MORNING, who), max(ids), event, "在做")
    with refuses("step_ended"), database.writing() as session:
        recording.record(Acting(session, MORNING, ZHANG), [Change(each, "再报") for each in ids])
    with refuses("rules_settled"), database.writing() as session:
        recording.record(Acting(session, MORNING, ZHANG), [Change(each, rules_made="《甲》") for each in ids])
    with database.reading() as session:
        assert not ledger_acts.entries_of(session, min(ids))


def test_many_take_as_many_statements_as_few(database: Database) -> None:
    _, _, ids = make_ledger(database, *(make_action(problem=f"第 {number} 个") for number in range(40)))
    counts = []
    for chosen, words in ((ids[:2], "甲"), (ids, "乙")):
        with database.writing() as session:
            acting = Acting(session, MORNING, ZHANG)
            with statements() as sent:
                recording.record(acting, [Change(each, words, words) for each in chosen])
            counts.append(len(sent))
    assert counts[0] == counts[1]
    with database.reading() as session:
        entries = session.scalar(sa.select(sa.func.count()).select_from(ActionEntry))
        assert entries == (2 + 40) * 2


def test_whatever_is_entered_is_found_by_the_ledger(database: Database) -> None:
    """Through every way in: the plan, an act, what is told of many at once; and what no longer stands is not found."""
    _, _, (first, second) = make_ledger(
        database, make_action(problem="开放时间短", owner="阿依古丽·买买提"), make_action(problem="停车难")
    )

    def found(text: str) -> list[str]:
        with database.reading() as session:
            return [row.row.id for row in picked_rows(session, ZHANG, MORNING.date(), Pick(text=text))]

    assert found("阿依古丽买买提") == [first]
    with database.writing() as session:
        ledger_acts.act(Acting(session, MORNING, WU), second, ActionEvent.PROGRESS, "已经划线")
        recording.record(
            Acting(session, MORNING, ZHANG), [Change(first, public_rating="较 好", rules_made="《开放办法》")]
        )
    assert (found("已经划线"), found("较好"), found("《开放办法》")) == ([second], [first], [first])
    with database.writing() as session:
        recording.record(Acting(session, MORNING, ZHANG), [Change(first, public_rating="一般")])
        rows = session.scalars(sa.select(RemedialAction)).all()
        assert all(row.searched == searched(partial(getattr, row))["searched"] for row in some(rows))
    assert (found("较好"), found("一般"), found("开放时间 一般")) == ([], [first], [first])
