"""What earlier releases ask of a later one."""

from dataclasses import replace

import pytest

from app.campaigns.disclosure import Disclosure, Extent, Kind
from app.campaigns.domain import Item, Scheme
from app.rounds.domain import Paper
from app.tally.disclosure import View
from app.tally.restraint import Restraint, keeps, may_compare, restraint_between, restraint_of
from app.tally.result import result_document
from tests.tally.cast import SCALE, Json, make_chain, make_marks, make_paper, make_stack, section_of

VOTES = {"a": (20, 10, 6, 4), "b": (14, 9, 8, 5), "c": (12, 10, 7, 6)}


def make_document(paper: Paper, restraint: Restraint | None = None) -> Json:
    stacks = {("u0", group): make_stack(make_marks(*counts)) for group, counts in VOTES.items()}
    chain = make_chain({group: sum(counts) for group, counts in VOTES.items()})
    return result_document(paper, stacks, chain, {}, restraint or Restraint())


def shown_groups(document: Json) -> list[str]:
    groups = section_of(document)["targets"][0]["overall"]["groups"]
    return [row["id"] for row in groups if row["cell"]["shown"]]


def paper_with(**expected: int) -> Paper:
    paper = make_paper(dict.fromkeys(VOTES, ()))
    groups = tuple(replace(group, expected=expected.get(group.id, group.expected)) for group in paper.groups)
    return replace(paper, groups=groups)


def test_it_works() -> None:
    free = make_document(make_paper(dict.fromkeys(VOTES, ())))
    assert shown_groups(free) == ["a", "b", "c"]
    assert restraint_of(free).hidden == {("u0", "overall"): frozenset()}
    held = Restraint({("u0", "overall"): frozenset({"b"})})
    later = make_document(make_paper(dict.fromkeys(VOTES, ())), held)
    # b alone could be found by subtracting, so another group goes with it; together they make the merged row
    assert shown_groups(later) in (["a", ""], ["c", ""])
    assert "b" in restraint_of(later).hidden[("u0", "overall")]


def test_what_was_closed_stays_closed() -> None:
    paper = make_paper(dict.fromkeys(VOTES, ()))
    held = Restraint(views={("u0", "overall"): View.COARSE})
    total = section_of(make_document(paper, held))["targets"][0]["overall"]["total"]
    assert total["view"] == "coarse"
    assert restraint_of(make_document(paper, held)).closed(("u0", "overall"), View.EXACT) is View.COARSE


@pytest.mark.parametrize(("change", "alike"), [(0, True), (1, False), (9, False), (10, True), (-1, False), (-10, True)])
def test_a_membership_changed_by_one_to_nine_people_is_not_compared(change: int, *, alike: bool) -> None:
    now, before = paper_with(a=100), paper_with(a=100 + change)
    assert may_compare(now, before, "u0") is alike
    held = restraint_between(now, [before])
    assert held.hidden.get(("u0", "overall"), frozenset()) == (frozenset() if alike else frozenset({"a"}))
    assert (held.closed(("u0", "overall"), View.EXACT) is View.EXACT) is alike
    shown = shown_groups(make_document(now, held))
    assert ("a" in shown) is alike


@pytest.mark.parametrize(
    ("now", "hidden", "view"),
    [
        ({"a": 101, "b": 99}, {"a", "b"}, View.COARSE),  # two people are others
        ({"a": 105, "b": 95}, {"a", "b"}, View.EXACT),  # ten are, k of them
        ({"a": 111, "b": 90}, set(), View.COARSE),  # 21 are, but one is left over
        ({"a": 110, "b": 90}, set(), View.EXACT),
    ],
)
def test_changes_that_cancel_out(now: dict[str, int], hidden: set[str], view: View) -> None:
    held = restraint_between(paper_with(**now), [paper_with()])
    assert held.hidden.get(("u0", "overall"), frozenset()) == hidden
    assert held.closed(("u0", "overall"), View.EXACT) is view
    assert may_compare(paper_with(**now), paper_with(), "u0") is (not hidden and view is View.EXACT)


def test_two_rounds_stand_beside_each_other_if_one_holds_back() -> None:
    now, before = paper_with(a=101), paper_with()
    assert not keeps(before, make_document(before), now)
    assert not keeps(now, make_document(now), before)
    assert keeps(now, make_document(now, restraint_between(now, [before])), before)
    assert keeps(before, make_document(before), before)


def test_a_total_that_is_not_shown_is_looked_at_by_nobody() -> None:
    """Of words alone that are announced nothing is subtracted, however near the numbers of people are."""
    told = []
    for people in (40, 41):
        scheme = Scheme(SCALE, disclosure=Disclosure(Kind.ANNOUNCED, Extent.WORDS))
        paper = make_paper({"a": ()}, scheme=scheme, expected=people, remarks=False)
        stacks = {("u0", "a"): make_stack(make_marks(*VOTES["a"]))}
        told.append((paper, result_document(paper, stacks, make_chain({"a": 40}, expected=people), {})))
    assert {*restraint_of(told[0][1]).views.values()} == {View.EXACT}
    held = restraint_between(told[0][0], [told[1][0]])
    assert held.views == {("u0", key): View.COARSE for key in (None, "overall")}
    assert held.is_kept_by(told[0][1])
    assert keeps(*told[0], told[1][0])


def test_two_restraints_are_obeyed_together() -> None:
    part, other = ("u0", "overall"), ("u0", None)
    one = Restraint({part: frozenset("a")}, {part: View.COARSE}, frozenset("c"))
    two = Restraint(
        {part: frozenset("b"), other: frozenset("a")}, {part: View.EXACT, other: View.COARSE}, frozenset("a")
    )
    hidden = {part: frozenset("ab"), other: frozenset("a")}
    for both in (one.and_(two), two.and_(one)):
        assert both == Restraint(hidden, {part: View.COARSE, other: View.COARSE}, frozenset("ac"))


def test_a_document_keeps_each_of_what_is_asked_and_nothing_for_another() -> None:
    """Hidden groups, views kept closed, groups out of the counting chain: one that is not kept is not made up for."""
    part, paper = ("u0", "overall"), make_paper(dict.fromkeys(VOTES, ()))
    for asked in (
        Restraint({part: frozenset("b")}),
        Restraint(views={part: View.COARSE}),
        Restraint(unseen=frozenset("b")),
    ):
        assert not asked.is_kept_by(make_document(paper)), asked
        held = restraint_of(make_document(paper, asked))
        assert asked.is_kept_by(make_document(paper, asked)), (asked, held)
    elsewhere = Restraint({("u9", "overall"): frozenset("b")}, {("u9", "overall"): View.COARSE})
    assert elsewhere.is_kept_by(make_document(paper)), "a part that the document has not shows nothing"


def test_a_total_that_too_few_are_behind_was_looked_at_by_nobody() -> None:
    paper = make_paper({"a": ()})
    few = result_document(paper, {("u0", "a"): make_stack(make_marks(2, 1, 0, 0))}, make_chain({"a": 3}), {})
    assert not section_of(few)["targets"][0]["overall"]["total"]["shown"]
    assert {*restraint_of(few).views.values()} == {View.HIDDEN}


def test_items_without_an_overall_one_are_restrained_together_too() -> None:
    paper = make_paper({"a": ()}, items=(Item("one", "甲"), Item("two", "乙")))
    counts = make_marks(*VOTES["a"])
    document = result_document(paper, {("u0", "a"): make_stack(counts, counts)}, make_chain({"a": 40}), {})
    assert set(restraint_of(document).views) == {("u0", None), ("u0", "one"), ("u0", "two")}


@pytest.mark.parametrize(("people", "alike"), [(1, False), (9, False), (10, True), (11, True)])
def test_a_voter_group_that_one_round_alone_has_came_or_went_whole(people: int, *, alike: bool) -> None:
    more = paper_with(c=people)
    fewer = replace(more, groups=more.groups[:2])
    for now, before in ((more, fewer), (fewer, more)):
        assert may_compare(now, before, "u0") is alike
        assert (restraint_between(now, [before]).closed(("u0", None), View.EXACT) is View.EXACT) is alike
