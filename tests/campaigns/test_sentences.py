"""What is printed of a scheme: every side of every number is said."""

from dataclasses import replace
from fractions import Fraction

import pytest

from app.campaigns.builtin import DEFAULT_SCALE, SCALES
from app.campaigns.domain import Denominator, Formula, Item, ItemLines, Lines, Measure, Scheme
from app.campaigns.quorum import Quorum
from app.campaigns.rule import Condition, Flag, Quantity, Rule, Sign
from app.campaigns.sentences import condition_text, formula_text, gates_text, rule_text, scheme_texts
from tests.campaigns.test_rule import CONGRESS, HALF, last, most

SCHEME = Scheme(SCALES[DEFAULT_SCALE])
ALL = Scheme(SCALES["satisfaction_three"], Formula(1, Denominator.EXPECTED), rule=CONGRESS)


def test_it_works() -> None:
    assert rule_text(ALL) == (
        "满意率超过 50% 的，为“满意”；总体满意率超过 50% 的，为“基本满意”；其余的为“不满意”。从前往后，以先符合的为准。"
    )
    assert formula_text(ALL).startswith("满意率 =（满意）÷ 应参加人数；不满意率 = 不满意 ÷ 应参加人数；")


def test_the_default_rule_is_made_from_lines() -> None:
    assert rule_text(SCHEME).startswith(
        "不满意率超过 1/3 的，为“需补课”；满意率达到 80%（含）的，为“达标”；"
        "满意率达到 60%（含）的，为“提醒”；其余的为“需补课”。"
    )


def test_half_of_all_members_is_said_to_fail() -> None:
    """The lines of before took exactly half for no majority where all members are the base; the sentence says so."""
    lined = Scheme(SCHEME.scale, Formula(denominator=Denominator.EXPECTED), Lines(Fraction(4, 5), HALF))
    assert "满意率超过 50% 的，为“提醒”" in rule_text(lined)
    assert "满意率达到 50%（含）的，为“提醒”" in rule_text(replace(lined, formula=Formula()))


def test_lines_of_before_hold_the_dissatisfied_against_valid_answers() -> None:
    lined = Scheme(SCHEME.scale, Formula(denominator=Denominator.RETURNED))
    assert rule_text(lined).startswith("“不满意”占有效评价的比例超过 1/3 的，")


@pytest.mark.parametrize(
    ("sign", "said"),
    [(">", "超过 80%"), (">=", "达到 80%（含）"), ("<", "不足 80%"), ("<=", "不超过 80%")],
)
def test_every_sign_has_its_word(sign: str, said: str) -> None:
    condition = Condition(Quantity.FIRST, Sign(sign), Fraction(4, 5), 2)
    assert condition_text(SCHEME, condition) == f"满意率{said}"
    assert condition_text(SCHEME, Condition(Quantity.MEAN, Sign(sign), Fraction(161, 2))) == (
        f"综合得分{said.replace('80%', '80.5 分')}"
    )


def test_a_share_without_a_name_is_said_by_its_grades() -> None:
    assert condition_text(SCHEME, Condition(Quantity.FIRST, Sign.ABOVE, HALF, 1)) == "“满意”的比例超过 50%"
    assert condition_text(SCHEME, last(2, "<", "1/3")) == "“基本满意 + 不满意”的比例不足 1/3"


def test_flags_and_ties_are_said() -> None:
    flagged = replace(ALL, rule=Rule(CONGRESS.steps, (Flag((last(1, ">", "1/3"),), "须作说明"),)))
    assert "不满意率超过 1/3 的，另注“须作说明”。" in rule_text(flagged)
    assert rule_text(replace(ALL, rule=most())).endswith("得票并列的，由会议确定。")


def test_two_rates_that_are_the_same_are_said_to_be() -> None:
    assert "满意率与总体满意率相同" in formula_text(replace(ALL, formula=Formula(2)))
    assert "满意率与总体满意率相同" not in formula_text(ALL)


def test_all_that_judges_is_printed() -> None:
    lines = Lines(Fraction(9, 10), Fraction(7, 10))
    scheme = replace(
        SCHEME,
        item_lines=(ItemLines("fees", lines),),
        weights={"a": Fraction(60), "b": Fraction(40)},
        quorum=Quorum(Fraction(2, 3), Sign.ABOVE),
    )
    said = "\n".join(scheme_texts(scheme, [Item("fees", "规范收费")], {"a": "党代表", "b": "群众"}))
    assert "“规范收费”另有规定：" in said
    assert "类别权重：党代表 60%、群众 40%。" in said
    assert "到会人数超过应参加人数的 2/3，结果方为有效；有效评价少于 10 份的，样本不足，不作结论。" in said
    assert "以上" not in said
    assert "以下" not in said


def test_points_are_said_where_they_judge() -> None:
    scored = replace(SCHEME, formula=Formula(measure=Measure.MEAN_SCORE))
    assert "综合得分为有效评价的平均分（满意 100 分、比较满意 80 分、基本满意 60 分、不满意 0 分）" in formula_text(
        scored
    )
    assert "综合得分达到 80 分（含）的，为“达标”" in rule_text(scored)


def test_groups_of_one_quorum_are_said_together() -> None:
    two, three = Quorum(Fraction(2, 3)), Quorum(Fraction(3, 5), Sign.ABOVE)
    scheme = replace(SCHEME, group_quorums={"a": two, "b": three, "c": two})
    assert gates_text(scheme, {"a": "教师", "b": "家长", "c": "校务会"}) == (
        "回收率不足 2/3 的，结果无效；“教师”、“校务会”到会人数达到本类别应参加人数的 2/3（含），整个结果方为有效；"
        "“家长”到会人数超过本类别应参加人数的 60%，整个结果方为有效；有效评价少于 10 份的，样本不足，不作结论。"
    )
