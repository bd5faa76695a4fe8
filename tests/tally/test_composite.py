"""综合评价得分 out of a released document: exact where its parts are shown, a span where they are not (SEC-44)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import pytest

from app.campaigns.composite import Composite, Figure, Missing, Part, Points, Source, mean_score, points_text, total_of
from app.campaigns.composite_rule import outcome_of
from app.campaigns.disclosure import Disclosure, Extent, Kind
from app.campaigns.domain import Item, ItemLines, Lines
from app.campaigns.rule import Condition, Meaning, Quantity, Rule, Sign, Step, Word, worth_of
from app.campaigns.score import Score
from app.rounds.domain import Paper
from app.tally.composite import composites_of, named_parts, points_of
from app.tally.document import Document
from app.tally.result import result_document
from tests.disclosure.rounds import Case, make_case
from tests.tally.cast import SCALE, Json, make_chain, make_marks, make_paper, make_scheme, make_stack, section_of

F = Fraction
SCORES = [grade.score for grade in SCALE.grades]
LEAST, MOST = min(SCORES), max(SCORES)
Counts = tuple[int, int, int, int]


def counted(votes: Mapping[str, Counts], paper: Paper | None = None) -> Document:
    """The released document of one unit."""
    paper = paper or make_paper(dict.fromkeys(votes, ()))
    stacks = {("u0", group): make_stack(make_marks(*counts)) for group, counts in votes.items()}
    chain = make_chain({group: sum(counts) for group, counts in votes.items()})
    document: Document = json.loads(json.dumps(result_document(paper, stacks, chain, {})))
    return document


def vote(group: str, weight: int) -> Part:
    return Part(group, group, Source.VOTE, F(weight), group)


SCORE = Part("boss", "主要领导评分", Source.SCORE, F(20))
EXTRA = Part("more", "附加分", Source.EXTRA, most=F(5))
THREE = Composite((vote("a", 30), vote("b", 50), SCORE, EXTRA))
VOTES: dict[str, Counts] = {"a": (20, 10, 6, 4), "b": (10, 10, 10, 2)}


def mean(counts: Counts) -> Fraction:
    return mean_score(counts, SCORES)


def total(document: Document, composite: Composite, named: Mapping[str, int], **others: Document) -> Figure:
    entered = {("u0", key): F(value) for key, value in named.items()}
    return composites_of(document, composite, entered, others)["u0"].figure


def test_it_works() -> None:
    expected = F(30, 100) * mean(VOTES["a"]) + F(50, 100) * mean(VOTES["b"]) + F(20, 100) * 90 + 3
    assert total(counted(VOTES), THREE, {"boss": 90, "more": 3}) == Points(expected, expected)


def test_counts_below_thirty_come_back_from_whole_percents_and_show_no_decimals() -> None:
    votes: dict[str, Counts] = {"a": (7, 3, 2, 1), "b": (9, 9, 8, 3)}
    found = points_of(counted(votes), "u0", "a", by_top=False)
    assert found == Points(mean(votes["a"]), mean(votes["a"]), coarse=True)
    half = total(counted(votes), Composite((vote("a", 50), vote("b", 50))), {})
    assert isinstance(half, Points)
    assert points_text(half, 2) == points_text(half, 0)


WORTH = {"u0": {"达标": F(100), "提醒": F(85), "需补课": F(65)}}
BY_WORD = Composite((Part("word", "民主测评", Source.RULE, F(60)), Part("boss", "领导评分", Source.SCORE, F(40))))


@pytest.mark.parametrize(
    ("counts", "figure"),
    [
        ((30, 6, 2, 2), Points(F(100), F(100))),
        ((20, 8, 10, 2), Points(F(91), F(91))),
        ((2, 2, 6, 30), Points(F(79), F(79))),
        ((4, 3, 1, 1), Missing("too_few")),
    ],
)
def test_the_word_of_the_votes_counts_with_its_points(counts: Counts, figure: Figure) -> None:
    """60 % of 100, 85 or 65 and 40 % of 100; of nine answers no word is told, and so no score."""
    document = counted({"a": counts})
    assert composites_of(document, BY_WORD, {("u0", "boss"): F(100)}, {}, given=WORTH)["u0"].figure == figure


def test_a_word_without_points_leaves_no_score() -> None:
    found = composites_of(counted({"a": (30, 6, 2, 2)}), BY_WORD, {("u0", "boss"): F(100)}, {}, given={"u0": {}})
    assert found["u0"].figure == Missing("no_points")
    assert [part.key for part in named_parts(BY_WORD.parts)] == ["boss"]


@pytest.mark.parametrize(
    ("overall", "word", "worth"), [((40, 0, 0, 0), "提醒", 80), ((28, 0, 0, 12), "提醒", 80), ((0, 0, 0, 40), "差", 0)]
)
def test_an_item_with_lines_of_its_own_gives_the_points_of_the_rule_for_its_word(
    overall: Counts, word: str, worth: int
) -> None:
    """The item is at 70 %, 提醒: were a better word of the same meaning told, a better mark could cost points."""
    best = [Condition(Quantity.FIRST, Sign.AT_LEAST, F(number), 2) for number in ("4/5", "3/5", "1/2")]
    attention = Meaning.ATTENTION
    rule = Rule((
        Step((best[0],), Word("好", Meaning.MET, points=F(100))),
        Step((best[1],), Word("较好", attention, points=F(90))),
        Step((best[2],), Word("提醒", attention, "约谈", F(80))),
        Step((), Word("差", Meaning.FAILED, points=F(0))),
    ))  # fmt: skip
    scheme = make_scheme(rule=rule, item_lines=(ItemLines("work", Lines()),))
    items = (Item("work", "实绩"), Item("all", "总体", overall=True))
    stack = make_stack(make_marks(28, 0, 0, 12), make_marks(*overall))
    paper, chain = make_paper({"a": ()}, items=items, scheme=scheme), make_chain({"a": 40})
    document = result_document(paper, {("u0", "a"): stack}, chain, {})
    verdict = section_of(document)["targets"][0]["verdict"]
    assert (verdict["label"], verdict["consequence"]) == (word, "约谈" if word == "提醒" else "")
    given = {"u0": worth_of(rule)}
    alone = Composite((Part("word", "民主测评", Source.RULE, F(100)),))
    assert composites_of(document, alone, {}, {}, given=given)["u0"].figure == Points(F(worth), F(worth))


@pytest.mark.parametrize("valid", range(10, 30))
def test_all_counts_below_thirty_come_back(valid: int) -> None:
    votes: dict[str, Counts] = {"a": (valid - 7, 3, 2, 2)}
    assert points_of(counted(votes), "u0", "", by_top=False) == Points(mean(votes["a"]), mean(votes["a"]), coarse=True)


def test_a_group_that_is_hidden_leaves_all_that_it_may_be() -> None:
    votes: dict[str, Counts] = {"a": (20, 10, 6, 4), "b": (20, 10, 6, 4), "c": (5, 1, 1, 0)}
    document = counted(votes)
    hidden = Points(F(LEAST), F(MOST), coarse=True)
    rows = section_of(document)["targets"][0]["overall"]["groups"]
    assert "c" not in {row["id"] for row in rows if row["cell"]["shown"]}
    assert points_of(document, "u0", "c", by_top=False) == hidden
    found = total(document, Composite((vote("a", 80), vote("c", 20))), {})
    assert isinstance(found, Points)
    assert not found.exact


def test_where_all_are_alike_the_band_is_all_that_is_known() -> None:
    one, same = (counted({"a": counts}) for counts in ((40, 0, 0, 0), (39, 1, 0, 0)))
    found = points_of(one, "u0", "", by_top=False)
    assert isinstance(found, Points)
    assert found == points_of(same, "u0", "", by_top=False)
    assert found.low <= mean((39, 1, 0, 0)) < mean((40, 0, 0, 0)) <= found.high


def test_it_is_refused_where_a_part_has_no_valid_result() -> None:
    document = counted(VOTES)
    assert total(document, THREE, {"boss": 90}) == Missing("not_entered")
    other = Composite((Part("r", "上半年", Source.ROUND, F(100), round_id="r0"),))
    assert total(document, other, {}) == Missing("not_published")
    assert total(document, other, {}, r0=document) == points_of(document, "u0", "", by_top=False)
    few = counted({"a": (3, 3, 1, 1)})
    assert total(few, Composite((vote("", 100),)), {}) == Missing("too_few")
    lost: Json = json.loads(json.dumps(document))
    lost["chain"]["status"] = "invalid"
    assert total(lost, THREE, {"boss": 90, "more": 3}) == Missing("invalid")
    assert points_of(document, "u9", "", by_top=False) == Missing("not_rated")


def test_an_announced_round_counts_within_its_extent() -> None:
    votes: dict[str, Counts] = {"a": (20, 5, 3, 0)}
    for extent in Extent:
        scheme = make_scheme(disclosure=Disclosure(Kind.ANNOUNCED, extent))
        document = counted(votes, make_paper({"a": ()}, scheme=scheme, remarks=False))
        found = [points_of(document, "u0", group, by_top=False) for group in ("", "a")]
        if extent is Extent.COUNTS:
            assert found == [Points(mean(votes["a"]), mean(votes["a"]))] * 2
        elif extent is Extent.SUM:
            assert found == [Points(F(LEAST), F(MOST), coarse=True)] * 2
        else:
            assert found == [Missing("only_words")] * 2


def test_a_weighted_total_counts_as_it_was_shown() -> None:
    scheme = make_scheme(weights={"a": F(25), "b": F(75)})
    document = counted(VOTES, make_paper(dict.fromkeys(VOTES, ()), scheme=scheme))
    text = section_of(document)["targets"][0]["overall"]["total"]["mean_score"]["text"]
    assert points_of(document, "u0", "", by_top=False) == Points(F(text), F(text), slack=F(1, 10))


def test_named_parts_are_those_of_both_levels() -> None:
    nested = Part("in", "内", Source.COMPOSITE, F(100), parts=(vote("a", 50), Part("p", "扣分", Source.POINTS, F(50))))
    assert [part.key for part in named_parts((nested, EXTRA))] == ["p", "more"]


def composites(case: Case) -> Iterator[tuple[str, Composite, dict[str, Fraction]]]:
    """Yield of every unit a composite of all its groups, with weights that add up."""
    for unit in case.paper.units:
        groups = sorted(case.raters[unit.id])
        weights = {group: F(100 * place, sum(range(1, len(groups) + 1))) for place, group in enumerate(groups, 1)}
        yield unit.id, Composite(tuple(Part(g, g, Source.VOTE, w, g) for g, w in weights.items())), weights


def solved(figure: Points, others: Mapping[str, Points], weights: Mapping[str, Fraction], group: str) -> Points:
    """A = (T − w_B·B − w_C·C) ÷ w_A, as closely as it follows."""
    rest = [(weights[other], points) for other, points in others.items() if other != group]
    low = figure.low - sum(weight / 100 * points.high for weight, points in rest)
    high = figure.high - sum(weight / 100 * points.low for weight, points in rest)
    return Points(low / weights[group] * 100, high / weights[group] * 100)


def hidden_of(document: Document, unit: str) -> set[str]:
    """The groups of which no table of a unit that a score is made of shows any figure, as the document itself says."""
    target = next(target for section in document["sections"] for target in section["targets"] if target["id"] == unit)
    tables = [target["overall"]] if target["overall"]["key"] is not None else target["items"]
    seen = {row["id"] for table in tables for row in table["groups"] if row["cell"]["shown"]}
    return {row["id"] for row in document["chain"]["groups"]} - seen


def narrowed(case: Case, figure_of: "dict[str, Figure]") -> list[tuple[str, str]]:
    """Name the units and hidden groups of which a total tells more than nothing."""
    found = []
    for unit, composite, weights in composites(case):
        total, parts = figure_of[unit], {g: points_of(case.document, unit, g, by_top=False) for g in weights}
        known = {group: points for group, points in parts.items() if isinstance(points, Points)}
        if not isinstance(total, Points) or len(known) < len(parts):
            continue
        for group in hidden_of(case.document, unit) & known.keys():
            if len(composite.parts) > 1:
                told = solved(total, known, weights, group)
                if told.low > LEAST or told.high < MOST:
                    found.append((unit, group))
    return found


def truth(case: Case, unit: str, weights: Mapping[str, Fraction]) -> Figure:
    """The total that would be exact whatever is hidden."""
    asked = next(each.items for each in case.paper.sections if unit in {rated.id for rated in each.units})
    items = [item.key for item in asked if item.overall] or [item.key for item in asked]
    total = F(0)
    for group, weight in weights.items():
        rows = [case.truth[unit, item, group][:4] for item in items]
        if not all(map(sum, rows)):
            return Missing("not_rated")
        total += weight / 100 * sum((mean_score(row, SCORES) for row in rows), F(0)) / len(rows)
    return Points(total, total)


def test_nothing_hidden_follows_from_a_total() -> None:
    spans = exact = 0
    for seed in range(1_200):
        case = make_case(seed)
        figures = {unit: composites_of(case.document, each, {}, {})[unit].figure for unit, each, _ in composites(case)}
        assert not narrowed(case, figures), seed
        for unit, _, weights in composites(case):
            found, true = figures[unit], truth(case, unit, weights)
            if isinstance(found, Points) and isinstance(true, Points):
                assert found.low <= true.low <= found.high, seed
                exact, spans = exact + found.exact, spans + (not found.exact)
    assert exact > 5
    assert spans > 100


def test_a_total_of_what_is_hidden_is_found() -> None:
    """The planted fault: 综合评价得分 made of the true means."""
    told = 0
    for seed in range(100):
        case = make_case(seed)
        figures = {unit: truth(case, unit, weights) for unit, _, weights in composites(case)}
        told += len(narrowed(case, figures))
    assert told > 20


def test_the_lines_tell_where_a_total_comes_from() -> None:
    document = counted(VOTES)
    found = total_of(THREE, lambda part: points_of(document, "u0", part.group, by_top=False))
    assert [line.part.label for line in found.lines] == ["a", "b", "主要领导评分", "附加分"]


def test_a_mean_of_points_counts_as_part_of_the_whole_as_closely_as_it_was_told() -> None:
    items = (Item("work", "工作实绩", score=Score(10)),)
    paper = make_paper({"a": ()}, items=items, scheme=make_scheme(lines=Lines(dissatisfied=F(1))))

    def points(typed: Sequence[int]) -> Figure:
        document = result_document(paper, {("u0", "a"): bytes(typed)}, make_chain({"a": len(typed)}), {})
        return points_of(document, "u0", "a", by_top=False)

    assert points([9, 8] * 15) == Points(F(85), F(85), slack=F(1, 10))
    assert points([9, 8, 8, 10] * 10) == Points(F("87.5"), F("87.5"), slack=F(1, 10))  # the item prints 8.8
    assert points([9, 8] * 10) == Points(F(84), F(86), coarse=True)  # 85
    assert points([10] * 12) == Points(F(90), F(100), coarse=True)
    assert points([8] * 9) == Missing("too_few")
    rounded = points([9] * 14 + [8] * 16)
    assert rounded == Points(F("84.7"), F("84.7"), slack=F(1, 10))  # 84.67: whoever reads 84.7 knows no word
    line = Condition(Quantity.COMPOSITE, Sign.AT_LEAST, F("84.7"))
    rule = Rule((Step((line,), Word("优", Meaning.MET)), Step((), Word("差", Meaning.FAILED))))
    assert isinstance(rounded, Points)
    assert outcome_of(rule, rounded) is None
