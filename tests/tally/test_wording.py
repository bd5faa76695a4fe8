"""What is said of lines and steps."""

from dataclasses import replace
from fractions import Fraction

import pytest

from app.campaigns.builtin import SCALES
from app.campaigns.domain import Denominator, Formula, Lines, Scheme
from app.tally.verdict import Reason
from app.tally.wording import reason_text, step_reason, sum_text
from tests.campaigns.test_rule import CONGRESS, most

SCHEME = Scheme(SCALES["satisfaction_three"], Formula(1), Lines(Fraction(4, 5), Fraction(1, 2)))


@pytest.mark.parametrize(("denominator", "said"), [(Denominator.EXPECTED, "未超过"), (Denominator.VALID, "未达到")])
def test_exactly_half_of_all_members_is_said_to_fail(denominator: Denominator, said: str) -> None:
    scheme = replace(SCHEME, formula=Formula(1, denominator))
    assert reason_text(Reason.BELOW_REMEDIAL, scheme) == f"满意率{said}补课线 50%"
    assert reason_text(Reason.BELOW_ATTENTION, scheme) == "满意率未达到提醒线 80%"


def test_a_step_says_why_it_gave_its_word() -> None:
    congress = replace(SCHEME, rule=CONGRESS)
    assert step_reason(congress, 1) == "总体满意率超过 50%"
    assert step_reason(congress, 2) == "不符合前面各档的条件"
    assert step_reason(replace(SCHEME, rule=most()), 2) == "“不满意”得票最多"
    assert step_reason(replace(SCHEME, rule=most()), None) == "得票最多的等次不止一个"


def test_the_printed_sum_is_named() -> None:
    assert sum_text("99.99%") == "各项合计 99.99%（分别四舍五入，不作凑整）"
