"""Every small raw table of one group that might tell everybody's mark, and the documents made of them (SEC-79).

That everybody marked x, or that nobody was satisfied, is certain only where it is so in every raw table that a document
fits. So only tables in which it is so can give such a document: the others need not be made, but for the partners that
must read like these.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import permutations
from typing import Any

from app.campaigns.builtin import SCALES
from app.campaigns.domain import Denominator, Formula, Scale, Scheme
from app.rounds.domain import Paper
from app.tally.document import canonical_json
from app.tally.result import result_document
from tests.tally.cast import make_chain, make_marks, make_paper, make_stack

Counts = tuple[int, ...]
FIRST, LAST = 10, 29
BASES = (Denominator.VALID, Denominator.RETURNED, Denominator.EXPECTED)
"""What is divided by: of 到会 a rate is like of 收回, by another whole number."""
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
        paper = _paper(self, tuple(votes), people)
        stacks = {("u0", group): make_stack(make_marks(*counts)) for group, counts in votes.items()}
        chain = make_chain({group: sum(counts) for group, counts in votes.items()}, expected=people)
        found: Any = result_document(paper, stacks, chain, {})
        return canonical_json(found)


@cache
def _paper(setup: Setup, groups: tuple[str, ...], people: int) -> Paper:
    """Return the paper of many tables: what follows from it is worked out once."""
    return make_paper(dict.fromkeys(groups, ()), scheme=setup.scheme, expected=people)


def setups() -> Iterator[Setup]:
    """Yield both scales, with their ways to draw the line between the best grades and the others, on all bases."""
    for scale, tops in ((FOUR, (2,)), (THREE, (1, 2))):
        for top in tops:
            for base in BASES:
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
Pair = tuple[Counts, Counts]
Documents = Callable[[Pair], bytes]


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen of the tables of two groups of two sizes: how many, how many documents were made of them.

    ``certain`` are tables whose document fits only tables in which the same is so of everybody.
    """

    tables: int
    documents: int
    certain: tuple[Pair, ...]


def says_of(pair: Pair, top: int) -> Certain:
    """Return of the total and of either group whether all marked alike, and whether nobody marked a best grade."""
    one, other = pair
    both = tuple(map(sum, zip(one, other, strict=True)))
    return tuple(so for counts in (both, one, other) for so in (sum(map(bool, counts)) == 1, not sum(counts[:top])))


def look_at_pairs(setup: Setup, one: int, other: int) -> Looked:
    """Find the tables of two groups of so many people that leave no doubt about everybody's mark.

    A document is certain of something only if that is so in every table that it fits. So only tables in which
    something is so are suspects, and one table with the same document in which it is not so clears each of them.
    That table is nearly always one or two marks away; where none of those near clears a suspect, every table is made.
    """
    firsts, seconds = (list(splits(total, len(setup.scale.grades))) for total in (one, other))
    made: dict[Pair, bytes] = {}

    def document(pair: Pair) -> bytes:
        if pair not in made:
            made[pair] = hashlib.sha256(setup.pair(*pair).encode()).digest()[:12]
        return made[pair]

    every = [(first, second) for first in firsts for second in seconds]
    suspects = [pair for pair in every if any(says_of(pair, setup.top))]
    left = [pair for pair in suspects if any(_unrefuted(setup, pair, near(pair), document))]
    if left:
        fitting = defaultdict(list)
        for pair in every:
            fitting[document(pair)].append(pair)
        left = [pair for pair in left if any(_unrefuted(setup, pair, fitting[document(pair)], document))]
    return Looked(len(every), len(made), tuple(left))


def _unrefuted(setup: Setup, pair: Pair, others: Iterable[Pair], document: Documents) -> Certain:
    """Return what is so in a table and in all of some others that read the same."""
    says = says_of(pair, setup.top)
    for other in others:
        still = joined_certain(says, says_of(other, setup.top))
        if still != says and document(other) == document(pair):
            says = still
        if not any(says):
            break
    return says


def near(pair: Pair) -> Iterator[Pair]:
    """Yield the tables that one moved mark makes of one group, then those in which the total stays, then two moves."""
    one, other = pair
    yield from ((changed, other) for changed in moved(one))
    yield from ((one, changed) for changed in moved(other))
    both = [(first, second) for first in moved(one) for second in moved(other)]
    whole = [sum(each) for each in zip(one, other, strict=True)]
    same = [each for each in both if [sum(two) for two in zip(*each, strict=True)] == whole]
    yield from same
    yield from (each for each in both if each not in same)


def moved(counts: Counts) -> Iterator[Counts]:
    """Yield the tables in which one person marked another grade."""
    for gone, came in permutations(range(len(counts)), 2):
        if counts[gone]:
            changed = list(counts)
            changed[gone] -= 1
            changed[came] += 1
            yield tuple(changed)


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
