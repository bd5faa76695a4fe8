"""No unit is deleted under what 整改 keeps of it, by page or import; the sentence names what rests on the unit."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.campaigns import service as campaign_service
from app.campaigns.reads import get_campaign
from app.core.acting import Acting
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.opinions.service import TypedOpinion
from app.rectification.board.resting import resting_on_units
from app.rectification.models import BoardDone, UnitPlan
from app.rectification.plans import asking, entering
from app.rectification.plans.asking import Request
from app.rectification.plans.entering import TypedIssue
from tests.cast import MORNING, Desk, make_campaign, make_cast
from tests.opinions import collected
from tests.rectification.flagged import FLAGGED, ZHANG, later, make_order, working

Act = Callable[[Acting, str, str], None]
DUE = working(later(14)) or later(14)


def ask_for_plan(acting: Acting, campaign_id: str, unit_id: str) -> None:
    asking.ask(acting, campaign_id, Request((unit_id,), DUE))


def withdraw_plan(acting: Acting, campaign_id: str, unit_id: str) -> None:
    ask_for_plan(acting, campaign_id, unit_id)
    asking.withdraw(acting, acting.session.scalars(sa.select(UnitPlan.id)).one())


def enter_issue(acting: Acting, campaign_id: str, unit_id: str) -> None:
    entering.enter(acting, campaign_id, TypedIssue("audit", "账目公开不及时", "", (unit_id,)))


def collect_opinion(acting: Acting, campaign_id: str, unit_id: str) -> None:
    collected.add(acting, campaign_id, [TypedOpinion("sheet", "1", unit_id, "窗口排队太久")])


def do_step(acting: Acting, campaign_id: str, unit_id: str) -> None:
    done = {"step": "mobilise", "done_on": MORNING.date(), "proof": "会议记录", "entered_by": "张三"}
    acting.session.add(BoardDone(campaign_id=campaign_id, unit_id=unit_id, entered_at=MORNING, **done))


KEPT: dict[str, tuple[Act, str]] = {
    "asked": (ask_for_plan, "已经要求“县文化馆”报送整改方案"),
    "withdrawn": (withdraw_plan, "已经要求“县文化馆”报送整改方案"),
    "issue": (enter_issue, "登记的问题“账目公开不及时”列有“县文化馆”"),
    "opinion": (collect_opinion, "已经收集到对“县文化馆”的意见"),
    "step": (do_step, "已经登记“县文化馆”完成了活动的环节"),
}


@dataclass(frozen=True, slots=True)
class Bench:
    """A campaign of 张三 in whose first unit something rests, and his browser."""

    database: Database
    campaign_id: str
    desk: Desk

    def begin(self, act: Act) -> list[str]:
        with self.database.writing() as session:
            units = get_campaign(session, self.campaign_id).units
            act(Acting(session, MORNING, ZHANG), self.campaign_id, units[0].id)
            return [unit.id for unit in units]

    def left(self) -> list[str]:
        with self.database.reading() as session:
            return [unit.id for unit in get_campaign(session, self.campaign_id).units]


@pytest.fixture
def bench(client: TestClient, database: Database, settings: Settings) -> Bench:
    with database.writing() as session:
        campaign_id = make_campaign(session, make_cast(session)["zhangsan"])
    return Bench(database, campaign_id, Desk(client, database, KeyFolder(settings.data / "keys"), "zhangsan"))


@pytest.mark.parametrize("kept", KEPT)
def test_no_page_deletes_a_unit_under_it(bench: Bench, kept: str) -> None:
    act, sentence = KEPT[kept]
    units = bench.begin(act)
    page = bench.desk.post(f"/campaigns/{bench.campaign_id}/units/{units[0]}/delete", name="县文化馆")
    assert page.status_code == 409
    assert sentence in page.text
    assert bench.left() == units


@pytest.mark.parametrize("kept", KEPT)
def test_no_import_drops_it(bench: Bench, kept: str) -> None:
    act, sentence = KEPT[kept]
    units = bench.begin(act)
    rows = '{"units": [[1, "县图书馆"], [2, "县博物馆"]], "groups": null}'
    page = bench.desk.post(f"/campaigns/{bench.campaign_id}/import/confirm", rows=rows, drop_missing="1")
    assert page.status_code == 409
    assert sentence in page.text
    assert bench.left() == units


def test_other_units_of_the_campaign_may_go(bench: Bench) -> None:
    units = bench.begin(enter_issue)
    path = f"/campaigns/{bench.campaign_id}/units/{units[1]}/delete"
    assert bench.desk.post(path, name="县图书馆").status_code == 303
    assert bench.left() == [units[0], *units[2:]]


def test_a_decision_about_a_unit_holds_it(database: Database) -> None:
    found, _ = make_order(database)
    with database.reading() as session:
        codes = {each.code for each in resting_on_units(session, found.campaign_id) if FLAGGED in each.units}
    assert codes == {"", "unit_has_order", "unit_has_plan"}


def test_what_hangs_on_a_unit_of_another_campaign_holds_nothing(bench: Bench) -> None:
    with bench.database.writing() as session:
        other = campaign_service.create_campaign(session, MORNING, ZHANG, "另一个活动", "某县文化局")
        campaign_service.add_units(session, MORNING, ZHANG, other, ["县剧院"])
        unit = get_campaign(session, other).units[0].id
        enter_issue(Acting(session, MORNING, ZHANG), other, unit)
    with bench.database.reading() as session:
        assert not any(each.units for each in resting_on_units(session, bench.campaign_id))
