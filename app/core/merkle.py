"""A Merkle tree as RFC 9162 (section 2.1) hashes it: a leaf is prefixed by a zero byte, a node by a one byte.

Levels are built from the leaves up; a node without a neighbour goes up as it is, which gives the RFC's tree.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Final

HASH_BYTES: Final = 32
_LEAF, _NODE = b"\x00", b"\x01"


@dataclass(frozen=True, slots=True)
class Tree:
    """Every level of a tree, leaves first, each as its hashes joined; none for a tree without leaves."""

    levels: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """How many leaves it has."""
        return len(self.levels[0]) // HASH_BYTES if self.levels else 0

    @property
    def root(self) -> bytes:
        """The 32 bytes that stand for all leaves and their order."""
        return self.levels[-1] if self.levels else sha256().digest()

    def path(self, place: int) -> list[bytes]:
        """Return the hashes with which leaf ``place`` (from 0) gives the root, the leaf's neighbour first."""
        if not 0 <= place < self.size:
            raise IndexError(place)
        found = []
        for level in self.levels[:-1]:
            at = (place ^ 1) * HASH_BYTES
            if at < len(level):
                found.append(level[at : at + HASH_BYTES])
            place //= 2
        return found


def tree_of(leaves: Iterable[bytes]) -> Tree:
    """Return the tree of these leaves in this order."""
    levels = [b"".join(sha256(_LEAF + leaf).digest() for leaf in leaves)]
    while len(levels[-1]) > HASH_BYTES:
        levels.append(b"".join(_above(levels[-1])))
    return Tree(tuple(levels) if levels[0] else ())


def _above(level: bytes) -> Iterable[bytes]:
    pair = 2 * HASH_BYTES
    whole = len(level) - len(level) % pair
    for start, end in pairwise(range(0, whole + 1, pair)):
        yield sha256(_NODE + level[start:end]).digest()
    if whole < len(level):
        yield level[whole:]


def root_by(leaf: bytes, place: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that a path leads to from leaf ``place`` of ``size``; None if no such tree has such a path."""
    if not 0 <= place < size:
        return None
    found, last, rest = sha256(_LEAF + leaf).digest(), size - 1, iter(path)
    while last:
        if place % 2 or place < last:
            beside = next(rest, None)
            if beside is None:
                return None
            found = sha256(_NODE + (beside + found if place % 2 else found + beside)).digest()
        place, last = place // 2, last // 2
    return None if next(rest, None) is not None else found
