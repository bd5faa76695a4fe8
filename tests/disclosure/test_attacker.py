"""The attacker finds nothing in 10,000 random rounds, is never wrong, and finds what carelessness gives away."""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from app.campaigns.domain import Denominator
from app.tally import hiding, margins
from app.tally.alike import is_telling
from app.tally.cell import Look, cell_json
from app.tally.disclosure import View
from app.tally.figures import Table
from app.tally.margins import Sizes
from app.tally.rates import rates_of
from app.tally.result import result_document
from app.tally.totals import Sums, base_of
from tests.disclosure.attacker import Reading
from tests.disclosure.other_hands import neighbours, tells_who_came
from tests.disclosure.released import told_of_few
from tests.disclosure.rounds import BASES, Case, drawn_paper, make_case
from tests.disclosure.search import attack, contradictions, exact_ranges, is_broken_down, truth_of
from tests.disclosure.told_turnouts import COUNTED
from tests.found import some
from tests.tally.cast import make_chain, make_marks, make_paper, make_stack, section_of

CHUNKS, ROUNDS = 20, 500
CARELESS = 750
"""Of so many rounds more than ten give something away to whoever publishes carelessly."""


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_it_works(chunk: int) -> None:
    targets = 0
    for seed in range(chunk * ROUNDS, (chunk + 1) * ROUNDS):
        case = make_case(seed)
        reading = Reading(case.document, case.paper, case.own)
        assert contradictions(reading.programme, truth_of(case, reading)) == [], seed
        assert told_of_few(case) == {}, seed
        found = attack(case, reading)
        assert found.leaks == (), seed
        targets += found.targets
    assert targets > ROUNDS


def test_it_finds_what_a_hand_calculation_finds() -> None:
    # a and b are hidden: of their 27 ballots, 24 and 30 at most, 18 are satisfied and 4 are not
    votes = {"a": (1, 1, 1, 0), "b": (8, 8, 4, 4), "c": (20, 10, 5, 5)}
    paper = make_paper(dict.fromkeys(votes, ()))
    stacks = {("u0", group): make_stack(make_marks(*counts)) for group, counts in votes.items()}
    chain = make_chain({group: sum(counts) for group, counts in votes.items()}, {"a": 24, "b": 30, "c": 45})
    reading = Reading(result_document(paper, stacks, chain, {}), paper)
    found = exact_ranges(reading.programme, [*reading.targets(), *reading.turnouts()])
    assert {(group, what): (each.low, each.high) for (_, _, group, what), each in found.items()} == {
        ("a", "satisfied"): (0, 18),
        ("a", "valid"): (0, 24),
        ("a", "dissatisfied"): (0, 4),
        ("a", "ballots"): (0, 24),
        ("b", "satisfied"): (0, 18),
        ("b", "valid"): (3, 27),
        ("b", "dissatisfied"): (0, 4),
        ("b", "ballots"): (3, 27),
    }


def test_it_finds_a_document_that_is_not_true() -> None:
    case = next(case for case in map(make_case, range(100)) if is_broken_down(case.document))
    case.document["chain"]["total"]["valid"] += 1
    reading = Reading(case.document, case.paper, case.own)
    assert contradictions(reading.programme, truth_of(case, reading))


def part_of(document: Any, unit: str, item: str) -> list[Any]:  # noqa: ANN401 - plain JSON
    """Return the places of one item's figures: as an item and, if it is the overall one, there again."""
    found = next(each for each in section_of(document)["targets"] if each["id"] == unit)
    return [each for each in (*found["items"], found["overall"]) if each["key"] == item]


def reveal(case: Case, unit: str, item: str, group: str, view: View = View.EXACT) -> Case:
    """Undo the suppression of one cell; whatever else the document says stays."""
    counts = case.truth[unit, item, group]
    table, scheme = Table(counts[:4], counts[4], excused=case.own[unit, group]), case.paper.scheme
    rates = rates_of(scheme.scale, scheme.formula, table, base_of(case.chain, {group: table}))
    labels = tuple(grade.label for grade in scheme.scale.grades)
    document = deepcopy(case.document)
    for part in part_of(document, unit, item):
        for row in part["groups"]:
            if row["id"] == group:
                row["cell"] = cell_json(Look(table, rates, view, labels), scheme)
    return replace(case, document=without_merged_rows(document))


def without_merged_rows(document: Any) -> Any:  # noqa: ANN401
    """Drop the rows of the hidden groups together: they would now name a group too many."""
    for unit in section_of(document)["targets"]:
        for part in (*unit["items"], unit["overall"]):
            part["groups"] = [row for row in part["groups"] if row["id"]]
    return document


def covers(case: Case) -> list[tuple[str, str, str]]:
    """Name cells that are fit for publication and hidden only to cover the other hidden one."""
    found = []
    for unit in section_of(case.document)["targets"]:
        for item in unit["items"]:
            hidden = [row["id"] for row in item["groups"] if row["id"] and not row["cell"]["shown"]]
            counts = {group: case.truth[unit["id"], item["key"], group] for group in hidden}
            scheme = case.paper.scheme
            many = [group for group in hidden if sum(counts[group][:4]) >= scheme.floor]
            fit = [group for group in many if not is_telling(Table(counts[group][:4]), scheme.formula.top)]
            if len(hidden) == 2 and len(many) == len(fit) == 1:
                found.append((unit["id"], item["key"], fit[0]))
    return found


def test_it_finds_a_hidden_cell_whose_cover_is_published() -> None:
    cases = [(case, cover) for case in map(make_case, range(CARELESS)) for cover in covers(case)]
    assert len(cases) > 10
    for view in (View.EXACT, View.COARSE):
        careless = [reveal(case, *cover, view) for case, cover in cases]
        assert all(attack(case).leaks for case in some(careless)), view
        assert all("added or subtracted" in told_of_few(case) for case in some(careless)), view


def test_it_finds_a_small_group_whose_cover_is_told_in_the_chain() -> None:
    caught = []
    for case in map(make_case, range(CARELESS // 2)):
        hidden = [row["id"] for row in case.document["chain"]["groups"] if not row["shown"]]
        told = [group for group in hidden if case.ballots[group] >= case.paper.scheme.floor]
        if len(hidden) == 2 and len(told) == 1 and is_broken_down(case.document):
            document = deepcopy(case.document)
            row = next(row for row in document["chain"]["groups"] if row["id"] == told[0])
            row.update(shown=True, **{name: getattr(case.chain.group(told[0]), name) for name in COUNTED})
            caught.append(bool(attack(replace(case, document=document)).leaks))
    assert len(caught) > 10, caught
    assert all(caught)


def test_it_finds_a_small_group_beside_one_that_surely_voted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: which groups the chain hides is settled without regard to who was 本人."""

    def careless(sizes: Sizes, k: int, kept: frozenset[str] = frozenset()) -> frozenset[str]:
        return careful(replace(sizes, least={}), k, kept)

    careful = margins.unseen_groups
    monkeypatch.setattr(hiding, "unseen_groups", careless)
    leaks = [leak for case in map(make_case, range(CARELESS // 2)) for leak in attack(case).leaks]
    assert {leak.name[3] for leak in leaks} == {"ballots"}
    assert len(leaks) > 10, leaks


def test_it_knows_who_was_himself_and_what_came_back() -> None:
    """Who takes one more for 本人 contradicts the document; ballots that are no votes are in 收回, the base of some."""
    cases = [case for case in map(make_case, range(200)) if any(case.own.values())]
    assert len(cases) > 20
    for case in cases:
        reading = Reading(case.document, case.paper, {place: count + 1 for place, count in case.own.items()})
        assert contradictions(reading.programme, truth_of(case, reading))
    spoilt = [
        case for case in map(make_case, range(200)) if any(row.invalid and row.blank for row in case.chain.groups)
    ]
    assert any(case.paper.scheme.formula.denominator is Denominator.RETURNED for case in spoilt)


def weighted(count: int) -> Iterator[Case]:
    """Draw the rounds in which voter groups have weights."""
    return (make_case(seed) for seed in range(count) if drawn_paper(seed).scheme.weights)


def test_no_total_by_weights_hangs_on_which_hidden_group_a_ballot_is_of() -> None:
    found = [own == other for case in weighted(2 * CARELESS) for own, other in neighbours(case)]
    assert all(found)
    assert len(found) > 100


def test_it_finds_a_total_by_weights_that_hangs_on_which_hidden_group_a_ballot_is_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Sums, "veiled", lambda *_: frozenset())
    caught = Counter(case.paper.scheme.formula.denominator for case in weighted(CARELESS) if tells_who_came(case))
    assert min(caught[base] for base in BASES) > 3, caught
