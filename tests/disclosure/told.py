"""Random announced rounds, each beside another that shares what its extent tells; the same seed gives the same two."""

import random
from dataclasses import replace

from app.campaigns.builtin import SCALES
from app.campaigns.disclosure import Disclosure, Extent, Kind
from app.campaigns.domain import Denominator, Formula, Item, Scheme
from app.rounds.domain import Paper
from app.tally.document import canonical_json
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
    scheme = Scheme(SCALE, Formula(top, denominator), disclosure=Disclosure(Kind.ANNOUNCED, extent))
    return make_paper({"g": ()}, items=ITEMS[1:] if one else ITEMS, scheme=scheme, expected=voters, remarks=False)


def announced(paper: Paper, *columns: Counts) -> Json:
    """The document of a round in which so many marked each option of each item."""
    voters = sum(columns[0])
    marks = [[mark for mark, count in enumerate(counts) for _ in range(count)] for counts in columns]
    stack = bytes(mark for row in zip(*marks, strict=True) for mark in row)
    return result_document(paper, {("u0", "g"): stack}, make_chain({"g": voters}, expected=voters), {})


def target_of(document: Json) -> Json:
    """The one object of a document."""
    [target] = section_of(document)["targets"]
    return target


def check_exact(document: Json, columns: tuple[Counts, ...], top: int) -> None:
    """AssertionError unless every count from ten valid answers on is the one that was voted, and there is no more."""
    for item, counts in zip(target_of(document)["items"], columns, strict=True):
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
    """Draw a round: its counts are exact, or its document is that of another which shares what the extent tells."""
    draw = random.Random(seed)
    voters, top, base = draw.randint(10, 64), draw.randint(1, 3), draw.choice(BASES)
    counts = _drawn(draw, voters, len(SCALE.options))
    check_exact(announced(paper_of(Extent.COUNTS, top, base, voters=voters, one=True), counts), (counts,), top)
    parts = (counts[:top], counts[top:GRADES], counts[GRADES:])
    shared = tuple(count for part in parts for count in _drawn(draw, sum(part), len(part)))
    for extent, other in ((Extent.SUM, shared), (Extent.WORDS, _drawn(draw, voters, len(SCALE.options)))):
        paper = paper_of(extent, top, base, voters=voters, one=True)
        first, second = announced(paper, counts), announced(paper, other)
        if target_of(first)["verdict"] == target_of(second)["verdict"]:
            assert canonical_json(first) == canonical_json(second), (seed, extent)


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
