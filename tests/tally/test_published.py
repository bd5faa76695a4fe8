"""Votes that bodies published, and what their own rules make of them: our digit, even where a source forced one.

``published.json``: counts best grade first, the base that their shares are of, and each share as it is printed here.
"""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from app.campaigns.builtin import SCALES
from app.campaigns.domain import Denominator, Formula, Grade, Scale, Scheme
from app.campaigns.rule import Rule, evaluate, measured_of
from app.tally.cell import Look, cell_json
from app.tally.disclosure import View
from app.tally.figures import Base, Table, percent_text, shown_steps
from app.tally.rates import rates_of
from tests.campaigns.test_rule import CONGRESS, DEPUTIES, MARKS, POINTS, VILLAGE, most

PUBLISHED = json.loads((Path(__file__).parent / "published.json").read_text())
ROWS = [(vote, row) for vote in PUBLISHED for row in vote["rows"]]
NAMES = [f"{vote['id']}:{row['object']}" for vote, row in ROWS]
RULES = {"dawu-2005": DEPUTIES, "r-cunwei": VILLAGE}
"""Of the votes whose word hangs on their counts alone; every other one is held in tests/publication/test_golden.py."""


def scheme_of(vote: Any, row: Any) -> Scheme:  # noqa: ANN401 - plain JSON
    grades = len(row["counts"])
    scale = Scale("own", tuple(Grade(f"第{n}等", 100 - 10 * n, n < grades - 1) for n in range(grades)), "说不清")
    formula = Formula(row.get("top", 1), Denominator(vote["base"]))
    return Scheme(scale, formula, rule=CONGRESS, decimals=row.get("decimals", vote["decimals"]))


def texts(scheme: Scheme, rates: tuple[Fraction, ...]) -> list[str]:
    return [percent_text(*shown_steps(rate, scheme.decimals)).rstrip("%") for rate in rates]


@pytest.mark.parametrize(("vote", "row"), ROWS, ids=NAMES)
def test_every_published_share_is_ours_to_the_digit(vote: Any, row: Any) -> None:  # noqa: ANN401
    scheme, table = scheme_of(vote, row), Table(tuple(row["counts"]), row["unknown"])
    members = vote.get("members", table.answered)
    rates = rates_of(scheme.scale, scheme.formula, table, Base(table.answered, members, table.answered))
    assert rates is not None
    assert texts(scheme, rates.shares) == row["shares"]
    if "positive_rate" in row:
        assert texts(scheme, (rates.satisfied,)) == [row["positive_rate"]]
    if "unknown_share" in row:
        assert texts(scheme, (rates.unknown,)) == [row["unknown_share"]]


SUMMED = [(vote, row) for vote, row in ROWS if "printed_sum" in row and sum(row["counts"]) >= 10]


@pytest.mark.parametrize(("vote", "row"), SUMMED, ids=[f"{vote['id']}:{row['object']}" for vote, row in SUMMED])
def test_another_sum_than_the_whole_is_named(vote: Any, row: Any) -> None:  # noqa: ANN401
    scheme, table = scheme_of(vote, row), Table(tuple(row["counts"]), row["unknown"])
    rates = rates_of(scheme.scale, scheme.formula, table, Base(table.answered, table.answered, table.answered))
    cell = cell_json(Look(table, rates, View.EXACT, ("",) * len(row["counts"])), scheme)
    assert cell["shown"]
    told = cell.get("sum_text", "")
    if Fraction(row["printed_sum"]) == 100:
        assert told == ""
    else:
        assert f" {row['printed_sum']}%（" in told


WORDED = [(vote["id"], row) for vote, row in ROWS if "verdict" in row and vote["id"] in RULES]


@pytest.mark.parametrize(("name", "row"), WORDED, ids=[row["object"] for _, row in WORDED])
def test_every_published_word_is_ours(name: str, row: Any) -> None:  # noqa: ANN401
    measured = measured_of(row["counts"], sum(row["counts"]), (100, 60, 0))
    assert evaluate(RULES[name], measured).word.text == row["verdict"]


@pytest.mark.parametrize(
    ("rule", "counts", "word"),
    [
        *((POINTS, (36, 3, 1, 0), "200 分"), (POINTS, (24, 6, 5, 5), "170 分")),
        *((POINTS, (23, 4, 7, 6), "160 分"), (POINTS, (20, 6, 8, 6), "130 分")),
        *((most(), (10, 9, 2), "满意"), (most(), (9, 10, 2), "基本满意"), (most(), (8, 8, 5), "得票并列")),
        *((most(), (9, 8, 8), "满意"), (most(), (9, 10, 6), "基本满意")),
    ],
)
def test_written_rules_say_what_they_were_worked_out_to(rule: Rule, counts: tuple[int, ...], word: str) -> None:
    scores = (100, 80, 60, 0) if len(counts) == 4 else (100, 60, 0)
    assert evaluate(rule, measured_of(counts, sum(counts), scores)).word.text == word


@pytest.mark.parametrize(("counts", "mean", "word"), [((9, 1, 0, 0), 98, "优秀"), ((1, 2, 1, 1), 64, "基本称职")])
def test_a_mean_gives_the_word(counts: tuple[int, ...], mean: int, word: str) -> None:
    measured = measured_of(counts, sum(counts), (100, 80, 60, 0))
    assert (measured.mean, evaluate(MARKS, measured).word.text) == (Fraction(mean), word)


@pytest.mark.parametrize("base", [Denominator.RETURNED, Denominator.VALID])
def test_every_share_of_a_row_is_over_one_base(base: Denominator) -> None:
    # 12,874 returned, 45 of them 不了解: the grades, 满意率 and 不满意率 over 12,874, or over 12,829
    table = Table((9000, 2500, 1000, 329), unknown=45)
    whole = 12_874 if base is Denominator.RETURNED else 12_829
    rates = rates_of(SCALES["satisfaction"], Formula(2, base), table, Base(12_874, 12_874))
    assert rates is not None
    assert (rates.satisfied, rates.dissatisfied) == (Fraction(11_500, whole), Fraction(329, whole))
    assert rates.shares == tuple(Fraction(count, whole) for count in table.grades)
    assert rates.unknown == Fraction(45, 12_874)
