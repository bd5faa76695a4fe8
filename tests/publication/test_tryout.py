"""Trying a scheme on invented numbers."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.box.envelope import Ballot, decode, encode
from app.box.shredding import shred
from app.campaigns import service as campaign_service
from app.campaigns.builtin import SCALES
from app.campaigns.domain import K_FLOOR, Denominator, Formula, Item, ItemLines, Lines, Scheme
from app.campaigns.quorum import Quorum
from app.campaigns.reads import get_campaign
from app.campaigns.rule import Sign
from app.campaigns.rules import NAME_LIMIT, GroupRow
from app.campaigns.scheme_service import askable_items, set_scheme
from app.core.acting import Principal
from app.core.db import Database
from app.core.secrets import token_bytes
from app.publication.arithmetic import Sample
from app.publication.tryout import try_out
from app.rounds.domain import Paper, PaperGroup, PaperSection, PaperUnit
from app.tally.chain import Chain, GroupChain
from app.tally.result import result_document
from tests.cast import MORNING, Desk, Desks, make_campaign, make_cast

ZHANG = Principal("zhang", "张三", "organiser")

FIELDS = {
    "top": "2", "denominator": "valid", "measure": "satisfied_rate", "attention": "80%", "remedial": "60%",
    "dissatisfied": "1/3", "k": "10", "name-1": "代表",
    "count-1-0": "52", "count-1-1": "27", "count-1-2": "16", "count-1-3": "5", "count-1-4": "6",
}  # fmt: skip


def asked(client: TestClient, campaign_id: str, **changes: str) -> tuple[int, str]:
    answer = client.get(f"/campaigns/{campaign_id}/tryout", params={**FIELDS, **changes})
    return answer.status_code, answer.text


def organise(new_desk: Desks, database: Database) -> tuple[Desk, str]:
    with database.writing() as session:
        campaign_id = make_campaign(session, make_cast(session)["zhangsan"])
    return new_desk("zhangsan"), campaign_id


def test_it_works(new_desk: Desks, database: Database) -> None:
    desk, campaign_id = organise(new_desk, database)
    assert "满意率 =（" in desk.get(f"/campaigns/{campaign_id}/tryout").text
    status, text = asked(desk.client, campaign_id)
    assert status == 200
    for words in ("满意率 =（52 + 27）÷ 100 = 79.0%", "不满意率 = 5 ÷ 100 = 5.0%", "满意率未达到提醒线 80%"):
        assert words in text


def test_other_formulas_give_other_verdicts(new_desk: Desks, database: Database) -> None:
    desk, campaign_id = organise(new_desk, database)
    _, text = asked(desk.client, campaign_id, top="3")
    assert "（52 + 27 + 16）÷ 100 = 95.0%" in text
    assert "verdict-met" in text
    _, text = asked(desk.client, campaign_id, denominator="expected", **{"expected-1": "200", "issued-1": "110"})
    assert "（52 + 27）÷ 200 = 39.5%" in text
    assert "verdict-remedial" in text
    _, text = asked(desk.client, campaign_id, measure="mean_score", attention="84", remedial="60")
    # (5,200 + 2,160 + 960 + 0) ÷ 100 = 83.2
    assert "83.2" in text
    assert "综合得分未达到提醒线 84 分" in text


def test_what_would_be_hidden_is_hidden_here(new_desk: Desks, database: Database) -> None:
    desk, campaign_id = organise(new_desk, database)
    small = {"name-2": "小类", "count-2-0": "2", "count-2-3": "1"}
    _, text = asked(desk.client, campaign_id, **small)
    assert "为保护匿名，本项不按类别列出" in text


def test_it_refuses_numbers_that_cannot_be_right(new_desk: Desks, database: Database) -> None:
    desk, campaign_id = organise(new_desk, database)
    for changes in (
        {"returned-1": "50"}, {"issued-1": "90"}, {"count-1-0": "-3"}, {"count-1-0": "1e9"}, {"top": "9"},
        {"attention": "10%"}, {"k": "2"}, {"denominator": "all"}, {"measure": "rank"}, {"weight-1": "70"},
        {"weight-1": "x"}, {"count-1-0": "", "count-1-1": "", "count-1-2": "", "count-1-3": "", "count-1-4": ""},
    ):  # fmt: skip
        status, text = asked(desk.client, campaign_id, **changes)
        assert (status, 'role="alert"' in text) in {(400, True), (422, True)}, changes
    assert desk.get("/campaigns/nowhere/tryout").status_code == 404


def test_weights_an_empty_group_and_half_per_cents(new_desk: Desks, database: Database) -> None:
    desk, campaign_id = organise(new_desk, database)
    # 代表 (52 + 27) ÷ 100 = 79 %, 群众 (30 + 10) ÷ 80 = 50 %; of the third only 不了解: (79 × 12.5 + 50 × 37.5) ÷ 50
    three = {
        "weight-1": "12.5", "name-2": "群众", "weight-2": "37.5%", "count-2-0": "30", "count-2-1": "10",
        "count-2-2": "20", "count-2-3": "20", "name-3": "无人", "weight-3": "50", "count-3-4": "12",
    }  # fmt: skip
    status, text = asked(desk.client, campaign_id, **three)
    assert status == 200
    for words in (
        "代表的满意率 =（52 + 27）÷ 100", "群众的满意率 =（30 + 10）÷ 80",
        "满意率 =（代表 × 12.5 + 群众 × 37.5）÷ 50 = 57%",  # 28.625 ÷ 0.5 = 57.25
        "不满意率 =（代表 × 12.5 + 群众 × 37.5）÷ 50 = 20%",  # (5 × 12.5 + 25 × 37.5) ÷ 50 = 20
        "其权重已按比例分给其余类别",
    ):  # fmt: skip
        assert words in text, words
    assert "无人的满意率" not in text
    three["count-3-4"] = "0"  # nobody came: the chain hides that, and so do total and notes
    _, text = asked(desk.client, campaign_id, **three)
    assert "结论取决于份数为保护匿名不显示的类别" in text
    assert "其权重已按比例分给" not in text


def test_every_figure_that_matters_is_worked_out(new_desk: Desks, database: Database) -> None:
    desk, campaign_id = organise(new_desk, database)
    _, text = asked(desk.client, campaign_id, measure="mean_score", attention="84")
    assert "综合得分 =（52 × 100 + 27 × 80 + 16 × 60 + 5 × 0）÷ 100 = 83.2" in text
    returned = {"denominator": "returned", "returned-1": "110", "invalid-1": "4"}
    _, text = asked(desk.client, campaign_id, measure="positive_rate", **returned)
    assert "总体满意率 =（52 + 27 + 16）÷ 110 = 86.4%" in text  # 95 ÷ 110 = 86.36 %
    _, text = asked(desk.client, campaign_id, **{f"count-1-{place}": str(20 * (place == 0)) for place in range(5)})
    assert "满意率 =（20 + 0）÷ 20，公布为 ≥90%" in text


def test_a_congress_counts_half_of_all_members_as_failed(new_desk: Desks, database: Database) -> None:
    desk, campaign_id = organise(new_desk, database)
    half = {"denominator": "expected", "attention": "50%", "remedial": "1/2", "dissatisfied": "100%"}
    for people, verdict in (("158", "remedial"), ("157", "met")):  # 79 of 158 are exactly half
        _, text = asked(desk.client, campaign_id, **half, **{"expected-1": people, "issued-1": "106"})
        assert f"（52 + 27）÷ {people}" in text
        assert f"verdict-{verdict}" in text


def test_items_with_lines_of_their_own_are_tried_too(new_desk: Desks, database: Database) -> None:
    desk, campaign_id = organise(new_desk, database)
    with database.writing() as session:
        campaign = get_campaign(session, campaign_id)
        key = next(key for key, _ in askable_items(session, campaign_id))
        own = ItemLines(key, Lines(Fraction(95, 100), Fraction(90, 100), Fraction(1, 3)))
        scheme = replace(campaign.scheme, item_lines=(own,))
        set_scheme(session, MORNING, ZHANG, campaign_id, scheme, two_person=True)
    _, text = asked(desk.client, campaign_id)
    assert "答案相同的话" in text
    assert "满意率未达到补课线 90%" in text
    assert "未达到本项的补课线" in text


def test_a_group_that_misses_its_quorum_makes_the_try_out_invalid_as_it_would_the_result(
    new_desk: Desks, database: Database
) -> None:
    desk, campaign_id = organise(new_desk, database)
    with database.writing() as session:
        campaign = get_campaign(session, campaign_id)
        group = campaign.groups[0]
        scheme = replace(campaign.scheme, group_quorums={group.id: Quorum(Fraction(2, 3))})
        set_scheme(session, MORNING, ZHANG, campaign_id, scheme, two_person=True)
    first = desk.get(f"/campaigns/{campaign_id}/tryout").text
    assert f'value="{group.name}"' in first, "the page begins with the campaign's own voter groups"
    assert re.search('name="quorum-1"[^>]*value="2/3"', first)
    missed = {"quorum-1": "2/3", "expected-1": "160", "issued-1": "106"}  # 106 of 160 are under two thirds
    _, text = asked(desk.client, campaign_id, **missed)
    assert "未达法定人数的类别：代表，整个结果无效" in text
    assert "verdict-invalid" in text
    _, text = asked(desk.client, campaign_id, **missed, **{"present-1": "107"})
    assert "verdict-attention" in text
    nobody = {"name-2": "群众", "expected-2": "30", "quorum-2": "1/2", "quorum_sign-2": ">"}
    _, text = asked(desk.client, campaign_id, **nobody)
    assert "未达法定人数的类别：群众" in text or "有类别未达法定人数" in text
    status, text = asked(desk.client, campaign_id, **{"quorum-1": "120%"})
    assert status == 422
    assert 'value="120%"' in text


def begin(new_desk: Desks, database: Database, groups: list[GroupRow]) -> tuple[Desk, str]:
    """Make a campaign of these voter groups."""
    desk, _ = organise(new_desk, database)
    with database.writing() as session:
        organiser = Principal("idzhangsan", "张三", "organiser")
        campaign_id = campaign_service.create_campaign(session, MORNING, organiser, "另一次测评", "某县文化局")
        campaign_service.save_groups(session, MORNING, organiser, campaign_id, groups)
    return desk, campaign_id


@pytest.mark.parametrize("people", [(30, 12), (20,), (106, 300, 31), (8, 7), (1_000, 5, 5, 20)])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_numbers_to_begin_with_are_those_of_the_campaign(
    database: Database,
    new_desk: Desks,
    people: tuple[int, ...],
    *,
    weighted: bool,
) -> None:
    """Everybody came, whatever the groups, quorums and weights are: nothing contradicts the campaign or leaves it."""
    rows = [GroupRow("", f"类别{place}" + "名" * (NAME_LIMIT - 3), count) for place, count in enumerate(people)]
    desk, campaign_id = begin(new_desk, database, rows)
    with database.writing() as session:
        campaign = get_campaign(session, campaign_id)
        ids = [group.id for group in campaign.groups]
        weights = dict(zip(ids, [Fraction(100 - 20 * (len(ids) - 1)), *[Fraction(20)] * 3], strict=False))
        scheme = replace(
            campaign.scheme,
            quorum=Quorum(Fraction(9, 10)),
            group_quorums={ids[-1]: Quorum(Fraction(1, 2), Sign.ABOVE)},
            weights=weights if weighted else {},
        )
        set_scheme(session, MORNING, ZHANG, campaign_id, scheme, two_person=True)
    answer = desk.get(f"/campaigns/{campaign_id}/tryout")
    assert answer.status_code == 200
    for words in ('role="alert"', "收回多于应参加", "其权重已按比例分给", "verdict-invalid"):
        assert words not in answer.text, words
    veiled = weighted and min(people) < K_FLOOR
    assert ("结论取决于份数为保护匿名不显示的类别" in answer.text) == ("verdict-too_few" in answer.text) == veiled
    fields = dict(re.findall(r'name="((?:count|name|expected)-[^"]+)"[^>]*?value="([^"]*)"', answer.text))
    for row, group in enumerate(rows, 1):
        assert fields[f"name-{row}"] == group.name
        assert sum(int(fields[f"count-{row}-{option}"]) for option in range(5)) == group.expected
    more = [name for name, value in fields.items() if value and int(name.split("-")[1]) > len(people)]
    assert more == []


def test_no_refusal_of_a_try_out_speaks_of_saving(new_desk: Desks, database: Database) -> None:
    """Nothing is saved here however it ends."""
    desk, campaign_id = organise(new_desk, database)
    second = {"name-2": "群众", "count-2-0": "30"}
    for changes, words in (
        ({"weight-1": "70", **second, "weight-2": "40"}, "各类别权重合计 110，应为 100，请改正"),
        ({"weight-1": "70", **second}, "“群众”的权重没有填写或不是数字，请改正"),
        ({"weight-1": "x"}, "“代表”的权重没有填写或不是数字，请改正"),
        ({"attention": "10%"}, "补课线不应高于提醒线，请改正"),
        ({"attention": "120%"}, "不超过 100%"),
        ({"quorum-1": "0"}, "法定人数"),
        ({"k": "2"}, "最少公布人数"),
        ({"top": "4"}, "等次太多"),
    ):
        status, text = asked(desk.client, campaign_id, **changes)
        assert status == 422, changes
        assert words in text, changes
        assert "没有保存" not in text, changes


@st.composite
def tried(draw: st.DrawFn) -> tuple[Scheme, list[Sample]]:
    """Two or three voter groups with answers, quorums and weights, and a scheme that counts them."""
    count = draw(st.integers(1, 3))
    weighted = draw(st.booleans()) and count == 2
    samples = []
    for place in range(count):
        counts = tuple(draw(st.lists(st.integers(0, 25), min_size=5, max_size=5)))
        invalid, left, absent = (draw(st.integers(0, 5)) for _ in range(3))
        returned = sum(counts) + invalid
        quorum = draw(st.none() | st.sampled_from([Quorum(Fraction(2, 3)), Quorum(Fraction(9, 10), Sign.ABOVE)]))
        weight = Fraction(40 + 20 * place) if weighted else None
        issued = returned + left
        samples.append(Sample(f"类别{place}", issued + absent, issued, returned, counts, weight, issued, quorum))
    denominator = draw(st.sampled_from(list(Denominator)))
    scheme = Scheme(
        SCALES["satisfaction"], Formula(draw(st.integers(1, 3)), denominator),
        weights={f"g{place}": each.weight for place, each in enumerate(samples) if each.weight},
        group_quorums={f"g{place}": each.quorum for place, each in enumerate(samples) if each.quorum},
        quorum=draw(st.none() | st.just(Quorum(Fraction(1, 2)))),
    )  # fmt: skip
    return scheme, samples


@given(tried())
def test_it_says_what_a_counted_round_says(case: tuple[Scheme, list[Sample]]) -> None:
    """The same votes as ballots, encoded, read, shredded and counted: the whole document is that of the try-out."""
    scheme, samples = case
    told = try_out(scheme, samples, {}).document
    groups = tuple(PaperGroup(f"g{place}", each.name, each.expected) for place, each in enumerate(samples))
    part = PaperSection("", (Item("overall", "总体评价", overall=True),), (PaperUnit("sample", "试算单位"),))
    paper = Paper("sample", "", "", "", (part,), groups, scheme, "")
    ballots = [
        decode(paper, "0" * 64, encode(paper, "0" * 64, Ballot(group.id, bytes([mark]))))
        for group, sample in zip(groups, samples, strict=True)
        for mark, count in enumerate(sample.counts)
        for _ in range(count)
    ]
    stacks = shred(paper, iter(ballots), token_bytes)
    rows = [
        GroupChain(
            group.id, each.expected, each.issued, each.returned, sum(each.counts),
            invalid=each.returned - sum(each.counts), present=each.present,
        )
        for group, each in zip(groups, samples, strict=True)
    ]  # fmt: skip
    assert told == result_document(paper, stacks.marks, Chain(tuple(rows)), {})
