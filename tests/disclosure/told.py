"""Random announced rounds, each beside another that shares what its extent tells; the same seed gives the same two."""

import random
from collections.abc import Sequence
from dataclasses import replace

from app.campaigns.builtin import SCALES
from app.campaigns.disclosure import Disclosure, Extent, Kind
from app.campaigns.domain import Denominator, Formula, Item, Scheme
from app.rounds.domain import Paper, PaperUnit
from app.tally.document import canonical_json
from app.tally.restraint import FREE, Restraint
from app.tally.result import result_document
from tests.tally.cast import Json, make_chain, make_paper, section_of

ITEMS = (Item("i0", "过程"), Item("i1", "总体评价", overall=True))
SCALE = replace(SCALES["satisfaction"], abstain="弃权")
GRADES = len(SCALE.grades)
BASES = (Denominator.VALID, Denominator.RETURNED, Denominator.EXPECTED)
Counts = tuple[int, ...]


def paper_of(
    extent: Extent, top: int = 2, denominator: Denominator = Denominator.VALID, *, voters: int = 29, one: bool = False
) -> Paper:
    """An announced round of one object and two items, or of the overall item alone."""
    scheme = _scheme(extent, top, denominator)
    return make_paper({"g": ()}, items=ITEMS[1:] if one else ITEMS, scheme=scheme, expected=voters, remarks=False)


def _scheme(extent: Extent, top: int, denominator: Denominator) -> Scheme:
    return Scheme(SCALE, Formula(top, denominator), disclosure=Disclosure(Kind.ANNOUNCED, extent))


def announced(paper: Paper, *columns: Counts, restraint: Restraint = FREE) -> Json:
    """The document of a round in which so many marked each option of each item."""
    voters = sum(columns[0])
    marks = [[mark for mark, count in enumerate(counts) for _ in range(count)] for counts in columns]
    stack = bytes(mark for row in zip(*marks, strict=True) for mark in row)
    return result_document(paper, {("u0", "g"): stack}, make_chain({"g": voters}, expected=voters), {}, restraint)


def target_of(document: Json) -> Json:
    """The one object of a document."""
    [target] = section_of(document)["targets"]
    return target


def check_exact(document: Json, columns: tuple[Counts, ...], top: int, section: int = 0) -> None:
    """AssertionError unless every count from ten valid answers on is the one that was voted, and there is no more."""
    [target] = document["sections"][section]["targets"]
    for item, counts in zip(target["items"], columns, strict=True):
        cell, valid = item["total"], sum(counts[:GRADES])
        assert item["groups"] == []
        if valid < 10:
            assert cell["shown"] is False
            continue
        assert cell["view"] == "exact"
        assert [row["count"] for row in cell["distribution"]] == list(counts[:GRADES])
        assert [cell[name]["count"] for name in ("unknown", "abstain")] == list(counts[GRADES:])
        assert (cell["valid"]["count"], cell["answered"]["count"]) == (valid, sum(counts))
        assert cell["satisfied"]["count"] == sum(counts[:top])
        assert cell["interval"] is None


def check_round(seed: int) -> None:
    """Draw a round of one or two sections that the same people marked: its counts are exact.

    Or its document is that of another round which shares what the extent tells of each section.
    """
    draw = random.Random(seed)
    voters, base = draw.randint(10, 64), draw.choice(BASES)
    tops = tuple(draw.randint(1, 3) for _ in range(draw.randint(1, 2)))
    tables = [_drawn(draw, voters, len(SCALE.options)) for _ in tops]
    for place, (top, counts) in enumerate(zip(tops, tables, strict=True)):
        check_exact(_document(Extent.COUNTS, base, tops, tables), (counts,), top, place)
    shared = [_sharing(draw, counts, top) for counts, top in zip(tables, tops, strict=True)]
    for extent, others in (
        (Extent.SUM, shared),
        (Extent.WORDS, [_drawn(draw, voters, len(SCALE.options)) for _ in tops]),
    ):
        first, second = _document(extent, base, tops, tables), _document(extent, base, tops, others)
        if _words(first) == _words(second):
            assert canonical_json(first) == canonical_json(second), (seed, extent)


def _document(extent: Extent, base: Denominator, tops: tuple[int, ...], tables: Sequence[Counts]) -> Json:
    """The document of a round in which each section has one object, one item and its own number of counted grades."""
    voters = sum(tables[0])
    paper = paper_of(extent, tops[0], base, voters=voters, one=True)
    [part] = paper.parts
    parts = [
        replace(part, key=f"s{place}", units=(PaperUnit(f"u{place}", f"对象{place}"),), own=_scheme(extent, top, base))
        for place, top in enumerate(tops)
    ]
    marks = [bytes(mark for mark, count in enumerate(counts) for _ in range(count)) for counts in tables]
    stacks = {(f"u{place}", "g"): stack for place, stack in enumerate(marks)}
    return result_document(replace(paper, parts=tuple(parts)), stacks, make_chain({"g": voters}, expected=voters), {})


def _words(document: Json) -> list[Json]:
    return [target["verdict"] for section in document["sections"] for target in section["targets"]]


def _sharing(draw: random.Random, counts: Counts, top: int) -> Counts:
    """Return a table with the same sum of the counted grades, and as many valid answers."""
    parts = (counts[:top], counts[top:GRADES], counts[GRADES:])
    return tuple(count for part in parts for count in _drawn(draw, sum(part), len(part)))


def _drawn(draw: random.Random, people: int, options: int) -> Counts:
    """Share people out among options: one in three times nearly all of them to one."""
    if draw.random() < 0.3:
        odd = draw.randint(0, min(1, people))
        counts = [0] * options
        counts[draw.randrange(options)] += people - odd
        counts[draw.randrange(options)] += odd
        return tuple(counts)
    cuts = sorted(draw.randint(0, people) for _ in range(options - 1))
    return tuple(high - low for low, high in zip([0, *cuts], [*cuts, people], strict=True))
