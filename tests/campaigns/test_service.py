"""Setting up a campaign: stages, units and groups."""

from collections.abc import Callable, Iterator
from fractions import Fraction

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.campaigns import reads, scheme_service, service
from app.campaigns.reads import CampaignView
from app.campaigns.rules import GroupRow, NameRow
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.errors import DomainError
from app.rounds import service as rounds
from app.rounds.reads import resting
from app.rounds.service import RoundDraft
from tests.cast import MORNING, UNITS, make_campaign, make_cast


class Bench:
    """A campaign that 张三 works on."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.zhang: Principal = make_cast(session)["zhangsan"]
        self.id = make_campaign(session, self.zhang)

    @property
    def view(self) -> CampaignView:
        return reads.get_campaign(self.session, self.id)

    def do(self, act: Callable[..., object], *rest: object) -> None:
        act(self.session, MORNING, self.zhang, self.id, *rest)

    def delete(self, act: Callable[..., object], *rest: object) -> None:
        act(Acting(self.session, MORNING, self.zhang), resting, self.id, *rest)

    def keeps(self, code: str, act: Callable[..., object], *rest: object) -> dict[str, object]:
        with pytest.raises(DomainError, match=f"^{code}$") as caught:
            self.delete(act, *rest)
        return dict(caught.value.params)

    def refuses(self, code: str, act: Callable[..., object], *rest: object) -> None:
        with pytest.raises(DomainError, match=f"^{code}$"):
            self.do(act, *rest)


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    with database.writing() as session:
        yield Bench(session)


def names(view: CampaignView) -> list[str]:
    return [unit.name for unit in view.units]


def test_it_works(bench: Bench) -> None:
    first, second, third = bench.view.units
    bench.do(service.add_units, ["  县文工团 ", "", "广播　站"])
    bench.do(
        service.save_units,
        [NameRow(third.id, "县博物院"), NameRow(first.id, "县文化馆"), NameRow(second.id, "县图书馆")],
    )
    assert names(bench.view) == ["县博物院", "县文化馆", "县图书馆", "县文工团", "广播 站"]
    bench.do(service.edit_campaign, "新名称", "新单位")
    assert (bench.view.title, bench.view.organisation) == ("新名称", "新单位")


def test_every_act_is_in_the_log(bench: Bench) -> None:
    bench.do(service.add_units, ["县文工团"])
    bench.delete(service.delete_unit, bench.view.units[0].id, UNITS[0])
    acts = bench.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.number)).all()
    assert acts[-2:] == ["campaign.units.add", "campaign.units.delete"]
    assert acts[0] == "campaign.create"


def test_two_units_can_swap_their_names(bench: Bench) -> None:
    first, second, third = bench.view.units
    rows = [NameRow(first.id, second.name), NameRow(second.id, first.name), NameRow(third.id, third.name)]
    bench.do(service.save_units, rows)
    assert names(bench.view) == [second.name, first.name, third.name]
    assert [unit.id for unit in bench.view.units] == [first.id, second.id, third.id]


def test_a_unit_added_meanwhile_stays_behind_the_others(bench: Bench) -> None:
    rows = [NameRow(unit.id, unit.name) for unit in reversed(bench.view.units[:2])]
    bench.do(service.save_units, rows)
    assert names(bench.view) == [UNITS[1], UNITS[0], UNITS[2]]


@pytest.mark.parametrize("twin", ["县文化馆", "县文化 馆", "县文化馆\u200b"])
def test_it_refuses_names_that_look_alike(bench: Bench, twin: str) -> None:
    bench.refuses("name_twice", service.add_units, [twin])
    bench.refuses("name_twice", service.save_units, [NameRow(bench.view.units[1].id, twin)])


def test_it_refuses_empty_overlong_and_foreign_names(bench: Bench) -> None:
    bench.refuses("name_missing", service.add_units, ["", " "])
    bench.refuses("name_missing", service.save_units, [NameRow(bench.view.units[0].id, " ")])
    bench.refuses("name_too_long", service.add_units, ["长" * 61])
    bench.refuses("too_many_names", service.add_units, [f"单位{number}" for number in range(1000)])
    bench.refuses("unit_unknown", service.save_units, [NameRow("nobody", "名")])
    bench.refuses("field_missing", service.edit_campaign, "", "单位")
    bench.refuses("field_too_long", service.edit_campaign, "长" * 81, "单位")


def test_a_unit_is_deleted_once_its_name_is_typed(bench: Bench) -> None:
    unit, group = bench.view.units[0], bench.view.groups[0]
    bench.do(service.set_left_out, group.id, [unit.id])
    bench.keeps("name_wrong", service.delete_unit, unit.id, "县文化")
    bench.delete(service.delete_unit, unit.id, unit.name)
    assert names(bench.view) == list(UNITS[1:])
    assert bench.view.groups[0].left_out == ()
    bench.keeps("unit_unknown", service.delete_unit, unit.id, unit.name)


def test_groups_are_added_renamed_and_reordered(bench: Bench) -> None:
    first, second = bench.view.groups
    bench.do(
        service.save_groups,
        [GroupRow("", "社区", 20), GroupRow(second.id, first.name, 9), GroupRow(first.id, second.name, 5)],
    )
    assert [(group.name, group.expected) for group in bench.view.groups] == [
        ("社区", 20),
        (first.name, 9),
        (second.name, 5),
    ]
    assert [group.id for group in bench.view.groups[1:]] == [second.id, first.id]


def test_it_refuses_groups_that_cannot_hide_anyone(bench: Bench) -> None:
    group = bench.view.groups[0]
    bench.refuses("expected_below_k", service.save_groups, [GroupRow(group.id, group.name, 4)])
    bench.refuses("expected_too_large", service.save_groups, [GroupRow(group.id, group.name, 100_001)])
    bench.refuses("group_unknown", service.save_groups, [GroupRow("nobody", "社区", 10)])
    bench.refuses("name_is_total", service.save_groups, [GroupRow("", "合　计", 10)])
    bench.refuses("name_twice", service.save_groups, [GroupRow("", group.name, 10)])


def test_it_refuses_a_group_that_rates_nothing(bench: Bench) -> None:
    group = bench.view.groups[0]
    bench.refuses("all_units_left_out", service.set_left_out, group.id, [unit.id for unit in bench.view.units])
    bench.refuses("unit_unknown", service.set_left_out, group.id, ["nobody"])
    bench.refuses("group_unknown", service.set_left_out, "nobody", [])


def test_weights_go_when_the_groups_change(bench: Bench) -> None:
    first, second = bench.view.groups
    scheme = bench.view.scheme
    scheme.weights.update({first.id: Fraction(60), second.id: Fraction(40)})
    scheme_service.set_scheme(bench.session, MORNING, bench.zhang, bench.id, scheme, two_person=True)
    assert bench.view.scheme.weights
    bench.keeps("name_wrong", service.delete_group, second.id, "别的")
    bench.delete(service.delete_group, second.id, second.name)
    assert bench.view.scheme.weights == {}
    assert [group.id for group in bench.view.groups] == [first.id]


def test_stages_keep_their_rounds(bench: Bench) -> None:
    first, second, third = bench.view.stages
    acting = Acting(bench.session, MORNING, bench.zhang)
    rounds.create_round(acting, bench.id, RoundDraft("第一轮", "t2", stage_id=third.id))
    bench.delete(service.set_stages, [NameRow(first.id, ""), NameRow(third.id, "整改"), NameRow("", "总结")])
    assert [stage.title for stage in bench.view.stages] == ["整改", "总结"]
    bench.keeps("stage_in_use", service.set_stages, [NameRow(second.id, "总结")])
    bench.keeps("name_twice", service.set_stages, [NameRow("", "总结"), NameRow("", "总结")])


def test_it_refuses_an_unknown_campaign(bench: Bench) -> None:
    bench.id = "nothing"
    bench.refuses("campaign_unknown", service.edit_campaign, "名称", "单位")
    bench.refuses("campaign_unknown", service.add_units, ["单位"])
    bench.refuses("campaign_unknown", service.save_groups, [])
