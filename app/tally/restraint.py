"""What earlier releases ask of a new result: the release ledger's rules as they bear on counting (SEC-45, SEC-47).

A correction may show nothing that the version before it held back, or the two could be subtracted from each other.
A later round of the same campaign hides what differs by one to k − 1 people from an earlier one: who joined or left
could be worked out by whoever takes the rest to have marked as before.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain as joined
from typing import Any

from app.campaigns.domain import K_FLOOR
from app.rounds.domain import Paper
from app.tally.disclosure import View

Part = tuple[str, str | None]
"""A unit's id with an item's key; None stands for all items pooled."""

_ORDER = list(View)


@dataclass(frozen=True, slots=True)
class Restraint:
    """Groups to keep hidden and views to keep closed, by part; ``unseen`` groups stay out of the counting chain."""

    hidden: Mapping[Part, frozenset[str]] = field(default_factory=dict)
    views: Mapping[Part, View] = field(default_factory=dict)
    unseen: frozenset[str] = frozenset()

    def closed(self, part: Part, view: View) -> View:
        """Return the view, or the one kept before if that is further away."""
        return max(view, self.views.get(part, View.EXACT), key=_ORDER.index)

    def and_(self, other: "Restraint") -> "Restraint":
        """Return what obeys both."""
        parts = {*self.hidden, *other.hidden}
        hidden = {part: self.hidden.get(part, frozenset()) | other.hidden.get(part, frozenset()) for part in parts}
        views = {part: other.closed(part, self.closed(part, View.EXACT)) for part in {*self.views, *other.views}}
        return Restraint(hidden, views, self.unseen | other.unseen)


FREE = Restraint()


def restraint_of(document: Mapping[str, Any]) -> Restraint:
    """Return what a released document holds back."""
    hidden: dict[Part, frozenset[str]] = {}
    views: dict[Part, View] = {}
    every = frozenset(row["id"] for row in document["chain"]["groups"])
    for part, figures in _parts(document):
        shown = frozenset(row["id"] for row in figures["groups"] if row["cell"]["shown"])
        hidden[part] = every - shown
        views[part] = View(figures["total"]["view"]) if figures["total"]["shown"] else View.HIDDEN
    unseen = frozenset(row["id"] for row in document["chain"]["groups"] if not row["shown"])
    return Restraint(hidden, views, unseen)


def _parts(document: Mapping[str, Any]) -> Iterator[tuple[Part, Mapping[str, Any]]]:
    for unit in document["units"]:
        pooled = [unit["overall"]] if unit["overall"]["key"] is None else []
        for figures in joined(pooled, unit["items"]):
            yield (unit["id"], figures["key"]), figures


def restraint_between(paper: Paper, earlier: Iterable[Paper]) -> Restraint:
    """Return what the membership of earlier rounds of the campaign asks of this one."""
    result = FREE
    for other in earlier:
        result = result.and_(_between(paper, other))
    return result


def _between(paper: Paper, other: Paper) -> Restraint:
    before = {group.id: group.expected for group in other.groups}
    changed = frozenset(
        group.id for group in paper.groups if _is_near(paper, group.expected, before.get(group.id, group.expected))
    )
    hidden: dict[Part, frozenset[str]] = {}
    views: dict[Part, View] = {}
    known = {unit.id for unit in other.units}
    for unit in (unit for unit in paper.units if unit.id in known):
        near = _is_near(paper, raters(paper, unit.id), raters(other, unit.id))
        for key in (None, *(item.key for item in paper.items)):
            if changed:
                hidden[(unit.id, key)] = changed
            if near:
                views[(unit.id, key)] = View.COARSE
    return Restraint(hidden, views)


def raters(paper: Paper, unit_id: str) -> int:
    """Return how many people are expected to rate a unit."""
    return sum(group.expected for group in paper.groups if unit_id not in group.left_out)


def _is_near(paper: Paper, number: int, other: int) -> bool:
    return 0 < abs(number - other) < max(paper.scheme.k, K_FLOOR)


def may_compare(paper: Paper, other: Paper, unit_id: str) -> bool:
    """Whether a unit's figures of two rounds may stand side by side: the same number of people, or k apart (SEC-47)."""
    groups = {group.id: group.expected for group in other.groups if unit_id not in group.left_out}
    mine = {group.id: group.expected for group in paper.groups if unit_id not in group.left_out}
    pairs = [(mine.get(group, 0), groups.get(group, 0)) for group in {*mine, *groups}]
    pairs.append((raters(paper, unit_id), raters(other, unit_id)))
    return not any(_is_near(paper, *pair) for pair in pairs)
