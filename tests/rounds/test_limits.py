"""票内限额: what is allowed, and the ballots that keep to it and that do not."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.box.envelope import BadEnvelope, Ballot, decode, encode, pack
from app.campaigns.ballot_limit import BallotLimit
from app.core.errors import DomainError
from app.rounds.checklist import freeze_problems
from app.rounds.domain import Paper, PaperUnit
from app.rounds.limits import check_limits, limits_of
from tests.factories import make_paper

DIGEST = "ab" * 32


def limited(objects: int, *limits: BallotLimit) -> Paper:
    """A paper of so many objects with limits, and no recusals."""
    paper = make_paper()
    units = tuple(PaperUnit(f"u{place}", f"单位{place}") for place in range(objects))
    parts = (replace(paper.parts[0], units=units, limits=limits),)
    return replace(paper, parts=parts, groups=tuple(replace(group, left_out=()) for group in paper.groups))


@pytest.mark.parametrize(
    ("most", "objects", "allowed"),
    [("1/3", 20, 6), ("1/3", 21, 7), ("1/3", 2, 0), ("6", 20, 6), ("1/5", 24, 4), ("99/100", 100, 99), ("1", 3, 1)],
)
def test_it_is_rounded_down(most: str, objects: int, allowed: int) -> None:
    assert BallotLimit((0,), Fraction(most)).allowed(objects) == allowed


@given(st.integers(1, 1000), st.fractions(Fraction(1, 1000), Fraction(999, 1000)))
def test_a_part_is_never_more_than_itself(objects: int, part: Fraction) -> None:
    allowed = BallotLimit((0,), part).allowed(objects)
    assert allowed <= part * objects < allowed + 1


@given(st.data())
def test_a_ballot_is_refused_exactly_when_it_exceeds(data: st.DataObject) -> None:
    objects = data.draw(st.integers(1, 8))
    grades = tuple(sorted(data.draw(st.sets(st.integers(0, 3), min_size=1))))
    limit = BallotLimit(grades, Fraction(data.draw(st.integers(1, 8))))
    section = limited(objects, limit).section
    width = len(section.items)
    marks = bytes(data.draw(st.lists(st.integers(0, 4), min_size=objects * width, max_size=objects * width)))
    most = max(sum(mark in grades for mark in marks[item::width]) for item in range(width))
    try:
        check_limits(section, marks)
        refused = False
    except DomainError:
        refused = True
    assert refused == (most > limit.most)


def test_the_opening_counts_a_ballot_over_the_limit_as_invalid() -> None:
    paper = limited(6, BallotLimit((0,), Fraction(1, 3), make_paper().section.items[0].key))
    width, group = len(paper.section.items), paper.groups[0].id
    fits = bytearray(b"\x01" * paper.cells)
    for place in (0, 3):
        fits[place * width] = 0
    over = bytearray(fits)
    over[5 * width] = 0
    elsewhere = bytearray(fits)
    elsewhere[1::width] = bytes(6)
    for marks in (fits, elsewhere):
        plaintext = encode(paper, DIGEST, Ballot(group, bytes(marks)))
        assert decode(paper, DIGEST, plaintext).marks == bytes(marks)
    with pytest.raises(DomainError, match="ballot_over_limit") as refusal:
        encode(paper, DIGEST, Ballot(group, bytes(over)))
    assert (refusal.value.params["most"], refusal.value.params["count"]) == (2, 3)
    with pytest.raises(BadEnvelope):
        decode(paper, DIGEST, pack((DIGEST, 0), bytes(over), (), paper.remark_bytes))


def test_a_limit_below_one_stops_the_freeze() -> None:
    assert "limits" not in {step.code for step in freeze_problems(limited(3))}
    for objects, done in ((3, True), (2, False)):
        found = {step.code: step for step in freeze_problems(limited(objects, BallotLimit((0,), Fraction(1, 3))))}
        assert found["limits"].done == done
    assert "2 个里不足 1 个" in found["limits"].detail


def test_it_is_told_in_words() -> None:
    section = limited(20, BallotLimit((0, 1), Fraction(1, 3), make_paper().section.items[1].key)).section
    (limit,) = limits_of(section)
    assert (limit.words, limit.most, limit.objects) == ("满意/比较满意", 6, 20)
    assert (limit.item, limit.item_label) == (1, section.items[1].label)
