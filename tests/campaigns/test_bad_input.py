"""Bad input, posted as a browser posts it: refused, the field or step named, an example of what would do, all kept."""

from collections.abc import Callable, Mapping
from html.parser import HTMLParser

import pytest
from sqlalchemy import delete, update
from starlette.testclient import TestClient

from app.campaigns import section_service
from app.campaigns.models import GroupLeavesOut, VoterGroup
from app.core.acting import Acting
from app.core.chinese import has_chinese
from app.core.db import Database
from app.core.settings import Settings
from app.web.forms import TOKEN_FIELD
from tests.campaigns.test_routes import SCHEME, Site
from tests.campaigns.test_rule_page import STEPS
from tests.campaigns.test_section_service import BODY, _seen
from tests.cast import MORNING

RULE = {**{name: value for name, value in SCHEME.items() if name != "unknown"}, **STEPS}


class Kept(HTMLParser):
    """What the fields of a page hold, by name."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.alert = ""
        self._select = self._told = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name, value = found.get("name", ""), found.get("value", "")
        if tag == "input" and (found.get("type") not in {"checkbox", "radio"} or "checked" in found):
            self.fields.setdefault(name, []).append(value)
        if tag == "select":
            self._select = name
        if tag == "option" and "selected" in found:
            self.fields.setdefault(self._select, []).append(value)
        if found.get("role") == "alert" and not self.alert:
            self._told = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._told:
            self._told = ""

    def handle_data(self, data: str) -> None:
        if self._told:
            self.alert += data

    def lost(self, posted: Mapping[str, str | list[str]]) -> dict[str, str | list[str]]:
        """Return what was posted and does not stand in its field any more."""
        missing: dict[str, str | list[str]] = {}
        for name, value in posted.items():
            asked = [each for each in ([value] if isinstance(value, str) else value) if each]
            if any(each not in self.fields.get(name, []) for each in asked):
                missing[name] = value
        return missing


def lined(**fields: str) -> dict[str, str]:
    return {**SCHEME, **fields}


def ruled(**fields: str) -> dict[str, str]:
    return {**RULE, **fields}


def section(**fields: str) -> dict[str, str]:
    """A section with a rule of its own, the congress's, with changes."""
    steps = {name: value for name, value in STEPS.items() if name.startswith(("step-", "rest-", "rule_"))}
    return {"noun": "领导班子", "objects": "unit", "form_key": "t2", **steps, **fields}


def form(**fields: str | list[str]) -> dict[str, str | list[str]]:
    """A form of three items on a scale of its own, with changes."""
    rows = 3
    plain: dict[str, str | list[str]] = {
        "title": "民主测评票", "scale": "own", "top": "2", "unknown": "不了解", "abstain": "", "overall": "",
        "grade[]": ["优秀", "称职", "基本称职", "不称职"], "score[]": ["100", "80", "60", "0"],
        "positive-1": "1", "positive-2": "1", "positive-3": "1",
        "key[]": [""] * rows, "place[]": ["1", "2", "3"], "label[]": ["德", "能", "勤"], "labels[]": [""] * rows,
        "item_top[]": [""] * rows, "weight[]": ["30", "30", "40"], "decimals[]": [""] * rows,
        "most_points[]": [""] * rows, "trim[]": [""] * rows,
        "limit_grades[]": ["优秀", ""], "limit_most[]": ["1/3", ""], "limit_item[]": ["", ""],
    }  # fmt: skip
    return {**plain, **fields}


def composite(*parts: tuple[str, str, str], **fields: str) -> dict[str, str]:
    rows = {
        f"{name}-{row}": text
        for row, part in enumerate(parts, 1)
        for name, text in zip(("label", "source", "weight"), part, strict=True)
    }
    return {"decimals": "2", **rows, **fields}


Posted = Mapping[str, str | list[str]]
BAD: dict[str, tuple[str, Posted, str, str]] = {
    "unreachable step": ("scheme", ruled(**{"step-3-what-1": "first-1", "step-3-number-1": "60%"}), "第 2 档", "80%"),
    "unreachable rest": (
        "scheme", ruled(**{"step-3-what-1": "first-2", "step-3-sign-1": ">=", "step-3-number-1": "0%"}),
        "第 3 档", "其余",
    ),
    "impossible step": ("scheme", ruled(**{"step-1-number-1": "100%"}), "第 1 档", "80%"),
    "better mark, worse word": ("scheme", ruled(**{"step-1-meaning": "failed"}), "第 2 档", "50%"),
    "step without a word": ("scheme", ruled(**{"step-3-word": ""}), "第 2 档", "满意"),
    "rest without a word": ("scheme", ruled(**{"rest-word": ""}), "第 3 档", "满意"),
    "quorum above all": ("scheme", ruled(quorum="120%"), "法定人数", "1/2"),
    "lines that cross": ("scheme", lined(attention="60%", remedial="80%"), "提醒线", "80%"),
    "weights": ("scheme", lined(), "合计 110", "30、30、40"),
    "weight that is none": ("scheme", lined(), "权重", "30、30、40"),
    "announced with groups": ("scheme", lined(disclosure="announced", extent="counts"), "类别", "全体参评人员"),
    "announced to nine": ("scheme", lined(disclosure="announced", extent="counts"), "9 人", "全体参评人员，10 人"),
    "section: unreachable step": (
        "section", section(**{"step-3-what-1": "first-1", "step-3-number-1": "60%"}), "第 2 档", "80%",
    ),
    "section: impossible step": ("section", section(**{"step-1-number-1": "100%"}), "第 1 档", "80%"),
    "section: rest without a word": ("section", section(**{"rest-word": ""}), "第 3 档", "满意"),
    "section: number of a step": ("section", section(**{"step-1-number-1": "3/2"}), "第 1 档", "80%"),
    "scores that do not fall": ("form", form(**{"score[]": ["100", "80", "80", "0"]}), "基本称职", "100"),
    "score above a hundred": ("form", form(**{"score[]": ["120", "80", "60", "0"]}), "优秀", "100"),
    "same grade twice": ("form", form(**{"grade[]": ["优秀", "称职", "称职", "不称职"]}), "称职", "例如"),
    "all grades positive": ("form", form(**{"positive-4": "1"}), "肯定", "例如"),
    "one grade": ("form", form(**{"grade[]": ["优秀", "", "", ""], "score[]": ["100", "", "", ""]}), "2", "例如"),
    "limit below one": ("form", form(**{"limit_most[]": ["0", ""]}), "限额", "1/3"),
    "limit of all": ("form", form(**{"limit_most[]": ["100%", ""]}), "限额", "1/3"),
    "limit of no grade": ("form", form(**{"limit_grades[]": ["良好", ""]}), "良好", "优秀/称职"),
    "item weight": ("form", form(**{"weight[]": ["0", "30", "40"]}), "德", "30、30、40"),
    "items of one heading apart": ("form", form(**{"heading[]": ["一、德", "", "一、德"]}), "标题“一、德”", "例如"),
    "item weights of 110": ("form", form(**{"weight[]": ["60", "30", "20"]}), "合计 110，应为 100", "30、30、40"),
    "weight of one item alone": ("form", form(**{"weight[]": ["60", "30", ""]}), "合计 91，应为 100", "30、30、40"),
    "impossible flag": (
        "scheme",
        ruled(**{"flag-1-what-1": "last-1", "flag-1-sign-1": ">", "flag-1-number-1": "100%", "flag-1-text": "须说明"}),
        "第 1 条提示", "1/3",
    ),
    "points above a hundred": (
        "form", form(**{"decimals[]": ["0", "", ""], "most_points[]": ["150", "", ""], "weight[]": [""] * 3}),
        "德", "100",
    ),
    "points and grades": (
        "form", form(**{"decimals[]": ["0", "", ""], "labels[]": ["是 100/否 0", "", ""], "weight[]": [""] * 3}),
        "德", "按等次评",
    ),
    "本人 beside points": (
        "form", form(self_cell="1", **{"decimals[]": ["0", "", ""], "weight[]": [""] * 3, "limit_grades[]": ["", ""],
        "limit_most[]": ["", ""]}), "本人", "优秀、称职",
    ),
    "too many trimmed": (
        "form", form(**{"decimals[]": ["0", "", ""], "trim[]": ["9", "", ""], "weight[]": [""] * 3}),
        "德", "各去掉 1 个",
    ),
    "composite of 110": (
        "composite", composite(("民主测评", "vote:", "60"), ("领导评分", "score", "50")), "合计 110", "例如",
    ),
    "part without a name": (
        "composite", composite(("", "vote:", "60"), ("领导评分", "score", "40")), "名称", "领导评分",
    ),
    "points without a most": (
        "composite", composite(("民主测评", "vote:", "60"), ("扣分", "points", "40")), "扣分", "20",
    ),
    "points of words that have none": (
        "composite", composite(("民主测评", "rule", "60"), ("领导评分", "score", "40")), "民主测评", "200、190",
    ),
    "class of nobody": (
        "composite",
        composite(
            ("民主测评", "vote:", "60"), ("领导评分", "score", "40"), **{"classes-1": "党群 60", "classes-2": "党群 40"}
        ),
        "党群", "类别",
    ),
}  # fmt: skip
"""What is wrong → page, what is posted, what the refusal names, and what it gives as an example."""


@pytest.fixture
def site(database: Database, settings: Settings, new_client: Callable[[], TestClient]) -> Site:
    return Site(database, settings, new_client)


def posted_to(site: Site, case: str) -> tuple[str, Posted, Posted]:
    """Return the page with what is posted to it, and of that what its fields show."""
    page, fields, _, _ = BAD[case]
    first, *others = site.view.groups
    if case in {"weights", "weight that is none"}:
        typed = {first.id: "110" if case == "weights" else "多", **{other.id: "0" for other in others}}
        fields = {**fields, **{f"weight-{group}": weight for group, weight in typed.items()}}
    if case == "announced to nine":
        _leave_nine(site)
    if page == "section":
        return f"{site.root}/sections/{_add_section(site)}", fields, fields
    path = f"{site.root}/forms/{site.copy('t6')}" if page == "form" else f"{site.root}/{page}"
    shown = {name: value for name, value in fields.items() if name != "overall"}
    return path, fields, shown


def _leave_nine(site: Site) -> None:
    """Leave the campaign one voter group of nine people."""
    first = site.view.groups[0].id
    with site.database.writing() as session:
        session.execute(delete(GroupLeavesOut))
        session.execute(delete(VoterGroup).where(VoterGroup.id != first))
        session.execute(update(VoterGroup).values(expected=9))


def _add_section(site: Site) -> str:
    with site.database.writing() as session:
        acting = Acting(session, MORNING, site.cast["zhangsan"])
        return section_service.add_section(acting, site.id, BODY)


@pytest.mark.parametrize("case", BAD)
def test_it_refuses_it_names_it_and_keeps_it(site: Site, case: str) -> None:
    path, fields, shown = posted_to(site, case)
    before = site.view
    fields = {**fields, "seen": _seen(site.desk.get(path).text)}
    answer = site.desk.post_once(path, **dict(fields))
    assert 400 <= answer.status_code < 500, answer.status_code
    kept = Kept(answer.text)
    _, _, named, example = BAD[case]
    assert named in kept.alert, kept.alert
    assert example in kept.alert, kept.alert
    assert kept.lost(shown) == {}
    assert site.view == before
    english = site.desk.client.post(
        path, data={TOKEN_FIELD: site.desk.form_token, **fields}, headers={"accept-language": "en"}
    )
    assert 400 <= english.status_code < 500
    told = Kept(english.text)
    typed = [text for value in fields.values() for text in ([value] if isinstance(value, str) else value)]
    words = {word for text in typed for word in (text, *text.split())} | {"、"}
    alert = told.alert
    for word in sorted({*words, *(group.name for group in before.groups)}, key=len, reverse=True):
        alert = alert.replace(word, "") if word else alert
    assert alert.strip()
    assert not has_chinese(alert), told.alert
    assert english.status_code == answer.status_code == 422
    assert told.lost(shown) == {}
