"""Points from the stack to the document: their mean, trimmed where the form says, and nothing beside it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.campaigns.disclosure import Disclosure, Extent, Kind
from app.campaigns.domain import Item, Lines, ScoreScale
from app.campaigns.rule import Condition, Meaning, Quantity, Rule, Sign, Step, Word, grade_of
from app.campaigns.score import Score
from app.core.errors import DomainError
from app.rounds.domain import Paper
from app.rounds.marks import mark_bytes, special_bytes
from app.tally.document import canonical_json
from app.tally.flat import flattened
from app.tally.result import result_document
from tests.tally.cast import SCALE, Json, make_chain, make_paper, make_scheme, section_of

WHOLE, TENTHS = Score(), Score(decimals=1)
TRIMMED = Score(decimals=1, trim=1)
RANKS = Rule(
    (
        Step((Condition(Quantity.MEAN, Sign.AT_LEAST, Fraction(90)),), Word("优秀", Meaning.MET)),
        Step((Condition(Quantity.MEAN, Sign.AT_LEAST, Fraction(70)),), Word("称职", Meaning.MET)),
        Step((Condition(Quantity.MEAN, Sign.AT_LEAST, Fraction(60)),), Word("基本称职", Meaning.ATTENTION)),
        Step((), Word("不称职", Meaning.FAILED)),
    )
)
ANNOUNCED = Disclosure(Kind.ANNOUNCED, Extent.COUNTS)


def points_paper(score: Score = WHOLE, groups: Sequence[str] = ("a",), **changes: object) -> Paper:
    items = (Item("work", "工作实绩", score=score),)
    scheme = make_scheme(lines=Lines(dissatisfied=Fraction(1)), rule=RANKS)
    return make_paper(dict.fromkeys(groups, ()), items=items, scheme=replace(scheme, **changes))  # type: ignore[arg-type]


def stack_of(score: Score, typed: Sequence[str]) -> bytes:
    """Write what was typed; “不了解” is the mark behind the most."""
    unknown = special_bytes(Item("", "", score=score), score.most + 1)
    return b"".join(
        unknown if each == "不了解" else mark_bytes(score, int(Fraction(each) * score.per_point)) for each in typed
    )


def document_of(paper: Paper, **typed: Sequence[str]) -> Json:
    score = paper.section.items[0].score
    assert score
    stacks = {("u0", group): stack_of(score, marks) for group, marks in typed.items()}
    return result_document(paper, stacks, make_chain({group: len(marks) for group, marks in typed.items()}), {})


def target_of(document: Json) -> Json:
    return section_of(document)["targets"][0]


def mean_of(document: Json) -> str:
    text: str = target_of(document)["items"][0]["total"]["mean_score"]["text"]
    return text


def test_the_mean_is_told_with_the_number_of_answers_and_nothing_else() -> None:
    document = document_of(points_paper(), a=["90"] * 20 + ["81"] * 20)
    cell = target_of(document)["items"][0]["total"]
    assert (cell["mean_score"], cell["valid"]) == ({"text": "85.5", "tenths": None}, {"text": "40", "count": 40})
    assert {cell[rate]["text"] for rate in ("satisfied_rate", "positive_rate", "dissatisfied_rate")} == {"—"}
    assert (cell["distribution"], cell["view"]) == ([], "exact")
    assert target_of(document)["verdict"]["label"] == "称职"
    assert target_of(document)["band"] == {"code": "70_90", "label": "70–90分"}
    section = section_of(document)
    assert (section["kind"], section["scale"]["grades"]) == ("scores", [])
    assert section["items"][0]["score"] == {"most": 100, "decimals": 0, "trim": 0}
    with pytest.raises(DomainError, match="needs_v2"):
        flattened(document)


def test_the_mean_is_exact_and_rounded_half_up_at_the_end() -> None:
    # Two decimals, as it was told of 19 deputies with keypads: 1,840 points of 19 are 96.842…
    paper = points_paper(decimals=2, disclosure=ANNOUNCED)
    nineteen = [*["100"] * 10, *["95"] * 3, *["93"] * 4, "91", "92"]
    assert mean_of(document_of(paper, a=nineteen)) == "96.84"
    # 1 of 8 hundredths: 12.125 is 12.13, not 12.12
    assert mean_of(document_of(paper, a=["12"] * 35 + ["13"] * 5)) == "12.13"


def test_six_voters_lose_their_ends_and_five_do_not() -> None:
    # r-wjx-banzu: more than five voters: one highest and one lowest are left out, else the plain mean.
    six = ["95.5", "90", "88", "70", "66", "60"]
    five = ["95", "90", "88", "70", "66"]

    def mean(typed: Sequence[str]) -> Fraction:
        counts = [0] * (TRIMMED.steps + 1)
        for each in typed:
            counts[int(Fraction(each) * 10)] += 1
        return TRIMMED.mean_of(counts) * 100

    assert (mean(six), mean(five)) == (Fraction("78.5"), Fraction("81.8"))


def test_a_trimmed_mean_leaves_out_the_ends_of_all_and_shows_no_group() -> None:
    high, low = ["99.5", *["80"] * 19], ["3", *["70"] * 19]
    plain = target_of(document_of(points_paper(TENTHS, "ab"), a=high, b=low))["items"][0]
    assert [row["cell"]["mean_score"]["text"] for row in plain["groups"]] == ["81", "67"]
    trimmed = target_of(document_of(points_paper(TRIMMED, "ab"), a=high, b=low))["items"][0]
    assert (trimmed["total"]["mean_score"]["text"], trimmed["groups"]) == ("75.0", [])


def test_groups_are_told_all_or_none() -> None:
    # One group near an end hides every group: the total less the others would tell it.
    item = target_of(document_of(points_paper(groups="ab"), a=["100"] * 12, b=["70"] * 30))["items"][0]
    assert (item["groups"], item["total"]["mean_score"]["text"]) == ([], "78.6")


def test_below_thirty_answers_the_mean_is_whole() -> None:
    assert mean_of(document_of(points_paper(TENTHS), a=["80.5"] * 29)) == "81"
    assert mean_of(document_of(points_paper(TENTHS), a=["80.5"] * 30)) == "80.5"


def test_a_mean_below_a_line_is_not_shown_on_it() -> None:
    document = document_of(points_paper(), a=["90"] * 19 + ["80"])
    assert (mean_of(document), target_of(document)["verdict"]["label"]) == ("89", "称职")  # 89.5


@pytest.mark.parametrize("other", [0, 37, 99])
def test_all_at_the_end_and_all_but_one_read_the_same(other: int) -> None:
    same = canonical_json(document_of(points_paper(), a=["100"] * 12))
    assert '"text":"≥90"' in same
    assert canonical_json(document_of(points_paper(), a=["100"] * 11 + [str(other)])) == same
    assert canonical_json(document_of(points_paper(), a=["92"] * 8 + ["91"] * 4)) == same
    assert canonical_json(document_of(points_paper(), a=["91"] * 12)) != same


def test_an_end_tells_nothing_of_how_many_answers_there_were() -> None:
    """Of a unit that some groups leave out even that would tell how few came from those (SEC-43)."""
    texts = {mean_of(document_of(points_paper(), a=["100"] * answers)) for answers in range(10, 60)}
    assert texts == {"≥90"}


def test_a_weighted_end_tells_nothing_of_a_thin_group() -> None:
    halves = {"a": Fraction(50), "b": Fraction(50)}
    paper = points_paper(groups="ab", weights=halves)
    texts = {mean_of(document_of(paper, a=["100"] * 40, b=["100"] * thin + ["不了解"] * 9)) for thin in range(1, 10)}
    assert texts == {"≥50"}


@pytest.mark.parametrize(("ones", "text"), [(2, "0.2"), (6, "0.5"), (10, "0.8")])
def test_the_mean_of_one_point_is_told_in_tenths(ones: int, text: str) -> None:
    assert mean_of(document_of(points_paper(Score(1)), a=["1"] * ones + ["0"] * (12 - ones))) == text


def test_none_and_all_but_none_read_the_same() -> None:
    same = canonical_json(document_of(points_paper(), a=["0"] * 40))
    assert '"text":"≤10"' in same
    assert canonical_json(document_of(points_paper(), a=["0"] * 39 + ["100"])) == same


def test_an_announced_round_tells_the_mean_even_when_all_are_of_one_mind() -> None:
    document = document_of(points_paper(disclosure=ANNOUNCED), a=["100"] * 12)
    cell = target_of(document)["items"][0]["total"]
    assert (cell["mean_score"]["text"], cell["valid"]["count"]) == ("100.0", 12)
    assert cell["unknown"]["count"] is None


@pytest.mark.parametrize("extent", [Extent.SUM, Extent.WORDS])
def test_an_announced_round_that_tells_less_than_counts_tells_no_mean(extent: Extent) -> None:
    paper = points_paper(disclosure=Disclosure(Kind.ANNOUNCED, extent))
    target = target_of(document_of(paper, a=["90"] * 12))
    assert not target["items"][0]["total"]["shown"]
    assert not target["overall"]["total"]["shown"]


def test_unknown_is_no_part_of_the_mean() -> None:
    paper = points_paper(TENTHS)
    item = paper.section.items[0]
    unknown = ScoreScale.of(SCALE, TENTHS).unknown_mark
    assert unknown == 101
    stack = stack_of(TENTHS, ["80.5"] * 30) + special_bytes(item, unknown) * 10
    document = result_document(paper, {("u0", "a"): stack}, make_chain({"a": 40}), {})
    cell = target_of(document)["items"][0]["total"]
    assert (cell["mean_score"]["text"], cell["valid"]["count"], cell["unknown"]["count"]) == ("80.5", 30, 10)


@pytest.mark.parametrize("wrong", [b"\x66", b"\xff", b"\xfe"])
def test_a_stack_with_a_mark_out_of_range_is_damaged(wrong: bytes) -> None:
    with pytest.raises(DomainError, match="stack_damaged"):
        result_document(points_paper(), {("u0", "a"): b"\x50" * 29 + wrong}, make_chain({"a": 30}), {})


def test_grades_and_points_make_one_mean() -> None:
    items = (Item("a", "德"), Item("b", "绩", weight=Fraction(3), score=Score(10)))
    scheme = make_scheme(lines=Lines(dissatisfied=Fraction(1)), rule=RANKS)
    paper = make_paper({"a": ()}, items=items, scheme=scheme)
    stack = bytes((1, 9)) * 30 + bytes((0, 8)) * 10
    document = result_document(paper, {("u0", "a"): stack}, make_chain({"a": 40}), {})
    target = target_of(document)
    # 德: 30 x 80 + 10 x 100 = 85; 绩: 8.75 of 10; (85 + 3 x 87.5) / 4 = 86.875
    assert [item["total"]["mean_score"]["text"] for item in target["items"]] == ["85.0", "8.8"]
    assert target["overall"]["total"]["mean_score"]["text"] == "86.9"
    assert target["items"][0]["total"]["distribution"][0]["count"] == 10
    assert target["band"] == section_of(document)["overall_band"] == {"code": "70_90", "label": "70–90分"}
    assert "打分的项只公布人数和平均分" in section_of(document)["formula"]["text"]
    assert target["items"][1]["total"]["distribution"] == []


Typed = tuple[int, ...]


def suspects(score: Score, answers: int) -> set[Typed]:
    """Return all tables of one answer given by all, or by all but one, and those of two who differ by as much."""
    found, steps = set[Typed](), range(0, score.steps + 1, score.per_point)
    for step in steps:
        whole = (step,) * answers
        found |= {whole, *(tuple(sorted((*whole[1:], other))) for other in steps)}
        if {step - score.per_point, step + score.per_point} <= {*steps}:
            found.add((step - score.per_point, *whole[2:], step + score.per_point))
    return found


@pytest.mark.parametrize("score", [Score(3), Score(5), Score(4, trim=1), Score(2, decimals=1)])
@pytest.mark.parametrize("answers", [10, 11])
def test_no_document_tells_what_everybody_gave(score: Score, answers: int) -> None:
    """None of all of one answer reads like no other, and of all but one at an end none without one of all there.

    Only such tables can tell it, and one that reads the same and is no such table is enough for each: no others are
    made.
    """
    paper = points_paper(score)
    read: dict[str, list[Typed]] = defaultdict(list)
    for table in sorted(suspects(score, answers)):
        stack = b"".join(mark_bytes(score, step) for step in table)
        document = result_document(paper, {("u0", "a"): stack}, make_chain({"a": answers}), {})
        read[canonical_json(document)].append(table)
    assert len(read) > 2
    for every in read.values():
        assert any(len(set(table)) > 1 for table in every), every[0]
        ends = [table for table in every if set(table) <= {0, score.steps} and len(set(table)) == 1]
        near = [table for table in every if sorted(table)[1] == score.steps or sorted(table)[-2] == 0]
        assert not near or ends, "all but one at an end is told from all"


@given(st.data())
def test_one_higher_answer_never_makes_a_word_worse(data: st.DataObject) -> None:
    score = Score(trim=data.draw(st.integers(0, 3)), decimals=data.draw(st.integers(0, 1)))
    before = data.draw(st.lists(st.integers(0, score.steps), min_size=10, max_size=40))
    place = data.draw(st.integers(0, len(before) - 1))
    after = [*before]
    after[place] = data.draw(st.integers(before[place], score.steps))
    words = [word_of(score, marks) for marks in (before, after)]
    assert grade_of(words[1]) <= grade_of(words[0])


def word_of(score: Score, steps: Sequence[int]) -> Word:
    stack = b"".join(mark_bytes(score, step) for step in steps)
    paper, chain = points_paper(score, disclosure=ANNOUNCED), make_chain({"a": len(steps)})
    document = result_document(paper, {("u0", "a"): stack}, chain, {})
    label = target_of(document)["verdict"]["label"]
    return next(word for word in RANKS.words if word.text == label)
