"""The tree over the sealed box, against the recursive words of RFC 9162 and against every small change."""

from hashlib import sha256
from itertools import permutations

import pytest

from app.core.merkle import Tree, root_by, tree_of
from tests.found import some

SIZES = range(258)


def leaves_of(size: int) -> list[bytes]:
    return sorted(sha256(number.to_bytes(4, "big")).digest()[:16] for number in range(size))


def rfc_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162, section 2.1.1, as it is written there."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + rfc_root(leaves[:split]) + rfc_root(leaves[split:])).digest()


def rfc_path(place: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 9162, section 2.1.3.1, as it is written there."""
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if place < split:
        return [*rfc_path(place, leaves[:split]), rfc_root(leaves[split:])]
    return [*rfc_path(place - split, leaves[split:]), rfc_root(leaves[:split])]


@pytest.mark.parametrize("size", SIZES)
def test_it_works(size: int) -> None:
    leaves = leaves_of(size)
    tree = tree_of(leaves)
    assert (tree.size, tree.root) == (size, rfc_root(leaves))
    for place in range(size):
        path = tree.path(place)
        assert path == rfc_path(place, leaves)
        assert root_by(leaves[place], place, size, path) == tree.root


def test_the_empty_tree_is_that_of_the_rfc() -> None:
    assert tree_of([]) == Tree(())
    assert tree_of([]).root.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", SIZES)
def test_one_leaf_changed_added_or_dropped_gives_another_root(size: int) -> None:
    leaves, root = leaves_of(size), tree_of(leaves_of(size)).root
    assert tree_of(sorted([*leaves, b"one more"])).root != root
    for place in {0, size // 2, size - 1} & set(range(size)):
        changed = [*leaves[:place], leaves[place][:-1] + bytes([leaves[place][-1] ^ 1]), *leaves[place + 1 :]]
        assert tree_of(changed).root != root
        assert tree_of(leaves[:place] + leaves[place + 1 :]).root != root


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 200])
def test_a_path_fits_its_own_leaf_place_and_size_alone(size: int) -> None:
    leaves = leaves_of(size)
    tree = tree_of(leaves)
    for place in range(size):
        path = tree.path(place)
        assert root_by(b"another", place, size, path) != tree.root
        assert root_by(leaves[place], place, size, [*path, bytes(32)]) is None
        assert not path or root_by(leaves[place], place, size, path[:-1]) is None
    assert root_by(leaves[0], size, size, tree.path(0)) is None
    assert root_by(leaves[0], -1, size, tree.path(0)) is None


@pytest.mark.parametrize("size", [2, 3, 7, 8, 9, 200])
def test_a_path_of_the_same_length_leads_from_no_other_place(size: int) -> None:
    leaves, tree = leaves_of(size), tree_of(leaves_of(size))
    paths = [tree.path(place) for place in range(size)]
    pairs = some((one, other) for one, other in permutations(range(size), 2) if len(paths[one]) == len(paths[other]))
    assert [(one, other) for one, other in pairs if root_by(leaves[one], other, size, paths[one]) == tree.root] == []


def test_a_leaf_is_never_taken_for_a_node() -> None:
    one, two = sha256(b"\x00one").digest(), sha256(b"\x00two").digest()
    assert tree_of([one + two]).root != tree_of([b"one", b"two"]).root


@pytest.mark.parametrize("place", [-1, 3])
def test_there_is_no_path_to_what_is_not_there(place: int) -> None:
    with pytest.raises(IndexError):
        tree_of(leaves_of(3)).path(place)
