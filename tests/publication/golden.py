"""Votes that bodies published as rounds of ours: each row an object with its own counts, announced to everybody.

The rows are those of ``tests/tally/published.json``; what was put to the same people is one round.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.box.models import Stack
from app.campaigns.disclosure import ANNOUNCED_FROM, PROTECTED, Disclosure, Kind
from app.campaigns.domain import Denominator, Formula, Grade, Item, Scale, Scheme
from app.campaigns.gates import DEFAULT_GATES
from app.campaigns.quorum import Quorum
from app.campaigns.rule import Rule
from app.core.db import Database
from app.rounds.domain import Paper, PaperSection, PaperUnit
from app.slips.models import SlipCount
from tests.campaigns.test_rule import CONGRESS, DEPUTIES, POINTS, VILLAGE, most
from tests.found import some
from tests.publication import counted

PUBLISHED = json.loads((Path(__file__).parents[1] / "tally" / "published.json").read_text())
RULES: Mapping[str, Rule] = {
    "dawu-2005": DEPUTIES,
    "r-cunwei": VILLAGE,
    "r-ruian-2012": POINTS,
    "r-sungang-2025": most(),
}
INVALID = "结果无效"
MOST_GRADES = 6
"""A scale has no more; of seven classes the last stands in the place of 说不清, in one row with the others."""
ANNOUNCED = Disclosure(Kind.ANNOUNCED)
EXACT_FROM = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """One row: what stands on the outputs for it, and what of it is held against them."""

    name: str
    counts: tuple[int, ...]
    unknown: int
    shares: tuple[str, ...]
    rate: str
    unknown_share: str
    printed_sum: str
    word: str
    points: tuple[int | Fraction, ...] = ()
    """What each gave, where it was asked in points; then there is a mean and nothing else."""
    mean: str = ""

    @property
    def figure(self) -> str:
        """The one that a brief tells first, where it is known."""
        return f"{self.mean} 分" if self.mean else f"{self.rate}%" if self.rate else ""

    def columns(self, item: Item, grades: int) -> list[bytes]:
        """Return the bytes of everybody's mark of an item, column by column: points may have one of their tenths."""
        if not self.points:
            return [self.marks(grades)]
        tenths = [bytes(int(each * 10) % 10 for each in self.points)] if item.width > 1 else []
        return [bytes(map(int, self.points)), *tenths]

    def marks(self, grades: int = 0) -> bytes:
        """Return the marks of everybody, best first; 说不清 stands behind the grades of the whole scale."""
        given = [*enumerate(self.counts), (grades or len(self.counts), self.unknown)]
        return bytes(mark for mark, count in given for _ in range(count))

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Count and share of each grade as they are printed."""
        return [(str(count), f"{share}%") for count, share in zip(self.counts, self.shares, strict=True)]

    @property
    def others(self) -> list[tuple[str, str]]:
        """Those of 说不清, where its share is known."""
        return [(str(self.unknown), f"{self.unknown_share}%")] if self.unknown_share else []

    @property
    def note(self) -> str:
        """What must be noted of the printed sum; empty where it is the whole, or the shares are of more people."""
        differs = self.printed_sum and Fraction(self.printed_sum) != Fraction(100)
        return f"各项合计 {self.printed_sum}%（分别四舍五入，不作凑整）" if differs else ""


@dataclass(frozen=True, slots=True)
class Vote:
    """What one body was asked at once."""

    id: str
    paper: Paper
    rows: tuple[Asked, ...]
    answered: int
    stacks: Mapping[tuple[str, str], bytes] = field(default_factory=dict)
    """Ballots by object and voter group, where there are several groups; of one they are the marks of the rows."""

    @property
    def is_plain(self) -> bool:
        """Whether every row is an object in grades."""
        return len(self.rows) == len(self.paper.units) and not any(row.points for row in self.rows)

    @property
    def is_valid(self) -> bool:
        """Whether enough were present."""
        return all(row.word != INVALID for row in some(self.rows))

    @property
    def part(self) -> str:
        """A name for a test."""
        return f"{self.id}-{self.answered}"


def votes(*, few: bool = False) -> Iterator[Vote]:
    """Yield every published vote of ten people or more, or those of ``few``, split where not as many answered."""
    for vote in PUBLISHED:
        rows = [_fitted(row) for row in vote["rows"] if (_answered(row) < ANNOUNCED_FROM) is few]
        for answered, same in groupby(sorted(rows, key=_answered), key=_answered):
            yield _vote(vote, list(same), answered)


def _fitted(row: Any) -> Any:  # noqa: ANN401 - plain JSON
    """Return the row with a class that is one too many in the place of 说不清."""
    counts, shares = row["counts"], row["shares"]
    if len(counts) <= MOST_GRADES:
        return row
    [count], [share] = counts[MOST_GRADES:], shares[MOST_GRADES:]
    less = {"counts": counts[:MOST_GRADES], "shares": shares[:MOST_GRADES]}
    return row | less | {"unknown": count, "unknown_share": share}


def _answered(row: Any) -> int:  # noqa: ANN401 - plain JSON
    return int(sum(row["counts"]) + row["unknown"])


def _asked(row: Any) -> Asked:  # noqa: ANN401
    return Asked(
        row["object"], tuple(row["counts"]), row["unknown"], tuple(row["shares"]), row.get("positive_rate", ""),
        row.get("unknown_share", ""), row.get("printed_sum", ""), row.get("verdict", ""),
    )  # fmt: skip


def scheme_of(vote: Any, row: Any) -> Scheme:  # noqa: ANN401
    """Return the scheme that a row was counted by."""
    grades = len(row["counts"])
    scale = Scale("own", _grades(grades), "说不清" if _has_unknown(vote, row) else None)
    share = vote.get("quorum")
    return Scheme(
        scale,
        Formula(row.get("top", 1), Denominator(vote["base"])),
        gates=replace(DEFAULT_GATES, return_valid=Fraction(0)),
        rule=RULES.get(vote["id"], CONGRESS),
        decimals=row.get("decimals", vote["decimals"]),
        quorum=Quorum(Fraction(share)) if share else None,
        disclosure=ANNOUNCED,
    )


def _has_unknown(vote: Any, row: Any) -> bool:  # noqa: ANN401
    """Whether 说不清 could be marked: of items of one object everywhere or nowhere."""
    return any(each["unknown"] for each in (vote["rows"] if vote.get("asked") == "items" else [row]))


def _grades(count: int) -> tuple[Grade, ...]:
    return tuple(Grade(f"第{place}等", 100 - 15 * place, place < count) for place in range(1, count + 1))


def _vote(vote: Any, rows: list[Any], answered: int) -> Vote:  # noqa: ANN401
    as_items = vote.get("asked") == "items"
    parts = _items(rows) if as_items else tuple(_sections(vote, rows))
    widest = max(rows, key=lambda row: len(row["counts"]))
    scheme = scheme_of(vote, widest if as_items else rows[0])
    groups = {"全体人员": vote.get("members", answered)}
    paper = counted.make_paper(groups=groups, parts=parts, scheme=scheme, remarks=False, remark_bytes=0)
    return Vote(vote["id"], paper, tuple(map(_asked, rows)), answered)


def _items(rows: list[Any]) -> tuple[PaperSection, ...]:
    """Put the rows as items of one object, each with grades of its own."""
    items = tuple(
        Item(f"i{place}", row["object"], grades=_grades(len(row["counts"])), top=row["top"])
        for place, row in enumerate(rows)
    )
    return (PaperSection("测评表", items, (PaperUnit("u0", "某区"),)),)


def _sections(vote: Any, rows: list[Any]) -> Iterator[PaperSection]:  # noqa: ANN401
    """Put the rows as objects, those of one scheme in one section."""
    item = (Item("overall", "总体评价", overall=True),)
    place = 0
    for scheme, alike in groupby(rows, key=lambda row: scheme_of(vote, row)):
        units = []
        for row in alike:
            units.append(PaperUnit(f"u{place}", row["object"]))
            place += 1
        yield PaperSection("测评表", item, tuple(units), f"s{place}", f"部分{place}", own=scheme)


def store(database: Database, vote: Vote, *scopes: str, protected: bool = False) -> str:
    """Store the vote as a result that is published to the scopes and return its round's id."""
    paper = vote.paper
    if protected:
        paper = replace(paper, scheme=replace(paper.scheme, disclosure=PROTECTED))
    back = {group.id: vote.answered for group in paper.groups}
    everybody = counted.Votes(paper, back, remarks=0, opinions=((1,) * (MOST_GRADES + 1),))
    round_id = counted.store_sealed(database, everybody)
    with database.writing() as session:
        for group in paper.groups:  # who did not come took no slip
            left = sa.update(SlipCount).where(SlipCount.round_id == round_id, SlipCount.group_id == group.id)
            session.execute(left.values(spare=group.expected - vote.answered))
        for (unit_id, group_id), marks in (vote.stacks or dict(_marks(vote))).items():
            stack = (Stack.round_id == round_id, Stack.unit_id == unit_id, Stack.group_id == group_id)
            session.execute(sa.update(Stack).where(*stack).values(marks=marks))
    counted.count(database, round_id)
    for scope in scopes:
        counted.release(database, round_id, scope)
    return round_id


def _marks(vote: Vote) -> Iterator[tuple[tuple[str, str], bytes]]:
    """Yield the ballots of every object: its rows are those of its items, in the order of the paper."""
    rows, [group] = iter(vote.rows), vote.paper.groups
    for section in vote.paper.sections:
        grades = len(section.scheme.scale.grades)
        for unit in section.units:
            columns = [column for item in section.items for column in next(rows).columns(item, grades)]
            yield (unit.id, group.id), ballots_of(columns)


def ballots_of(columns: Iterable[bytes]) -> bytes:
    """Return ballots whose marks of each item are given."""
    return bytes(mark for ballot in zip(*columns, strict=True) for mark in ballot)
