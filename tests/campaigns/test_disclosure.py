"""What is shown is chosen before the vote: what hinders announcing, and what is promised."""

from dataclasses import replace
from fractions import Fraction

import pytest

from app.campaigns.builtin import SCALES
from app.campaigns.disclosure import (
    PROTECTED,
    STEPS,
    Disclosure,
    Extent,
    Kind,
    disclosure_text,
    hindrances,
    promise_text,
)
from app.campaigns.domain import Item, Scheme
from app.campaigns.reads import SCHEME_JSON
from app.campaigns.rules import check_disclosure
from app.campaigns.score import Score
from app.core.errors import DomainError
from app.rounds.checklist import freeze_problems
from app.rounds.steps import Step
from app.web.error_sentences_results import RESULT_SENTENCES
from app.web.i18n import worded
from tests.found import some
from tests.tally.cast import make_paper

MEMBERS = [("全体组成人员", 29)]
ANNOUNCED = Disclosure(Kind.ANNOUNCED)


def codes(*groups: tuple[str, int], remarks: bool = False, weighted: bool = False) -> list[str]:
    return [one.code for one in hindrances(groups, remarks=remarks, weighted=weighted)]


def test_it_works() -> None:
    assert codes(*MEMBERS) == []
    assert promise_text(PROTECTED) == ""
    assert promise_text(ANNOUNCED) == "只公布各等次的总票数；如果全体一致，等于公开了每个人的选择。"
    assert len({promise_text(Disclosure(Kind.ANNOUNCED, extent)) for extent in Extent}) == len(Extent)
    assert [disclosure_text(one) for one in (PROTECTED, ANNOUNCED)] == ["保护", "公开计票（票数）"]


def test_it_names_all_that_hinders_and_what_would_do() -> None:
    assert codes(("甲", 4), ("乙", 5), remarks=True) == ["announced_groups", "announced_remarks", "announced_few"]
    assert codes(*MEMBERS, weighted=True) == ["announced_weights"]
    assert codes(("甲", 9)) == ["announced_few"]
    assert codes(("甲", 10)) == []
    [one] = hindrances([("甲", 9)], remarks=False)
    assert one.told == ("9 人",)
    assert one.example.startswith("至少 10 人，如“全体参评人员")
    assert all(one.code in STEPS and one.example for one in some(hindrances([("甲", 1), ("乙", 1)], remarks=True)))


def test_the_checklist_refuses_points_where_sums_alone_are_announced() -> None:
    items = (Item("work", "工作实绩", score=Score()), Item("virtue", "政治品德"))

    def step(extent: Extent) -> Step:
        scheme = Scheme(SCALES["satisfaction"], disclosure=Disclosure(Kind.ANNOUNCED, extent))
        paper = make_paper({"a": ()}, scheme=scheme, items=items, expected=29, remarks=False)
        [found] = [step for step in freeze_problems(paper) if step.code == "announced_points"]
        return found

    assert (step(Extent.SUM).done, step(Extent.SUM).needed) == (False, True)
    assert step(Extent.SUM).detail.startswith("工作实绩；改选公布“票数”")
    assert step(Extent.COUNTS).done
    assert step(Extent.WORDS).done


def test_the_promise_tells_of_means_where_items_are_answered_in_points() -> None:
    assert "平均分" in promise_text(ANNOUNCED, points=True)
    assert "平均分" not in promise_text(Disclosure(Kind.ANNOUNCED, Extent.WORDS), points=True)


def test_a_scheme_of_before_is_protected() -> None:
    text = SCHEME_JSON.dump_json(Scheme(SCALES["satisfaction"]))
    old = b",".join(part for part in text.removesuffix(b"}").split(b',"disclosure"')[:1]) + b"}"
    assert b"disclosure" not in old
    assert SCHEME_JSON.validate_json(old).disclosure == PROTECTED


@pytest.mark.parametrize(
    ("code", "groups", "weights"),
    [
        ("announced_groups", [("甲", 20), ("乙", 20)], {}),
        ("announced_few", [("甲", 9)], {}),
        ("announced_weights", [("甲", 20)], {"a": Fraction(100)}),
    ],
)
def test_it_refuses_to_announce(code: str, groups: list[tuple[str, int]], weights: dict[str, Fraction]) -> None:
    scheme = Scheme(SCALES["satisfaction"], weights=weights)
    check_disclosure(scheme, groups)
    with pytest.raises(DomainError, match=code):
        check_disclosure(replace(scheme, disclosure=ANNOUNCED), groups)


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        ([("甲", 20), ("退休 人", 20)], "现有：甲、退休 人。"),
        ([("甲", 9)], "现有 9 人。"),
        ([("退休 人", 9)], "现有 9 人。"),
    ],
)
def test_its_refusal_tells_names_and_numbers_whole(groups: list[tuple[str, int]], told: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_disclosure(Scheme(SCALES["satisfaction"], disclosure=ANNOUNCED), groups)
    assert told in worded("zh", RESULT_SENTENCES[refused.value.code][1], refused.value.params)


def test_the_checklist_names_what_hinders() -> None:
    scheme = Scheme(SCALES["satisfaction"], disclosure=ANNOUNCED)
    paper = make_paper({"a": (), "b": ()}, scheme=scheme, expected=4, remarks=True)
    undone = {step.code: step for step in freeze_problems(paper) if not step.done}
    assert {"announced_groups", "announced_remarks", "announced_few"} <= set(undone)
    assert all(undone[code].needed and undone[code].detail for code in some(code for code in STEPS if code in undone))
    fit = make_paper({"a": ()}, scheme=scheme, expected=29, remarks=False)
    assert all(step.done for step in some(step for step in freeze_problems(fit) if step.code in STEPS))
    assert not any(step.code in STEPS for step in freeze_problems(make_paper({"a": ()})))


def test_the_checklist_says_where_nothing_would_be_shown_even_if_everybody_came() -> None:
    def figures(expected: int) -> bool:
        paper = make_paper({"a": ("u1",), "b": ()}, units=2, expected=expected)
        [step] = [step for step in freeze_problems(paper) if step.code == "figures"]
        assert not step.needed
        assert step.detail == ("" if step.done else "单位1")
        return step.done

    assert [figures(expected) for expected in (9, 10)] == [False, True]
