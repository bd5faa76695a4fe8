"""Merging loses nothing and counts nothing twice, whatever is done in whatever order."""

import copy
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import DomainError
from app.opinions.domain import ASIDE, REASON_LIMIT, TITLE_LIMIT, UNSORTED, Act, Kind, Sorting, replay
from tests.cast import refuses

OPINIONS = ("o1", "o2", "o3", "o4", "o5")
REFUSALS = {
    "act_not_counting", "act_built_upon",
    "act_changes_nothing", "opinions_not_chosen", "opinion_unknown", "issue_known", "issue_unknown",
    "issue_title_missing", "issue_title_taken", "aside_reason_missing", "words_too_long",
}  # fmt: skip

acts = st.builds(
    Act,
    number=st.just(0),
    kind=st.sampled_from(Kind),
    opinions=st.lists(st.sampled_from((*OPINIONS, "nowhere")), max_size=4).map(tuple),
    issue=st.sampled_from(("i1", "i2", "i3", "", ASIDE)),
    words=st.sampled_from(("", " ", "态度", "时限", "字" * (REASON_LIMIT + 1))),
    undoes=st.integers(0, 12),
)
stories = st.lists(acts, max_size=30)


def told(story: list[Act]) -> tuple[Sorting, list[Act]]:
    """Do every act that applies, numbered from 1; return the state and those acts."""
    sorting, done = Sorting(OPINIONS), list[Act]()
    for wish in story:
        act = Act(len(done) + 1, wish.kind, wish.opinions, wish.issue, wish.words, wish.undoes)
        try:
            sorting.do(act)
        except DomainError:
            continue
        done.append(act)
    return sorting, done


def seen(sorting: Sorting) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    return dict(sorting.places), dict(sorting.titles), dict(sorting.reasons)


def test_it_works() -> None:
    sorting = Sorting(OPINIONS)
    sorting.do(Act(1, Kind.NEW_ISSUE, ("o1", "o2"), "i1", "窗口态度"))
    sorting.do(Act(2, Kind.MERGE, ("o2", "o3"), "i1"))
    sorting.do(Act(3, Kind.SET_ASIDE, ("o4",), words="与本县无关"))
    sorting.do(Act(4, Kind.DETACH, ("o1",)))
    sorting.do(Act(5, Kind.RENAME_ISSUE, (), "i1", "窗口服务态度"))
    assert sorting.by_place() == {UNSORTED: ["o1", "o5"], "i1": ["o2", "o3"], ASIDE: ["o4"]}
    assert (sorting.titles, sorting.reasons) == ({"i1": "窗口服务态度"}, {"o4": "与本县无关"})
    sorting.do(Act(6, Kind.UNDO, undoes=5))
    sorting.do(Act(7, Kind.UNDO, undoes=4))
    assert sorting.titles == {"i1": "窗口态度"}
    assert sorting.at("i1") == ("o1", "o2", "o3")
    assert sorting.last == Act(3, Kind.SET_ASIDE, ("o4",), words="与本县无关")
    assert sorting.blockers() == {3: 0, 2: 0, 1: 2}


@given(stories)
def test_every_opinion_is_in_exactly_one_place(story: list[Act]) -> None:
    sorting, _ = told(story)
    placed = [opinion for some in sorting.by_place().values() for opinion in some]
    assert sorted(placed) == sorted(OPINIONS)
    assert {place for place in sorting.places.values() if place not in {UNSORTED, ASIDE}} <= set(sorting.titles)
    assert set(sorting.reasons) == set(sorting.at(ASIDE))


def counting(sorting: Sorting, done: list[Act], *, but: int = 0) -> list[Act]:
    """Return the acts that still count, without one of them."""
    return [act for act in done if act.number in sorting.blockers() and act.number != but]


@given(stories, st.data())
def test_an_undone_act_was_never_done(story: list[Act], data: st.DataObject) -> None:
    sorting, done = told(story)
    free = [number for number, later in sorting.blockers().items() if not later]
    if free:
        undone = data.draw(st.sampled_from(free))
        without = replay(OPINIONS, counting(sorting, done, but=undone))
        # An issue cannot get back a name that another one bears by now.
        with suppress(DomainError):
            sorting.do(Act(len(done) + 1, Kind.UNDO, undoes=undone))
            assert seen(sorting) == seen(without)


@given(stories)
def test_every_act_can_be_undone_back_to_the_beginning(story: list[Act]) -> None:
    sorting, done = told(story)
    number = len(done)
    while sorting.last:
        undone = sorting.last.number
        number += 1
        before = replay(OPINIONS, counting(sorting, done, but=undone))
        sorting.do(Act(number, Kind.UNDO, undoes=undone))
        assert seen(sorting) == seen(before)
    assert seen(sorting) == (dict.fromkeys(OPINIONS, UNSORTED), {}, {})


def test_an_early_act_is_undone_alone_unless_a_later_one_builds_upon_it() -> None:
    sorting = replay(
        OPINIONS,
        [
            Act(1, Kind.NEW_ISSUE, ("o1", "o2"), "i1", "态度"),
            Act(2, Kind.NEW_ISSUE, ("o3",), "i2", "时限"),
            Act(3, Kind.MERGE, ("o4",), "i2"),
            Act(4, Kind.RENAME_ISSUE, (), "i1", "服务态度"),
            Act(5, Kind.NEW_ISSUE, ("o5",), "i3", "态度"),
        ],
    )
    assert sorting.blockers() == {5: 0, 4: 0, 3: 0, 2: 3, 1: 4}
    with pytest.raises(DomainError) as caught:
        sorting.do(Act(6, Kind.UNDO, undoes=2))
    assert (caught.value.code, caught.value.params) == ("act_built_upon", {"number": 2, "later": 3})
    with refuses("issue_title_taken"):
        sorting.do(Act(6, Kind.UNDO, undoes=4))
    sorting.do(Act(6, Kind.UNDO, undoes=3))
    sorting.do(Act(7, Kind.UNDO, undoes=2))
    assert sorting.by_place() == {UNSORTED: ["o3", "o4"], "i1": ["o1", "o2"], "i3": ["o5"], ASIDE: []}


@given(stories, acts)
def test_every_act_has_an_answer_and_a_refused_one_changes_nothing(story: list[Act], act: Act) -> None:
    sorting, _ = told(story)
    before, code = copy.deepcopy(seen(sorting)), ""
    try:
        sorting.do(act)
    except DomainError as error:
        code = error.code
    assert code in {"", *REFUSALS}
    assert (seen(sorting) == before) is bool(code)


@given(stories)
def test_replaying_gives_the_same_state(story: list[Act]) -> None:
    sorting, done = told(story)
    again = replay(OPINIONS, done)
    assert (seen(again), again.last, again.blockers()) == (seen(sorting), sorting.last, sorting.blockers())


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (Act(2, Kind.MERGE, (), "i1"), "opinions_not_chosen"),
        (Act(2, Kind.MERGE, ("o9",), "i1"), "opinion_unknown"),
        (Act(2, Kind.MERGE, ("o2",), "i9"), "issue_unknown"),
        (Act(2, Kind.MERGE, ("o1",), "i1"), "act_changes_nothing"),
        (Act(2, Kind.NEW_ISSUE, ("o2",), "i2", " "), "issue_title_missing"),
        (Act(2, Kind.NEW_ISSUE, ("o2",), "i2", "态度"), "issue_title_taken"),
        (Act(2, Kind.NEW_ISSUE, ("o2",), "i2", "字" * (TITLE_LIMIT + 1)), "words_too_long"),
        (Act(2, Kind.NEW_ISSUE, ("o2",), "i1", "时限"), "issue_known"),
        (Act(2, Kind.NEW_ISSUE, ("o2",), ASIDE, "时限"), "issue_known"),
        (Act(2, Kind.RENAME_ISSUE, (), "i1", "态度"), "act_changes_nothing"),
        (Act(2, Kind.RENAME_ISSUE, (), "i9", "时限"), "issue_unknown"),
        (Act(2, Kind.SET_ASIDE, ("o2",)), "aside_reason_missing"),
        (Act(2, Kind.DETACH, ("o2",)), "act_changes_nothing"),
        (Act(2, Kind.UNDO, undoes=7), "act_not_counting"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.kind.value,
)
def test_it_refuses_what_makes_no_sense(act: Act, code: str) -> None:
    sorting = replay(OPINIONS, [Act(1, Kind.NEW_ISSUE, ("o1",), "i1", "态度")])
    with refuses(code):
        sorting.do(act)


def test_it_refuses_to_undo_where_nothing_was_done() -> None:
    with refuses("act_not_counting"):
        Sorting(OPINIONS).do(Act(1, Kind.UNDO, undoes=0))
