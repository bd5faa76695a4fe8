"""A group made for one person, the rest of its ballots cast by whoever made it, shows nothing (SEC-84)."""

import random
from dataclasses import replace

import pytest

from app.campaigns.domain import Item
from app.rounds.domain import Paper
from app.tally.result import result_document
from tests.disclosure.attacker import Reading
from tests.disclosure.search import exact_ranges
from tests.found import some
from tests.tally.cast import Json, make_chain, make_paper, make_stack, section_of

ITEMS = tuple(Item(f"i{place}", f"指标{place}", overall=place == 4) for place in range(5))
UNITS, BIG = 6, {"a": 60, "b": 45}
GRADES, UNKNOWN = 4, 4


def known_marks(draw: random.Random, count: int, unsure: int) -> list[int]:
    """Return what the attacker marks himself: every grade in turn, which no rule about like answers hides."""
    marks = [place % GRADES for place in range(count - unsure)] + [UNKNOWN] * unsure
    draw.shuffle(marks)
    return marks


def draw_round(seed: int, people: int, slips: int, unsure: int = 0) -> tuple[Paper, Json, dict[tuple[str, str], int]]:
    """Count a round in which one of ``slips`` in group c is the victim's, and all others are known."""
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
        stacks[unit.id, "c"] = make_stack(*([mark, *known_marks(draw, slips - 1, unsure)] for mark in own))
    chain = make_chain({**BIG, "c": slips})
    return paper, result_document(paper, stacks, chain, {}), victim


def rows_of(document: Json) -> list[Json]:
    parts = [part for unit in section_of(document)["targets"] for part in (*unit["items"], unit["overall"])]
    return [row for part in parts for row in part["groups"]]


CASES = {
    "few were expected and came": (5, 5, 0),
    "one less than the floor": (9, 9, 0),
    "few were expected, more slips were made": (5, 14, 0),
    "few were expected, many slips were made": (9, 30, 0),
    "many were expected, few came": (40, 9, 0),
    "many came, few of them answered": (40, 14, 5),
}


@pytest.mark.parametrize(("people", "slips", "unsure"), CASES.values(), ids=CASES)
def test_it_shows_no_row(people: int, slips: int, unsure: int) -> None:
    for seed in range(5):
        _, document, _ = draw_round(seed, people, slips, unsure)
        rows = rows_of(document)
        assert not [row for row in rows if row["id"] == "c" and row["cell"]["shown"]], seed
        assert not [row for row in rows if not row["id"] and len(row["members"]) < 2]


def test_a_large_group_has_its_rows() -> None:
    """What is looked for above is there to be found."""
    _, document, _ = draw_round(0, 40, 30)
    assert all(row["cell"]["shown"] for row in some(row for row in rows_of(document) if row["id"] == "c"))


def test_who_knows_the_rest_learns_nothing_of_the_one() -> None:
    """Given the four other marks, the victim's is left open in every one of 30 cells."""
    paper, document, victim = draw_round(1, 5, 5)
    reading = Reading(document, paper)
    reading.programme.say({reading.ballots["c"]: 1.0}, 5, 5)
    for unit, item in victim:
        for grade in range(GRADES):
            reading.programme.say({reading.cells[unit, item, "c"][grade]: 1.0}, 1, 2)
    found = exact_ranges(reading.programme, [each for each in reading.targets() if each.name[2] == "c"])
    assert found
    satisfied = [each for name, each in found.items() if name[3] == "satisfied"]
    assert len(satisfied) == len(victim) == 30
    assert all((each.low, each.high) == (2, 3) for each in some(satisfied))
