"""本人: once in a section of persons, of a whole row, counted as not asked; what was marked beside it stays untold."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.box.envelope import VOID, Ballot, check_marks, decode, encode, pack, plaintext_size
from app.box.shredding import shred
from app.campaigns.domain import Denominator, Formula
from app.campaigns.quorum import Quorum
from app.core.errors import DomainError
from app.core.secrets import token_bytes
from app.rounds.domain import NOT_ASKED, SELF, Paper, PaperGroup, Section
from app.rounds.papers import paper_text, parse_paper
from app.tally.chain import Chain, GroupChain
from app.tally.counting import check_counts, count_round
from app.tally.document import Document
from app.tally.figures import Table
from app.tally.hiding import rules_of
from app.tally.result import result_document
from app.tally.totals import base_of
from app.tally.unseen import unseen_groups
from tests.box.papers import HASH
from tests.box.test_sections import marked
from tests.papers import sitting


def self_paper(groups: tuple[PaperGroup, ...] = sitting().groups) -> Paper:
    """The paper of three sections, whose members have a cell 本人."""
    body, people, report = sitting().parts
    return replace(sitting(), parts=(body, replace(people, self_cell=True), report), groups=groups)


def own(paper: Paper, member: int, group: str = "residents") -> bytearray:
    """Return the marks of a voter who is one of the members."""
    marks, people = marked(paper, group), paper.sections[1]
    start = people.mark_of(member, 0)
    marks[start : start + people.width] = bytes((SELF,)) * people.width
    return marks


def counted(paper: Paper, ballots: list[Ballot]) -> tuple[dict[str, dict[str, Table]], Chain]:
    """Return the first item's tables by unit, and the chain; ballots go the way of real ones."""
    read = [decode(paper, HASH, encode(paper, HASH, ballot)) for ballot in ballots]
    stacks = shred(paper, iter(read), token_bytes)
    assert not any(SELF in rows for rows in stacks.marks.values())
    rows = [
        GroupChain(group.id, group.expected, 60, count, count)
        for group in paper.groups
        for count in [stacks.returned[group.id]]
    ]
    chain, found = Chain(tuple(rows)), count_round(paper, stacks.marks)
    check_counts(paper, found, chain)
    return {unit: count.tables[0] for unit, count in found.items()}, chain


def test_it_works() -> None:
    paper = self_paper()
    ballots = [Ballot("residents", bytes(own(paper, member))) for member in (1, 1, 4)]
    ballots += [Ballot("residents", bytes(marked(paper)))] * 9
    assert {len(encode(paper, HASH, ballot)) for ballot in ballots} == {plaintext_size(paper)}
    tables, _ = counted(paper, ballots)
    told = {unit: (table["residents"].valid, table["residents"].excused) for unit, table in tables.items()}
    assert told == {
        "body": (12, 0), "m0": (12, 0), "m1": (10, 2), "m2": (12, 0), "m3": (12, 0), "m4": (11, 1), "m5": (12, 0),
        "m6": (12, 0), "doc": (12, 0),
    }  # fmt: skip


def test_counts_are_those_of_the_marks() -> None:
    draw, paper = random.Random(5), self_paper()
    for _ in range(20):
        ballots, naive = [], Counter[tuple[str, int]]()
        for _ in range(draw.randint(1, 30)):
            marks = own(paper, draw.randrange(7)) if draw.random() < 0.4 else marked(paper)
            for at, mark in enumerate(marks):
                if mark == 0:
                    marks[at] = draw.randrange(2)
            for place, unit in enumerate(paper.sections[1].units):
                naive[unit.id, marks[paper.sections[1].mark_of(place, 0)]] += 1
            ballots.append(Ballot("residents", bytes(marks)))
        tables, _ = counted(paper, ballots)
        for unit in paper.sections[1].units:
            table = tables[unit.id]["residents"]
            assert (*table.grades[:2], table.excused) == tuple(naive[unit.id, mark] for mark in (0, 1, SELF))


def test_every_stack_is_as_high_as_the_others() -> None:
    """A row that was not asked stays a row: how high a stack is tells of nobody."""
    paper = self_paper()
    ballots = [Ballot("residents", bytes(own(paper, 2))), Ballot("residents", bytes(marked(paper)))]
    stacks = shred(paper, iter(ballots), token_bytes).marks
    assert {len(stacks[f"m{at}", "residents"]) for at in range(7)} == {2 * 6}
    assert stacks["m2", "residents"].count(NOT_ASKED) == 6


@pytest.mark.parametrize("fault", ["two", "half", "elsewhere"])
def test_it_refuses_a_second_self_and_half_a_row(fault: str) -> None:
    paper = self_paper()
    people, marks = paper.sections[1], own(paper, 2)
    places: dict[str, Section | int] = {"two": people.mark_of(5, 0), "half": people.mark_of(2, 0), "elsewhere": 0}
    at = places[fault]
    assert isinstance(at, int)
    width = {"two": people.width, "half": 1, "elsewhere": 8}[fault]
    marks[at : at + width] = bytes((0 if fault == "half" else SELF,)) * width
    code = {"two": "ballot_over_limit", "half": "self_mixed", "elsewhere": "marks_malformed"}[fault]
    with pytest.raises(DomainError, match=code):
        check_marks(paper, Ballot("residents", bytes(marks)))
    read = decode(paper, HASH, pack((HASH, 0), bytes(marks), (), paper.remark_bytes))
    void = paper.sections[0] if fault == "elsewhere" else people
    assert set(read.marks[void.start : void.end]) == {VOID}


def test_a_paper_without_the_cell_knows_no_self() -> None:
    with pytest.raises(DomainError, match="marks_malformed"):
        check_marks(sitting(), Ballot("residents", bytes(own(sitting(), 2))))
    assert "self_cell" not in paper_text(sitting())
    assert parse_paper(paper_text(self_paper())).parts[1].self_cell


def test_nobody_is_himself_where_his_group_does_not_rate_him() -> None:
    paper = self_paper()
    marks = marked(paper, "staff")  # who leave the first member out
    start = paper.sections[1].start
    marks[start : start + 6] = bytes((SELF,)) * 6
    with pytest.raises(DomainError, match="marks_malformed"):
        check_marks(paper, Ballot("staff", bytes(marks)))


def test_who_is_not_asked_is_in_no_base() -> None:
    chain = Chain((GroupChain("a", expected=33, printed=33, returned=29, valid=29, present=30),))
    base = base_of(chain, {"a": Table((20, 8), excused=1)})
    assert (base.returned, base.expected, base.present) == (28, 32, 29)
    pooled = base_of(chain, {"a": Table((40, 16), excused=2)}, times=2)
    assert (pooled.returned, pooled.expected) == (56, 64)


def test_the_members_numbers_differ_by_one_and_rates_by_all_others() -> None:
    """Of 40 ballots one is of member 3 himself: 39 rate him, 26 as 满意: 66.7 % of 有效, and of 39 of 40 expected."""
    for denominator in (Denominator.VALID, Denominator.EXPECTED):
        paper = self_paper(groups=(PaperGroup("residents", "全体人员", 40),))
        paper = replace(paper, scheme=replace(paper.scheme, formula=Formula(1, denominator)))
        people, ballots = paper.sections[1], [Ballot("residents", bytes(own(paper, 3)))]
        for place in range(39):
            marks = marked(paper)
            if place >= 26:
                start = people.mark_of(3, 0)
                marks[start : start + people.width] = bytes((1,)) * people.width
            ballots.append(Ballot("residents", bytes(marks)))
        stacks = shred(paper, iter(ballots), token_bytes)
        document = result_document(paper, stacks.marks, Chain((GroupChain("residents", 40, 40, 40, 40),)), {})
        found = {unit["id"]: unit["overall"]["total"] for unit in document["sections"][1]["targets"]}
        m3 = found["m3"]
        assert m3["shown"]
        assert (m3["answered"]["text"], m3["satisfied_rate"]["text"]) == ("39", "66.7%")
        assert Fraction(26, 39) == Fraction(2, 3)
        m2 = found["m2"]
        assert m2["shown"]
        assert m2["answered"]["text"] == "40"


def with_board(
    slips: Sequence[int], came: Sequence[int], members: int = 12, *, cell: bool = True
) -> tuple[Paper, Chain, list[Ballot]]:
    """Return a round whose members are of the first group and all came; whoever else came marks by turns."""
    body, people, report = sitting(members).parts
    groups = tuple(PaperGroup(*row) for row in zip("abcd", ("班子", "中层", "群众", "离退休"), slips, strict=False))
    plain = replace(sitting(members), groups=groups, remarks=False, remark_bytes=0)
    paper = replace(plain, parts=(body, replace(people, self_cell=cell), report))
    ballots = [Ballot("a", bytes(own(paper, at, "a") if cell else marked(paper, "a"))) for at in range(members)]
    for group, count in zip(groups, (came[0] - members, *came[1:]), strict=True):
        for place in range(count):
            marks = bytes((place + at) % 2 for at in range(len(marked(paper, group.id))))
            ballots.append(Ballot(group.id, marks))
    rows = zip(groups, slips, came, strict=True)
    return paper, Chain(tuple(GroupChain(group.id, sent, sent, count, count) for group, sent, count in rows)), ballots


@pytest.mark.parametrize("board", [13, 20])
def test_the_chain_hides_what_would_follow_from_who_surely_voted(board: int) -> None:
    """Of 班子 and 中层 came 21, of 班子 surely 12: of 中层 9 at most, and of 13 slips for 班子 no fewer than 8."""
    paper, chain, ballots = with_board((board, 20, 60), (12, 9, 40))
    stacks = shred(paper, iter(ballots), token_bytes)
    document = result_document(paper, stacks.marks, chain, {})
    assert {row["id"] for row in document["chain"]["groups"] if not row["shown"]} == {"a", "b", "c"}
    assert unseen_groups(paper, chain) == {"a", "b", "c"}
    plain, _, ballots = with_board((board, 20, 60), (12, 9, 40), cell=False)
    document = result_document(plain, shred(plain, iter(ballots), token_bytes).marks, chain, {})
    hidden = {row["id"] for row in document["chain"]["groups"] if not row["shown"]}
    assert hidden == unseen_groups(plain, chain) == {"a", "b"}


@st.composite
def drawn_rows(draw: st.DrawFn, group: str) -> GroupChain:
    """Draw a group's chain: slips left over, ballots 无效, who came counted or not, no fewer than ballots."""
    valid, invalid, missing, spare, absent = (draw(st.integers(0, most)) for most in (40, 12, 30, 9, 12))
    returned = valid + invalid
    issued = returned + missing
    present = draw(st.none() | st.integers(returned, issued))
    people = max(1, issued + absent)
    return GroupChain(group, people, issued + spare, returned, valid, spare=spare, invalid=invalid, present=present)


@settings(max_examples=150)
@given(st.data())
def test_what_the_result_hides_no_earlier_report_shows(data: st.DataObject) -> None:
    """However many of each group were 本人: as many as there are members at most, and as are valid."""
    rows = tuple(data.draw(drawn_rows(f"g{at}")) for at in range(data.draw(st.integers(2, 4))))
    paper = self_paper(tuple(PaperGroup(row.group_id, f"类别{row.group_id}", row.expected) for row in rows))
    asked = data.draw(st.sets(st.sampled_from([row.group_id for row in rows])))
    paper = replace(paper, scheme=replace(paper.scheme, group_quorums=dict.fromkeys(asked, Quorum(Fraction(1, 2)))))
    least, left = {}, len(paper.sections[1].units)
    for row in rows:
        least[row.group_id] = min(data.draw(st.integers(0, 14)), row.valid, left)
        left -= least[row.group_id]
    assert rules_of(paper, Chain(rows), least=least).unseen <= unseen_groups(paper, Chain(rows))


def rows_shown(document: Document) -> list[set[str]]:
    """Return for each section of which groups some item of some object shows a row; "" is that of the hidden ones."""
    return [
        {
            row["id"]
            for unit in section["targets"]
            for item in unit["items"]
            for row in item["groups"]
            if row["cell"]["shown"]
        }
        for section in document["sections"]
    ]


NOBODY: set[str] = set()
ALL_BUT_HIDDEN = {"b", ""}


@pytest.mark.parametrize(
    ("members", "slips", "came", "shown"),
    [
        (10, (12, 28, 10, 10), (11, 26, 5, 6), [NOBODY] * 3),
        (7, (15, 44, 10, 17), (13, 40, 2, 4), [NOBODY, NOBODY, ALL_BUT_HIDDEN]),
    ],
)
def test_the_hidden_groups_keep_their_width_though_their_members_are_known_to_have_voted(
    members: int, slips: tuple[int, ...], came: tuple[int, ...], shown: list[set[str]]
) -> None:
    """Of the hidden groups a, c and d that first one surely cast as many ballots as there are members.

    What is left for the others narrows what each can have given: so only the chain shows b, and a table a row of it
    where the marks leave enough open, as those of the report do. Where nobody is 本人 every table shows b.
    """
    for cell, rows in ((True, shown), (False, [ALL_BUT_HIDDEN] * 3)):
        paper, chain, ballots = with_board(slips, came, members, cell=cell)
        document = result_document(paper, shred(paper, iter(ballots), token_bytes).marks, chain, {})
        assert {row["id"] for row in document["chain"]["groups"] if not row["shown"]} == {"a", "c", "d"}
        assert rows_shown(document) == rows
