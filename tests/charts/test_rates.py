"""Rates side by side."""

import re

import pytest
from defusedxml.ElementTree import fromstring

from app.charts.rates import Rate, RateChart, Row, rates_png, rates_svg

CHART = RateChart(
    rows=(
        Row("党代表", (Rate("81.0%", 0.81), Rate("90.5%", 0.905, (0.85, 0.94)))),
        Row("群众代表", (Rate("0.0%", 0.0), Rate("≥90%"))),
        Row("个体户", note="为保护匿名不显示"),
    ),
    series=("第一次", "复测"),
    lines=((0.8, "提醒线 80%"),),
)


def test_it_works() -> None:
    drawn = rates_svg(CHART, "前后对比", "党代表：81.0%，90.5%")
    root = fromstring(drawn)
    texts = [node.text for node in root.iter() if node.tag.endswith("text")]
    for words in ("81.0%", "90.5%", "0.0%", "≥90%", "为保护匿名不显示", "第一次", "复测", "提醒线 80%"):
        assert words in texts
    assert "<title>前后对比</title><desc>党代表：81.0%，90.5%</desc>" in drawn
    assert 'style="' not in drawn


def test_it_draws_the_same_bytes_again() -> None:
    rates_svg.cache_clear()
    first = rates_svg(CHART, "前后对比", "")
    rates_svg.cache_clear()
    assert rates_svg(CHART, "前后对比", "") == first


def test_bars_are_as_long_as_their_shares() -> None:
    one = RateChart((Row("甲", (Rate("50.0%", 0.5),)), Row("乙", (Rate("25.0%", 0.25),))), ("满意率",))
    bars = re.findall(r'<path d="([^"]+)"[^>]*fill="#1f4e8c"', rates_svg(one, "", ""))
    ends = [[float(x) for x in re.findall(r"[ML] ([\d.]+) ", bar)] for bar in bars]
    widths = [max(xs) - min(xs) for xs in ends]
    assert len(widths) == 2
    assert widths[0] == pytest.approx(2 * widths[1], rel=0.01)


def test_it_refuses_what_does_not_fit() -> None:
    for rows, series in (
        ((Row("甲", (Rate("50%", 0.5),)),), ("前", "后")),
        ((Row("甲", (Rate("150%", 1.5),)),), ("前",)),
        ((), ()),
        ((), ("一", "二", "三")),
    ):
        with pytest.raises(ValueError, match=r"series|rate for each|parts of 1"):
            RateChart(rows, series)


def test_a_picture_for_word_is_as_wide_as_the_page() -> None:
    assert rates_png(CHART, "前后对比", "")[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_sign_without_glyph_becomes_a_mark_in_pixels_and_stays_in_text() -> None:
    chart = RateChart((Row("🎉办事大厅", (Rate("50%", 0.5),)),), ("满意率",))
    assert rates_png(chart, "", "") == rates_png(
        RateChart((Row("〓办事大厅", chart.rows[0].rates),), ("满意率",)), "", ""
    )
    assert "🎉办事大厅" in rates_svg(chart, "", "")
