"""Names of campaigns and rounds said in one breath."""

import re

import pytest

from app.reports.naming import named_after, round_in_campaign

DOUBLED = re.compile(r"([\u4e00-\u9fff]{3,}).*\1")


@pytest.mark.parametrize(
    ("campaign", "title", "together"),
    [
        ("学习实践活动群众满意度测评", "群众满意度测评（第一次）", "学习实践活动群众满意度测评（第一次）"),
        ("学习实践科学发展观活动", "群众满意度测评", "学习实践科学发展观活动群众满意度测评"),
        ("市直部门2026年度群众满意度测评", "市直部门群众满意度测评", "市直部门2026年度群众满意度测评"),
        ("政风行风评议", "政风行风评议复测", "政风行风评议复测"),
        ("2026年群众满意度测评活动", "群众满意度测评第二次", "2026年群众满意度测评活动（第二次）"),
        ("评议", "评议", "评议"),
    ],
)
def test_it_works(campaign: str, title: str, together: str) -> None:
    assert round_in_campaign(campaign, title) == together
    assert not DOUBLED.search(together)


def test_an_organisation_is_said_once() -> None:
    assert named_after("县文化局", "县文化局年度测评") == "县文化局年度测评"
    assert named_after("县文化局", "年度测评") == "县文化局年度测评"
