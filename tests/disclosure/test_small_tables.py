"""Fewer than 30 answers: with the number of ballots known, what is shown allows two raw tables or more (SEC-49)."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.campaigns.builtin import SCALES
from app.campaigns.domain import Denominator, Formula, Gates, Measure, Scheme
from app.tally.result import result_document
from tests.tally.cast import make_chain, make_marks, make_paper, make_stack, section_of

CHUNKS, TABLES = 4, 1_000
MINDS = (
    (5, 4, 3, 2, 1, 1),
    (1, 1, 1, 1, 1, 1),
    (9, 1, 0, 0, 0, 0),
    (0, 0, 1, 9, 0, 0),
    (1, 0, 0, 0, 0, 5),
    (1, 0, 1, 0, 0, 0),
)

Counts = tuple[int, ...]


def figures(scheme: Scheme, counts: Counts) -> Any:  # noqa: ANN401 - plain JSON
    """Count one group of one unit; everything but its figures is the same for every table of so many ballots."""
    paper = make_paper({"a": ()}, scheme=scheme, expected=sum(counts) + 3)
    stacks = {("u0", "a"): make_stack(make_marks(*counts))}
    document: Any = result_document(paper, stacks, make_chain({"a": sum(counts)}, expected=sum(counts) + 3), {})
    return section_of(document)["targets"][0]["overall"]


def neighbours(counts: Counts) -> Iterator[Counts]:
    """Yield the tables in which one to three ballots are marked otherwise."""
    for moved in (1, 2, 3):
        for start, count in enumerate(counts):
            for end in range(len(counts)):
                if end != start and count >= moved:
                    changed = list(counts)
                    changed[start] -= moved
                    changed[end] += moved
                    yield tuple(changed)


def make_case(draw: random.Random) -> tuple[Scheme, Counts]:
    scale = replace(draw.choice(list(SCALES.values())), unknown=draw.choice(("不了解", None)))
    top = draw.randint(1, min(3, len(scale.grades) - 1))
    formula = Formula(top, draw.choice(list(Denominator)), draw.choice(list(Measure)))
    weights = draw.choice(MINDS)[: len(scale.options)]
    marks = draw.choices(range(len(scale.options)), weights if any(weights) else None, k=draw.randint(5, 29))
    gates = replace(Gates(), min_valid=draw.choice((5, 10)))
    return Scheme(scale, formula=formula, gates=gates), tuple(map(marks.count, range(len(scale.options))))


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_it_works(chunk: int) -> None:
    shown = 0
    for seed in range(chunk * TABLES, (chunk + 1) * TABLES):
        scheme, counts = make_case(random.Random(seed))
        found = figures(scheme, counts)
        if found["total"]["shown"]:
            shown += 1
            assert any(figures(scheme, other) == found for other in neighbours(counts)), (scheme, counts)
    assert shown > TABLES / 2


def test_it_finds_whole_percents_of_every_grade() -> None:
    # of 25: 12, 7, 4, 2 are 48 %, 28 %, 16 % and 8 %, and no other table of 25 reads like that
    def shares(counts: Counts) -> list[str]:
        return [f"{100 * count / sum(counts):.0f}" for count in counts]

    counts = (12, 7, 4, 2)
    assert all(shares(other) != shares(counts) for other in neighbours(counts))
