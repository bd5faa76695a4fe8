"""Pure rules and wording of the set-up."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.campaigns.ratios import parse_ratio, ratio_text
from app.campaigns.rules import pasted_names, reordered, strange_in_name
from app.core.errors import DomainError
from app.core.folding import clean_name
from tests.cast import refuses


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("80%", Fraction(4, 5)),
        ("80", Fraction(4, 5)),
        (" 66.7 % ", Fraction(667, 1000)),
        ("2/3", Fraction(2, 3)),
        ("2 ／ 3", Fraction(2, 3)),
        ("８０％", Fraction(4, 5)),
        ("1/1", Fraction(1)),
        ("0%", Fraction(0)),
    ],
)
def test_it_reads_ratios(text: str, ratio: Fraction) -> None:
    assert parse_ratio(text, "线") == ratio


@pytest.mark.parametrize("text", ["", "0.8", "1", "八成", "3/2", "1/0", "101%", "-5%", "80%%", "1e1%", "٨٠%"])
def test_it_refuses_what_is_no_ratio(text: str) -> None:
    with pytest.raises(DomainError, match="ratio_malformed"):
        parse_ratio(text, "线")


@given(st.fractions(0, 1, max_denominator=1000))
def test_a_ratio_survives_being_shown(ratio: Fraction) -> None:
    assert parse_ratio(ratio_text(ratio), "线") == ratio


@pytest.mark.parametrize(
    ("typed", "order"),
    [
        ([1, 2, 3, 4, 5], [0, 1, 2, 3, 4]),
        ([1, 2, 3, 4, 2], [0, 4, 1, 2, 3]),
        ([1, 5, 3, 4, 5], [0, 2, 3, 4, 1]),
        ([2, 1, 3], [1, 0, 2]),
        ([1, 2, 3, 99], [0, 1, 2, 3]),
    ],
)
def test_rows_go_where_their_number_says(typed: list[int], order: list[int]) -> None:
    assert reordered(typed) == order


@given(st.text())
def test_a_clean_name_stays_as_it_is(text: str) -> None:
    assert clean_name(clean_name(text)) == clean_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "县甲局\n县乙局\n县丙局",
        "1\t县甲局\n2\t县乙局\n3\t县丙局",
        "1\t县甲局\n2、县乙局\n\n3. 县丙局",
        "1 县甲局\r\n2 县乙局\r\n（3）县丙局\t",
        "\t县甲局\n\t县乙局\t\n县丙局",
    ],
)
def test_pasted_columns_are_split(text: str) -> None:
    assert pasted_names(text) == ["县甲局", "县乙局", "县丙局"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("县丁局\t\t13800000000", "name_has_columns"),
        ("县丁局 13800000000", "name_has_phone"),
        ("县丁局（0791-86230000）", "name_has_phone"),
        ("13800000000", "name_has_phone"),
        ("12", "name_is_number"),
        ("5、县丁局", "name_has_number"),
    ],
)
def test_it_points_out_what_is_no_name(text: str, code: str) -> None:
    with refuses(code):
        pasted_names(text)


NAMES_WITH_NUMBERS = (
    "110指挥中心", "县第2中学", "3号院管委会", "12345热线", "A·B公司", "2026届", "县委", "2020-2024届毕业生代表",
    "2021—2025年规划办", "20231201中队", "2023 级学生代表", "2024 年新任干部",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES_WITH_NUMBERS)
def test_names_may_have_numbers(name: str) -> None:
    assert strange_in_name(name) == ""
    assert pasted_names(name) == [name]
