"""The attacker of points, weighed items, group quorums and composites finds nothing, and finds what is planted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice

import pytest

from app.campaigns.composite import VOTED, Line, Missing, Part, Points, Source, Total, every_part, total_of
from app.campaigns.domain import Item, ScoreScale
from app.tally import hiding, result, sectioned, tables
from app.tally.alike import Tables
from app.tally.assess import Unit
from app.tally.cell import hidden_json
from app.tally.disclosure import View
from app.tally.document import canonical_json
from app.tally.figures import Table, add_tables
from app.tally.hiding import Rules, Sight
from app.tally.result import result_document
from app.tally.totals import Sums
from app.tally.verdict import Verdict
from tests.disclosure.released import too_small
from tests.disclosure.search import attack, contradictions, exact_ranges, read
from tests.disclosure.wide import BASES, Wide, make_wide, words_of
from tests.disclosure.wide_reader import WideReading
from tests.tally.cast import Json, make_chain, make_marks, make_paper, make_stack, section_of

CHUNKS, ROUNDS = 6, 60
CARELESS = 250
WITHHELD = (180, 215, 422, 472, 483, 492)
"""Rounds in which a sum with a hidden item would have a word."""
WEIGHTED = range(600)


def finds(cases: Iterable[Wide], wanted: int) -> bool:
    """Whether the attacker finds something in so many of the rounds; what comes after them is not made."""
    return sum(1 for _ in islice((case for case in cases if attack(case).leaks), wanted)) == wanted


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_it_works(chunk: int) -> None:
    targets = 0
    for seed in range(chunk * ROUNDS, (chunk + 1) * ROUNDS):
        case = make_wide(seed)
        reading = WideReading(case)
        assert contradictions(reading.programme, reading.true_point()) == [], seed
        assert list(too_small(case.document, case.paper.scheme.floor)) == [], seed
        found = attack(case, reading)
        assert found.leaks == (), seed
        targets += found.targets
    assert targets > ROUNDS


@pytest.mark.parametrize("seed", [1_011_157])
def test_what_totals_by_weights_tell_by_themselves_is_taken_for_no_leak(seed: int) -> None:
    """Forms of several items, two hidden groups with weights, totals in bands, of items and of all together.

    1011157: groups of 5 and 13 people, 11 ballots.
    """
    case = make_wide(seed)
    reading, alone = WideReading(case), read(case, breakdown=False)
    assert contradictions(reading.programme, reading.true_point()) == []
    hidden = [*reading.targets(), *reading.turnouts()]
    assert exact_ranges(reading.programme, hidden) == exact_ranges(alone.programme, hidden)
    found = attack(case, reading)
    assert found.leaks == ()
    assert found.limited > 0  # he does know more than k allows


@pytest.mark.parametrize("seed", [1_010_595, 1_011_299, 1_015_329])
def test_a_composite_of_everybody_tells_what_their_total_does(seed: int) -> None:
    """Items and groups have weights, so that the part 全体 is the total of all items again."""
    assert attack(make_wide(seed)).leaks == ()


def test_a_reason_that_goes_unsaid_beside_bands_is_not_taken_for_one_that_does_not_hold() -> None:
    """Both lines of 需补课 are crossed, 满意率 with 94 of 158; with one mark more, which reads alike, only one is."""
    case = make_wide(3_002_309)
    reading = WideReading(case)
    assert [note["code"] for note in reading.document["sections"][0]["targets"][0]["verdict"]["reasons"]] == [
        "dissatisfied_above"
    ]
    assert contradictions(reading.programme, reading.true_point()) == []


@pytest.mark.parametrize("other", [(9, 0, 0, 0, 1), (0, 0, 0, 1, 9), (0, 0, 0, 0, 10), (2, 3, 2, 2, 1)])
def test_the_sum_of_all_items_tells_nothing_of_a_hidden_one(other: tuple[int, ...]) -> None:
    """With it in the sum the bands would leave eight or nine answers, five to eight of them satisfied."""
    items = Item("a", "甲"), Item("b", "乙")
    paper = make_paper({"g": ()}, items=items, expected=12)

    def document(hidden: tuple[int, ...]) -> Json:
        stack = make_stack(make_marks(2, 3, 5, 0), make_marks(*hidden))
        return result_document(paper, {("u0", "g"): stack}, make_chain({"g": 10}, expected=12), {})

    told = document((1, 2, 2, 3, 2))
    assert canonical_json(told) == canonical_json(document(other))
    [target] = section_of(told)["targets"]
    assert [note["text"] for note in target["notes"]] == ["各项合计不含有效评价不足的指标：乙"]
    assert target["verdict"]["code"] == "remedial"  # 5 of 10 are satisfied with the other item


def makes(case: Wide) -> Iterator[str]:
    """Name what a round has of the wider kinds."""
    sections, document = case.paper.sections, case.document
    yield from {f"{len(sections)} sections"}
    yield from {"本人" for table in case.truth.values() if table.excused}
    spoilt = {row["key"] for row in document["chain"].get("sections", ()) if row.get("invalid")}
    yield from {f"无效, {each.scheme.formula.denominator}" for each in sections if each.key in spoilt}
    yield from {"points" if item.score else "own grades" for each in sections for item in each.items if item.width}
    yield from {"trimmed" for each in sections for item in each.items if item.score and item.score.trim}
    yield from {"weighed" for each in sections if len({item.weight for item in each.items}) > 1}
    yield from {note["code"] for note in document["chain"]["warnings"]}
    composite = case.paper.scheme.composite
    yield from {f"part {part.source.value}" for part in every_part(composite.parts if composite else ())}
    for total in case.totals.values():
        figure = total.figure
        yield figure.reason if isinstance(figure, Missing) else "exact" if figure.exact else "span"


def test_every_make_is_drawn() -> None:
    drawn = Counter(make for seed in range(CARELESS) for make in set(makes(make_wide(seed))))
    wanted = {"1 sections", "2 sections", "points", "own grades", "trimmed", "weighed", "no_group_quorum"}
    wanted |= {"本人", *(f"无效, {base}" for base in BASES)}
    sources = set(Source) - {Source.RULE}  # the points of a word are those that the frozen rule gives the told word
    wanted |= {*(f"part {source.value}" for source in sources), "invalid", "too_few", "exact", "span"}
    assert {make for make in wanted if drawn[make] >= 3} == wanted, drawn


def mean_of(case: Wide, unit: str, part: Part) -> Fraction | None:
    """What a part would be if nothing were hidden; None where nobody answered."""
    section = next(each for each in case.paper.sections if unit in {one.id for one in each.units})
    asked = [item for item in section.items if item.overall] or section.items
    means, weights = [], []
    for item in asked:
        rows = [
            table
            for (of, key, group), table in case.truth.items()
            if (of, key) == (unit, item.key) and part.group in {"", group}
        ]
        scale = section.scheme_of(item).scale
        table = add_tables(rows, len(rows[0].grades)) if rows else Table(())
        if not table.valid:
            return None
        of_points = isinstance(scale, ScoreScale) and scale.score.mean_of(table.grades) * 100
        scores = [grade.score for grade in scale.grades]
        points = sum((Fraction(s * n, table.valid) for s, n in zip(scores, table.grades, strict=False)), Fraction(0))
        means.append(of_points or points)
        weights.append(item.weight)
    return sum((m * w for m, w in zip(means, weights, strict=True)), Fraction(0)) / sum(weights)


def told_exactly(case: Wide, *, parts: bool) -> Wide:
    """The planted fault: totals of the true means, the parts beside them as true or as they are told."""
    composite = case.paper.scheme.composite
    classes = {unit.id: unit.object_class for unit in case.paper.units}
    if composite is None or case.paper.scheme.weights:
        return case
    totals = {}
    for unit, told in case.totals.items():
        spans = {line.part.key: line.figure for line in leaves(told.lines)}
        votes = [part for part in every_part(composite.parts) if part.source is Source.VOTE]
        means = {part.key: mean_of(case, unit, part) for part in votes}
        if isinstance(told.figure, Missing) or None in means.values():
            continue

        def figure(part: Part, spans: dict = spans, means: dict = means) -> Points | Missing:  # type: ignore[type-arg]
            mean = means.get(part.key)
            return spans[part.key] if mean is None else Points(mean, mean)

        true = total_of(composite, figure, classes[unit])
        totals[unit] = true if parts else Total(true.figure, told.lines)
    return replace(case, totals=totals)


def leaves(lines: tuple[Line, ...]) -> Iterator[Line]:
    for line in lines:
        yield from leaves(line.lines) if line.lines else [line]


@pytest.mark.parametrize("parts", [True, False])
def test_it_finds_a_composite_that_is_exact_where_its_part_is_a_span(*, parts: bool) -> None:
    careless = (told_exactly(case, parts=parts) for case in map(make_wide, range(CARELESS)))
    assert finds(careless, 31)


def test_it_finds_a_word_of_the_true_score_where_that_is_told_as_a_span() -> None:
    """The word of what the document hides: with it every hidden part of a score is on one side of a line."""
    cases = [case for case in map(make_wide, range(CARELESS)) if case.paper.scheme.composite]
    careless = [replace(case, words=words_of(case, told_exactly(case, parts=True).totals)) for case in cases]
    told = [(case, one) for case, one in zip(cases, careless, strict=True) if one.words != case.words]
    assert len(told) > 30
    assert finds((one for _, one in told), 9)
    assert not any(attack(case).leaks for case, _ in told)


def test_a_word_is_that_of_the_true_score() -> None:
    """Rounded parts never give a word that the exact ones do not have."""
    held = 0
    for case in map(make_wide, range(CARELESS)):
        true = told_exactly(case, parts=True)
        if true is case:
            continue
        exact = words_of(true, true.totals)
        held += len(case.words.keys() & exact.keys())
        assert {unit: word for unit, word in case.words.items() if exact.get(unit, word) != word} == {}
    assert held > 40


def test_it_finds_a_thin_group_of_points_that_is_hidden_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(of: Tables, total: View, rules: Rules, kept: frozenset[str] = frozenset()) -> frozenset[str]:
        if total not in {View.EXACT, View.COARSE} or not isinstance(rules.scheme.scale, ScoreScale):
            return careful(of, total, rules, kept)
        return frozenset(group for group, table in of.items() if table.valid < rules.k)

    careful = hiding.hidden_groups
    monkeypatch.setattr(hiding, "hidden_groups", careless)
    unread = {"id": "", "name": "", "members": [], "cell": hidden_json()}
    monkeypatch.setattr(tables, "_rest_json", lambda *_: unread)  # of which no figure can be built
    assert finds(map(make_wide, range(CARELESS)), 6)


def test_it_finds_a_mean_of_items_of_which_one_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(_rules: Rules, _unit_id: str, _unit: Unit, items: Sequence[Sight]) -> Sight:
        views = [sight.view for sight in items]
        return replace(items[0], view=next((view for view in View if view in views), View.HIDDEN), blunt=True)

    monkeypatch.setattr(hiding, "_pooled", careless)
    assert finds(map(make_wide, range(CARELESS)), 6)


def weighted() -> Iterator[Wide]:
    """Draw the rounds in which several voter groups have weights."""
    return (case for case in map(make_wide, WEIGHTED) if case.paper.scheme.weights and len(case.paper.groups) > 1)


def test_it_finds_groups_that_are_shown_beside_a_hidden_one_and_a_total_by_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def careless(of: Tables, total: View, rules: Rules, kept: frozenset[str] = frozenset()) -> frozenset[str]:
        return careful(of, total, replace(rules, scheme=replace(rules.scheme, weights={})), kept)

    careful = hiding.hidden_groups
    monkeypatch.setattr(hiding, "hidden_groups", careless)
    assert finds(weighted(), 3)


def test_it_finds_a_sum_by_weights_that_is_told_closer_than_its_items(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(rules: Rules, unit_id: str, unit: Unit, items: Sequence[Sight]) -> Sight:
        sight = careful(rules, unit_id, unit, items)
        return sight if sight.view is View.HIDDEN else replace(sight, view=View.COARSE)

    careful = hiding._pooled
    monkeypatch.setattr(hiding, "_pooled", careless)
    assert finds(weighted(), 11)


@pytest.mark.parametrize("seed", [215, 1924])
def test_it_finds_a_count_of_a_section_that_tells_how_few_came(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    assert attack(make_wide(seed)).leaks == ()
    monkeypatch.setattr(sectioned, "_may_be_told", lambda *_: True)
    assert [leak.name for leak in attack(make_wide(seed)).leaks] == [("", "", "g1", "ballots")]


@pytest.mark.parametrize("seed", [126, 1246, 1935, 2452])
def test_it_finds_how_many_came_in_a_total_by_weights_of_rates_of_people(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """126: two hidden groups of 6, weights 8 and 3 of 19; 70–80% would leave one of them 1 to 10 ballots."""
    assert attack(make_wide(seed)).leaks == ()
    monkeypatch.setattr(Sums, "veiled", lambda *_: frozenset())
    assert {leak.name[3] for leak in attack(make_wide(seed)).leaks} == {"ballots"}


def test_it_finds_a_word_on_a_sum_of_which_an_item_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader of totals alone takes no word: what follows from one is more than totals tell by themselves."""
    assert not any(attack(make_wide(seed)).leaks for seed in WITHHELD)
    monkeypatch.setattr(result, "_WITHOUT_BAND", frozenset(Verdict))  # so that no word gives way to “withheld”
    assert all(attack(make_wide(seed)).leaks for seed in WITHHELD)


def test_votes_are_the_parts_that_are_attacked() -> None:
    assert {Source.VOTE, Source.ROUND} == VOTED
