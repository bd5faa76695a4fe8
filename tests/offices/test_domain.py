"""The tree: who reaches whom, and which moves are refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.offices.domain import DEEPEST, Node, Tree, tree_of


def make_tree(*closed: str) -> Tree:
    """Return 市 – 东县 – 乡, and 市 – 西县, with these offices closed to those above."""
    ways = {"root": None, "east": "root", "town": "east", "west": "root"}
    return tree_of(Node(each, parent, each, place, each in closed) for place, (each, parent) in enumerate(ways.items()))


def test_it_works() -> None:
    tree = make_tree()
    assert tree.reach("root") == {"root", "east", "town", "west"}
    assert tree.reach("east") == {"east", "town"}
    assert tree.watchers("town") == {"town", "east", "root"}
    assert [tree.way("town", top) for top in ("root", "east", "town")] == ["east / town", "town", "town"]
    assert [node.id for node in tree.meant("east / town")] == ["town"]
    assert not tree.meant("west / town")
    assert [node.id for node in tree.downwards("root")] == ["root", "east", "town", "west"]


def test_a_closed_office_hides_what_is_below_it_from_those_above() -> None:
    tree = make_tree("east")
    assert tree.reach("root") == {"root", "west"}
    assert tree.reach("east") == {"east", "town"}
    assert tree.watchers("town") == {"town", "east"}
    assert [node.id for node in tree.named("root")] == ["root", "east", "west"]
    assert [node.id for node in tree.named("east")] == ["east", "town"]


def test_an_unknown_office_reaches_nothing() -> None:
    assert make_tree().reach("nowhere") == set()
    assert make_tree().watchers("nowhere") == set()


@pytest.mark.parametrize(
    ("moved", "to"), [("root", "east"), ("east", "east"), ("east", "town"), ("east", "nowhere")], ids=str
)
def test_it_refuses_a_move_that_leaves_no_tree(moved: str, to: str) -> None:
    assert not make_tree().may_move(moved, to)
    assert make_tree().may_move("town", "west")


def test_it_refuses_to_grow_too_deep() -> None:
    chain = [
        Node(str(depth), str(depth - 1) if depth else None, str(depth), 0, is_closed=False) for depth in range(DEEPEST)
    ]
    tree = tree_of([*chain, Node("beside", "0", "beside", 1, is_closed=False)])
    assert not tree.may_add(str(DEEPEST - 1))
    assert tree.may_add(str(DEEPEST - 2))
    assert not tree.may_move("beside", str(DEEPEST - 1))
    assert not tree.may_move("1", "beside")


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Draw a tree of up to twelve offices, each below an earlier one, closed or not."""
    count = draw(st.integers(1, 12))
    parents = [None, *(str(draw(st.integers(0, place - 1))) for place in range(1, count))]
    return tree_of(Node(str(place), parent, "x", place, draw(st.booleans())) for place, parent in enumerate(parents))


@given(trees())
def test_an_office_is_watched_by_exactly_those_that_reach_it(tree: Tree) -> None:
    for office in tree.nodes:
        assert tree.watchers(office) == {other for other in tree.nodes if office in tree.reach(other)}


@given(trees(), st.data())
def test_every_move_that_is_allowed_leaves_a_tree(tree: Tree, data: st.DataObject) -> None:
    moved, to = (data.draw(st.sampled_from(sorted(tree.nodes))) for _ in range(2))
    if tree.may_move(moved, to):
        after = tree_of(
            [*(node for node in tree.nodes.values() if node.id != moved), replace(tree.nodes[moved], parent_id=to)]
        )
        assert {node.id for node in after.downwards("0")} == set(tree.nodes)
