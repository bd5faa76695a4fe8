"""What follows from published votes on every output: objects per word, composite scores; of a few people nothing."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import openpyxl
import pytest
from starlette.testclient import TestClient

from app.campaigns.builtin import SCALES
from app.campaigns.composite import Composite, Part, Source
from app.campaigns.disclosure import PROTECTED, Disclosure, Extent, Kind
from app.campaigns.domain import Formula, Grade, Item, Scale
from app.campaigns.rule import Rule
from app.campaigns.score import Score
from app.core.acting import Acting
from app.core.db import Database
from app.publication.composites import composites_beside, composites_told, enter
from app.publication.domain import Scope
from app.reports.brief import brief
from app.reports.notice import notice
from app.reports.scrutiny import Particulars
from app.reports.word import survey_report
from app.reports.workbook import result_workbook
from app.rounds.domain import PaperSection, PaperUnit
from app.web.i18n import COOKIE
from tests.campaigns.test_rule import CONGRESS, MARKS, POINTS, VILLAGE
from tests.found import some
from tests.publication import counted
from tests.publication.golden import Asked, Vote, ballots_of, store, votes
from tests.publication.golden_lines import PAIR, squeezed
from tests.publication.golden_meetings import CREW, SCHEME, crew, vote_of
from tests.publication.test_announcing import post
from tests.publication.test_api import program
from tests.reports.printed import open_word, text_of
from tests.reports.test_brief import text_of as text_of_pdf

F = Fraction
NewClient = Callable[[], TestClient]
OVERALL = (Item("overall", "总体评价", overall=True),)
WORDS_ONLY = Disclosure(Kind.ANNOUNCED, Extent.WORDS)


class Outputs:
    """All that is told of a result, each output as one text without white space."""

    def __init__(self, new_client: NewClient, database: Database, vote: Vote, round_id: str) -> None:
        self._new, self._database, self._vote, self._id = new_client, database, vote, round_id
        self._staff = counted.log_in(new_client(), database, "organiser")

    def read(self, *, public: bool = True) -> dict[str, str]:
        """Return the texts by output; ``public``: those that everybody reads too."""
        with self._database.reading() as session:
            result = counted.result_for(session, self._id)
            beside = composites_beside(session, result, counted.READER, counted.AT)
        particulars = Particulars(composites=beside)
        book = openpyxl.load_workbook(io.BytesIO(result_workbook(result, beside)))
        told = {
            "page": self._page(f"/results/{self._id}"),
            "word": text_of(open_word(survey_report(result, None, self._vote.paper, particulars, counted.AT))),
            "excel": "|".join(str(cell.value) for sheet in book for row in sheet for cell in row),
            "brief": text_of_pdf(brief(result, beside)),
            "interface": repr(program(self._new(), self._database, Scope.LEADERS).read(f"/{self._id}")),
        }
        return {name: squeezed(text) for name, text in (told | (self._public() if public else {})).items()}

    def read_in_english(self) -> dict[str, str]:
        """Return the pages as who reads English sees them."""
        self._staff.cookies.set(COOKIE, "en")
        paths = {
            "page": f"/results/{self._id}",
            "unit": f"/results/{self._id}/units/u0",
            "board": f"/notices/{self._id}",
        }
        told = {name: self._page(path) for name, path in paths.items()}
        self._staff.cookies.set(COOKIE, "zh")
        return told

    def _public(self) -> dict[str, str]:
        with self._database.reading() as session:
            bands = counted.bands_for(session, self._id)
            told = composites_told(session, bands, counted.AT)
        return {
            "board": self._page(f"/notices/{self._id}"),
            "pdf": text_of_pdf(notice(bands, "http://127.0.0.1:8000", told)),
            "hall": "|".join(self._slide(place) for place in range(len(self._vote.paper.units) + 2)),
        }

    def _page(self, path: str) -> str:
        return re.sub("<[^>]*>", " ", self._staff.get(path).raise_for_status().text.split("<main", 1)[1])

    def _slide(self, place: int) -> str:
        assert post(self._staff, f"/rounds/{self._id}/announce", to=str(place)) == 303
        return self._page(f"/rounds/{self._id}/announce/screen").split("核验码", 1)[0]


def one_section(
    counts: Mapping[str, tuple[int, ...]], items: tuple[Item, ...] = OVERALL, **changes: object
) -> Vote:  # fmt: skip
    """Return a vote on objects, of each the counts of its one item."""
    rows = tuple(Asked(name, given, 0, (), "", "", "", "") for name, given in counts.items())
    units = tuple(PaperUnit(f"u{at}", name) for at, name in enumerate(counts))
    part = PaperSection("评议表", items, units, "s", "部门")
    answered = sum(next(iter(counts.values())))
    return vote_of("own", (part,), replace(SCHEME, **changes), rows, answered)  # type: ignore[arg-type]


GOOD, FAIR, BAD = (12, 3, 0), (7, 8, 0), (2, 3, 10)
"""Of 15: more than half 满意; with 基本满意 more than half; neither."""


@pytest.mark.parametrize(
    ("given", "rule", "words"),
    [
        ([GOOD] * 8 + [FAIR], CONGRESS, {"满意": 8, "基本满意": 1}),
        ([(14, 1, 0)] * 3 + [GOOD] * 11, VILLAGE, {"优秀": 3, "称职": 11}),
        ([GOOD] * 6, CONGRESS, {"满意": 6}),
        ([GOOD] * 17 + [BAD] * 3, CONGRESS, {"满意": 17, "不满意": 3}),
    ],
    ids=["wuding-工作评议", "wuding-述职评议", "wuding-审计整改", "xunyang"],
)
def test_words_alone_are_told_with_the_objects_of_each(
    new_client: NewClient, database: Database, given: Sequence[tuple[int, ...]], rule: Rule, words: Mapping[str, int]
) -> None:
    vote = one_section({f"第{at}单位": row for at, row in enumerate(given, 1)}, rule=rule, disclosure=WORDS_ONLY)
    told = Outputs(new_client, database, vote, store(database, vote, "leaders", "public")).read()
    whole = f"共{len(given)}个：{'，'.join(f'{word}{count}个' for word, count in words.items())}。"
    assert [output for output in ("word", "pdf") if whole not in told[output]] == []
    said = {
        **dict.fromkeys(("page", "board", "hall", "word", "pdf"), "{word}{count}"),
        "excel": "{word}（部门数）|{count}",
        "brief": "{word}{count}个单位",
        "interface": "'count':{count},'label':'{word}'",
    }
    assert {
        (output, word): told[output]
        for output, text in said.items()
        for word, count in words.items()
        if text.format(word=word, count=count) not in told[output]
    } == {}
    every_share = {output: set(re.findall(r"\d+\.\d%", text)) for output, text in told.items()}
    others = {
        output: {share for share in shares if not share.endswith("100.0%")} for output, shares in every_share.items()
    }
    assert set().union(*others.values()) == set()  # beside 回收率 and 参评率
    assert [output for output, text in told.items() if PAIR.search(text)] == []


FEW = list(votes(few=True))
POINTS_OF_FEW = (95, 90, 88, 70, 66)  # their mean is 81.8


def points_of_few() -> Vote:
    item = Item("points", "打分", overall=True, score=Score())
    part = PaperSection("考核打分表", (item,), (PaperUnit("u0", "班组甲"),), "s", "班组")
    rows = (Asked("班组甲", (), 0, (), "", "", "", "", POINTS_OF_FEW, "81.8"),)
    return vote_of("r-wjx-banzu", (part,), replace(SCHEME, rule=MARKS), rows, len(POINTS_OF_FEW))


def test_how_points_were_trimmed_stands_beside_their_mean(new_client: NewClient, database: Database) -> None:
    vote = crew(CREW, "78.5", trim=2)
    told = Outputs(new_client, database, vote, store(database, vote, "leaders", "public")).read()
    assert [output for output, text in told.items() if "78.5" not in text] == []
    how = squeezed("去掉 2 个最高分和 2 个最低分后取平均分")
    assert [output for output, text in told.items() if how not in text] == []
    assert [output for output, text in told.items() if "78.3" in text] == []  # the mean of all twelve


@pytest.mark.parametrize("protected", [True, False])
@pytest.mark.parametrize("vote", [*FEW, points_of_few()], ids=[*(vote.part for vote in FEW), "r-wjx-banzu-5"])
def test_of_fewer_than_ten_nothing_is_told(
    new_client: NewClient, database: Database, vote: Vote, *, protected: bool
) -> None:
    """Not even where twelve were expected, so that the round could be announced, and these came."""
    paper = replace(vote.paper, groups=tuple(replace(group, expected=12) for group in vote.paper.groups))
    few = replace(vote, paper=paper)
    told = Outputs(new_client, database, few, store(database, few, "leaders", protected=protected)).read(public=False)
    assert all("样本不足" in text for text in some(told.values()))
    shares = {f"{share}%" for row in few.rows for share in row.shares} | {row.mean for row in few.rows if row.mean}
    assert {output: share for output, text in told.items() for share in shares if share in text} == {}
    assert [output for output, text in told.items() if PAIR.search(text)] == []


def test_a_score_over_a_score_stands_with_both(new_client: NewClient, database: Database) -> None:
    """6/3/1/0/0 of 90/75/60/45/30 are 825 of 900; 40 % of that and 20 % of 100, 90, 80 are 90.67; 80 % of it and 17."""
    words = zip(("优", "良", "一般", "较差", "差"), (90, 75, 60, 45, 30), strict=True)
    scale = Scale("own", tuple(Grade(word, score, score >= 60) for word, score in words))
    inner = (
        Part("vote", "即时评价", Source.VOTE, F(40)), Part("month", "每月评价", Source.SCORE, F(20)),
        Part("visit", "监督检查", Source.SCORE, F(20)), Part("net", "网上评价", Source.SCORE, F(20)),
    )  # fmt: skip
    parts = (
        Part("all", "综合满意度", Source.COMPOSITE, F(80), parts=inner),
        Part("mend", "整改", Source.POINTS, F(20), most=F(20)),
    )
    composite = Composite(parts, by_top=True)
    vote = one_section({"某局": (6, 3, 1, 0, 0)}, scale=scale, composite=composite, decimals=2)
    round_id = store(database, vote)
    with database.writing() as session:
        typed = {"month": "100", "visit": "90", "net": "80", "mend": "17"}
        enter(Acting(session, counted.AT, counted.ZHANG), round_id, {("u0", key): text for key, text in typed.items()})
    for scope in ("leaders", "public"):
        counted.release(database, round_id, scope)
    told = Outputs(new_client, database, vote, round_id).read()
    assert [output for output, text in told.items() if "89.53" not in text] == []
    with_parts = {"page", "word", "excel", "brief", "interface", "board"}
    assert [output for output in with_parts for part in ("90.67", "91.67") if part not in told[output]] == []
    assert [output for output in with_parts if "综合满意度（非无记名）" in told[output]] == []
    formula = squeezed("综合评价得分 = 综合满意度（即时评价 × 40% + 每月评价（非无记名） × 20%")
    assert [output for output, text in told.items() if formula not in text] == []


RUIAN = {"九成": ((36, 3, 1, 0), 200, "92.00"), "六成": ((24, 6, 5, 5), 170, "89.00"),
         "两个条件": ((23, 4, 7, 6), 160, "88.00"), "末两等": ((20, 6, 8, 6), 130, "85.00")}  # fmt: skip
"""镇街领导: counts, the points that the rule gives out of 200, and 20 % of these with 80 % of 90 points for work."""


def test_points_of_the_rule_are_a_part_of_a_score(new_client: NewClient, database: Database) -> None:
    parts = (Part("vote", "民主测评", Source.RULE, F(20)), Part("work", "工作实绩", Source.SCORE, F(80)))
    scale = SCALES["competence"]
    counts = {name: given for name, (given, _, _) in RUIAN.items()}
    vote = one_section(counts, scale=scale, rule=POINTS, composite=Composite(parts), formula=Formula(1))
    round_id = store(database, vote)
    with database.writing() as session:
        enter(Acting(session, counted.AT, counted.ZHANG), round_id, {(f"u{at}", "work"): "90" for at in range(4)})
    for scope in ("leaders", "public"):
        counted.release(database, round_id, scope)
    outputs = Outputs(new_client, database, vote, round_id)
    told, english = outputs.read(), outputs.read_in_english()
    formula = squeezed("民主测评（测评结论的分值，最高的折成 100 分） × 20% + 工作实绩（非无记名） × 80%")
    assert [output for output, text in told.items() if formula not in text] == []
    figures = [figure for _, _, figure in RUIAN.values()] + [f"{points}分" for _, points, _ in RUIAN.values()]
    assert [(output, figure) for output, text in told.items() for figure in figures if figure not in text] == []
    scores = [figure for _, _, figure in RUIAN.values()]
    assert [(page, score) for page in ("page", "board") for score in scores if score not in english[page]] == []
    assert scores[0] in english["unit"]


WEIGHED = {
    "职工": ((20, 10, 10, 0), (10, 20, 10, 0), (10, 10, 20, 0)),  # 85, 80, 75: by 30/30/40 together 79.5
    "中层": ((30, 5, 5, 0), (20, 10, 10, 0), (20, 10, 0, 10)),  # 92.5, 85, 80: 85.25
    "班子": ((10, 10, 10, 10), (0, 10, 20, 10), (20, 0, 0, 20)),  # 70, 60, 70: 67
}
"""Counts of 100/80/60/40 points by voter group and item."""


def test_groups_and_items_are_weighed_and_more_is_added(new_client: NewClient, database: Database) -> None:
    """20/40/40 of 79.5, 85.25 and 67 are 76.8, with 3 points besides 79.8."""
    scores = zip(SCALES["competence"].grades, (100, 80, 60, 40), strict=True)
    scale = replace(SCALES["competence"], grades=tuple(replace(grade, score=score) for grade, score in scores))
    items = tuple(Item(f"i{at}", f"第{at}项", weight=F(weight)) for at, weight in enumerate((30, 30, 40)))
    composite = Composite((
        *(Part(f"p{at}", name, Source.VOTE, F(weight), f"g{at}")
          for at, (name, weight) in enumerate(zip(WEIGHED, (20, 40, 40), strict=True))),
        Part("more", "附加分", Source.EXTRA, most=F(5)),
    ))  # fmt: skip
    scheme = replace(SCHEME, scale=scale, formula=Formula(2), composite=composite, disclosure=PROTECTED)
    part = PaperSection("测评表", items, (PaperUnit("u0", "某局"),), "s", "部门")
    groups = dict.fromkeys(WEIGHED, 40)
    paper = counted.make_paper(groups=groups, parts=(part,), scheme=scheme, remarks=False, remark_bytes=0)
    asked = [[Asked("", counts, 0, (), "", "", "", "").marks() for counts in columns] for columns in WEIGHED.values()]
    vote = Vote("own", paper, (), 40, {("u0", f"g{at}"): ballots_of(columns) for at, columns in enumerate(asked)})
    round_id = store(database, vote)
    with database.writing() as session:
        enter(Acting(session, counted.AT, counted.ZHANG), round_id, {("u0", "more"): "3"})
    counted.release(database, round_id)
    told = Outputs(new_client, database, vote, round_id).read(public=False)
    figures = ("79.80", "79.50", "85.25", "67.00")
    assert [(output, figure) for output, text in told.items() for figure in figures if figure not in text] == []
