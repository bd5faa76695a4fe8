"""Which ways of making a result are one way: whatever items have of their own counts too."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import cast

import pytest

from app.campaigns.builtin import SCALES
from app.campaigns.domain import Grade, Item
from app.campaigns.kinds import KINDS, Kind
from app.publication.agreement import differing, why_not
from app.tally.document import Section, Target
from app.tally.facts import formula_facts, item_facts, scale_facts
from app.tally.quality import items_left_out
from app.tally.shown import Note
from tests.papers import asked
from tests.publication import counted

ITEMS = (Item("a", "服务", weight=Fraction(2)), Item("b", "效率", weight=Fraction(3)))
GOOD = (Grade("好", 100, positive=True), Grade("一般", 60, positive=True), Grade("差", 0, positive=False))


def way_of(items: tuple[Item, ...]) -> Section:
    """Return a section with all that says how its figures were made, and nothing of them."""
    section = asked(counted.make_paper(("县文化馆",), {"代表": 40}), items=items).section
    told = {"items": item_facts(section), "scale": scale_facts(section), "formula": formula_facts(section)}
    return cast("Section", {**told, "targets": []})


def second(**changes: object) -> tuple[Item, ...]:
    """Return the items with the second one changed."""
    return (ITEMS[0], replace(ITEMS[1], **changes))  # type: ignore[arg-type]


def test_it_works() -> None:
    assert differing(way_of(ITEMS), way_of(ITEMS)) == ()


@pytest.mark.parametrize(
    ("items", "what"),
    [
        (second(label="效果"), ("测评表",)),
        (second(grades=GOOD), ("等次", "计分口径")),
        (second(grades=GOOD, top=1), ("等次", "计分口径")),
        (second(top=1), ("计分口径",)),
        (second(weight=Fraction(4)), ("计分口径",)),
        (second(weight=Fraction(2)), ("计分口径",)),  # equal weights: all marks are taken as one
    ],
)
def test_what_an_item_has_of_its_own_differs(items: tuple[Item, ...], what: tuple[str, ...]) -> None:
    assert set(what) <= set(differing(way_of(ITEMS), way_of(items)))
    assert set(what) <= set(differing(way_of(items), way_of(ITEMS)))


def test_weights_of_the_same_parts_are_one_way() -> None:
    doubled = tuple(replace(item, weight=2 * item.weight) for item in ITEMS)
    assert differing(way_of(ITEMS), way_of(doubled)) == ()


def test_grades_that_are_those_of_the_scale_are_no_others() -> None:
    grades = SCALES["satisfaction"].grades
    assert "等次" not in differing(way_of(ITEMS), way_of(second(grades=grades)))


def way_of_kind(kind: Kind) -> Section:
    """Return how a result of a kind is made, as it is preset."""
    paper = counted.make_paper(("同一对象",), {"代表": 40}, kind.form, scheme=kind.scheme)
    section = paper.section
    told = {"items": item_facts(section), "scale": scale_facts(section), "formula": formula_facts(section)}
    return cast("Section", {**told, "targets": []})


@pytest.mark.parametrize(("one", "other"), list(combinations(KINDS, 2)))
def test_results_of_two_kinds_are_compared_only_where_all_is_the_same(one: str, other: str) -> None:
    kinds = KINDS[one], KINDS[other]
    schemes = [(kind.form, kind.scheme.scale, kind.scheme.formula, kind.scheme.judged_by) for kind in kinds]
    first, second = map(way_of_kind, kinds)
    assert (differing(first, second) == ()) is (schemes[0] == schemes[1])
    assert differing(first, second) == differing(second, first)
    if schemes[0] != schemes[1]:
        assert why_not((first, rated()), (second, rated())).endswith("不同，不作比较")
    assert why_not((first, rated()), (way_of_kind(kinds[0]), rated())) == ""


def rated(*left_out: str) -> Target:
    """Return what was rated with a note on items that are no part of the sum, beside one that says nothing of it."""
    notes: list[Note] = [{"code": "unknown_high", "text": str(left_out)}]
    if left_out:
        notes.append(items_left_out(list(left_out)))
    return cast("Target", {"notes": notes})


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ((), (), ""),
        (("效率",), ("效率",), ""),
        ((), ("效率",), "两次测评的计入各项合计的指标不同，不作比较"),
        (("服务",), ("效率",), "两次测评的计入各项合计的指标不同，不作比较"),
    ],
)
def test_sums_over_other_items_are_not_compared(one: tuple[str, ...], other: tuple[str, ...], why: str) -> None:
    section = way_of(ITEMS)
    assert why_not((section, rated(*one)), (section, rated(*other))) == why
    assert why_not((section, rated(*other)), (section, rated(*one))) == why


def test_what_a_sum_is_of_hangs_on_no_wording() -> None:
    section, told = way_of(ITEMS), rated("效率")
    for note in told["notes"]:
        note["text"] = f"说法改了：{note['text']}"
    assert why_not((section, told), (section, rated("效率"))) == ""
    assert why_not((section, told), (section, rated("服务"))) != ""


def test_before_the_items_were_stored_their_sentence_tells_them() -> None:
    section, *old = way_of(ITEMS), rated("效率"), rated("效率"), rated("服务")
    for target in old:
        for note in target["notes"]:
            note.pop("items", None)
    assert why_not((section, old[0]), (section, old[1])) == ""
    assert why_not((section, old[0]), (section, old[2])) != ""
