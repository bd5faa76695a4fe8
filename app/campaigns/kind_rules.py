"""The rules that kinds of vote begin with: each is common practice somewhere, and all of it can be edited."""

from fractions import Fraction
from typing import Final

from app.campaigns.rule import ATTENTION, MET, Condition, Meaning, Quantity, Rule, Sign, Step, Word

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)


def _first(grades: int, number: Fraction, sign: Sign = Sign.AT_LEAST) -> tuple[Condition]:
    return (Condition(Quantity.FIRST, sign, number, grades),)


def _last(grades: int, number: Fraction, sign: Sign = Sign.ABOVE) -> tuple[Condition]:
    return (Condition(Quantity.LAST, sign, number, grades),)


def _body(talk: str, failed: str) -> Rule:
    """Return the rule of a body as a whole, with what follows from 一般 and from 差."""
    return Rule(
        (
            Step(_last(1, THIRD), Word("差", Meaning.FAILED, failed)),
            Step(_first(1, Fraction(2, 3)), Word("好", Meaning.MET, "作为年度考核的依据之一")),
            Step(_first(2, Fraction(2, 3)), Word("较好", Meaning.MET, "作为年度考核的依据之一")),
            Step((), Word("一般", Meaning.ATTENTION, talk)),
        )
    )


CONGRESS: Final = Rule(
    (
        Step(_first(1, HALF, Sign.ABOVE), Word("满意", Meaning.MET, "按审议意见继续落实")),
        Step(_first(2, HALF, Sign.ABOVE), Word("基本满意", Meaning.ATTENTION, "按审议意见改进，书面报告结果")),
        Step((), Word("不满意", Meaning.FAILED, "限期整改，重新报告，再次测评")),
    )
)
"""Of all members: more than half of them satisfied; exactly half is not."""
LEADERS: Final = Rule(
    (
        Step(_last(1, THIRD), Word("不称职", Meaning.FAILED, "组织部门另行处理")),
        Step(_first(2, Fraction(2, 3)), Word("称职", Meaning.MET, "作为年度考核的依据之一")),
        Step((), Word("基本称职", Meaning.ATTENTION, "组织部门谈话提醒")),
    )
)
LEADERSHIP: Final = _body("上级谈话提醒，限期改进", "上级组织部门另行处理")
COMMITTEE: Final = _body("乡镇谈话提醒，限期改进", "乡镇责令限期改进")
MEMBERS: Final = Rule(
    (
        Step(_last(1, THIRD), Word("不合格", Meaning.FAILED, "支部另行研究")),
        Step(_first(2, Fraction(80, 100)), Word("合格", Meaning.MET, "作为支部评定的依据之一")),
        Step((), Word("基本合格", Meaning.ATTENTION, "支部谈话提醒，限期改进")),
    )
)
VILLAGE: Final = Rule(
    (
        Step(_last(1, HALF, Sign.AT_LEAST), Word("不称职", Meaning.FAILED, "依照村民委员会组织法办理")),
        Step(_first(2, HALF, Sign.ABOVE), Word("称职", Meaning.MET, "作为补贴和奖励的依据之一")),
        Step((), Word("基本称职", Meaning.ATTENTION, "乡镇谈话提醒")),
    )
)
REPORT: Final = Rule(
    (
        Step(_first(2, Fraction(80, 100)), Word("评议较好", Meaning.MET, "按意见修改后定稿")),
        Step(_first(2, Fraction(60, 100)), Word("评议一般", Meaning.ATTENTION, "逐条修改，说明采纳情况")),
        Step((), Word("评议较差", Meaning.FAILED, "修改以后重新评议")),
    )
)
SERVICE: Final = Rule(
    (
        Step(_last(2, THIRD), Word("需改进", Meaning.FAILED, "限期改进，再次测评")),
        Step(_first(2, Fraction(80, 100)), MET),
        Step(_first(2, Fraction(60, 100)), ATTENTION),
        Step((), Word("需改进", Meaning.FAILED, "限期改进，再次测评")),
    )
)
