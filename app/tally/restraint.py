"""What earlier releases ask of a new result: the release ledger's rules as they bear on counting (SEC-45, SEC-47).

A correction may show nothing that the version before it held back, or the two could be subtracted from each other.
A later round of the same campaign, or of one that the same people may have voted in, hides what differs by one to
k − 1 people from an earlier one: who joined or left could be worked out by whoever takes the rest to have marked as
before.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from app.core.folding import folded
from app.rounds.domain import Paper
from app.tally.disclosure import View
from app.tally.document import Document, every_target
from app.tally.shown import Cell, Table
from app.tally.wording import WORDS_ONLY_TEXT

Part = tuple[str, str | None]
"""A unit's id with an item's key; None stands for all items pooled."""

_ORDER = list(View)


def farther(one: View, other: View) -> View:
    """Return the one of two views that shows less."""
    return max(one, other, key=_ORDER.index)


@dataclass(frozen=True, slots=True)
class Restraint:
    """Groups to keep hidden and views to keep closed, by part; ``unseen`` groups stay out of the counting chain."""

    hidden: Mapping[Part, frozenset[str]] = field(default_factory=dict)
    views: Mapping[Part, View] = field(default_factory=dict)
    unseen: frozenset[str] = frozenset()

    def closed(self, part: Part, view: View) -> View:
        """Return the view, or the one kept before if that is further away."""
        return farther(view, self.views.get(part, View.EXACT))

    def and_(self, other: "Restraint") -> "Restraint":
        """Return what obeys both."""
        parts = {*self.hidden, *other.hidden}
        hidden = {part: self.hidden.get(part, frozenset()) | other.hidden.get(part, frozenset()) for part in parts}
        views = {part: other.closed(part, self.closed(part, View.EXACT)) for part in {*self.views, *other.views}}
        return Restraint(hidden, views, self.unseen | other.unseen)

    def is_kept_by(self, document: Document) -> bool:
        """Whether a document shows no more than this allows; a total that it does not show is not looked at closely."""
        held, told = restraint_of(document), {part for part, figures in _parts(document) if figures["total"]["shown"]}
        views = {part: view for part, view in self.views.items() if part in told}
        return (
            self.unseen <= held.unseen
            and all(groups <= held.hidden.get(part, groups) for part, groups in self.hidden.items())
            and all(held.closed(part, view) is held.views[part] for part, view in views.items())
        )


FREE = Restraint()


def restraint_of(document: Document) -> Restraint:
    """Return what a released document holds back."""
    hidden: dict[Part, frozenset[str]] = {}
    views: dict[Part, View] = {}
    every = frozenset(row["id"] for row in document["chain"]["groups"])
    for part, figures in _parts(document):
        shown = frozenset(row["id"] for row in figures["groups"] if row["cell"]["shown"])
        hidden[part] = every - shown
        views[part] = _view_of(figures["total"])
    unseen = frozenset(row["id"] for row in document["chain"]["groups"] if not row["shown"])
    return Restraint(hidden, views, unseen)


def _view_of(total: Cell) -> View:
    """Return how closely a total was looked at; where words alone are announced no figure was held back for anybody."""
    if total["shown"]:
        return View(total["view"])
    return View.EXACT if total["text"] == WORDS_ONLY_TEXT else View.HIDDEN


def _parts(document: Document) -> Iterator[tuple[Part, Table]]:
    for unit in every_target(document):
        if unit["overall"]["key"] is None:
            yield (unit["id"], None), unit["overall"]
        for item in unit["items"]:
            yield (unit["id"], item["key"]), item


def restraint_between(paper: Paper, earlier: Iterable[Paper]) -> Restraint:
    """Return what the membership of earlier rounds of the campaign asks of this one."""
    result = FREE
    for other in earlier:
        result = result.and_(_between(paper, other))
    return result


def aligned(paper: Paper, other: Paper, units: Mapping[str, str]) -> Paper:
    """Return a paper of another campaign with the ids that this one has for the same objects and voter groups.

    ``units``: this paper's ids by those of the other; voter groups are the same where they are called the same.
    """
    mine = {folded(group.name): group.id for group in paper.groups}
    groups = tuple(
        replace(
            group,
            id=mine.get(folded(group.name), group.id),
            left_out=tuple(units.get(unit_id, unit_id) for unit_id in group.left_out),
        )
        for group in other.groups
    )
    parts = tuple(
        replace(part, units=tuple(replace(unit, id=units.get(unit.id, unit.id)) for unit in part.units))
        for part in other.parts
    )
    return replace(other, groups=groups, parts=parts)


def _between(paper: Paper, other: Paper) -> Restraint:
    before = {group.id: group.expected for group in other.groups}
    changed = frozenset(
        group.id for group in paper.groups if _is_near(paper, group.expected - before.get(group.id, group.expected))
    )
    hidden: dict[Part, frozenset[str]] = {}
    views: dict[Part, View] = {}
    known = {unit.id for unit in other.units}
    for unit_id, keys in _asked(paper):
        near = unit_id in known and _is_near(paper, *_changes(paper, other, unit_id))
        for key in keys if unit_id in known else ():
            if changed:
                hidden[(unit_id, key)] = changed
            if near:
                views[(unit_id, key)] = View.COARSE
    return Restraint(hidden, views)


def _asked(paper: Paper) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    """Yield every unit with the keys of its parts."""
    for section in paper.sections:
        keys = (None, *(item.key for item in section.items))
        yield from ((unit.id, keys) for unit in section.units)


def _raters(paper: Paper, unit_id: str) -> dict[str, int]:
    return {group.id: group.expected for group in paper.groups if unit_id not in group.left_out}


def _changes(paper: Paper, other: Paper, unit_id: str) -> list[int]:
    """Return by how many people each group of a unit's raters grew or shrank."""
    mine, theirs = _raters(paper, unit_id), _raters(other, unit_id)
    return [mine.get(group, 0) - theirs.get(group, 0) for group in {*mine, *theirs}]


def _is_near(paper: Paper, *changes: int) -> bool:
    """Whether one to k - 1 people came or went, or as many are left over once comings and goings cancel out."""
    k = paper.scheme.floor
    return 0 < sum(map(abs, changes)) < k or 0 < abs(sum(changes)) < k


def may_compare(paper: Paper, other: Paper, unit_id: str) -> bool:
    """Whether a unit's figures of two rounds may stand side by side: the same number of people, or k apart (SEC-47)."""
    changes = _changes(paper, other, unit_id)
    return not (_is_near(paper, *changes) or any(_is_near(paper, change) for change in changes))


def keeps(paper: Paper, document: Document, other: Paper) -> bool:
    """Whether a round's document holds back what the voters of another one ask, whatever that one's says.

    Of two rounds whose documents may both be read one keeps what the other asks.
    """
    return restraint_between(paper, [other]).is_kept_by(document)
