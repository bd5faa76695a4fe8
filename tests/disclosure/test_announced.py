"""Announced rounds: within the extent every figure is the count, for every reader; beyond it nothing follows."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.campaigns.builtin import SCALES
from app.campaigns.disclosure import Disclosure, Extent, Kind
from app.campaigns.domain import Denominator, Formula, Scheme
from app.publication.renditions import bands
from app.tally.document import canonical_json
from app.tally.restraint import restraint_of
from tests.disclosure.told import BASES, SCALE, Counts, announced, check_exact, check_round, paper_of, target_of
from tests.tally.cast import make_paper, section_of

OPTIONS = len(SCALE.options)
WORDS = {"shown": False, "text": "本轮只公布结论，不公布票数"}


def tables(least: int = 10, most: int = 64) -> st.SearchStrategy[Counts]:
    def split(count: int) -> st.SearchStrategy[Counts]:
        cuts = st.lists(st.integers(0, count), min_size=OPTIONS - 1, max_size=OPTIONS - 1).map(sorted)
        uniform = st.sampled_from([tuple(count * (at == place) for at in range(OPTIONS)) for place in range(OPTIONS)])
        spread = cuts.map(lambda cut: tuple(b - a for a, b in zip([0, *cut], [*cut, count], strict=True)))
        return st.one_of(spread, uniform)

    return st.integers(least, most).flatmap(split)


@settings(max_examples=150)
@given(st.integers(10, 64).flatmap(lambda n: st.tuples(tables(n, n), tables(n, n))), st.integers(1, 3))
def test_it_works(columns: tuple[Counts, Counts], top: int) -> None:
    document = announced(paper_of(Extent.COUNTS, top), *columns)
    check_exact(document, columns, top)


@settings(max_examples=150)
@given(tables(), st.sampled_from(Extent), st.sampled_from(BASES))
def test_every_reader_sees_the_same_and_no_band(counts: Counts, extent: Extent, denominator: Denominator) -> None:
    document = announced(paper_of(extent, 2, denominator, one=True), counts)
    [whole], [public] = section_of(document)["targets"], section_of(bands(document))["targets"]
    assert {key: whole[key] for key in ("verdict", "overall", "items")} == {
        key: public[key] for key in ("verdict", "overall", "items")
    }
    assert whole["band"] is None
    assert section_of(document)["overall_band"] is None
    assert {note["code"] for note in whole["notes"]} <= {"unknown_high"}
    assert document["round"]["disclosure"]["extent"] == extent


@settings(max_examples=300)
@given(tables(), st.data())
def test_of_a_sum_nothing_follows_for_its_parts(counts: Counts, data: st.DataObject) -> None:
    """Whatever shares the sum, the valid votes and the word has one and the same document."""
    top = data.draw(st.integers(1, 3))
    parts = (counts[:top], counts[top:4], counts[4:])
    other = tuple(count for part in parts for count in data.draw(_same_sum(part)))
    paper = paper_of(Extent.SUM, top, one=True)
    first, second = announced(paper, counts), announced(paper, other)
    if target_of(first)["verdict"]["code"] == target_of(second)["verdict"]["code"]:
        assert canonical_json(first) == canonical_json(second)
    cell = target_of(first)["overall"]["total"]
    if sum(counts[:4]) >= 10:
        assert (cell["satisfied"]["count"], cell["valid"]["count"]) == (sum(counts[:top]), sum(counts[:4]))
        assert cell["distribution"] == []
        assert {cell[name]["text"] for name in ("positive_rate", "dissatisfied_rate")} == {"—"}


def _same_sum(part: Counts) -> st.SearchStrategy[Counts]:
    cuts = st.lists(st.integers(0, sum(part)), min_size=len(part) - 1, max_size=len(part) - 1).map(sorted)
    return cuts.map(lambda cut: tuple(b - a for a, b in zip([0, *cut], [*cut, sum(part)], strict=True)))


@settings(max_examples=200)
@given(st.integers(10, 40).flatmap(lambda n: st.tuples(tables(n, n), tables(n, n))))
def test_of_words_nothing_follows_but_the_word(pair: tuple[Counts, Counts]) -> None:
    first, second = (announced(paper_of(Extent.WORDS, one=True), counts) for counts in pair)
    assert target_of(first)["overall"]["total"] in (WORDS, {"shown": False, "text": "为保护匿名不显示"})
    if target_of(first)["verdict"] == target_of(second)["verdict"]:
        assert canonical_json(first) == canonical_json(second)


@pytest.mark.parametrize("extent", Extent)
def test_below_ten_answers_nothing_is_told(extent: Extent) -> None:
    target = target_of(announced(paper_of(extent, one=True, voters=12), (9, 0, 0, 0, 3, 0)))
    assert target["overall"]["total"] == {"shown": False, "text": "为保护匿名不显示"}
    assert target["verdict"]["code"] == "too_few"


@pytest.mark.parametrize("extent", Extent)
def test_a_form_without_an_overall_item_is_counted_without_an_item_that_is_hidden(extent: Extent) -> None:
    paper = paper_of(extent, voters=20)
    [part] = paper.parts
    paper = replace(paper, parts=(replace(part, items=(part.items[0], replace(part.items[1], overall=False))),))
    target = target_of(announced(paper, (20, 0, 0, 0, 0, 0), (8, 0, 0, 0, 12, 0)))
    pooled = target["overall"]["total"]
    told = [20, 0, 0, 0] if extent is Extent.COUNTS else []
    assert pooled["shown"] == (extent is not Extent.WORDS)
    assert [row["count"] for row in pooled.get("distribution", [])] == told


def test_a_correction_keeps_the_words_of_a_round_that_tells_no_more() -> None:
    first = announced(paper_of(Extent.WORDS, one=True), (20, 5, 3, 1, 0, 0))
    again = announced(paper_of(Extent.WORDS, one=True), (20, 5, 3, 1, 0, 0), restraint=restraint_of(first))
    assert canonical_json(again) == canonical_json(first)
    assert target_of(again)["verdict"]["code"] == "met"


GOLDEN = [
    ((15, 6, 0), ["71.4%", "28.6%", "0.0%"]),
    ((25, 3, 0), ["89.3%", "10.7%", "0.0%"]),
    ((20, 7, 1), ["71.4%", "25.0%", "3.6%"]),
    ((28, 1, 0), ["96.6%", "3.4%", "0.0%"]),
    ((46, 0, 0), ["100.0%", "0.0%", "0.0%"]),
    ((32, 22, 10), ["50.0%", "34.4%", "15.6%"]),
]
"""Published votes of bodies of 21, 28, 28, 29, 46 and 64, worked out by hand with one decimal."""


@pytest.mark.parametrize(("counts", "shares"), GOLDEN)
def test_small_bodies_and_unanimous_ones_are_exact(counts: Counts, shares: list[str]) -> None:
    three = SCALES["satisfaction_three"]
    scheme = Scheme(replace(three, unknown=None, abstain=None), Formula(1), disclosure=Disclosure(Kind.ANNOUNCED))
    paper = make_paper({"g": ()}, scheme=scheme, expected=sum(counts), remarks=False)
    cell = target_of(announced(paper, counts))["overall"]["total"]
    assert [row["count"] for row in cell["distribution"]] == list(counts)
    assert [row["share"]["text"] for row in cell["distribution"]] == shares
    assert cell["satisfied_rate"]["text"] == shares[0]


@pytest.mark.parametrize("seed", range(40))
def test_the_rounds_of_the_soak_hold(seed: int) -> None:
    check_round(seed)
