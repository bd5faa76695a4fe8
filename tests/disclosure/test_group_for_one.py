"""A group made for one person, the rest of its ballots cast by whoever made it, shows nothing (SEC-84)."""

import random
from dataclasses import replace

import pytest

from app.campaigns.domain import Item
from app.rounds.domain import Paper
from app.tally.result import result_document
from tests.disclosure.attacker import Reading
from tests.disclosure.search import exact_ranges
from tests.tally.cast import Json, make_chain, make_paper, make_stack, section_of

ITEMS = tuple(Item(f"i{place}", f"指标{place}", overall=place == 4) for place in range(5))
UNITS, BIG = 6, {"a": 60, "b": 45}
RATHER = 1


def draw_round(seed: int, people: int, slips: int) -> tuple[Paper, Json, dict[tuple[str, str], int]]:
    """Count a round in which one of ``slips`` in group c is the victim's; the others are known to be 比较满意."""
    draw = random.Random(seed)
    names = [*BIG, "c"]
    base = make_paper(dict.fromkeys(names, ()), UNITS, ITEMS, expected=200)
    paper = replace(base, groups=(*base.groups[:-1], replace(base.groups[-1], expected=people)))
    stacks: dict[tuple[str, str], bytes] = {}
    victim: dict[tuple[str, str], int] = {}
    for unit in paper.units:
        for group, size in BIG.items():
            stacks[unit.id, group] = make_stack(*(draw.choices(range(4), (4, 3, 2, 1), k=size) for _ in ITEMS))
        own = [draw.randrange(4) for _ in ITEMS]
        victim |= {(unit.id, item.key): mark for item, mark in zip(ITEMS, own, strict=True)}
        stacks[unit.id, "c"] = make_stack(*([mark, *[RATHER] * (slips - 1)] for mark in own))
    chain = make_chain({**BIG, "c": slips})
    return paper, result_document(paper, stacks, chain, {}), victim


def rows_of(document: Json) -> list[Json]:
    parts = [part for unit in section_of(document)["targets"] for part in (*unit["items"], unit["overall"])]
    return [row for part in parts for row in part["groups"]]


@pytest.mark.parametrize(("people", "slips"), [(5, 5), (9, 9), (5, 14), (9, 30)])
def test_it_works(people: int, slips: int) -> None:
    for seed in range(5):
        _, document, _ = draw_round(seed, people, slips)
        assert not [row for row in rows_of(document) if row["id"] == "c" and row["cell"]["shown"]], seed
        assert all(len(row["members"]) > 1 for row in rows_of(document) if not row["id"])


def test_who_knows_the_rest_learns_nothing_of_the_one() -> None:
    """Given the four other marks, the victim's is left open in every one of 30 cells."""
    paper, document, victim = draw_round(1, 5, 5)
    reading = Reading(document, paper)
    reading.programme.say({reading.ballots["c"]: 1.0}, 5, 5)
    for unit, item in victim:
        reading.programme.say({reading.cells[unit, item, "c"][RATHER]: 1.0}, 4, 5)
    found = exact_ranges(reading.programme, [each for each in reading.targets() if each.name[2] == "c"])
    assert found
    satisfied = [each for name, each in found.items() if name[3] == "satisfied"]
    assert len(satisfied) == len(victim) == 30
    assert all((each.low, each.high) == (4, 5) for each in satisfied)
