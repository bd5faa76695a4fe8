"""Published votes that are no rows of counts of one table: points, and a body with items beside its members."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from app.campaigns.builtin import SCALES
from app.campaigns.domain import Denominator, Formula, Item, Objects, Scheme
from app.campaigns.gates import DEFAULT_GATES
from app.campaigns.score import Score
from app.rounds.domain import PaperSection, PaperUnit
from tests.campaigns.test_rule import CONGRESS, MARKS
from tests.publication import counted
from tests.publication.golden import ANNOUNCED, Asked, Vote

SCHEME = Scheme(
    SCALES["satisfaction_three"],
    Formula(1, Denominator.RETURNED),
    gates=replace(DEFAULT_GATES, return_valid=Fraction(0)),
    rule=CONGRESS,
    disclosure=ANNOUNCED,
)


def meetings() -> Iterator[Vote]:
    """Yield them: of the points only the mean was published, which all three numbers of voters can have given."""
    yield _points((91, *[96] * 9, *[97] * 5, *[100] * 4))  # 1,840 of 19
    yield _points((91, *[96] * 13, *[97] * 6, *[100] * 5))  # 2,421 of 25
    yield _points((91, *[96] * 17, *[97] * 8, *[100] * 6))  # 3,099 of 32
    yield crew(CREW, "78.5", trim=2)
    yield crew(CREW[:-2], "81.8", trim=0)
    yield _committee()


CREW = tuple(Fraction(points) for points in ("95.5", "90", "88", "70", "66", "60") for _ in range(2))
"""班组, six marks of points, each given by two, for of fewer than ten nothing is told: without the ends 78.5."""


def crew(given: tuple[Fraction, ...], mean: str, trim: int) -> Vote:
    """r-wjx-banzu: 0 to 100 points with a tenth, of which the highest and the lowest are left out; 70 is 称职."""
    given = given if trim else tuple(Fraction(int(each)) for each in given)  # of five: 95, not 95.5
    item = Item("points", "打分", overall=True, score=Score(decimals=1, trim=trim))
    part = PaperSection("考核打分表", (item,), (PaperUnit("u0", "班组甲"),), "s", "班组")
    rows = (Asked("班组甲", (), 0, (), "", "", "", "称职", given, mean),)
    return vote_of("r-wjx-banzu", (part,), replace(SCHEME, rule=MARKS), rows, len(given))


def _points(given: tuple[int, ...]) -> Vote:
    """局长见面会: everybody gives points, the mean 96.84 goes to the screen; how low the lowest were stays untold."""
    item = Item("points", "群众代表打分", overall=True, score=Score())
    part = PaperSection("局长见面会评分表", (item,), (PaperUnit("u0", "局长甲"),), "s", "局长", Objects.PERSON)
    scheme = replace(SCHEME, rule=MARKS, decimals=2)
    rows = (Asked("局长甲", (), 0, (), "", "", "", "优秀", given, "96.84"),)
    return vote_of("jinan-2014", (part,), scheme, rows, len(given))


def _committee() -> Vote:
    """木棉岭: 16 representatives rate 居委会 by eight items and each of its members; the counts are made up."""
    counts = (
        ("组织建设", (16, 0, 0), "100.0 0.0 0.0", "100.0"), ("制度建设", (15, 1, 0), "93.8 6.3 0.0", "100.1"),
        ("为民服务", (12, 3, 1), "75.0 18.8 6.3", "100.1"), ("环境卫生", (10, 4, 2), "62.5 25.0 12.5", "100.0"),
        ("财务公开", (9, 5, 2), "56.3 31.3 12.5", "100.1"), ("矛盾调解", (11, 3, 2), "68.8 18.8 12.5", "100.1"),
        ("治安联防", (8, 8, 0), "50.0 50.0 0.0", "100.0"), ("文体活动", (7, 5, 4), "43.8 31.3 25.0", "100.1"),
        ("主任甲", (13, 2, 1), "81.3 12.5 6.3", "100.1"), ("副主任乙", (10, 6, 0), "62.5 37.5 0.0", "100.0"),
        ("委员丙", (16, 0, 0), "100.0 0.0 0.0", "100.0"), ("委员丁", (8, 7, 1), "50.0 43.8 6.3", "100.1"),
    )  # fmt: skip
    words = ("",) * 8 + ("满意", "满意", "满意", "基本满意")
    rows = tuple(
        Asked(name, given, 0, tuple(shares.split()), shares.split()[0] if word else "", "", told, word)
        for (name, given, shares, told), word in zip(counts, words, strict=True)
    )
    items = tuple(Item(f"i{at}", row.name) for at, row in enumerate(rows[:8]))
    members = tuple(PaperUnit(f"m{at}", row.name) for at, row in enumerate(rows[8:]))
    overall = (Item("overall", "总体评价", overall=True),)
    body = PaperSection("居委会测评表", items, (PaperUnit("body", "木棉岭居委会"),), "body", "居委会")
    people = PaperSection("居委会成员测评表", overall, members, "people", "居委会成员", Objects.PERSON)
    return vote_of("mumianling-2020", (body, people), SCHEME, rows, 16)


def vote_of(name: str, parts: tuple[PaperSection, ...], scheme: Scheme, rows: tuple[Asked, ...], answered: int) -> Vote:
    """Return an announced vote of one group of people."""
    groups = {"全体参评人员": answered}
    paper = counted.make_paper(groups=groups, parts=parts, scheme=scheme, remarks=False, remark_bytes=0)
    return Vote(name, paper, rows, answered)
