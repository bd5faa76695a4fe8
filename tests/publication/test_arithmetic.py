"""What is written out beside a figure of a try-out comes to that figure."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.campaigns.builtin import SCALES
from app.campaigns.domain import Denominator, Formula, Lines, Measure, Scheme
from app.publication.arithmetic import Sample
from app.publication.tryout import Trial, try_out

THREE = Scheme(SCALES["satisfaction_three"], Formula(1), Lines(Fraction(1, 2), Fraction(1, 2), Fraction(1)))
WRITTEN = re.compile(r"(?P<what>\S+) =(?P<sum>.*) ?÷ (?P<base>[\d.]+) = (?P<told>[\d.]+)%?")
COUNTS = st.lists(st.integers(0, 40), min_size=3, max_size=3)


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """Draw a voter group of which as many or more were present, were expected and got slips as came back."""
    counts, invalid = draw(COUNTS), draw(st.integers(0, 5))
    returned = sum(counts) + invalid
    issued, present = (returned + draw(st.integers(0, 9)) for _ in range(2))
    expected = max(issued, present) + draw(st.integers(0, 9))
    return Sample("类别", expected, issued, returned, tuple(counts), None, present)


def come_to(written: str) -> Fraction:
    """Return what a sum of counts, each with its points or without, comes to."""
    products = [each.split("×") for each in written.strip(" （）").split("+")]
    return sum((Fraction(one[0]) * Fraction(one[1] if one[1:] else 1) for one in products), Fraction(0))


@given(given=st.lists(samples(), min_size=1, max_size=3), base=st.sampled_from(Denominator))
def test_it_works(given: list[Sample], base: Denominator) -> None:
    scheme = replace(THREE, formula=Formula(1, base, Measure.POSITIVE_RATE))
    for line in try_out(scheme, given, {}).arithmetic:
        found = WRITTEN.fullmatch(line)
        if found is None:
            assert "公布为" in line
            continue
        whole = 1 if found["what"] == "综合得分" else 100
        exact = come_to(found["sum"]) / Fraction(found["base"]) * whole
        last = Fraction(1, 10 ** len(found["told"].partition(".")[2]))
        assert abs(exact - Fraction(found["told"])) <= last, line


def test_who_was_present_is_divided_by_and_not_the_slips() -> None:
    scheme = replace(THREE, formula=Formula(1, Denominator.PRESENT))
    trial = try_out(scheme, (Sample("代表", 60, 50, 40, (30, 6, 4), None, 55),), {})
    assert trial.arithmetic[0] == "满意率 = 30 ÷ 55 = 54.5%"


FIRST = ("党代表", 60, 50, 50, (30, 6, 4, 10))
VEIL = "为保护匿名不显示份数的类别：{}，合计里从最低到最高都算，所以合计是一个范围"


def weighed(*rows: tuple[str, int, int, int, tuple[int, ...]]) -> Trial:
    """Try voter groups, the first of which weighs half."""
    weights = [Fraction(50), *[Fraction(50, len(rows) - 1)] * (len(rows) - 1)]
    scheme = Scheme(SCALES["satisfaction"], weights={f"g{at}": weight for at, weight in enumerate(weights)})
    return try_out(scheme, [Sample(*row, weight) for row, weight in zip(rows, weights, strict=True)], {})


@pytest.mark.parametrize(("came", "counts"), [(7, (3, 2, 1, 1)), (0, (0, 0, 0, 0))])
def test_a_hidden_group_stands_in_the_total_for_all_that_it_may_be(came: int, counts: tuple[int, ...]) -> None:
    """Nothing of it and of its cover is divided; they weigh whether anybody of them came or not."""
    told = weighed(FIRST, ("群众代表", 20, 20, 20, (10, 5, 3, 2)), ("社区代表", 20, 20, came, counts))
    total = told.unit["overall"]["total"]
    assert total["shown"]
    assert told.arithmetic[:3] == (
        VEIL.format("群众代表、社区代表"),
        "党代表的满意率 =（30 + 6）÷ 50",
        f"满意率 =（党代表 × 50 + 群众代表 × 25 + 社区代表 × 25）÷ 100，公布为 {total['satisfied_rate']['text']}",
    )
    assert [line for line in told.arithmetic if line.startswith(("群众代表的", "社区代表的"))] == []


def test_without_hidden_groups_nothing_is_said_of_them() -> None:
    told = weighed(FIRST, ("社区代表", 20, 20, 20, (10, 5, 3, 2)))
    assert "社区代表的满意率 =（10 + 5）÷ 20" in told.arithmetic
    assert [line for line in told.arithmetic if "保护匿名" in line] == []


def test_a_hidden_group_moves_no_total_without_weights() -> None:
    rows = (Sample(*FIRST), Sample("社区代表", 9, 9, 7, (3, 2, 1, 1)))
    told = try_out(Scheme(SCALES["satisfaction"]), rows, {})
    assert told.arithmetic[0].startswith("满意率 =（33 + 8）÷ 57 = ")
