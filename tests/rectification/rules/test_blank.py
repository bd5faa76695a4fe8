"""A field that only looks filled is empty."""

import pytest

from app.rectification.rules.blank import is_blank


@pytest.mark.parametrize("text", ["修缮楼道照明", "无障碍坡道", "3", "待定点医院公布名单", "A"])
def test_it_works(text: str) -> None:
    assert not is_blank(text)


@pytest.mark.parametrize("text", ["", " ", "\u3000\n", "\u200b\ufeff", "无", " 待定 ", "——", "/", "N/A", "暂 无", "…"])
def test_it_refuses_fillers(text: str) -> None:
    assert is_blank(text)
