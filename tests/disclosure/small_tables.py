"""Every small raw table of one group that might tell everybody's mark, and the documents made of them (SEC-79).

That everybody marked x, or that nobody was satisfied, is certain only where it is so in every raw table that a document
fits. So only tables in which it is so can give such a document: the others need not be made, but for the partners that
must read like these.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.campaigns.builtin import SCALES
from app.campaigns.domain import Denominator, Formula, Scale, Scheme
from app.tally.document import canonical_json
from app.tally.result import result_document
from tests.tally.cast import make_chain, make_marks, make_paper, make_stack

Counts = tuple[int, ...]
FIRST, LAST = 10, 29
FOUR, THREE = SCALES["satisfaction"], SCALES["satisfaction_three"]


@dataclass(frozen=True, slots=True)
class Setup:
    """A scale with 不了解, how many grades are the best ones, what is divided by, and how many people stayed away."""

    scale: Scale
    top: int
    base: Denominator
    absent: int = 0

    @property
    def scheme(self) -> Scheme:
        return Scheme(replace(self.scale, unknown="不了解"), formula=Formula(self.top, self.base))

    def document(self, counts: Counts) -> str:
        """Count one group of one unit; ``counts`` of every grade, best first, and of 不了解."""
        return self._document({"a": counts})

    def pair(self, one: Counts, other: Counts) -> str:
        """Count two groups of one unit, without 不了解."""
        return self._document({"a": one, "b": other})

    def _document(self, votes: Mapping[str, Counts]) -> str:
        people = max(map(sum, votes.values())) + self.absent
        paper = make_paper(dict.fromkeys(votes, ()), scheme=self.scheme, expected=people)
        stacks = {("u0", group): make_stack(make_marks(*counts)) for group, counts in votes.items()}
        chain = make_chain({group: sum(counts) for group, counts in votes.items()}, expected=people)
        found: Any = result_document(paper, stacks, chain, {})
        return canonical_json(found)


def setups() -> Iterator[Setup]:
    """Yield both scales, with their ways to draw the line between the best grades and the others, on all bases."""
    for scale, tops in ((FOUR, (2,)), (THREE, (1, 2))):
        for top in tops:
            for base in Denominator:
                yield Setup(scale, top, base, absent=4 if base is Denominator.EXPECTED else 0)


def splits(total: int, parts: int) -> Iterator[Counts]:
    """Yield every way to lay so many answers into so many grades."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in splits(total - first, parts - 1):
            yield (first, *rest)


def alike(valid: int, grades: int) -> Iterator[tuple[Counts, list[Counts]]]:
    """Yield the tables in which all are alike, each with those in which all but one are."""
    for place in range(grades):
        whole = tuple(valid * (each == place) for each in range(grades))
        others = []
        for odd in range(grades):
            if odd != place:
                changed = list(whole)
                changed[place] -= 1
                changed[odd] += 1
                others.append(tuple(changed))
        yield whole, others


def none_satisfied(valid: int, grades: int, top: int) -> list[Counts]:
    """Return the tables in which no answer is in the best grades."""
    return [(0,) * top + rest for rest in splits(valid, grades - top)]


def one_satisfied(valid: int, grades: int, top: int) -> list[Counts]:
    """Return the tables in which one answer is in the best grades."""
    ones = [tuple(int(each == place) for each in range(top)) for place in range(top)]
    return [one + rest for one in ones for rest in splits(valid - 1, grades - top)]


Certain = tuple[bool, ...]


def certain_of_pairs(setup: Setup, first: Counts, others: Iterable[Counts]) -> dict[bytes, Certain]:
    """Count two groups, one after the other with every table in ``others``.

    Return, by digest of the document, of the total and of either group whether all marked alike, and whether nobody
    marked a best grade, in every table that the document fits.
    """
    found: dict[bytes, Certain] = {}
    for second in others:
        both = tuple(one + other for one, other in zip(first, second, strict=True))
        says = tuple(
            each
            for counts in (both, first, second)
            for each in (sum(map(bool, counts)) == 1, not sum(counts[: setup.top]))
        )
        key = hashlib.sha256(setup.pair(first, second).encode()).digest()[:12]
        found[key] = joined_certain(found.get(key, says), says)
    return found


def joined_certain(one: Certain, other: Certain) -> Certain:
    """Return what is so in the tables of both."""
    return tuple(here and there for here, there in zip(one, other, strict=True))


def is_certain(tables: Iterable[Counts], top: int) -> bool:
    """Whether tables that a document fits leave no doubt that all marked alike, or that nobody marked a best grade."""
    every = list(tables)
    return all(sum(map(bool, counts)) == 1 for counts in every) or not any(sum(counts[:top]) for counts in every)


def fits(documents: dict[Counts, str]) -> Iterable[list[Counts]]:
    """Return which tables each document fits."""
    found = defaultdict(list)
    for counts, document in documents.items():
        found[document].append(counts)
    return found.values()


def check(setup: Setup, valid: int, unknown: int) -> int:
    """Make the documents that could be certain, with the partners they must read like; return how many."""
    grades, top = len(setup.scale.grades), setup.top
    none, one = none_satisfied(valid, grades, top), one_satisfied(valid, grades, top)
    same = list(alike(valid, grades))
    tables = {*none, *one, *(counts for whole, others in same for counts in (whole, *others))}
    made = {counts: setup.document((*counts, unknown)) for counts in tables}
    for whole, others in same:
        assert {made[other] for other in others} == {made[whole]}, (setup, whole, unknown)
    assert {made[counts] for counts in none} == {made[counts] for counts in one}, (setup, valid, unknown)
    assert not any(is_certain(each, top) for each in fits(made)), (setup, valid, unknown)
    return len(made)


def every_size() -> Iterator[tuple[int, int]]:
    """Yield every number of answers, with every number of 不了解 among them that leaves enough."""
    for count in range(FIRST, LAST + 1):
        for unknown in range(count - FIRST + 1):
            yield count, unknown
