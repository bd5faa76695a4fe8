"""The document as a whole: a golden round, its numbers, and what must not be in it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.campaigns.domain import Denominator, Item, Scheme
from app.campaigns.score import Score
from app.core.errors import DomainError
from app.rounds.domain import Paper
from app.tally.chain import Chain, GroupChain
from app.tally.document import canonical_json, text_digest
from app.tally.result import result_document
from tests.tally.cast import OVERALL, make_chain, make_marks, make_paper, make_scheme, make_stack, section_of

PUBLIC_ROW = {"id", "name", "shown", "expected", "printed", "voided", "spare", "issued"}


def make_document(paper: Paper, stacks: dict[tuple[str, str], bytes], chain: Chain | None = None) -> Any:  # noqa: ANN401 - walked as JSON
    sizes = {group.id: 0 for group in paper.groups}
    for (_, group), stack in stacks.items():
        sizes[group] = len(stack) // len(paper.section.items)
    return json.loads(canonical_json(result_document(paper, stacks, chain or make_chain(sizes), {})))


def make_two_group_document(one: tuple[int, ...], two: tuple[int, ...], scheme: Scheme | None = None) -> Any:  # noqa: ANN401
    paper = make_paper({"a": (), "b": ()}, scheme=scheme)
    stacks = {("u0", "a"): make_stack(make_marks(*one)), ("u0", "b"): make_stack(make_marks(*two))}
    return make_document(paper, stacks)


def walk(node: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every leaf with its path."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from walk(value, (*path, key))
    elif isinstance(node, list):
        for value in node:
            yield from walk(value, path)
    else:
        yield path, node


def test_it_works() -> None:
    # a: 30 + 20 + 6 + 4 = 60, b: 20 + 13 + 5 + 2 = 40 and 5 unknown: 50 + 33 + 11 + 6 = 100 valid of 105
    document = make_two_group_document((30, 20, 6, 4), (20, 13, 5, 2, 5))
    (unit,) = section_of(document)["targets"]
    cell = unit["overall"]["total"]
    assert (unit["position"], unit["verdict"], unit["band"]["code"]) == (
        1,
        {
            "code": "met",
            "label": "达标",
            "reasons": [],
            "meaning": "met",
            "consequence": "巩固和改进",
            "flags": [],
        },
        "80_90",
    )
    assert cell["satisfied_rate"] == {"text": "83.0%", "tenths": 830}
    assert cell["positive_rate"]["text"] == "94.0%"
    assert cell["dissatisfied_rate"]["text"] == "6.0%"
    assert cell["valid"] == {"text": "100", "count": 100}
    assert cell["answered"]["count"] == 105
    assert cell["unknown"] == {"label": "不了解", "count": 5, "rate": {"text": "4.8%", "tenths": 48}}  # 5/105
    assert cell["abstain"] is None
    assert cell["mean_score"]["text"] == "83.0"  # (5000 + 2640 + 660)/100
    assert [(row["label"], row["count"], row["share"]["tenths"]) for row in cell["distribution"]] == [
        ("满意", 50, 500),
        ("比较满意", 33, 330),
        ("基本满意", 11, 110),
        ("不满意", 6, 60),
    ]
    # a 50/60 = 83.3 %, b 33/40 = 82.5 %
    assert [row["cell"]["satisfied_rate"]["text"] for row in unit["overall"]["groups"]] == ["83.3%", "82.5%"]
    assert unit["items"][0]["total"] == cell
    assert section_of(document)["summary"] == {"met": 1, "attention": 0, "remedial": 0, "too_few": 0, "invalid": 0}
    assert section_of(document)["formula"]["text"].startswith(
        "满意率 =（满意 + 比较满意）÷ 有效评价；有效评价不含“不了解”"
    )
    assert section_of(document)["formula"]["lines"] == {"attention": "80%", "remedial": "60%", "dissatisfied": "1/3"}


def test_chain_of_a_round() -> None:
    # 98 valid + 3 invalid = 101 of 118 issued: 85.6 %
    paper = make_paper({"a": ()}, expected=120)
    chain = Chain((GroupChain("a", 120, 120, returned=101, valid=98, voided=2, invalid=3, handed_back=10),))
    document = make_document(paper, {("u0", "a"): make_stack(make_marks(60, 20, 10, 8))}, chain)
    total = document["chain"]["total"]
    assert (total["expected"], total["issued"], total["returned"], total["valid"], total["invalid"]) == (
        120,
        118,
        101,
        98,
        3,
    )
    assert (total["handed_back"], total["missing"]) == (10, 7)
    assert total["return_rate"]["text"] == "85.6%"
    assert (document["chain"]["status"], document["chain"]["warnings"]) == ("valid", [])
    assert section_of(document)["targets"][0]["overall"]["groups"] == []


@pytest.mark.parametrize(("issued", "status", "verdict"), [(120, "warning", "met"), (121, "invalid", "invalid")])
def test_return_rate_gate(issued: int, status: str, verdict: str) -> None:
    # 80 of 120 is exactly 2/3
    paper = make_paper({"a": ()})
    document = make_document(
        paper, {("u0", "a"): make_stack(make_marks(60, 10, 5, 5))}, make_chain({"a": 80}, {"a": issued})
    )
    assert document["chain"]["status"] == status
    assert len(document["chain"]["warnings"]) == 1
    assert section_of(document)["targets"][0]["verdict"]["code"] == verdict
    assert section_of(document)["targets"][0]["overall"]["total"]["shown"]


def test_it_refuses_what_cannot_be_right() -> None:
    paper = make_paper({"a": ()})
    stacks = {("u0", "a"): make_stack(make_marks(6, 6))}
    with pytest.raises(DomainError, match="more_returned_than_issued"):
        result_document(paper, stacks, make_chain({"a": 12}, {"a": 11}), {})
    with pytest.raises(DomainError, match="stack_count_differs"):
        result_document(paper, stacks, make_chain({"a": 13}), {})
    with pytest.raises(DomainError, match="stack_count_differs"):
        result_document(paper, {}, make_chain({"a": 12}), {})


def test_nine_valid_answers_are_neither_flagged_nor_published() -> None:
    for count, code in ((9, "too_few"), (10, "remedial")):
        document = make_two_group_document((2, 1, 0, count - 3), (0, 0, 0, 0, 40))
        unit = section_of(document)["targets"][0]
        assert unit["verdict"]["code"] == code
        assert unit["overall"]["total"]["shown"] == (code == "remedial")
    document = make_two_group_document((2, 1, 0, 6), (0, 0, 0, 0, 40))
    unit = section_of(document)["targets"][0]
    assert unit["overall"]["total"] == {"shown": False, "text": "为保护匿名不显示"}
    assert (unit["band"], unit["notes"], unit["overall"]["groups"]) == (None, [], [])


def test_below_thirty_there_are_whole_percents_and_no_counts() -> None:
    # 12 + 6 = 18 of 23 are 78.26 %, 1 of 23 is 4.35 %
    cell = section_of(make_two_group_document((6, 3, 2, 1), (6, 3, 2, 0)))["targets"][0]["overall"]["total"]
    assert cell["view"] == "coarse"
    assert cell["valid"] == {"text": "23", "count": 23}
    assert [(row["share"]["text"], row["count"]) for row in cell["distribution"]] == [
        ("52%", None), ("26%", None), ("17%", None), ("4%", None),
    ]  # fmt: skip
    assert cell["sum_text"] == "各项合计 99%（分别四舍五入，不作凑整）"
    assert cell["mean_score"]["text"] == "83"  # (1200 + 480 + 240)/23 = 83.48
    assert cell["satisfied_rate"] == {"text": "78%", "tenths": 780}
    assert cell["dissatisfied_rate"] == {"text": "4%", "tenths": 40}


def test_all_and_all_but_one_alike_are_the_same_document() -> None:
    documents = [make_two_group_document((20, 0, 0, 0), two) for two in ((20, 0, 0, 0), (19, 1, 0, 0), (19, 0, 0, 1))]
    assert documents[0] == documents[1] == documents[2]
    unit = section_of(documents[0])["targets"][0]
    assert unit["overall"]["total"]["satisfied_rate"] == {"text": "≥90%", "tenths": None}
    assert unit["overall"]["total"]["distribution"] == []
    assert [note["code"] for note in unit["notes"]] == ["uniform"]
    assert unit["verdict"]["code"] == "met"


def test_many_unknown_answers_warn() -> None:
    # 30 of 100 is on the gate, 31 of 100 above it
    for unknown, codes in ((30, []), (31, ["unknown_high"])):
        document = make_two_group_document((30, 10, 5, 5), (10, 5, 3, 2 + 30 - unknown, unknown))
        assert [note["code"] for note in section_of(document)["targets"][0]["notes"]] == codes


def test_a_small_group_leaves_no_trace() -> None:
    """What hidden groups marked cannot be told apart as long as their sum is the same."""
    paper = make_paper({"a": (), "b": (), "c": ()}, units=2)
    chain = make_chain({"a": 3, "b": 22, "c": 40}, {"a": 20, "b": 25, "c": 45})
    third = make_stack(make_marks(20, 10, 5, 5))

    def document(first: bytes, second: bytes) -> Any:  # noqa: ANN401
        stacks = {
            (unit, group): stack
            for unit in ("u0", "u1")
            for group, stack in zip("abc", (first, second, third), strict=True)
        }
        return make_document(paper, stacks, chain)

    critical = document(make_stack(make_marks(0, 0, 0, 3)), make_stack(make_marks(12, 6, 4, 0)))
    content = document(make_stack(make_marks(3, 0, 0, 0)), make_stack(make_marks(9, 6, 4, 3)))
    assert critical == content
    assert set(critical["chain"]["groups"][0]) == PUBLIC_ROW
    assert set(critical["chain"]["groups"][1]) == PUBLIC_ROW
    assert critical["chain"]["groups"][2]["returned"] == 40
    assert [row["cell"]["shown"] for row in section_of(critical)["targets"][0]["overall"]["groups"]] == [
        False,
        False,
        True,
        True,
    ]
    rest = section_of(critical)["targets"][0]["overall"]["groups"][3]
    assert (rest["id"], rest["members"]) == ("", ["类别a", "类别b"])
    assert rest["cell"]["valid"]["count"] == 25


def test_groups_that_leave_a_unit_out_are_not_listed_there() -> None:
    paper = make_paper({"a": ("u0",), "b": (), "c": ()}, units=2)
    stack = make_stack(make_marks(20, 10, 5, 5))
    stacks = {("u1", "a"): stack, **{(unit, group): stack for unit in ("u0", "u1") for group in "bc"}}
    units = section_of(make_document(paper, stacks))["targets"]
    assert [[row["id"] for row in unit["overall"]["groups"]] for unit in units] == [["b", "c"], ["a", "b", "c"]]
    assert [unit["overall"]["total"]["valid"]["count"] for unit in units] == [80, 120]


def test_units_stand_in_official_order_and_nothing_ranks_them() -> None:
    paper = make_paper({"a": ()}, units=3)
    worst, best = make_stack(make_marks(5, 5, 20, 10)), make_stack(make_marks(30, 5, 3, 2))
    document = make_document(paper, {("u0", "a"): worst, ("u1", "a"): best, ("u2", "a"): worst})
    assert [(unit["id"], unit["position"]) for unit in section_of(document)["targets"]] == [
        ("u0", 1),
        ("u1", 2),
        ("u2", 3),
    ]
    assert not {key for path, _ in walk(document) for key in path if "rank" in key}


def test_remarks_from_ten_on_and_only_where_the_paper_asks_for_them() -> None:
    stacks = {("u0", "a"): make_stack(make_marks(20, 10, 5, 5))}
    for count, asked, shown in ((9, True, False), (10, True, True), (10, False, False)):
        remarks = {"u0": tuple(f"意见{place}" for place in range(count))}
        paper = make_paper({"a": ()}, remarks=asked)
        document = json.loads(canonical_json(result_document(paper, stacks, make_chain({"a": 40}), remarks)))
        assert section_of(document)["targets"][0]["remarks"] == {
            "shown": shown,
            "count": count if shown else None,
            "texts": list(remarks["u0"]) if shown else [],
        }


def test_weights_are_named_and_an_empty_group_is_not() -> None:
    weights = {"a": Fraction(60), "b": Fraction(40)}
    document = make_two_group_document((40, 10, 5, 5), (0, 0, 0, 0, 12), make_scheme(weights=weights))
    assert [row["text"] for row in section_of(document)["formula"]["weights"]] == ["60%", "40%"]
    assert document["notes"][0]["code"] == "renormalised"
    assert "类别b" not in document["notes"][0]["text"]
    assert {row["count"] for row in section_of(document)["targets"][0]["overall"]["total"]["distribution"]} == {None}


@pytest.mark.parametrize("scale", [{}, {"score": Score(10)}])
@pytest.mark.parametrize("weight", [0, 40])
def test_no_note_tells_that_a_hidden_group_is_empty(weight: int, scale: dict[str, Any]) -> None:
    weights = {"a": Fraction(100 - weight), "b": Fraction(weight)}
    items = (Item("overall", "总体评价", **scale),)
    paper = make_paper({"a": (), "b": ()}, items=items, scheme=make_scheme(weights=weights))
    document = make_document(paper, {("u0", "a"): make_stack(make_marks(20, 10, 5, 5)), ("u0", "b"): b""})
    assert {row["shown"] for row in document["chain"]["groups"]} == {False}
    assert document["notes"] == []


def test_an_items_own_words_stand_in_its_distribution() -> None:
    item = Item("depth", "认识", overall=True, labels=("深", "较深", "一般", "不深"))
    paper = make_paper({"a": ()}, items=(item,))
    document = make_document(paper, {("u0", "a"): make_stack(make_marks(20, 10, 5, 5))})
    labels = [row["label"] for row in section_of(document)["targets"][0]["overall"]["total"]["distribution"]]
    assert labels == ["深", "较深", "一般", "不深"]


def test_the_digest_changes_with_any_sign() -> None:
    document = result_document(make_paper({"a": ()}), {}, make_chain({"a": 0}), {})
    assert canonical_json(document) == canonical_json(json.loads(canonical_json(document)))
    assert text_digest(canonical_json(document)) == text_digest(canonical_json(dict(reversed(document.items()))))
    assert text_digest(canonical_json(document)) != text_digest(canonical_json({**document, "version": 3}))
    assert len(text_digest(canonical_json(document))) == 64


@settings(max_examples=150)
@given(
    st.lists(st.tuples(*[st.integers(0, 12)] * 5), min_size=1, max_size=4),
    st.integers(5, 14),
    st.integers(1, 16),
)
def test_every_number_is_one_that_may_be_shown(rows: list[tuple[int, ...]], k: int, min_valid: int) -> None:
    """Counts in a document are at least k, or parts and rates of a table whose valid answers are."""
    scheme, floor = make_scheme(k=k), max(k, 10)
    scheme = replace(scheme, gates=replace(scheme.gates, min_valid=min_valid))
    names = "abcd"[: len(rows)]
    paper = make_paper(dict.fromkeys(names, ()), scheme=scheme, items=OVERALL)
    stacks = {("u0", name): make_stack(make_marks(*row)) for name, row in zip(names, rows, strict=True)}
    document = make_document(paper, stacks)
    truth = {name: sum(row[:4]) for name, row in zip(names, rows, strict=True)}
    unit = section_of(document)["targets"][0]
    for place in (unit["overall"], *unit["items"]):
        cells = {row["id"]: row["cell"] for row in place["groups"]}
        for name, cell in cells.items():
            assert not cell["shown"] or (truth[name] if name else sum(truth.values())) >= floor
        assert not place["total"]["shown"] or sum(truth.values()) >= max(floor, min_valid)
        for cell in (place["total"], *cells.values()):
            if not cell["shown"]:
                assert not any(isinstance(leaf, int) and not isinstance(leaf, bool) for _, leaf in walk(cell))
    for row in document["chain"]["groups"]:
        assert set(row) == PUBLIC_ROW if not row["shown"] else row["valid"] >= floor


def test_only_disclosure_turns_tables_into_numbers() -> None:
    """With every table below k, all that is left are the paper, the settings and what was handed out."""
    paper = make_paper({"a": (), "b": ()}, units=2)
    stacks = {(unit, group): make_stack(make_marks(1, 0, 0, 1)) for unit in ("u0", "u1") for group in "ab"}
    document = make_document(paper, stacks, make_chain({"a": 2, "b": 2}, {"a": 30, "b": 30}))
    numbers = {path for path, leaf in walk(document) if isinstance(leaf, int) and not isinstance(leaf, bool)}
    assert {path[0] for path in numbers} == {"version", "round", "chain", "sections"}
    inner = {path[1:] for path in numbers if path[0] == "sections"}
    assert {path[0] for path in inner} == {"scale", "formula", "summary", "words", "targets"}
    assert {path for path in inner if path[0] == "targets"} == {("targets", "position")}
    assert {path[-1] for path in numbers if path[0] == "chain"} == {"expected", "printed", "voided", "spare", "issued"}


def test_more_back_than_expected_makes_no_rate_above_the_whole_and_is_named() -> None:
    paper = make_paper({"a": ()}, expected=20)
    scheme = replace(paper.scheme, formula=replace(paper.scheme.formula, denominator=Denominator.EXPECTED))
    paper = replace(paper, scheme=scheme)
    stacks = {
        (unit.id, "a"): make_stack(*([0] * 20 + [1] * 15 + [3] * 5 for _ in paper.section.items))
        for unit in paper.units
    }
    document = result_document(paper, stacks, make_chain({"a": 40}, expected=20), {})
    [warning] = [note for note in document["chain"]["warnings"] if note["code"] == "more_than_expected"]
    assert "合计" in warning["text"]
    total = section_of(document)["targets"][0]["overall"]["total"]
    assert total["satisfied_rate"]["text"] == "87.5%"
