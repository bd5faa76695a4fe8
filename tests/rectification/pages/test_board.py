"""The pages of the campaign board, without scripts."""

import re
from collections.abc import Callable

import pytest

from app.campaigns.models import Unit
from app.core.db import Database
from tests.cast import Desk
from tests.form_fields import Fields, sent
from tests.rectification.flagged import FLAGGED, make_flagged


@pytest.fixture
def root(database: Database) -> str:
    """The address of the board of a campaign with a published round."""
    return f"/campaigns/{make_flagged(database).campaign_id}/board"


def form_of(desk: Desk, root: str) -> Fields:
    """Return the edit form as it stands on its page."""
    return sent(desk.get(f"{root}/edit").text, f"{root}/edit")


def put(fields: Fields, name: str, at: int, value: str) -> None:
    column = fields[f"{name}[]"]
    assert isinstance(column, list)
    column[at] = value


def test_it_works(root: str, new_desk: Callable[[str], Desk]) -> None:
    desk = new_desk("zhangsan")
    page = desk.get(root)
    assert page.status_code == 200
    assert "环节一个不能少" in page.text
    assert "县文工团" in page.text
    assert "漏项" not in page.text
    step = f"{root}/{FLAGGED}/study"
    assert "登记完成" in desk.get(step).text
    answer = desk.post(step, done_on="2026-11-20", proof="学习计划<1>号")
    assert (answer.status_code, answer.headers["location"]) == (303, root)
    shown = desk.get(step).text
    assert "2026年11月20日" in shown
    assert "学习计划&lt;1&gt;号" in shown
    assert "2026年11月20日" in desk.get(root).text
    assert desk.post(f"{step}/undo").status_code == 303
    assert "撤销登记" not in desk.get(step).text


def test_roles_see_what_is_theirs(root: str, new_desk: Callable[[str], Desk]) -> None:
    for login in ("zhaoliu", "zhengshi"):
        text = new_desk(login).get(root).text
        assert "县文化馆" in text
        assert f"{root}/edit" not in text
        assert "登记完成" not in new_desk(login).get(f"{root}/{FLAGGED}/study").text
    liaison = new_desk("wujiu")
    text = liaison.get(root).text
    assert "县文工团" in text
    assert "县文化馆" not in text
    assert liaison.get(f"{root}/u1/study").status_code == 404
    assert liaison.post(f"{root}/u1/study", done_on="2026-11-20", proof="纪要").status_code == 404
    assert liaison.post(f"{root}/{FLAGGED}/study", done_on="2026-11-20", proof="纪要").status_code == 303
    assert "登记完成" not in liaison.get(f"{root}/{FLAGGED}/closing").text
    assert root in liaison.get("/rectification/campaigns").text


@pytest.mark.parametrize(
    ("day", "proof", "words"),
    [
        ("2026-11-20", "", "没有写明依据"),
        ("2026-11-30", "纪要", "今天以后"),
        ("昨天", "纪要", "不是日期"),
        ("2026-11-20", "长" * 301, "300"),
    ],
)
def test_it_refuses_an_entry_and_keeps_what_was_typed(
    root: str, new_desk: Callable[[str], Desk], day: str, proof: str, words: str
) -> None:
    answer = new_desk("zhangsan").post(f"{root}/{FLAGGED}/study", done_on=day, proof=proof)
    assert 400 <= answer.status_code < 500
    assert words in answer.text
    assert f'value="{day}"' in answer.text
    assert f">{proof}</textarea>" in answer.text


def test_stages_are_renamed_moved_added_and_removed(root: str, new_desk: Callable[[str], Desk]) -> None:
    desk = new_desk("zhangsan")
    fields = form_of(desk, root)
    put(fields, "stage_name", 0, "动员学习")
    put(fields, "stage_name", 3, "巩固提高")
    put(fields, "step_name", 1, "集中学习")
    put(fields, "step_place", 1, "5")
    put(fields, "step_due", 1, "2026-11-02")
    put(fields, "step_name", -1, "回头看")
    answer = desk.post(f"{root}/edit", **fields, **{"drop[]": ["step:mechanism"]})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{root}/edit")
    text = desk.get(root).text
    heads = re.findall(r'<th scope="col">([^<]*)</th>', text.split("campaign-board")[1])
    assert heads == [
        "集中学习", "学习调研", "征求意见", "民主生活会", "分析检查报告", "评议",
        "整改方案", "解决问题", "测评总结", "回头看",
    ]  # fmt: skip
    assert "动员学习" in text
    assert "巩固提高" in text
    assert 'class="step-late' in text


def test_a_step_moves_to_another_stage(root: str, new_desk: Callable[[str], Desk]) -> None:
    desk = new_desk("zhangsan")
    fields = form_of(desk, root)
    put(fields, "step_stage", 0, "analysis")
    refused = desk.post(f"{root}/edit", **fields)
    assert refused.status_code == 422
    assert "“学习调研”：这个阶段还没有环节" in refused.text
    assert desk.post(f"{root}/edit", **fields, **{"drop[]": ["stage:study"]}).status_code == 303
    assert desk.get(root).text.count('scope="colgroup"') == 2


def test_it_refuses_wrong_stages_and_keeps_what_was_typed(root: str, new_desk: Callable[[str], Desk]) -> None:
    desk = new_desk("zhangsan")
    fields = form_of(desk, root)
    put(fields, "step_name", 0, "学习“甲”")
    put(fields, "step_starts", 0, "2026-11-20")
    put(fields, "step_due", 0, "2026-11-10")
    answer = desk.post(f"{root}/edit", **fields)
    assert answer.status_code == 422
    assert "结束日期早于开始日期" in answer.text
    assert 'value="学习“甲”"' in answer.text
    put(fields, "step_due", 0, "十日")
    assert desk.post(f"{root}/edit", **fields).status_code == 400
    put(fields, "step_due", 0, "")
    put(fields, "step_place", 0, "第一")
    assert 'value="第一"' in desk.post(f"{root}/edit", **fields).text
    put(fields, "step_place", 0, "10")
    put(fields, "step_key", 0, "foreign")
    assert desk.post(f"{root}/edit", **fields).status_code == 400
    assert desk.post(f"{root}/edit", seen="").status_code == 400


def test_it_refuses_to_lose_entries(root: str, new_desk: Callable[[str], Desk]) -> None:
    desk = new_desk("zhangsan")
    desk.post(f"{root}/{FLAGGED}/study", done_on="2026-11-20", proof="纪要")
    answer = desk.post(f"{root}/edit", **form_of(desk, root), **{"drop[]": ["stage:study"]})
    assert answer.status_code == 409
    assert "“学习调研”已有 1 个单位登记" in answer.text
    assert 'value="stage:study" checked' in answer.text


def test_700_units_are_shown_page_by_page_in_official_order(
    root: str, database: Database, new_desk: Callable[[str], Desk]
) -> None:
    campaign_id = root.split("/")[2]
    with database.writing() as session:
        session.add_all(
            Unit(id=f"n{at:03}", campaign_id=campaign_id, position=at, name=f"第{at:03}单位") for at in range(9, 701)
        )
    desk = new_desk("zhangsan")
    text = desk.get(root).text
    assert text.count("<strong>第") == 42
    assert "1 / 14" in text
    shown = [
        name for part in range(1, 15) for name in re.findall(r"<strong>(第\d+)", desk.get(f"{root}?part={part}").text)
    ]
    assert shown == [f"第{at:03}" for at in range(9, 701)]
    assert "筛选出 0 个单位，全部 700 个" in desk.get(f"{root}?state=late").text
    assert "筛选出 700 个单位，全部 700 个" in desk.get(f"{root}?state=missing&part=99").text
    found = desk.get(f"{root}?q=第 ０４２&state=missing").text
    assert re.findall(r"<strong>(第\d+)", found) == ["第042"]
    assert "没有符合的" in desk.get(f"{root}?q=没有").text


def test_steps_are_chosen_from_a_template_and_given_up(root: str, new_desk: Callable[[str], Desk]) -> None:
    desk = new_desk("zhangsan")
    assert desk.post(f"{root}/edit", template="none").status_code == 303
    assert "这个活动没有设置环节步骤" in desk.get(root).text
    assert "设置环节步骤" in desk.get("/rectification/campaigns").text
    assert f"{root}" not in new_desk("wujiu").get("/rectification/campaigns").text
    assert "这个活动没有设置环节步骤" in desk.get(f"{root}/edit").text
    assert desk.post(f"{root}/edit", template="seed").status_code == 303
    assert "环节一个不能少" in desk.get(root).text
    assert desk.post(f"{root}/edit", template="seed").status_code == 409
