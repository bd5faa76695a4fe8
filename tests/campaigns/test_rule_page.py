"""A rule of one's own on the page of the scheme, and tried on invented counts."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from starlette.testclient import TestClient

from app.campaigns.quorum import Quorum
from app.campaigns.rule import Sign
from app.core.db import Database
from app.core.settings import Settings
from tests.campaigns.test_routes import SCHEME, Site
from tests.campaigns.test_rule import CONGRESS, HALF

STEPS = {
    "scale": "satisfaction_three", "top": "0", "denominator": "expected", "rule_kind": "steps", "decimals": "2",
    "quorum": "1/2", "quorum_sign": ">",
    "step-1-what-1": "first-1", "step-1-sign-1": ">", "step-1-number-1": "1/2", "step-1-word": "满意",
    "step-1-meaning": "met",
    "step-3-what-1": "first-2", "step-3-sign-1": ">", "step-3-number-1": "50%", "step-3-word": "基本满意",
    "step-3-meaning": "attention",
    "rest-word": "不满意", "rest-meaning": "failed",
}  # fmt: skip
SENTENCE = "满意率超过 50% 的，为“满意”；总体满意率超过 50% 的，为“基本满意”；其余的为“不满意”。"


@pytest.fixture
def site(database: Database, settings: Settings, new_client: Callable[[], TestClient]) -> Site:
    return Site(database, settings, new_client)


def _saved(site: Site, **fields: str) -> int:
    posted = {**SCHEME, **STEPS, **fields}
    del posted["unknown"]
    return site.desk.post(f"{site.root}/scheme", **posted).status_code


def test_it_works(site: Site) -> None:
    assert _saved(site) == 303
    scheme = site.view.scheme
    assert (scheme.rule, scheme.decimals, scheme.formula.top) == (CONGRESS, 2, 1)
    assert scheme.quorum == Quorum(HALF, Sign.ABOVE)
    page = site.desk.get(f"{site.root}/scheme").text
    assert SENTENCE in page
    assert "到会人数超过应参加人数的 50%，结果方为有效" in page
    assert "基本满意" in page


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"step-3-what-1": "first-1", "step-3-number-1": "60%"}, "第 2 档永远轮不到"),
        ({"rest-word": ""}, "没有写判定用语"),
        ({"step-1-number-1": "100%"}, "互相矛盾"),
        ({"step-1-meaning": "failed"}, "结论反而会变差"),
        ({"decimals": "3"}, "小数位数"),
        ({"quorum": "1/1"}, "法定人数"),
    ],
)
def test_a_refused_rule_is_shown_again_as_it_was_typed(site: Site, fields: dict[str, str], told: str) -> None:
    posted = {**SCHEME, **STEPS, **fields}
    before = site.view.scheme
    answer = site.desk.post(f"{site.root}/scheme", **posted)
    assert answer.status_code == 422
    assert told in answer.text
    assert 'value="基本满意"' in answer.text
    assert site.view.scheme == before


def _tried(site: Site, **counts: str) -> tuple[int, str]:
    lines = {name: SCHEME[name] for name in ("attention", "remedial", "dissatisfied", "k")}
    fields = {**lines, "top": "1", "denominator": "expected", "name-1": "代表", "expected-1": "231", **counts}
    answer = site.desk.client.get(f"{site.root}/tryout", params=fields)
    return answer.status_code, answer.text


def test_the_page_for_trying_gives_the_word_by_the_same_code(site: Site) -> None:
    _saved(site)
    status, page = _tried(site, **{"count-1-0": "120", "count-1-1": "100", "count-1-2": "11"})
    assert status == 200
    assert '<span class="verdict verdict-met">满意</span>' in page
    assert SENTENCE in page
    _, page = _tried(site, **{"count-1-0": "115", "count-1-1": "100", "count-1-2": "16"})
    assert '<span class="verdict verdict-attention">基本满意</span>' in page


def test_counts_that_do_not_add_up_are_refused(site: Site) -> None:
    _saved(site)
    counts = {"count-1-0": "95", "count-1-1": "27", "count-1-2": "0", "returned-1": "231"}
    status, page = _tried(site, **counts)
    assert status == 422
    assert "合计 122，与收回 231 不符" in page
    assert 'value="95"' in page
    status, _ = _tried(site, **counts, **{"invalid-1": "109"})
    assert status == 200


def test_a_rule_that_turns_a_better_mark_against_one_is_warned_of(site: Site) -> None:
    assert _saved(site, rule_kind="plurality", tie="worse") == 303
    page = site.desk.get(f"{site.root}/scheme").text
    assert "得票最多的等次决定结论" in page
    assert "票投得更好，结论可能反而变差" in page


def test_voter_groups_have_quorums_of_their_own(site: Site) -> None:
    first = site.view.groups[0]
    asked = {f"quorum-{first.id}": "2/3", f"quorum_sign-{first.id}": ">="}
    assert _saved(site, **asked) == 303
    assert site.view.scheme.group_quorums == {first.id: Quorum(Fraction(2, 3))}
    told = f"“{first.name}”到会人数达到本类别应参加人数的 2/3（含），整个结果方为有效"
    assert told in site.desk.get(f"{site.root}/scheme").text


@pytest.mark.parametrize("typed", ["7/6", "150%", "0%"])
def test_it_refuses_the_quorum_of_a_group_above_its_people(site: Site, typed: str) -> None:
    group = site.view.groups[0]
    posted = {**SCHEME, **STEPS, f"quorum-{group.id}": typed}
    answer = site.desk.post(f"{site.root}/scheme", **posted)
    assert answer.status_code == 422
    assert f"“{group.name}法定人数”须大于 0、不超过应参加人数" in answer.text
    assert "例如“超过 1/2”" in answer.text
    assert f'value="{typed}"' in answer.text


WORDED = {"label-1": "民主测评", "source-1": "rule", "weight-1": "60", "label-2": "领导评分", "source-2": "score",
          "weight-2": "40", "decimals": "2"}  # fmt: skip


def test_points_of_the_grade_with_the_most_answers_are_refused_with_what_can_be_done(site: Site) -> None:
    """Nobody can write points for its words, or for 得票并列: no sentence asks for that."""
    assert _saved(site, rule_kind="plurality", tie="meeting") == 303
    answer = site.desk.post(f"{site.root}/composite", **WORDED)
    assert answer.status_code == 422
    assert "“民主测评”要用判定用语的分值，而测评方案按得票最多的等次判定，没有分值" in answer.text
    assert "给每个用语写分值" not in answer.text
    assert 'value="民主测评"' in answer.text
    assert site.view.scheme.composite is None


def test_points_of_steps_are_asked_for_until_every_word_has_some(site: Site) -> None:
    assert _saved(site) == 303
    answer = site.desk.post(f"{site.root}/composite", **WORDED)
    assert answer.status_code == 422
    assert "选“逐档判定”，给每个用语写分值" in answer.text
    rows = {name.removesuffix("-word") for name in STEPS if name.endswith("-word")}
    points = {row: "180" if row == "rest" else str(200 - int(row[-1])) for row in rows}
    assert _saved(site, **{f"{row}-points": number for row, number in points.items()}) == 303
    assert site.desk.post(f"{site.root}/composite", **WORDED).status_code == 303
    assert site.view.scheme.composite is not None
