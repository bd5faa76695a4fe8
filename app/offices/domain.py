"""The tree of offices: who stands above whom, who sees whom, and which moves leave it a tree."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from app.core.folding import clean_name

DEEPEST = 8
"""So many offices may stand one above the other: 市, 县, 乡, 村 or a group's four levels, twice over."""

WAY = " / "
"""Between the names of a way down the tree: 东县 / 河乡."""


@dataclass(frozen=True, slots=True)
class Node:
    """An office: ``is_closed`` keeps those above from seeing it and what is below it."""

    id: str
    parent_id: str | None
    name: str
    position: int
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Tree:
    """All offices by id; exactly one has no parent, and every way up ends there."""

    nodes: Mapping[str, Node]
    below: Mapping[str, Sequence[Node]]
    """The offices right below each, in their order; an office without any has no entry."""
    called: Mapping[str, Sequence[Node]]
    """The offices of each name."""

    @property
    def is_single(self) -> bool:
        """Whether there is but one office, so that no page says anything of offices."""
        return len(self.nodes) == 1

    def upwards(self, office_id: str) -> Iterator[Node]:
        """Yield an office and all above it, the root last; nothing for an unknown one."""
        node = self.nodes.get(office_id)
        while node is not None:
            yield node
            node = self.nodes.get(node.parent_id) if node.parent_id is not None else None

    def downwards(self, office_id: str) -> Iterator[Node]:
        """Yield an office and all below it, each before those that stand below it."""
        waiting = [self.nodes[office_id]] if office_id in self.nodes else []
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(self.below.get(node.id, ()))

    def reach(self, office_id: str) -> frozenset[str]:
        """Return what somebody of this office sees: it and what is below it, but nothing of a closed one below."""
        seen: set[str] = set()
        waiting = [office_id] if office_id in self.nodes else []
        while waiting:
            seen.add(waiting[0])
            waiting += [node.id for node in self.below.get(waiting.pop(0), ()) if not node.is_closed]
        return frozenset(seen)

    def watchers(self, office_id: str) -> frozenset[str]:
        """Return the offices whose people see this one: exactly those that reach it."""
        seen: set[str] = set()
        for node in self.upwards(office_id):
            seen.add(node.id)
            if node.is_closed:
                break
        return frozenset(seen)

    def named(self, office_id: str) -> Iterator[Node]:
        """Yield what somebody of this office knows by name: what he reaches, and closed ones right below that."""
        waiting = [self.nodes[office_id]] if office_id in self.nodes else []
        while waiting:
            node = waiting.pop()
            yield node
            if node.id == office_id or not node.is_closed:
                waiting += reversed(self.below.get(node.id, ()))

    def way(self, office_id: str, top: str) -> str:
        """Return the names from below ``top`` to this office, for a list; the name alone for ``top`` itself."""
        below = list(takewhile(lambda node: node.id != top, self.upwards(office_id)))
        named = below or list(self.upwards(office_id))[:1]
        return WAY.join(node.name for node in reversed(named))

    def meant(self, text: str) -> list[Node]:
        """Return the offices whose way ends as is written: a name, or names from above with a stroke between."""
        parts = [clean_name(part) for part in text.split(WAY.strip())]
        found = [*self.called.get(text, ())]
        for node in self.called.get(parts[-1], ()) if parts[1:] else ():
            above = [each.name for each, _ in zip(self.upwards(node.id), parts, strict=False)]
            if above == parts[::-1]:
                found.append(node)
        return found

    def grown(self, node: Node) -> "Tree":
        """Return the tree with one more office, the last of those beside it."""
        parent_id = node.parent_id or ""
        beside, namesakes = [*self.below.get(parent_id, ()), node], [*self.called.get(node.name, ()), node]
        return Tree(
            {**self.nodes, node.id: node},
            {**self.below, parent_id: beside},
            {**self.called, node.name: namesakes},
        )

    def changed(self, node: Node) -> "Tree":
        """Return the tree with this office in the place of the one of its id."""
        return tree_of({**self.nodes, node.id: node}.values())

    def may_move(self, office_id: str, parent_id: str) -> bool:
        """Whether the office may stand below that parent: not below itself, not too deep, and the root stays."""
        if self.nodes[office_id].parent_id is None or parent_id not in self.nodes:
            return False
        inside = {node.id for node in self.downwards(office_id)}
        return parent_id not in inside and self._depth(parent_id) + self._height(office_id) <= DEEPEST

    def may_add(self, parent_id: str) -> bool:
        """Whether an office may be added below that parent."""
        return parent_id in self.nodes and self._depth(parent_id) < DEEPEST

    def _depth(self, office_id: str) -> int:
        return sum(1 for _ in self.upwards(office_id))

    def _height(self, office_id: str) -> int:
        top = self._depth(office_id)
        return max(self._depth(node.id) for node in self.downwards(office_id)) - top + 1


def tree_of(nodes: Iterable[Node]) -> Tree:
    """Return the tree of all offices."""
    known = {node.id: node for node in nodes}
    below: dict[str, list[Node]] = {}
    called: dict[str, list[Node]] = {}
    for node in sorted(known.values(), key=lambda each: (each.position, each.name, each.id)):
        if node.parent_id is not None:
            below.setdefault(node.parent_id, []).append(node)
        called.setdefault(node.name, []).append(node)
    return Tree(known, below, called)
