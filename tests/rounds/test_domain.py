"""The state machine answers every event in every state, and the freeze names all that is missing."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.campaigns.composite import Composite, Part, Source
from app.campaigns.domain import GROUP_FLOOR, Item, ItemLines, Lines, Scheme
from app.campaigns.rule import LEFT_OPEN, Rule, Step
from app.rounds.checklist import freeze_problems
from app.rounds.domain import Event, Layout, Paper, PaperGroup, RoundState, layout_for, next_state
from tests.campaigns.test_rule import CONGRESS, DEFAULT, POINTS, most
from tests.factories import make_paper
from tests.papers import asked

ALLOWED = {
    RoundState.DRAFT: {Event.FREEZE: RoundState.READY, Event.VOID: RoundState.VOID},
    RoundState.READY: {Event.OPEN: RoundState.OPEN, Event.VOID: RoundState.VOID},
    RoundState.OPEN: {Event.CLOSE: RoundState.SEALED, Event.VOID: RoundState.VOID},
    RoundState.SEALED: {Event.COUNT: RoundState.COUNTED, Event.VOID: RoundState.VOID},
    RoundState.COUNTED: {Event.PUBLISH: RoundState.PUBLISHED, Event.VOID: RoundState.VOID},
    RoundState.PUBLISHED: {Event.PUBLISH: RoundState.PUBLISHED, Event.ARCHIVE: RoundState.ARCHIVED},
    RoundState.ARCHIVED: {},
    RoundState.VOID: {},
}


@pytest.mark.parametrize("state", RoundState)
def test_it_works(state: RoundState) -> None:
    assert {event: next_state(state, event) for event in Event} == {event: ALLOWED[state].get(event) for event in Event}


@given(st.lists(st.sampled_from(Event), max_size=30))
def test_a_round_never_goes_back(events: list[Event]) -> None:
    order = [*RoundState]
    state = RoundState.DRAFT
    for event in events:
        after = next_state(state, event)
        if after is not None:
            assert order.index(after) >= order.index(state)
            state = after


def codes(paper: Paper) -> set[str]:
    return {step.code for step in freeze_problems(paper) if step.needed and not step.done}


def test_a_whole_paper_can_be_frozen() -> None:
    assert codes(make_paper()) == set()


def test_it_refuses_a_paper_without_units_groups_or_items() -> None:
    assert codes(make_paper(units=0)) == {"units", "idle"}
    assert codes(make_paper(groups=())) == {"groups"}
    assert codes(make_paper(items=0)) == {"items"}


@pytest.mark.parametrize(("expected", "missing"), [(4, {"small"}), (5, set()), (6, set())])
def test_it_refuses_a_group_below_k_and_names_it(expected: int, missing: set[str]) -> None:
    paper = make_paper(groups=(PaperGroup("a", "甲类", 60), PaperGroup("b", "乙类", expected)))
    assert codes(paper) == missing
    if missing:
        assert {step.detail for step in freeze_problems(paper) if not step.done} == {"乙类"}


def test_it_names_signs_that_no_font_has() -> None:
    """Wherever they stand; they are no hindrance, for the vote may have to go on."""
    whole = make_paper()
    items = whole.section.items
    lacking = [
        replace(whole, title="第🎉轮"),
        replace(whole, organisation="🎉县"),
        replace(whole, groups=(replace(whole.groups[0], name="🎉类"), *whole.groups[1:])),
        asked(whole, units=(*whole.units[1:], replace(whole.units[0], name="🎉馆"))),
        asked(whole, items=(*items[1:], replace(items[0], label="🎉风"))),
    ]
    for paper in (whole, *lacking):
        [step] = [step for step in freeze_problems(paper) if step.code == "signs"]
        assert (step.done, step.needed) == (paper is whole, False)
        assert step.detail.endswith("" if step.done else "：🎉（U+1F389）")


@pytest.mark.parametrize(("expected", "told"), [(5, "乙类"), (9, "乙类"), (10, "")])
def test_it_names_groups_that_will_have_no_row(expected: int, told: str) -> None:
    paper = make_paper(groups=(PaperGroup("a", "甲类", 60), PaperGroup("b", "乙类", expected)))
    [step] = [step for step in freeze_problems(paper) if step.code == "rows"]
    assert (step.done, step.needed, step.detail) == (not told, False, told)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.integers(5, 20))
def test_no_group_smaller_than_five_is_ever_frozen(sizes: list[int], k: int) -> None:
    groups = tuple(PaperGroup(f"g{at}", f"类别{at}", size) for at, size in enumerate(sizes))
    paper = make_paper(groups=groups, scheme=Scheme(make_paper().scheme.scale, k=k))
    assert (min(sizes) < GROUP_FLOOR) == ("small" in codes(paper))


def test_it_refuses_a_group_that_rates_nothing() -> None:
    paper = make_paper(units=1)
    assert codes(paper) == {"idle"}
    assert paper.rated_by("staff") == ()


def test_it_refuses_words_that_do_not_fit_the_scale() -> None:
    paper = make_paper()
    assert codes(asked(paper, items=(Item("x", "内容", labels=("好", "坏")),))) == {"labels"}


def test_a_group_rates_in_official_order_without_its_own_unit() -> None:
    paper = make_paper(units=4)
    assert paper.rated_by("residents") == (0, 1, 2, 3)
    assert paper.rated_by("staff") == (1, 2, 3)
    with pytest.raises(KeyError):
        paper.group("nobody")


@pytest.mark.parametrize(
    ("units", "items", "remarks", "expected"),
    [
        (12, 12, True, Layout.LIST),
        (13, 5, False, Layout.MATRIX),
        (63, 8, False, Layout.MATRIX),
        (63, 9, False, Layout.PAGED),
        (63, 5, True, Layout.PAGED),
    ],
)
def test_the_layout_follows_the_size(units: int, items: int, *, remarks: bool, expected: Layout) -> None:
    assert layout_for("", units, items, remarks=remarks) is expected


def test_the_points_of_a_word_need_a_rule_of_steps() -> None:
    """A scheme may be given 得票最多 after its composite score; that is told, and no points are asked for its words."""
    parts = Part("word", "民主测评", Source.RULE, Fraction(60)), Part("boss", "领导评分", Source.SCORE, Fraction(40))
    paper = make_paper()
    for rule, missing in ((most(), {"stepped"}), (CONGRESS, {"points"}), (POINTS, set())):
        scheme = replace(paper.scheme, rule=rule, composite=Composite(parts))
        told = [step for step in freeze_problems(replace(paper, scheme=scheme)) if step.code in {"stepped", "points"}]
        assert {step.code for step in told if not step.done} == missing
        assert not any(LEFT_OPEN.text in step.detail for step in told)


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("item", ["one", "gone"])
def test_the_words_of_items_with_lines_of_their_own_need_points(item: str, *, own: bool) -> None:
    """Where the form asks the item, in a scheme of the round or of a section; a step with the same word gives them."""
    part = Part("word", "民主测评", Source.RULE, Fraction(100))
    paper = make_paper()
    scheme = replace(paper.scheme, rule=POINTS, composite=Composite((part,)), item_lines=(ItemLines(item, Lines()),))
    asked = replace(paper.parts[0], items=(Item("one", "效率"), Item("two", "态度")), own=scheme if own else None)
    other = replace(scheme, item_lines=())

    def detail(rule: Rule) -> str:
        section = replace(asked, own=replace(scheme, rule=rule)) if own else asked
        made = replace(paper, parts=(section,), scheme=replace(other if own else scheme, rule=rule))
        [step] = [step for step in freeze_problems(made) if step.code == "item_points"]
        assert step.done is not bool(step.detail)
        return step.detail

    title = asked.form_title
    assert detail(POINTS) == ("" if item == "gone" else f"{title}，效率“需补课”、{title}，效率“提醒”")
    worth = {"达标": Fraction(100), "提醒": Fraction(85), "需补课": Fraction(65)}
    steps = [Step(step.conditions, replace(step.word, points=worth[step.word.text])) for step in DEFAULT.steps]
    assert detail(Rule(tuple(steps))) == ""
