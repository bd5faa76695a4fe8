"""Who is told of which issues that opinions were merged into: nobody of more than he may know."""

import pytest
import sqlalchemy as sa

from app.accounts.models import StaffUnit
from app.campaigns.reads import get_campaign
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.opinions import reads, service
from app.opinions.domain import Kind
from app.opinions.service import Wish
from app.rectification.models import UnitPlan
from app.rectification.plans import asking
from app.rectification.plans import service as planning
from app.rectification.plans.asking import Request
from app.rectification.plans.issues import issues_for, issues_within
from app.rectification.plans.reads import get_head
from tests.cast import MORNING, Desks, refuses
from tests.opinions.collected import acting, add, make_published, take, typed
from tests.publication import counted
from tests.rectification.flagged import WU, ZHANG, ZHAO, ZHENG, later, make_rows, working
from tests.statements import sent

OWN = "u1"
EVERY = tuple(f"u{place}" for place in range(len(counted.UNITS)))


@pytest.fixture
def campaign_id(database: Database) -> str:
    """A campaign of 96 remarks, released to leaders, and four collected opinions, merged into three issues."""
    campaign_id, round_id = make_published(database)
    with database.writing() as session:
        take(acting(session), campaign_id, round_id)
        texts = {"馆里太吵": OWN, "文件太多": "", "会太多": "", "大厅太冷": "u2"}
        rows = [typed(text, str(number), unit_id=unit) for number, (text, unit) in enumerate(texts.items(), 1)]
        add(acting(session), campaign_id, rows)
    with database.writing() as session:
        found = reads.collection(session, campaign_id).opinions
        views = {opinion.text: opinion.id for opinion in found}
        remarks = tuple(each.id for each in found if each.source == "remark")
        for title, some in (
            ("服务和开放", (*remarks, views["馆里太吵"])),
            ("文山会海", (views["文件太多"], views["会太多"])),
            ("大厅", (views["大厅太冷"],)),
        ):
            service.do(acting(session), campaign_id, Wish(Kind.NEW_ISSUE, some, words=title))
            session.flush()
    return campaign_id


def told(database: Database, campaign_id: str, who: Principal) -> list[tuple[str, int, tuple[str, ...]]]:
    with database.reading() as session:
        found = issues_within(session, who, MORNING, get_campaign(session, campaign_id))
        return [(issue.title, issue.opinion_count, issue.unit_ids) for issue in found]


def speak(database: Database) -> None:
    """Let the liaison speak for a unit of the campaign."""
    with database.writing() as session:
        session.add(StaffUnit(staff_id=WU.id, unit_id=OWN))


def test_counts_are_of_what_a_reader_may_know(database: Database, campaign_id: str) -> None:
    speak(database)
    whole = [("服务和开放", 97, EVERY), ("文山会海", 2, ()), ("大厅", 1, ("u2",))]
    assert told(database, campaign_id, ZHANG) == whole
    assert told(database, campaign_id, ZHAO) == whole
    sought = [("服务和开放", 1, (OWN,)), *whole[1:]]
    assert told(database, campaign_id, ZHENG) == sought, "no remark is released to supervisors"
    of_none = ("文山会海", 0, ())
    assert told(database, campaign_id, WU) == [("服务和开放", 1, (OWN,)), of_none]
    with database.reading() as session:
        (round_id,) = session.scalars(sa.text("SELECT DISTINCT round_id FROM opinion WHERE round_id IS NOT NULL"))
    counted.release(database, round_id, "unit")
    assert told(database, campaign_id, WU) == [("服务和开放", 13, (OWN,)), of_none]


def test_who_speaks_for_no_unit_of_a_campaign_does_not_find_it(
    database: Database, campaign_id: str, new_desk: Desks
) -> None:
    with database.reading() as session, refuses("campaign_unknown"):
        issues_within(session, WU, MORNING, get_campaign(session, campaign_id))
    page = f"/rectification/campaigns/{campaign_id}/issues"
    assert (
        new_desk("wujiu").get(page).status_code
        == new_desk("wujiu").get("/rectification/campaigns/x/issues").status_code
    )
    speak(database)
    assert "文山会海" in new_desk("wujiu").get(page).text


def test_a_plan_chooses_from_what_its_writer_may_know(database: Database, campaign_id: str) -> None:
    speak(database)
    with database.writing() as session:
        asking.ask(acting(session), campaign_id, Request((OWN, "u2"), working(later(14)) or later(14)))
        ids = {row.unit_id: row.id for row in session.scalars(sa.select(UnitPlan))}
        head = get_head(session, WU, ids[OWN])
        titles = [(issue.title, issue.opinion_count) for issue in issues_for(session, WU, MORNING, head)]
        assert titles == [("服务和开放", 1), ("文山会海", 0)]
        other = [issue.title for issue in issues_for(session, ZHANG, MORNING, get_head(session, ZHANG, ids["u2"]))]
        assert other == ["服务和开放", "文山会海", "大厅"]


@pytest.mark.parametrize("who", [ZHANG, WU], ids=["organiser", "liaison"])
def test_opinions_are_read_and_replayed_once_for_a_plan(database: Database, campaign_id: str, who: Principal) -> None:
    speak(database)
    with database.writing() as session:
        asking.ask(acting(session), campaign_id, Request((OWN,), working(later(14)) or later(14)))
        plan_id = session.scalars(sa.select(UnitPlan.id)).one()
    with database.writing() as session:
        head = get_head(session, who, plan_id)
        with sent(session) as seen:
            issues_for(session, who, MORNING, head)
        assert sum("FROM opinion_act" in each for each in seen) == 1
        with sent(session) as seen:
            planning.save_plan(Acting(session, MORNING, who), plan_id, make_rows())
        assert sum("FROM opinion_act" in each for each in seen) == 1
