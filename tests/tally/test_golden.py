"""The cases of the field, worked out by hand and held against whole result documents."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from app.campaigns.builtin import SCALES
from app.campaigns.domain import Denominator, Formula, Item, ItemLines, Lines, Measure, Scheme
from app.tally.chain import Chain, GroupChain
from app.tally.result import result_document
from tests.tally.cast import OVERALL, make_marks, make_paper, make_stack, section_of

SCHEME = Scheme(SCALES["satisfaction"])


def document_of(
    scheme: Scheme,
    counts: Mapping[str, tuple[int, ...]],
    *,
    expected: int = 0,
    returned: Mapping[str, int] | None = None,
    issued: Mapping[str, int] | None = None,
) -> Any:  # noqa: ANN401 - a document is plain JSON
    """Count one unit with one item; who did not come back, and what was invalid, by group."""
    paper = make_paper(dict.fromkeys(counts, ()), scheme=scheme, expected=expected or sum(map(sum, counts.values())))
    stacks = {("u0", group): make_stack(make_marks(*marks)) for group, marks in counts.items()}
    rows = []
    for group, marks in counts.items():
        back = (returned or {}).get(group, sum(marks))
        out = (issued or {}).get(group, back)
        rows.append(GroupChain(group, paper.group(group).expected, out, back, sum(marks), invalid=back - sum(marks)))
    return result_document(paper, stacks, Chain(tuple(rows)), {})


def unit_of(scheme: Scheme, *counts: int, **numbers: Any) -> Any:  # noqa: ANN401
    return section_of(document_of(scheme, {"a": counts}, **numbers))["targets"][0]


def rates(unit: Any) -> tuple[str, str, str]:  # noqa: ANN401
    total = unit["overall"]["total"]
    return tuple(total[key]["text"] for key in ("satisfied_rate", "positive_rate", "dissatisfied_rate"))


def test_the_same_ballots_by_the_first_grade_and_by_the_first_three() -> None:
    # 1,000 answers 278 / 391 / 278 / 53: the first grade alone 27.8 %, two 66.9 %, three 94.7 %, the last 5.3 %
    shown = [rates(unit_of(replace(SCHEME, formula=Formula(top)), 278, 391, 278, 53))[0] for top in (1, 2, 3)]
    assert shown == ["27.8%", "66.9%", "94.7%"]


@pytest.mark.parametrize(
    ("denominator", "rate"),
    # satisfied 45 + 25 = 70; valid 45 + 25 + 15 + 5 = 90, returned 100 (4 blank), expected 120
    [(Denominator.VALID, "77.8%"), (Denominator.RETURNED, "70.0%"), (Denominator.EXPECTED, "58.3%")],
)
def test_what_the_rate_is_divided_by(denominator: Denominator, rate: str) -> None:
    scheme = replace(SCHEME, formula=Formula(2, denominator))
    assert rates(unit_of(scheme, 45, 25, 15, 5, 6, expected=120, returned={"a": 100}))[0] == rate


@pytest.mark.parametrize(("satisfied", "verdict"), [(61, "met"), (60, "remedial")])
def test_a_congress_needs_more_than_half_of_all_members(satisfied: int, verdict: str) -> None:
    # 120 members, 100 ballots: 61 of 120 is 50.8 %, 60 of 120 exactly half, and exactly half is no majority
    lines = Lines(Fraction(1, 2), Fraction(1, 2), Fraction(1))
    scheme = replace(SCHEME, formula=Formula(2, Denominator.EXPECTED), lines=lines)
    assert unit_of(scheme, satisfied, 0, 100 - satisfied, 0, expected=120)["verdict"]["code"] == verdict


def test_weights_of_groups_and_an_empty_one() -> None:
    # a: 40 of 50 = 80 %, b: 20 of 40 = 50 %; 60 × 80 % + 40 × 50 % = 68 %
    scheme = replace(SCHEME, weights={"a": Fraction(60), "b": Fraction(40)})
    both = document_of(scheme, {"a": (30, 10, 5, 5), "b": (10, 10, 10, 10)})
    assert rates(section_of(both)["targets"][0])[0] == "68.0%"
    # with nothing but 不了解 from c at 50 the others weigh 30 : 20, again 60 : 40 of what is there
    scheme = replace(SCHEME, weights={"a": Fraction(30), "b": Fraction(20), "c": Fraction(50)})
    three = document_of(scheme, {"a": (30, 10, 5, 5), "b": (10, 10, 10, 10), "c": (0, 0, 0, 0, 12)})
    assert section_of(three)["targets"][0]["overall"]["total"]["satisfied_rate"]["text"] == "68%"
    assert "renormalised" in {note["code"] for note in three["notes"]}


@pytest.mark.parametrize(
    ("counts", "verdict", "reasons"),
    [
        ((50, 30, 20, 0), "met", []),  # 80 of 100: exactly on the attention line
        ((50, 29, 21, 0), "attention", ["below_attention"]),  # 79
        ((30, 30, 40, 0), "attention", ["below_attention"]),  # 60: exactly on the remedial line
        ((30, 29, 41, 0), "remedial", ["below_remedial"]),  # 59
        ((60, 6, 0, 33), "attention", ["below_attention"]),  # 33 of 99: exactly one third dissatisfied
        ((60, 6, 0, 34), "remedial", ["dissatisfied_above"]),  # 34 of 100: above one third
    ],
)
def test_lines(counts: tuple[int, ...], verdict: str, reasons: list[str]) -> None:
    ruling = unit_of(SCHEME, *counts)["verdict"]
    assert (ruling["code"], [reason["code"] for reason in ruling["reasons"]]) == (verdict, reasons)


def test_a_line_on_the_score() -> None:
    scheme = replace(SCHEME, formula=Formula(measure=Measure.MEAN_SCORE))
    # 1,000 answers 599 / 1 / 400 / 0: (59,900 + 80 + 24,000) ÷ 1,000 = 83.98
    assert unit_of(scheme, 599, 1, 400, 0)["verdict"]["code"] == "met"
    # 499 / 1 / 498 / 2: (49,900 + 80 + 29,880) ÷ 1,000 = 79.86
    # 2,501 / 2 / 2,492 / 5 of 5,000: (250,100 + 160 + 149,520) ÷ 5,000 = 79.956, below 80 and so shown as 79.9
    unit = unit_of(scheme, 2501, 2, 2492, 5)
    assert unit["overall"]["total"]["mean_score"]["text"] == "79.9"
    assert [reason["text"] for reason in unit["verdict"]["reasons"]] == ["综合得分未达到提醒线 80 分"]


def test_a_line_on_all_positive_grades() -> None:
    scheme = replace(SCHEME, formula=Formula(measure=Measure.POSITIVE_RATE))
    # 满意率 40 %, 总体满意率 82 %: the line is drawn on the latter
    assert unit_of(scheme, 20, 20, 42, 18)["verdict"]["code"] == "met"
    assert unit_of(SCHEME, 20, 20, 42, 18)["verdict"]["code"] == "remedial"


def test_an_item_with_a_line_of_its_own_flags_the_unit() -> None:
    items = (Item("service", "服务态度"), *OVERALL)
    own = ItemLines("service", Lines(Fraction(90, 100), Fraction(85, 100), Fraction(1, 3)))
    paper = make_paper({"a": ()}, items=items, scheme=replace(SCHEME, item_lines=(own,)))
    # overall 90 %, 服务态度 80 %: above the common lines, below its own remedial line of 85 %
    stack = make_stack(make_marks(50, 30, 20, 0), make_marks(60, 30, 10, 0))
    document: Any = result_document(paper, {("u0", "a"): stack}, Chain((GroupChain("a", 100, 100, 100, 100),)), {})
    unit = section_of(document)["targets"][0]
    assert unit["verdict"]["code"] == "remedial"
    assert [reason["text"] for reason in unit["verdict"]["reasons"]] == ["“服务态度”未达到本项的补课线"]
    assert [item["verdict"] and item["verdict"]["code"] for item in unit["items"]] == ["remedial", None]
    assert section_of(document)["formula"]["item_lines"][0]["remedial"] == "85%"


@pytest.mark.parametrize(
    ("back", "out", "status", "verdict"),
    # two thirds of 150 are 100: enough; 80 % of 125 are 100: no warning
    [(100, 125, "valid", "met"), (100, 126, "warning", "met"), (100, 150, "warning", "met"),
     (100, 151, "invalid", "invalid")],
)  # fmt: skip
def test_the_gates_of_the_return_rate(back: int, out: int, status: str, verdict: str) -> None:
    document = document_of(SCHEME, {"a": (90, 10, 0, 0)}, returned={"a": back}, issued={"a": out}, expected=out)
    assert document["chain"]["status"] == status
    assert section_of(document)["targets"][0]["verdict"]["code"] == verdict


def test_fewer_than_ten_valid_answers_say_nothing() -> None:
    unit = unit_of(SCHEME, 3, 3, 2, 1, 20)
    assert (unit["verdict"]["code"], unit["overall"]["total"]["shown"]) == ("too_few", False)
    assert unit_of(SCHEME, 3, 3, 2, 2, 20)["verdict"]["code"] != "too_few"


def test_shares_add_up_to_the_rates_beside_them() -> None:
    # of 98: 65.306 + 24.490 + 7.143 + 3.061; 不满意率 3.1 %, 总体 96.9 %, 满意率 89.8 %
    unit = unit_of(SCHEME, 64, 24, 7, 3)
    assert rates(unit) == ("89.8%", "96.9%", "3.1%")
    shares = [row["share"]["text"] for row in unit["overall"]["total"]["distribution"]]
    assert shares == ["65.3%", "24.5%", "7.1%", "3.1%"]


def test_whole_percents_below_thirty_answers() -> None:
    # of 29: 14 = 48.28 %, 8 = 27.59 %, 4 = 13.79 %, 3 = 10.34 %; 22 of 29 = 75.86 %
    unit = unit_of(SCHEME, 14, 8, 4, 3)
    assert rates(unit) == ("76%", "90%", "10%")
    total = unit["overall"]["total"]
    assert total["valid"] == {"text": "29", "count": 29}
    assert [row["share"]["text"] for row in total["distribution"]] == ["48%", "28%", "14%", "10%"]
    assert {row["count"] for row in total["distribution"]} == {None}
    assert total["mean_score"]["text"] == "79"  # (1400 + 640 + 240)/29 = 78.6


def test_a_committee_of_29_gets_its_result() -> None:
    # three grades, the first alone counts: 16 of 29 = 55.17 %, 3 of 29 = 10.34 %
    three = Scheme(SCALES["satisfaction_three"], formula=Formula(1))
    assert rates(unit_of(three, 16, 10, 3)) == ("55%", "90%", "10%")
    # all 29 satisfied, or all but one of them
    assert rates(unit_of(three, 29, 0, 0)) == rates(unit_of(three, 28, 1, 0)) == ("≥90%", "≥90%", "≤10%")
    # nobody satisfied, or one of them: 9 of 29 = 31.03 % dissatisfied
    assert rates(unit_of(three, 0, 20, 9)) == rates(unit_of(three, 1, 19, 9)) == ("≤10%", "60–70%", "30–40%")
    assert rates(unit_of(three, 2, 18, 9)) == ("7%", "69%", "31%")


def test_the_interval_of_a_sample_stands_beside_the_rate() -> None:
    # 50 of 100 valid, 1,000 people: n' = 100 × 999 ÷ 900 = 111; Wilson's interval is 40.86 % to 59.14 %
    scheme = replace(SCHEME, intervals=True)
    unit = unit_of(scheme, 30, 20, 30, 20, expected=1000, issued={"a": 120})
    assert unit["overall"]["total"]["interval"] == {"text": "40.8%–59.2%", "low": 408, "high": 592}
    assert unit_of(SCHEME, 30, 20, 30, 20, expected=1000)["overall"]["total"]["interval"] is None
