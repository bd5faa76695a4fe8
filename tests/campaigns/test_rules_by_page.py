"""Every rule of the field that can be said is typed on the page, and read back: on the page, on paper, by the phone."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from starlette.testclient import TestClient

from app.campaigns.rule import worth_of
from app.campaigns.scheme_service import askable_items
from app.core.acting import Acting
from app.core.db import Database
from app.core.settings import Settings
from app.main import PORTS
from app.rounds import service as rounds
from app.rounds.checklist import freeze_problems
from app.rounds.reads import frozen_paper
from app.rounds.service import RoundDraft
from tests.booth.phones import SAME_SITE
from tests.campaigns.test_bad_input import composite
from tests.campaigns.test_routes import SCHEME, Site
from tests.cast import MORNING, prepare

THREE, FOUR = ("satisfaction_three", "t5"), ("satisfaction", "t2")
ORDER = "从前往后，以先符合的为准。"


def word(row: str, text: str, meaning: str, **more: str) -> dict[str, str]:
    """Fill in a word; the last row is called rest."""
    return {f"{row}-word": text, f"{row}-meaning": meaning, **{f"{row}-{name}": value for name, value in more.items()}}


def conditions(row: str, *typed: str) -> dict[str, str]:
    """Fill in conditions, each as in ``first-1 >= 9/10``."""
    fields: dict[str, str] = {}
    for place, (what, sign, number) in enumerate((one.split(" ") for one in typed), start=1):
        fields |= {f"{row}-what-{place}": what, f"{row}-sign-{place}": sign, f"{row}-number-{place}": number}
    return fields


def step(place: int, condition: str, text: str, meaning: str, **more: str) -> dict[str, str]:
    """Fill in a step with one condition, or two joined by ``and``."""
    row = f"step-{place}"
    return conditions(row, *condition.split(" and ")) | word(row, text, meaning, **more)


@dataclass(frozen=True, slots=True)
class Typed:
    """A rule as it is typed, and the sentences that must be read of it."""

    name: str
    asked: tuple[str, str]
    fields: dict[str, str]
    said: tuple[str, ...]


CONGRESS = (
    step(1, "first-1 > 1/2", "满意", "met")
    | step(2, "first-2 > 50%", "基本满意", "attention", consequence="按意见整改")
    | word("rest", "不满意", "failed", consequence="下次会议重新报告")
)
CONGRESS_SAID = (
    f"满意率超过 50% 的，为“满意”；总体满意率超过 50% 的，为“基本满意”；其余的为“不满意”。{ORDER}"
    "“基本满意”：按意见整改。“不满意”：下次会议重新报告。"
)
MOST = "得票最多的等次决定结论；“满意”最多的为“满意”；“基本满意”最多的为“基本满意”；“不满意”最多的为“不满意”；"
RULES = (
    Typed("congress", THREE, {"denominator": "expected", **CONGRESS}, (CONGRESS_SAID, "÷ 应参加人数")),
    Typed("present", THREE, {"denominator": "present", **CONGRESS}, (CONGRESS_SAID, "÷ 到会人数")),
    Typed(
        "deputies",
        THREE,
        {
            "denominator": "returned",
            **step(1, "first-1 >= 4/5", "称职", "met"),
            **step(2, "first-1 >= 1/2", "基本称职", "attention"),
            **word("rest", "不称职", "failed"),
        },
        (
            "满意率达到 80%（含）的，为“称职”；满意率达到 50%（含）的，为“基本称职”；其余的为“不称职”。" + ORDER,
            "÷ 收回票数",
        ),
    ),
    Typed(
        "village",
        THREE,
        {
            "quorum": "2/3",
            "quorum_sign": ">",
            **step(1, "first-1 >= 90%", "优秀", "met"),
            **step(2, "last-1 >= 1/2", "不称职", "failed"),
            **word("rest", "称职", "met"),
        },
        (
            "满意率达到 90%（含）的，为“优秀”；不满意率达到 50%（含）的，为“不称职”；其余的为“称职”。" + ORDER,
            "到会人数超过应参加人数的 2/3，结果方为有效",
        ),
    ),
    Typed(
        "points",
        FOUR,
        {
            **step(1, "first-1 >= 9/10", "一档", "met", points="200"),
            **step(2, "first-1 >= 6/10", "二档", "met", points="170"),
            **step(3, "first-1 < 6/10 and last-2 < 1/3", "三档", "met", points="160"),
            **word("rest", "四档", "met", points="130"),
        },
        (
            "满意率达到 90%（含）的，为“一档”；满意率达到 60%（含）的，为“二档”；"
            "满意率不足 60%，并且“基本满意 + 不满意”的比例不足 1/3 的，为“三档”；其余的为“四档”。" + ORDER,
        ),
    ),
    Typed(
        "means",
        FOUR,
        {
            **step(1, "mean-0 >= 90", "优秀", "met"),
            **step(2, "mean-0 >= 70分", "称职", "met"),
            **step(3, "mean-0 >= 60", "基本称职", "attention"),
            **word("rest", "不称职", "failed"),
        },
        (
            "综合得分达到 90 分（含）的，为“优秀”；综合得分达到 70 分（含）的，为“称职”；"
            "综合得分达到 60 分（含）的，为“基本称职”；其余的为“不称职”。" + ORDER,
        ),
    ),
    Typed(
        "default",
        FOUR,
        {
            "top": "2",
            **step(1, "last-1 > 1/3", "需补课", "failed"),
            **step(2, "first-2 >= 80%", "达标", "met"),
            **step(3, "first-2 >= 60%", "提醒", "attention"),
            **word("rest", "需补课", "failed"),
        },
        (
            "不满意率超过 1/3 的，为“需补课”；满意率达到 80%（含）的，为“达标”；满意率达到 60%（含）的，为“提醒”；"
            "其余的为“需补课”。" + ORDER,
        ),
    ),
    Typed(
        "flag",
        THREE,
        {**CONGRESS, **conditions("flag-1", "last-1 > 1/3"), "flag-1-text": "须作说明"},
        ("不满意率超过 1/3 的，另注“须作说明”。",),
    ),
    *(
        Typed(f"most-{tie}", THREE, {"rule_kind": "plurality", "tie": tie}, (f"{MOST}得票并列的，{said}。",))
        for tie, said in (("worse", "取较低的等次"), ("better", "取较高的等次"), ("meeting", "由会议确定"))
    ),
    Typed(
        "quorum",
        THREE,
        {"quorum": "60%", "quorum_sign": ">=", **CONGRESS},
        ("到会人数达到应参加人数的 60%（含），结果方为有效",),
    ),
)


@pytest.fixture
def site(database: Database, settings: Settings, new_client: Callable[[], TestClient]) -> Site:
    return Site(database, settings, new_client)


def plain(text: str) -> str:
    return re.sub(r"\s+", "", html.unescape(re.sub("<[^>]*>", "", text)))


def code_of(site: Site, form: str) -> tuple[str, str]:
    """Freeze and open a round of the campaign; return its id and a code of its slips."""
    with site.database.writing() as session:
        acting = Acting(session, MORNING, site.cast["zhangsan"])
        draft = RoundDraft("第一轮", form, remarks=False, key_needed=1, key_holders=1)
        round_id = rounds.create_round(acting, site.id, draft)
        rounds.freeze(acting, round_id)
    with site.database.writing() as session:
        acting = Acting(session, MORNING, site.cast["zhangsan"])
        _, codes = prepare(acting, site.folder, round_id)
        rounds.open_round(acting, site.folder, PORTS, round_id)
    return round_id, next(iter(codes.values()))[0]


RUIAN = {
    **step(1, "first-1 >= 9/10", "200 分", "met", points="200"),
    **step(2, "first-1 >= 8/10", "190 分", "met", points="190"),
    **step(3, "first-1 >= 7/10", "180 分", "met", points="180"),
    **step(4, "first-1 >= 6/10", "170 分", "met", points="170"),
    **step(5, "first-1 < 6/10 and last-2 < 1/3", "160 分", "met", points="160"),
    **word("rest", "130 分", "met", points="130"),
}


def test_points_of_a_rule_are_typed_and_made_a_part_of_a_score(site: Site) -> None:
    """民主测评赋分, all six steps of it, and a part of the total beside what a leader gives."""
    posted = {**SCHEME, "scale": "competence", "top": "1", "rule_kind": "steps", "two_person": "", **RUIAN}
    assert site.desk.post(f"{site.root}/scheme", **posted).status_code == 303
    parts = composite(("民主测评", "rule", "20"), ("工作实绩", "score", "80"))
    assert site.desk.post(f"{site.root}/composite", **parts).status_code == 303
    page = site.desk.get(f"{site.root}/composite").text
    assert plain("民主测评（测评结论的分值，最高的折成 100 分） × 20% + 工作实绩（非无记名） × 80%") in plain(page)
    assert worth_of(site.view.scheme.judged_by)["130 分"] == 65
    round_id, _ = code_of(site, "t6")
    with site.database.reading() as session:
        paper, _ = frozen_paper(session, round_id)
    steps = {each.code: each.done for each in freeze_problems(paper)}
    assert steps["points"]
    bare = replace(paper, scheme=replace(paper.scheme, rule=None))
    [missing] = [each for each in freeze_problems(bare) if each.code == "points"]
    assert (missing.done, "达标" in missing.detail) == (False, True)


WORTH = {
    **step(1, "last-1 > 1/3", "需补课", "failed", points="60"),
    **step(2, "first-2 >= 80%", "达标", "met", points="100"),
    **step(3, "first-2 >= 60%", "提醒", "attention", points="85"),
    **word("rest", "需补课", "failed", points="60"),
}


def test_points_of_a_rule_are_refused_where_an_item_has_words_of_its_own(site: Site) -> None:
    """Its word would leave the object without any score; with steps of the same words it has theirs."""
    assert site.desk.post(f"{site.root}/forms/t2/copy").status_code == 303
    with site.database.reading() as session:
        [(key, label), *_] = askable_items(session, site.id)
    line = {"line_item-1": key, "attention-1": "80%", "remedial-1": "60%", "dissatisfied-1": "1/3"}
    parts = composite(("民主测评", "rule", "20"), ("工作实绩", "score", "80"))
    scheme = {**SCHEME, "rule_kind": "steps", "two_person": "", **line}
    assert site.desk.post(f"{site.root}/scheme", **scheme, **RUIAN).status_code == 303
    refused = site.desk.post(f"{site.root}/composite", **parts)
    assert refused.status_code == 422
    assert f"而指标“{label}”自己的线会判出“需补课”" in plain(refused.text)
    assert "民主测评" in refused.text
    assert site.view.scheme.composite is None
    assert site.desk.post(f"{site.root}/scheme", **scheme, **WORTH).status_code == 303
    assert site.desk.post(f"{site.root}/composite", **parts).status_code == 303


@pytest.mark.parametrize("typed", RULES, ids=[rule.name for rule in RULES])
def test_it_works(site: Site, new_client: Callable[[], TestClient], typed: Typed) -> None:
    scale, form = typed.asked
    posted = {**SCHEME, "scale": scale, "top": "1", "rule_kind": "steps", "two_person": "", **typed.fields}
    if scale == THREE[0]:
        del posted["unknown"]
    answer = site.desk.post(f"{site.root}/scheme", **posted)
    assert answer.status_code == 303, re.findall(r'role="alert".*?</', answer.text, re.DOTALL)
    round_id, code = code_of(site, form)
    fields = {"code": code, "lang": "zh"}
    told = {
        "page": site.desk.get(f"{site.root}/scheme").text,
        "paper": site.desk.get(f"/rounds/{round_id}/paper").text,
        "phone": new_client().post("/v/document?rules", data=fields, headers=SAME_SITE).text,
    }
    missing = [(where, said) for where, text in told.items() for said in typed.said if plain(said) not in plain(text)]
    assert missing == []
