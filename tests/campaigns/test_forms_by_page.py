"""The forms, scores and gates of published votes, typed on the pages as their organisers would, and frozen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import pytest
from starlette.testclient import TestClient

from app.campaigns.domain import Item
from app.campaigns.quorum import Quorum
from app.campaigns.score import Score
from app.core.db import Database
from app.core.settings import Settings
from app.rounds.domain import Paper
from app.rounds.reads import frozen_paper
from app.tally.verdict import band_edges, band_of
from app.tally.wording import band_code
from tests.campaigns.test_bad_input import composite
from tests.campaigns.test_routes import SCHEME, Site
from tests.campaigns.test_rules_by_page import code_of, step, word

Fields = Mapping[str, str | list[str]]
F = Fraction


@pytest.fixture
def site(database: Database, settings: Settings, new_client: Callable[[], TestClient]) -> Site:
    return Site(database, settings, new_client)


@dataclass(frozen=True, slots=True)
class Row:
    """An item as it is typed."""

    label: str
    labels: str = ""
    top: str = ""
    weight: str = ""
    decimals: str = ""
    most: str = ""
    trim: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it is typed: words and scores of its grades, how many are positive, its items, and its limits."""

    grades: str
    positive: int
    items: tuple[Row, ...]
    overall: int = 0
    unknown: str = ""
    limits: tuple[tuple[str, str], ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> Fields:
        """What a browser posts."""
        grades = [grade.rsplit(" ", 1) for grade in self.grades.split("/")]
        limits = [*self.limits, ("", ""), ("", "")][:2]
        rows = range(1, len(self.items) + 1)
        return {
            "title": "测评票", "scale": "own", "top": "", "abstain": "", "unknown": self.unknown,
            "overall": str(self.overall or ""),
            "grade[]": [word for word, _ in grades], "score[]": [score for _, score in grades],
            **{f"positive-{place}": "1" for place in range(1, self.positive + 1)},
            "key[]": [""] * len(rows), "place[]": [str(row) for row in rows],
            "label[]": [row.label for row in self.items], "labels[]": [row.labels for row in self.items],
            "item_top[]": [row.top for row in self.items], "weight[]": [row.weight for row in self.items],
            "decimals[]": [row.decimals for row in self.items], "most_points[]": [row.most for row in self.items],
            "trim[]": [row.trim for row in self.items],
            "limit_grades[]": [grades for grades, _ in limits], "limit_most[]": [most for _, most in limits],
            "limit_item[]": [""] * len(limits), **self.more,
        }  # fmt: skip


FORMS = {
    "r-jiaodaihui": Typed(
        "好 100/较好 80/一般 60/差 0", 3,
        (*(Row(f"{head}：第{at}项") for head in "德能勤绩廉" for at in range(1, 4)), Row("民主管理"), Row("厂务公开"),
         Row("综合评价", "优秀/称职/基本称职/不称职")),
        overall=18,
    ),
    "r-ybglp-form": Typed(
        "满意 100/基本满意 60/不满意 0", 2, (Row("对任用的意见"), Row("有无拉票行为", "不存在 100/存在 0", top="1")),
        unknown="不了解",
    ),
    "fazhi-78": Typed(
        "很满意 100/满意 80/基本满意 60/一般 0", 3,
        (Row("总体成效", top="3"), Row("重大决策", "满意 100/基本满意 60/一般 0", top="2"),
         Row("守法意识", "较大提高 100/有一些提高 60/没有变化 0", top="2")),
        unknown="说不清",
    ),
    "r-union-2018": Typed(
        "满意 100/基本满意 60/不满意 0", 2, (Row("了解程度", "了解 100/基本了解 60/不了解 0", top="2"),
         Row("满意程度")),
    ),
    "r-wjx-banzu": Typed(
        "优秀 100/称职 80/基本称职 60/不称职 0", 3, (Row("打分", decimals="1", most="100", trim="1"),), overall=1,
        limits=(("90-100", "3"),),
    ),
    "r-guomao-2025": Typed(
        "优秀 95/良好 85/合格 75/基本合格 65/不合格 0", 4, (Row("综合评价"),), overall=1,
        limits=(("优秀", "7"), ("良好/合格", "33")),
    ),
    "r-zuofeng-173663": Typed("优 90/良 75/一般 60/较差 45/差 30", 3, (Row("作风"),), overall=1),
    "weights": Typed(
        "优秀 100/称职 80/基本称职 60/不称职 40", 3,
        (Row("德", weight="30"), Row("能", weight="30"), Row("绩", weight="40")),
    ),
}  # fmt: skip
RULES: Mapping[str, dict[str, str]] = {
    "r-wjx-banzu": {
        **step(1, "mean-0 >= 90", "优秀", "met"), **step(2, "mean-0 >= 70", "称职", "met"),
        **step(3, "mean-0 >= 60", "基本称职", "attention"), **word("rest", "不称职", "failed"), "rule_kind": "steps",
    },
}  # fmt: skip


def frozen(site: Site, form: str) -> Paper:
    round_id, _ = code_of(site, form)
    with site.database.reading() as session:
        return frozen_paper(session, round_id)[0]


@pytest.mark.parametrize("name", FORMS)
def test_a_published_form_is_typed_and_frozen(site: Site, name: str) -> None:
    asked, key = FORMS[name], site.copy("t6")
    if name in RULES:
        assert site.desk.post(f"{site.root}/scheme", **{**SCHEME, **RULES[name]}).status_code == 303
    assert site.desk.post(f"{site.root}/forms/{key}", **asked.fields).status_code == 303
    section = frozen(site, key).section
    assert [item.label for item in section.items] == [row.label for row in asked.items]
    scale = section.scheme.scale
    told = "/".join(f"{grade.label} {grade.score}" for grade in scale.grades)
    assert (told, scale.positives, scale.unknown or "") == (asked.grades, asked.positive, asked.unknown)
    for item, row in zip(section.items, asked.items, strict=True):
        assert _words(item) == row.labels
        assert (str(item.top or ""), item.weight) == (row.top, F(row.weight or 1))
        assert item.score == (Score(int(row.most), int(row.decimals), int(row.trim)) if row.decimals else None)
    assert [limit.most for limit in section.limits] == [F(most) for _, most in asked.limits]


def _words(item: Item) -> str:
    return "/".join(item.labels or (f"{grade.label} {grade.score}" for grade in item.grades))


def test_a_score_over_a_score_divided_by_the_best_grade_is_typed(site: Site) -> None:
    """干部作风: 40 % at once and three of 20 %, of which 80 %, and 整改 from 20 points down."""
    parts = (
        ("综合满意度", "composite", "80"), ("即时评价", "vote:", "40"), ("每月评价", "score", "20"),
        ("监督检查", "score", "20"), ("网上评价", "score", "20"), ("整改", "points", "20"),
    )  # fmt: skip
    under = {f"under-{row}": "1" for row in range(2, 6)}
    posted = composite(*parts, **under, **{"most-6": "20", "by_top": "1"})
    assert site.desk.post(f"{site.root}/composite", **posted).status_code == 303
    made = frozen(site, "t6").scheme.composite
    assert made is not None
    assert made.by_top
    found = [(part.label, part.weight, len(part.parts)) for part in made.parts]
    assert found == [("综合满意度", F(80), 4), ("整改", F(20), 0)]


def test_quorums_of_three_groups_are_typed(site: Site) -> None:
    """教师民主评议: at least two thirds of colleagues, of parents and of the board."""
    groups = [group.id for group in site.view.groups][:3]
    asked = {f"quorum-{group}": "2/3" for group in groups} | {f"quorum_sign-{group}": ">=" for group in groups}
    assert site.desk.post(f"{site.root}/scheme", **{**SCHEME, **asked}).status_code == 303
    assert frozen(site, "t2").scheme.group_quorums == dict.fromkeys(groups, Quorum(F(2, 3)))


def test_bands_follow_the_lines_that_are_typed(site: Site) -> None:
    """鄂州: 达到 85 % （含）, from 60 %, and below."""
    rule = step(1, "first-2 >= 85%", "好", "met") | step(2, "first-2 >= 60%", "一般", "attention")
    posted = {**SCHEME, "top": "2", "rule_kind": "steps", "decimals": "0", **rule, **word("rest", "差", "failed")}
    assert site.desk.post(f"{site.root}/scheme", **posted).status_code == 303
    scheme = frozen(site, "t2").scheme
    codes = [band_code(band_of(F(percent, 100), band_edges(scheme))) for percent in (90, 85, 60, 59)]
    assert (scheme.decimals, codes) == (0, ["90_up", "85_90", "60_85", "under_60"])
