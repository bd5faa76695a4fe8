"""综合评价得分 of mixed, trimmed and announced points: by hand, spans that hold the truth, and no text raises."""

import json
from collections.abc import Sequence
from fractions import Fraction

import pytest

from app.campaigns.composite import Composite, Figure, Missing, Part, Points, Source
from app.campaigns.disclosure import PROTECTED, Disclosure, Extent, Kind
from app.campaigns.domain import Item, Lines
from app.campaigns.score import Score
from app.tally.composite import composites_of, points_of
from app.tally.result import result_document
from tests.disclosure.test_wide import leaves, mean_of
from tests.disclosure.wide import make_wide, told_totals
from tests.tally.cast import Json, make_chain, make_marks, make_paper, make_scheme, make_stack, section_of

F = Fraction
WHOLE = Composite((Part("v", "测评", Source.VOTE, F(100)),))
NOTHING = Points(F(0), F(100), coarse=True)
WORK = Item("work", "工作实绩", weight=F(30))
POINTS = Item("points", "打分", score=Score(10), weight=F(70))
GRADED = make_marks(20, 10, 6, 4)  # 79 of 100
EIGHTS = [8] * 20 + [9] * 20


def counted(items: tuple[Item, ...], *columns: Sequence[int], announced: Extent | None = None) -> Json:
    disclosure = PROTECTED if announced is None else Disclosure(Kind.ANNOUNCED, announced)
    scheme = make_scheme(lines=Lines(dissatisfied=F(1)), disclosure=disclosure)
    paper = make_paper({"a": ()}, items=items, scheme=scheme, remarks=False)
    document = result_document(paper, {("u0", "a"): make_stack(*columns)}, make_chain({"a": len(columns[0])}), {})
    return json.loads(json.dumps(document))


def total(document: Json) -> Figure:
    return composites_of(document, WHOLE, {}, {})["u0"].figure


def test_it_works() -> None:
    # 30 % of 79 and 70 % of 8.5 of 10: 23.7 + 59.5
    assert total(counted((WORK, POINTS), GRADED, EIGHTS)) == Points(F("83.2"), F("83.2"), slack=F(1, 10))


def test_an_overall_item_with_grades_is_taken_alone() -> None:
    items = Item("work", "总体评价", overall=True), Item("points", "打分", score=Score(10))
    assert total(counted(items, GRADED, EIGHTS)) == Points(F(79), F(79))


def test_a_trimmed_mean_counts_without_its_ends() -> None:
    trimmed = Item("points", "打分", score=Score(10, trim=1))
    assert total(counted((trimmed,), [0, 10, *[8] * 33])) == Points(F(80), F(80), slack=F(1, 10))


@pytest.mark.parametrize("extent", Extent)
def test_announced_points_count_as_they_are_announced(extent: Extent) -> None:
    document = counted((Item("points", "打分", score=Score(10)),), [8, 9] * 8, announced=extent)
    if extent is Extent.COUNTS:
        assert total(document) == Points(F(85), F(85), slack=F(1, 10))
    else:
        assert isinstance(total(document), Missing)


@pytest.mark.parametrize("text", ["—", "", "约 80", "80 分", "1/0", "nan", "八十", "80–", "≥", "-3", "8e2"])
def test_a_mean_that_is_neither_a_number_nor_a_band_tells_nothing(text: str) -> None:
    document = counted((WORK, POINTS), GRADED, EIGHTS)
    [target] = section_of(document)["targets"]
    for table in (target["overall"], *target["items"]):
        table["total"]["mean_score"]["text"] = text
        table["total"]["distribution"] = []
    found = [points_of(document, "u0", "", by_top=by_top) for by_top in (False, True)]
    assert found[0] == NOTHING
    assert isinstance(found[1], Points)
    assert not found[1].exact


def test_every_span_holds_the_truth() -> None:
    """Of 150 rounds with points, mixed and weighed items: a part is never told to be what it cannot be."""
    held = 0
    for case in map(make_wide, range(150)):
        for unit, told in told_totals(case).items():
            for line in leaves(told.lines):
                if line.part.source is not Source.VOTE or case.paper.scheme.weights:
                    continue
                true = mean_of(case, unit, line.part)
                if isinstance(line.figure, Points) and true is not None:
                    slack = 0 if not line.figure.exact else F(21, 10)  # of five points, two hundredths
                    assert line.figure.low - slack <= true <= line.figure.high + slack, (unit, line)
                    held += 1
    assert held > 80
