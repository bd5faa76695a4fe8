"""Of a total by weights nothing follows for how many of a hidden voter group came (SEC-44)."""

from fractions import Fraction

import pytest

from app.campaigns.domain import Denominator, Formula, Item, Scheme
from app.campaigns.gates import Gates
from app.tally import totals
from app.tally.document import canonical_json
from app.tally.result import result_document
from tests.tally.cast import OVERALL, Json, make_chain, make_marks, make_paper, make_scheme, make_stack, section_of

HIDDEN = 12
ISSUED = {"a": 60, "b": 30, "c": 30}
PEOPLE = [Denominator.EXPECTED, Denominator.PRESENT]
TWO_ITEMS = (Item("a", "甲"), Item("b", "乙"))
WEIGHED = (Item("a", "甲", weight=Fraction(30)), Item("b", "乙", weight=Fraction(70)))
MINDS = [(2, 0, 0, 0), (0, 0, 0, 2), (1, 0, 1, 0)]


def make_weighted(base: Denominator, heavy: int = 50) -> Scheme:
    light = Fraction(100 - heavy, 2)
    gates = Gates(return_valid=Fraction(0), return_warning=Fraction(0))
    return make_scheme(formula=Formula(2, base), weights={"a": Fraction(heavy), "b": light, "c": light}, gates=gates)


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


def told(scheme: Scheme, items: tuple[Item, ...]) -> set[str]:
    every = [(came, mind) for came in (0, 2, 4, 6, 8, 10, 12) for mind in MINDS]
    return {canonical_json(document_of(scheme, *each, (20, 10, 5, 5), items)) for each in every}


@pytest.mark.parametrize("items", [OVERALL, TWO_ITEMS, WEIGHED])
@pytest.mark.parametrize("base", PEOPLE)
def test_it_works(base: Denominator, items: tuple[Item, ...]) -> None:
    """Whoever of the hidden groups came and whatever they marked, the document is the same, to the byte."""
    assert len(told(make_weighted(base), items)) == 1


def test_it_finds_a_document_that_hangs_on_who_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(totals, "_OF_PEOPLE", frozenset())
    assert len(told(make_weighted(Denominator.EXPECTED), OVERALL)) > 5


@pytest.mark.parametrize(
    ("heavy", "seen", "band", "verdict", "reasons"),
    [
        (50, (20, 10, 5, 5), "20–80%", "too_few", ["veiled_decide"]),  # 30 of 60 and half the weight: 25 to 75 %
        (80, (10, 5, 5, 20), "20–50%", "remedial", ["below_remedial", "dissatisfied_above"]),  # 20 to 40 %
        (90, (40, 16, 0, 2), "≥80%", "met", []),  # 56 of 60 at 90: 84 %, and up to 10
    ],
)
def test_a_band_holds_whatever_a_hidden_group_did(
    heavy: int, seen: tuple[int, ...], band: str, verdict: str, reasons: list[str]
) -> None:
    document = document_of(make_weighted(Denominator.EXPECTED, heavy), 6, (1, 0, 1, 0), seen)
    [target] = section_of(document)["targets"]
    assert target["overall"]["total"]["satisfied_rate"]["text"] == band
    assert target["verdict"]["code"] == verdict
    assert [reason["code"] for reason in target["verdict"]["reasons"]] == reasons


@pytest.mark.parametrize("base", [Denominator.VALID, Denominator.RETURNED])
def test_rates_of_ballots_tell_nothing_of_how_many_came(base: Denominator) -> None:
    [target] = section_of(document_of(make_weighted(base), 6, (1, 0, 1, 0), (20, 10, 5, 5)))["targets"]
    assert target["overall"]["total"]["satisfied_rate"]["text"] == "70–80%"  # 3/4 at 50, 1/2 and all at 25
