"""Sums, footnotes and lines for signatures are told from names, and names from them."""

import pytest

from app.core.asides import aside_in, is_note, is_total

TOTALS = (
    "合 计",
    "合　计：",
    "合计（人）",
    "合计（2个）",
    "合计 56 人",
    "合计：2个单位",
    "合计数：56",
    "合计56人（其中女12人）",
    "全县合计",
    "本页小计",
    "应到人数合计",
    "应到人数合计56人",
    "全县合计 12 个单位",
    "本页小计：8",
    "党代表小计（人）",
    "党政部门小计12个",
    "以上合计",
    "以上共 3 个",
    "共2个单位",
    "共 3 类 56 人",
    "共计 2 家",
    "总 数",
    "总人数",
    "累计",
    "合計",
    "Total",
)
NOTES = (
    "注：以上单位按机构序列排列。",
    "备注：同上",
    "说明：1.本表一式两份",
    "说明",
    "附件1：名单",
    "填表人：张三",
    "填报单位（盖章）：",
    "审核人：李四    填表日期：2026年11月28日",
    "监票人：",
    "主要领导签字：",
    "单位负责人（签字）：",
    "联系电话：0571",
    "2026年11月28日",
    "2026/11/28",
    "（此页无正文）",
    "以下空白",
    "第1页 共3页",
    "……",
    "———",
)
NAMES = (
    "共青团县委",
    "共同村2组",
    "共享单车公司",
    "县统计局",
    "县审计局",
    "县总工会",
    "合计路社区",
    "改造老旧小区共计12个",
    "新增停车位共计500个",
    "新建公厕合计10座",
    "全县改造老旧小区共计12个",
    "累计产业园",
    "12345热线办",
    "2026年工作报告",
    "第一中学",
    "第3页岩气公司",
    "附属医院：骨科",
    "审批服务局：窗口",
    "领导班子：正职",
    "注册会计师协会",
    "说明书",
    "备注册处",
    "时间银行",
    "联系电话办",
    "单位负责人",
    "县委办（保密局）",
)


@pytest.mark.parametrize("text", TOTALS)
def test_a_total_is_known_in_every_spelling(text: str) -> None:
    assert is_total(text)
    assert aside_in(text) == "name_is_total"


@pytest.mark.parametrize("text", NOTES)
def test_what_stands_below_a_list_is_no_line_of_it(text: str) -> None:
    assert is_note(text)
    assert aside_in(text) == "name_is_note"


@pytest.mark.parametrize("text", NAMES)
def test_a_name_stays_a_name(text: str) -> None:
    assert aside_in(text) == ""
