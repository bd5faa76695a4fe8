"""Of a total by weights nothing follows for how many of a hidden voter group came (SEC-44)."""

from fractions import Fraction

import pytest

from app.campaigns.domain import Denominator, Formula, Item, Scheme
from app.campaigns.gates import Gates
from app.campaigns.score import Score
from app.tally.document import canonical_json
from app.tally.result import result_document
from app.tally.totals import Sums
from tests.tally.cast import OVERALL, Json, make_chain, make_marks, make_paper, make_scheme, make_stack, section_of

HIDDEN = 12
MIXED_MOST = 10
"""So many of the hidden ballots of group b leave marks that are not all alike, which a note on all would tell."""
ISSUED = {"a": 60, "b": 30, "c": 30}
SEEN = (20, 10, 5, 5)
TWO_ITEMS = (Item("a", "甲"), Item("b", "乙"))
WEIGHED = (Item("a", "甲", weight=Fraction(30)), Item("b", "乙", weight=Fraction(70)))
POINTS = (Item("p", "打分", score=Score(10)),)
MIXED = (WEIGHED[0], Item("p", "打分", weight=Fraction(70), score=Score(10)))
FORMS = [OVERALL, TWO_ITEMS, WEIGHED, POINTS, MIXED]
MINDS = [(2, 0, 0, 0), (0, 0, 0, 2), (1, 0, 1, 0)]
EVEN, ONE_SIDED = (50, 25, 25), (10, 80, 10)


def make_weighted(base: Denominator, weights: tuple[int, ...] = EVEN) -> Scheme:
    gates = Gates(return_valid=Fraction(0), return_warning=Fraction(0))
    shares = dict(zip("abc", map(Fraction, weights), strict=True))
    return make_scheme(formula=Formula(2, base), weights=shares, gates=gates)


def document_of(
    scheme: Scheme, came: int, mind: tuple[int, ...], seen: tuple[int, ...], items: tuple[Item, ...] = OVERALL
) -> Json:
    """Publish a round in which so many of 12 ballots are of group b, of one mind, and the others of c, of another."""
    half = tuple(part * came // 2 for part in mind)
    votes = {"a": seen, "b": half, "c": (0, HIDDEN - sum(half), 0, 0)}
    paper = make_paper(dict.fromkeys(votes, ()), items=items, scheme=scheme, expected=60)
    stacks = {("u0", group): make_stack(*[make_marks(*counts)] * len(items)) for group, counts in votes.items()}
    chain = make_chain({group: sum(counts) for group, counts in votes.items()}, ISSUED, expected=60)
    assert sum(chain.group(group).valid for group in "bc") == HIDDEN
    return result_document(paper, stacks, chain, {})


def told(scheme: Scheme, items: tuple[Item, ...], seen: tuple[int, ...] = SEEN, most: int = HIDDEN) -> set[str]:
    every = [(came, mind) for came in range(0, most + 1, 2) for mind in MINDS]
    return {canonical_json(document_of(scheme, *each, seen, items)) for each in every}


@pytest.mark.parametrize("weights", [EVEN, ONE_SIDED])
@pytest.mark.parametrize("items", FORMS)
@pytest.mark.parametrize("base", Denominator)
def test_it_works(base: Denominator, items: tuple[Item, ...], weights: tuple[int, ...]) -> None:
    """Whoever of the hidden groups came and whatever they marked, the document is the same, to the byte."""
    assert len(told(make_weighted(base, weights), items)) == 1


@pytest.mark.parametrize("items", FORMS)
@pytest.mark.parametrize("base", Denominator)
def test_it_finds_a_document_that_hangs_on_who_came(
    monkeypatch: pytest.MonkeyPatch, base: Denominator, items: tuple[Item, ...]
) -> None:
    monkeypatch.setattr(Sums, "veiled", lambda *_: frozenset())
    assert len(told(make_weighted(base, ONE_SIDED), items)) > 5


@pytest.mark.parametrize("items", FORMS)
@pytest.mark.parametrize("base", Denominator)
def test_what_is_left_of_one_mind_reads_like_all_but_one(base: Denominator, items: tuple[Item, ...]) -> None:
    """Beside veiled groups a total tells of the others alone, as a table of theirs would."""
    alike = [(40, 0, 0, 0), (39, 0, 0, 1), (39, 1, 0, 0)]
    assert len(set.union(*(told(make_weighted(base), items, seen, MIXED_MOST) for seen in alike))) == 1


@pytest.mark.parametrize("items", [OVERALL, WEIGHED])
@pytest.mark.parametrize("base", Denominator)
def test_what_is_left_of_fewer_than_ten_answers_is_veiled_too(base: Denominator, items: tuple[Item, ...]) -> None:
    few = [(9, 0, 0, 0, 31), (0, 2, 0, 7, 31), (1, 7, 1, 0, 31)]
    assert len(set.union(*(told(make_weighted(base), items, seen, MIXED_MOST) for seen in few))) == 1


@pytest.mark.parametrize(
    ("weights", "seen", "band", "verdict", "reasons"),
    [
        (EVEN, (20, 10, 5, 5), "20–80%", "too_few", ["veiled_decide"]),  # 30 of 60 and half the weight: 25 to 75 %
        ((80, 10, 10), (10, 5, 5, 20), "20–50%", "remedial", ["below_remedial", "dissatisfied_above"]),  # 20 to 40 %
        ((90, 5, 5), (40, 16, 0, 2), "≥80%", "met", []),  # 56 of 60 at 90: 84 %, and up to 10
    ],
)
def test_a_band_holds_whatever_a_hidden_group_did(
    weights: tuple[int, ...], seen: tuple[int, ...], band: str, verdict: str, reasons: list[str]
) -> None:
    document = document_of(make_weighted(Denominator.EXPECTED, weights), 6, (1, 0, 1, 0), seen)
    [target] = section_of(document)["targets"]
    assert target["overall"]["total"]["satisfied_rate"]["text"] == band
    assert target["verdict"]["code"] == verdict
    assert [reason["code"] for reason in target["verdict"]["reasons"]] == reasons


def test_a_band_of_rates_of_ballots_is_as_wide_as_the_hidden_groups_weigh() -> None:
    [target] = section_of(document_of(make_weighted(Denominator.VALID), 6, (1, 0, 1, 0), SEEN))["targets"]
    assert target["overall"]["total"]["satisfied_rate"]["text"] == "30–90%"  # 30 of 40 at 50: 37.5, and up to 50
    assert target["verdict"]["reasons"][0]["code"] == "veiled_decide"
