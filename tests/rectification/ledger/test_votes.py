"""Actions put to the vote, and what the ledger shows of the result: never more than its reader was given."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.accounts.service import units_of
from app.campaigns.models import Campaign
from app.campaigns.reads import get_campaign, office_of
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.scope import limit
from app.offices.models import Office
from app.rectification.ledger import recording, votes
from app.rectification.ledger import service as ledger_acts
from app.rectification.ledger.cells import cells_of
from app.rectification.ledger.votes import Asked
from app.rectification.models import ActionVote
from app.rectification.rules.ratings import MOST_VOTED, NAME_ROOM, voted_names
from app.rounds.domain import Paper, PaperSection, PaperUnit
from app.rounds.models import Round
from app.rounds.reads import rounds_of
from tests.cast import MORNING, refuses
from tests.publication import counted
from tests.rectification.flagged import WU, ZHANG, ZHAO, ZHENG, make_action, make_ledger
from tests.rectification.ledger.test_service import changes_of, edited, exported

ASKED = Asked("整改事项群众满意度测评", "服务对象 40\n党代表 12")


def start(database: Database, ids: Sequence[str]) -> str:
    with database.writing() as session:
        return votes.start_vote(Acting(session, MORNING, ZHANG), ids, ASKED)


def hold(database: Database, campaign_id: str, share: float = 0.9) -> str:
    """Store a counted round over the objects of a campaign."""
    with database.reading() as session:
        units = tuple(PaperUnit(unit.id, unit.name) for unit in get_campaign(session, campaign_id).units)
    paper = counted.make_paper(form="t8")
    section = PaperSection(paper.parts[0].form_title, paper.parts[0].items, units)
    round_id = counted.store_counted(database, counted.make_votes(_with(paper, section), share))
    with database.writing() as session:
        session.execute(sa.update(Round).where(Round.id == round_id).values(campaign_id=campaign_id))
    return round_id


def _with(paper: Paper, section: PaperSection) -> Paper:
    groups = tuple(replace(group, left_out=()) for group in paper.groups)
    return replace(paper, parts=(section,), groups=groups, title="整改事项测评")


def rating(session: Session, who: Principal, action_id: str) -> tuple[str, str]:
    """Return 群众评价 and where it comes from, as a reader sees them."""
    row = ledger_acts.get_action(session, who, action_id, MORNING.date())
    (seen,) = votes.with_votes(session, who, MORNING, [row])
    cells = cells_of(seen)
    return cells["public_rating"], cells["rating_source"]


def test_it_makes_a_campaign_whose_objects_are_the_actions(database: Database) -> None:
    _, _, ids = make_ledger(database, make_action(), make_action(problem="停车不便"), make_action(problem="停车 不便"))
    made = start(database, ids)
    with database.reading() as session:
        campaign = get_campaign(session, made)
        assert (campaign.kind.key, campaign.title, campaign.organisation) == ("actions", ASKED.title, "县文化局")
        names = [unit.name for unit in campaign.units]
        assert names == ["开放时间太短（县文工团）", "停车不便（县文工团）", "停车不便（县文工团）之2"]
        assert [(group.name, group.expected) for group in campaign.groups] == [("服务对象", 40), ("党代表", 12)]
        assert [held.form_key for held in rounds_of(session, made)] == ["t8"]
        linked = dict(session.execute(sa.select(ActionVote.unit_id, ActionVote.action_id)).all())
        assert [linked[unit.id] for unit in campaign.units] == ids
        assert set(linked) <= units_of(session, WU.id), "who speaks for the unit speaks for what is said of its actions"


def test_it_belongs_to_the_office_whose_actions_are_voted_on(database: Database) -> None:
    found, _, ids = make_ledger(database)
    with database.writing() as session:
        session.add(Office(id="east", parent_id="root", name="东县", position=0, is_closed=False))
        session.flush()
        session.get_one(Campaign, found.campaign_id).office_id = "east"
    east = replace(ZHANG, role="organiser", office_id="east")
    with database.writing() as session:
        limit(session, ["east"])
        made = votes.start_vote(Acting(session, MORNING, east), ids, ASKED)
    with database.reading() as session:
        assert office_of(session, made) == "east"
        assert len(units_of(session, WU.id)) == len(ids) + 1, "he is out of reach of who starts the vote"


def test_problems_that_were_typed_with_numbers_before_them_lose_these(database: Database) -> None:
    typed = ("1．开放时间太短", "3．停车不便", "（5）厕所不洁", "⒎ 标识不清", "9 路灯不亮", "2026年的账没有公开")
    _, _, ids = make_ledger(database, *(make_action(problem=problem) for problem in typed))
    made = start(database, ids)
    with database.reading() as session:
        names = [unit.name.removesuffix("（县文工团）") for unit in get_campaign(session, made).units]
    assert names == ["开放时间太短", "停车不便", "厕所不洁", "标识不清", "路灯不亮", "2026年的账没有公开"]


def test_a_problem_that_names_a_telephone_is_put_to_the_vote_without_it(database: Database) -> None:
    typed = ("值班电话 0597-6542188 无人接听", "12345 热线反映停车不便", "来电 13800138000 反映厕所不洁")
    _, _, ids = make_ledger(database, *(make_action(problem=problem) for problem in typed))
    made = start(database, ids)
    with database.reading() as session:
        names = [unit.name.removesuffix("（县文工团）") for unit in get_campaign(session, made).units]
    assert names == ["值班电话…无人接听", "12345热线反映停车不便", "来电…反映厕所不洁"]


def test_who_is_no_longer_in_office_does_not_speak_for_its_objects(database: Database) -> None:
    _, _, ids = make_ledger(database)
    with database.writing() as session:
        session.get_one(Staff, WU.id).disabled = True
    made = start(database, ids)
    with database.reading() as session:
        assert units_of(session, WU.id).isdisjoint(unit.id for unit in get_campaign(session, made).units)


def test_it_refuses_what_is_no_vote(database: Database) -> None:
    _, _, ids = make_ledger(database)
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        with refuses("vote_without_actions"):
            votes.start_vote(acting, [], ASKED)
        with refuses("action_unknown"):
            votes.start_vote(acting, [*ids, "nowhere"], ASKED)
        with refuses("vote_too_many"):
            votes.start_vote(acting, [*ids, *map(str, range(MOST_VOTED))], ASKED)
    start(database, ids)
    with database.writing() as session, refuses("campaign_twice"):
        votes.start_vote(Acting(session, MORNING, ZHANG), ids, ASKED)


def test_every_reader_sees_what_was_released_to_him_and_no_more(database: Database) -> None:
    _, _, (action_id,) = make_ledger(database)
    round_id = hold(database, start(database, [action_id]))
    staff = (ZHANG, ZHAO, WU, ZHENG)

    def seen() -> list[str]:
        with database.reading() as session:
            return [rating(session, who, action_id)[0] for who in staff]

    assert seen() == ["", "", "", ""], "counted is not published"
    counted.release(database, round_id, "organisers")
    organiser, *others = seen()
    assert organiser.startswith("满意率 ")
    assert "%，" in organiser
    assert others == ["", "", ""]
    counted.release(database, round_id, "unit")
    assert seen() == [organiser, "", organiser, ""]
    counted.release(database, round_id, "public")
    _, leader, _, supervisor = seen()
    assert leader == supervisor != organiser
    assert "满意率" in supervisor
    counted.release(database, round_id, "leaders")
    assert seen()[1] == organiser


def test_too_few_answers_give_no_figure(database: Database) -> None:
    _, _, (action_id,) = make_ledger(database)
    round_id = hold(database, start(database, [action_id]), share=0.03)
    counted.release(database, round_id, "organisers")
    with database.reading() as session:
        words, _ = rating(session, ZHANG, action_id)
    assert "%" not in words
    assert not any(sign.isdigit() for sign in words)


def test_what_was_measured_cannot_be_typed_over_and_what_was_typed_says_so(database: Database) -> None:
    _, _, ids = make_ledger(database, make_action(), make_action(problem="乙"))
    round_id = hold(database, start(database, ids[:1]))
    counted.release(database, round_id, "organisers")
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        for action_id in ids:
            recording.rate(acting, action_id, "群众说好")
        assert rating(session, ZHANG, ids[0])[1] == "测评：整改事项测评"
        assert rating(session, ZHANG, ids[1]) == ("群众说好", "录入")
        assert changes_of(acting, exported(session, WU)) == ([], []), "he does not see what was measured"
        out = exported(session, ZHANG)
        assert changes_of(acting, out) == ([], [])
        _, wrong = changes_of(acting, edited(out, {(2, "群众评价"): "百分之百", (3, "群众评价"): "很好"}))
        assert [(line.row, line.code, line.params["vote"]) for line in wrong] == [(2, "rating_by_vote", "整改事项测评")]
        # What went out measured and is brought back by somebody who does not see it changes nothing.
        changes, wrong = changes_of(Acting(session, MORNING, ZHENG), out)
        assert (changes, wrong) == ([], [])


@pytest.mark.parametrize("problem", ["短", "长" * 300])
def test_every_action_has_a_short_name_of_its_own(problem: str) -> None:
    names = voted_names([(problem, "某某县人民政府政务服务管理办公室窗口服务科第一分科")] * 12)
    assert len(set(names)) == 12
    assert max(map(len, names)) <= NAME_ROOM
