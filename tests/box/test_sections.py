"""Papers of several sections through envelope, shredding and counting: what is counted is what was marked."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.box.counted import valid_ballots
from app.box.envelope import VOID, BadEnvelope, Ballot, decode, encode, pack, plaintext_size
from app.box.shredding import shred
from app.campaigns.domain import Item, Scheme
from app.core.errors import DomainError
from app.core.secrets import token_bytes
from app.rounds.domain import NOT_ASKED, Paper, PaperGroup, PaperSection, PaperUnit
from app.tally.chain import Chain, GroupChain
from app.tally.counting import check_counts, count_round
from tests.box.papers import HASH, SCALE
from tests.papers import YES_NO, sitting

GROUPS = ("a", "b")


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    """Any paper of one to three sections, each on a scale of its own, with recusals of whole sections too."""
    parts = tuple(_part(draw, place) for place in range(draw(st.integers(1, 3))))
    every = [unit.id for part in parts for unit in part.units]
    left_out = draw(st.sets(st.sampled_from(every), max_size=len(every) - 1))
    groups = (PaperGroup("a", "甲", 60), PaperGroup("b", "乙", 60, tuple(sorted(left_out))))
    return Paper("r", "局", "活动", "一", parts, groups, Scheme(SCALE), "slips", remarks=True, remark_bytes=80)


def _part(draw: st.DrawFn, place: int) -> PaperSection:
    units = tuple(PaperUnit(f"s{place}u{at}", f"对象{place}{at}") for at in range(draw(st.integers(1, 3))))
    items = tuple(Item(f"i{at}", f"第{at}项") for at in range(draw(st.integers(1, 3))))
    own = draw(st.sampled_from([None, Scheme(YES_NO)]))
    return PaperSection("表", items, units, f"s{place}", f"部分{place}", own=own)


@st.composite
def voted(draw: st.DrawFn) -> tuple[Paper, list[Ballot]]:
    """A paper with up to twelve ballots."""
    paper = draw(papers())
    return paper, [_ballot(draw, paper, draw(st.sampled_from(GROUPS))) for _ in range(draw(st.integers(0, 12)))]


def _ballot(draw: st.DrawFn, paper: Paper, group: str) -> Ballot:
    marks = bytearray((NOT_ASKED,)) * paper.cells
    for section in paper.sections:
        for unit in section.rated_by(group):
            for item in range(len(section.items)):
                options = len(section.scheme.scale.options)
                marks[section.mark_of(unit, item)] = draw(st.integers(0, options - 1))
    written = sorted(draw(st.sets(st.sampled_from(paper.rated_by(group)), max_size=2)))
    return Ballot(group, bytes(marks), tuple((unit, "意见") for unit in written))


def naive(paper: Paper, ballots: list[Ballot]) -> Counter[tuple[str, str, str, int]]:
    """Count unit, item, group and mark as a child would."""
    found: Counter[tuple[str, str, str, int]] = Counter()
    for ballot in ballots:
        at = 0
        for part in paper.parts:
            for unit in part.units:
                for item in part.items:
                    found[unit.id, item.key, ballot.group_id, ballot.marks[at]] += 1
                    at += 1
    return Counter({key: count for key, count in found.items() if key[3] != NOT_ASKED})


@given(voted())
def test_what_is_counted_is_what_was_marked(case: tuple[Paper, list[Ballot]]) -> None:
    paper, ballots = case
    plain = [encode(paper, HASH, ballot) for ballot in ballots]
    assert {len(each) for each in plain} <= {plaintext_size(paper)}
    read = [decode(paper, HASH, each) for each in plain]
    assert read == ballots
    stacks = shred(paper, iter(read), token_bytes)
    counted, found = count_round(paper, stacks.marks), Counter[tuple[str, str, str, int]]()
    for section in paper.sections:
        for unit in section.units:
            for item, tables in zip(section.items, counted[unit.id].tables, strict=True):
                for group, table in tables.items():
                    for mark, count in enumerate((*table.grades, table.unknown, table.abstain)):
                        found[unit.id, item.key, group, mark] += count
    assert +found == naive(paper, ballots)
    valid = valid_ballots(paper, ((*place, len(marks)) for place, marks in stacks.marks.items()))
    assert valid == stacks.returned == {group: sum(one.group_id == group for one in ballots) for group in GROUPS}
    assert sorted(remark.unit_id for remark in stacks.remarks) == sorted(
        paper.units[unit].id for ballot in ballots for unit, _ in ballot.remarks
    )


def marked(paper: Paper, group: str = "residents") -> bytearray:
    """Return the best mark in every cell that a group is asked."""
    marks = bytearray((NOT_ASKED,)) * paper.cells
    for section in paper.sections:
        for unit in section.rated_by(group):
            for item in range(len(section.items)):
                marks[section.mark_of(unit, item)] = 0
    return marks


def test_a_section_that_is_marked_wrongly_is_void_alone() -> None:
    paper = sitting()
    people = paper.sections[1]
    marks = marked(paper)
    marks[people.start] = 9
    written = ((0, "好"), (1, "差"))
    read = decode(paper, HASH, pack((HASH, 0), bytes(marks), written, paper.remark_bytes))
    assert read.marks[: people.start] == bytes(8)
    assert set(read.marks[people.start : people.end]) == {VOID}
    assert read.remarks == ((0, "好"),)
    whole = Ballot("residents", bytes(marked(paper)))
    stacks = shred(paper, iter([read, whole, whole]), token_bytes)
    sizes = {unit: len(stacks.marks[unit, "residents"]) for unit in ("body", "m0", "m6", "doc")}
    assert sizes == {"body": 3 * 8, "m0": 2 * 6, "m6": 2 * 6, "doc": 3}
    valid = valid_ballots(paper, ((*place, len(rows)) for place, rows in stacks.marks.items()))
    assert valid == {"residents": 3, "staff": 0}
    rows = [GroupChain(group, 60, 60, count, count) for group, count in valid.items()]
    check_counts(paper, count_round(paper, stacks.marks), Chain(tuple(rows)))
    uneven = count_round(paper, {**stacks.marks, ("m0", "residents"): stacks.marks["m0", "residents"][6:]})
    with pytest.raises(DomainError, match="stack_count_differs"):
        check_counts(paper, uneven, Chain(tuple(rows)))


def test_a_ballot_with_no_right_section_is_void() -> None:
    paper = sitting()
    marks = marked(paper)
    for section in paper.sections:
        marks[section.start] = 9
    with pytest.raises(BadEnvelope, match="envelope_malformed"):
        decode(paper, HASH, pack((HASH, 0), bytes(marks), (), paper.remark_bytes))
    alone = replace(paper, groups=(replace(paper.groups[0], left_out=("body", "doc")), paper.groups[1]))
    marks = marked(alone)
    marks[alone.sections[1].start] = 9
    with pytest.raises(BadEnvelope, match="envelope_malformed"):
        decode(alone, HASH, pack((HASH, 0), bytes(marks), (), paper.remark_bytes))


def test_a_missing_mark_is_named_by_its_unit_in_the_paper() -> None:
    paper = sitting()
    marks = marked(paper)
    people = paper.sections[1]
    marks[people.mark_of(2, 3)] = NOT_ASKED
    with pytest.raises(DomainError) as caught:
        encode(paper, HASH, Ballot("residents", bytes(marks)))
    assert (caught.value.code, caught.value.params) == ("missing_marks", {"unit": 3, "item": 3})
