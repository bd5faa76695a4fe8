"""Which tables and groups are seen; the attacker knows everything that is published and solves for what is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from app.campaigns.domain import Item, Scheme
from app.rounds.domain import Paper
from app.tally.assess import Unit, assess, counts
from app.tally.chain import Chain
from app.tally.disclosure import View
from app.tally.figures import Table, UnitCount, add_tables
from app.tally.hiding import Rules, Sight, possible, rules_of, sights_of, told
from app.tally.margins import Bounds
from app.tally.restraint import FREE
from app.tally.verdict import Reason, Ruling, Verdict
from tests.tally.cast import OVERALL, make_chain, make_paper, make_scheme

K = 10
TWO_ITEMS = (Item("a", "甲"), Item("b", "乙"))


@dataclass(frozen=True)
class Seen:
    """A unit with how closely it may be looked at."""

    chain: Chain
    rules: Rules
    unit: Unit
    items: tuple[Sight, ...]
    overall: Sight


def look(
    tables: Sequence[Mapping[str, Table]],
    printed: Mapping[str, int] | None = None,
    scheme: Scheme | None = None,
    **expected: int,
) -> Seen:
    """Look at one unit; ``expected`` of some groups."""
    ballots = {group: table.answered for group, table in tables[0].items()}
    paper = _paper(ballots, TWO_ITEMS if len(tables) > 1 else OVERALL, scheme, expected)
    chain = make_chain(ballots, printed)
    count = UnitCount(tuple(dict(each) for each in tables), sum(ballots.values()), 0)
    unit, rules = assess(paper.section, chain, {"u0": count}).units["u0"], rules_of(paper, chain).of(paper.section)
    return Seen(chain, rules, unit, *sights_of(rules, "u0", unit))


def _paper(
    ballots: Mapping[str, int], items: tuple[Item, ...], scheme: Scheme | None, expected: Mapping[str, int]
) -> Paper:  # fmt: skip
    paper = make_paper(dict.fromkeys(ballots, ()), items=items, scheme=scheme)
    groups = tuple(replace(group, expected=expected.get(group.id, group.expected)) for group in paper.groups)
    return replace(paper, groups=groups)


def view_of(*grades: int, k: int = 10) -> View:
    return look([{"a": Table(grades)}], scheme=make_scheme(k=k)).overall.view


def test_it_works() -> None:
    seen = look([{"a": Table((10, 10, 5, 5)), "b": Table((12, 6, 6, 6), unknown=2)}])
    assert seen.overall == Sight(View.EXACT, frozenset(), blunt=False)


def test_view_of_a_total() -> None:
    assert view_of(20, 5, 3, 2) is View.EXACT
    assert view_of(20, 5, 3, 1) is View.COARSE
    assert view_of(5, 2, 2, 1) is View.COARSE
    assert view_of(93, 1, 0, 0) is view_of(94, 0, 0, 0) is View.BANDED
    assert view_of(0, 0, 20, 20) is view_of(1, 0, 19, 20) is View.BANDED
    assert view_of(1, 1, 19, 20) is view_of(92, 2, 0, 0) is View.EXACT
    assert view_of(5, 2, 1, 1) is View.HIDDEN
    assert view_of(5, 2, 1, 1, k=5) is View.HIDDEN
    assert view_of(5, 4, 3, 2, k=15) is View.HIDDEN


def test_a_pool_gives_none_of_its_parts_away() -> None:
    exact, coarse, few = Table((20, 10, 5, 5)), Table((5, 5, 5, 5), unknown=20), Table((3, 3, 2, 1), unknown=31)
    alike = Table((0, 40, 0, 0))
    for second, view in ((exact, View.EXACT), (coarse, View.COARSE), (alike, View.BANDED)):
        assert look([{"a": exact}, {"a": second}]).overall.view is view
    assert look([{"a": few}, {"a": few}]).overall.view is View.HIDDEN
    # all answers less those of the first item would be those of the second
    assert look([{"a": exact}, {"a": few}]).unit.overall.total == exact


def test_a_pool_of_which_an_earlier_release_hid_an_item_is_hidden() -> None:
    seen = look([{"a": Table((20, 10, 5, 5))}, {"a": Table((4, 3, 2, 1), unknown=30)}])
    kept = replace(FREE, views={("u0", "b"): View.HIDDEN})
    _, overall = sights_of(replace(seen.rules, restraint=kept), "u0", seen.unit)
    assert seen.overall.view is View.COARSE
    assert overall.view is View.HIDDEN


def test_a_small_group_is_seen_nowhere() -> None:
    tables = {"a": Table((1, 1, 1, 0)), "b": Table((8, 8, 4, 4)), "c": Table((20, 10, 5, 5))}
    seen = look([tables], {"a": 24, "b": 30, "c": 45})
    assert seen.rules.unseen == {"a", "b"}
    assert seen.overall.hidden == {"a", "b"}


def test_a_small_group_takes_others_with_it() -> None:
    tables = {
        "a": Table((4, 2, 2, 0), unknown=10),
        "b": Table((8, 8, 6, 4), unknown=3),
        "c": Table((20, 10, 5, 5)),
        "d": Table((15, 15, 5, 5)),
    }
    weights = {group: Fraction(25) for group in tables}
    assert look([tables]).overall.hidden == {"a", "b"}
    assert look([tables], scheme=make_scheme(weights=weights)).overall.hidden == set(tables)
    del tables["a"]
    assert look([tables]).overall.hidden == set()


def test_a_group_of_fewer_than_ten_people_is_no_row() -> None:
    # made for one person: 12 slips of a group of 5, eleven of them voted by whoever made it
    tables = {"a": Table((5, 4, 2, 1)), "b": Table((12, 8, 6, 4)), "c": Table((20, 10, 5, 5))}
    assert look([tables]).overall.hidden == set()
    assert look([tables], a=9).overall.hidden == {"a", "b"}


def test_a_uniform_group_is_no_cover_for_another() -> None:
    # a gave 20 times 满意 and b all but one: together they are 32 of 33, so c must go with them, and d stays
    tables = {
        "a": Table((20, 0, 0, 0)),
        "b": Table((12, 0, 0, 1)),
        "c": Table((10, 10, 6, 6)),
        "d": Table((20, 20, 9, 9)),
    }
    assert look([tables]).overall.hidden == {"a", "b", "c"}


def test_a_group_of_one_is_no_breakdown() -> None:
    assert look([{"a": Table((20, 10, 5, 5))}]).overall.hidden == {"a"}


def test_a_weighted_total_is_blunt_beside_hidden_groups() -> None:
    tables = {"a": Table((20, 0, 0, 0)), "b": Table((5, 5, 20, 10))}
    scheme = make_scheme(weights={"a": Fraction(60), "b": Fraction(40)})
    seen = look([tables], scheme=scheme)
    assert seen.overall == Sight(View.COARSE, frozenset("ab"), blunt=False)
    thin = look([tables | {"a": Table((3, 3, 2, 1))}], scheme=scheme)
    assert thin.overall == Sight(View.BANDED, frozenset("ab"), blunt=False)


def test_possible_parts() -> None:
    # 20 of 30 are satisfied; b's 22 leave a (8) anything from 0, a's 8 leave b 12 to 20
    bounds = {"a": Bounds(8, 8), "b": Bounds(22, 22)}
    assert possible(bounds, 20, 30) == {"a": Bounds(0, 8), "b": Bounds(12, 20)}


def test_what_is_told_follows_from_every_table_that_reads_alike() -> None:
    both = Ruling(Verdict.REMEDIAL, (Reason.BELOW_REMEDIAL, Reason.DISSATISFIED_ABOVE))
    one = Ruling(Verdict.REMEDIAL, (Reason.BELOW_REMEDIAL,))
    assert told([both]) == told([both, both]) == both
    assert told([both, one]) == told([one, both]) == one
    assert told([one, Ruling(Verdict.MET)]) == Ruling(Verdict.TOO_FEW, (Reason.ONE_DECIDES,))
    first, second = (Ruling(Verdict.REMEDIAL, (Reason.STEP,), place=place) for place in (0, 1))
    assert told([first, first]) == first
    assert told([first, second]) == told([second, first]) == Ruling(Verdict.REMEDIAL), "steps that give the same word"


@st.composite
def breakdowns(draw: st.DrawFn) -> tuple[dict[str, Table], dict[str, int]]:
    names = "abcd"[: draw(st.integers(2, 4))]
    tables = {}
    for group in names:
        *grades, unknown = draw(st.tuples(*[st.integers(0, draw(st.sampled_from([3, 6, 14])))] * 5))
        tables[group] = Table(tuple(grades), unknown)
    return tables, {group: table.answered + draw(st.integers(0, 6)) for group, table in tables.items()}


def size_guesses(seen: Seen) -> list[dict[str, int]]:
    """Every number of ballots the hidden groups could have given, from the chain and the unit's total."""
    order, tables = sorted(seen.overall.hidden), seen.unit.overall.tables
    rest = sum(tables[group].answered for group in order)
    ranges = [
        range(seen.chain.group(group).issued + 1) if group in seen.rules.unseen else [tables[group].answered]
        for group in order
    ]
    return [dict(zip(order, guess, strict=True)) for guess in product(*ranges) if sum(guess) == rest]


def width_of(guesses: list[dict[str, int]], group: str, count: int) -> int:
    """How far the values lie apart that the group's part of ``count`` can take in some guess."""
    found = [
        (max(0, count - (sum(guess.values()) - guess[group])), min(guess[group], count))
        for guess in guesses
        if count <= sum(guess.values())
    ]
    return max(high for _, high in found) - min(low for low, _ in found)


@settings(max_examples=200)
@given(breakdowns())
def test_no_hidden_cell_can_be_narrowed_below_k(case: tuple[dict[str, Table], dict[str, int]]) -> None:
    tables, printed = case
    seen = look([tables], printed)
    hidden = seen.overall.hidden
    for group in frozenset(tables) - hidden:
        assert tables[group].valid >= K
        assert max(tables[group].grades) <= tables[group].valid - 2
        assert tables[group].top(2) >= 2
    if hidden in (frozenset(), frozenset(tables)):
        return  # nothing hidden, or no breakdown published at all
    rest = add_tables((tables[group] for group in hidden), 4)
    assert len(hidden) >= 2
    assert rest.valid >= K
    guesses = size_guesses(seen)
    for group in hidden:
        assert width_of(guesses, group, rest.top(2)) >= K
        if tables[group].valid < K:
            assert width_of(guesses, group, rest.valid) >= K
        if tables[group].answered < K:
            assert width_of(guesses, group, rest.answered) >= K


@settings(max_examples=100)
@given(breakdowns(), breakdowns())
def test_what_one_item_hides_another_does_not_open(
    one: tuple[dict[str, Table], dict[str, int]], two: tuple[dict[str, Table], dict[str, int]]
) -> None:
    groups = sorted(one[0].keys() & two[0].keys())
    ballots = {group: max(one[0][group].answered, two[0][group].answered) for group in groups}
    items = [
        {
            group: replace(case[0][group], unknown=case[0][group].unknown + ballots[group] - case[0][group].answered)
            for group in groups
        }
        for case in (one, two)
    ]
    seen = look(items)
    for sight in (*seen.items, seen.overall):
        assert seen.rules.unseen <= sight.hidden
    summed = [sight for sight, part in zip(seen.items, seen.unit.items, strict=True) if counts(seen.rules.scheme, part)]
    for sight in summed:
        assert sight.hidden <= seen.overall.hidden
