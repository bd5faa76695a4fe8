"""All that is written on a chart can be read: nothing is cut, runs out of the picture or stands over something else."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import pytest
from defusedxml.ElementTree import fromstring

from app.charts.distribution import Bar, Distribution, distribution_svg, legend_svg
from app.charts.lettering import ruler_of, text_width, wrapped
from app.charts.multiples import multiples_svg
from app.charts.palette import Kind
from app.charts.rates import Rate, RateChart, Row, rates_svg
from tests.found import some

LONG = "关于进一步加强基层文化市场综合执法和文物保护利用工作的领导小组办公室（县文化广电旅游体育和新闻出版局）文管所"
ENGLISH = "Office of the leading group for the joint enforcement of rules in culture markets and the care of relics"
NOTE = "两次测评的参评人员相差 1 人以上、5 人以下，为保护匿名不作比较，请看各自的结果页，那里写着各自的数字"
GRADES = ("非常满意并且愿意推荐给其他人", "比较满意", "基本满意但仍有改进的地方", "不满意并且要求限期整改", "说不清")
NAMES = ("县文化馆", LONG, ENGLISH, "县图书馆")
LINES = ((0.9, "Remedial work line 90%"), (0.95, "Attention line 95%"))


def spread(bars: tuple[Bar, ...]) -> Distribution:
    return Distribution(bars, GRADES, (Kind.GRADE.value,) * len(GRADES), "题", "述", LINES)


BARS = tuple(Bar(name, (0.4, 0.3, 0.2, 0.1, 0.0), figure="71.2%") for name in NAMES)
RATES = RateChart(
    (*(Row(name, (Rate("81.0%", 0.81), Rate("100.0%", 1.0))) for name in NAMES), Row("广播站", note=NOTE)),
    (LONG, ENGLISH),
    LINES,
)
DRAWN: dict[str, tuple[Callable[[], str], tuple[str, ...]]] = {
    "distribution": (lambda: distribution_svg(spread(BARS)), (*NAMES, *GRADES, *(words for _, words in LINES))),
    "multiples": (lambda: multiples_svg(spread(BARS * 3)), (*NAMES, *GRADES, *(words for _, words in LINES))),
    "rates": (lambda: rates_svg(RATES, "题", "述"), (*NAMES, NOTE, LONG, ENGLISH, *(words for _, words in LINES))),
    "rates on paper": (lambda: rates_svg(RATES, "题", "述", 590), (*NAMES, NOTE, LONG, ENGLISH)),
    "legend": (lambda: legend_svg(GRADES, (Kind.GRADE.value,) * len(GRADES), "图例", 320), GRADES),
}


@dataclass(frozen=True)
class Written:
    """A line of a picture with the room that it takes."""

    words: str
    left: float
    right: float
    top: float
    bottom: float


def written(svg: str) -> list[Written]:
    return [_written(node.attrib, node.text or "") for node in fromstring(svg).iter() if node.tag.endswith("}text")]


def _written(told: dict[str, str], words: str) -> Written:
    x, y, size = float(told["x"]), float(told["y"]), float(re.findall(r"[\d.]+", told["font-size"])[0])
    width = text_width(words, size)
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[told.get("text-anchor", "start")]
    return Written(words, left, left + width, y - 0.8 * size, y + 0.1 * size)


@pytest.mark.parametrize("kind", DRAWN)
def test_it_works(kind: str) -> None:
    draw, words = DRAWN[kind]
    drawn = draw()
    root, lines = fromstring(drawn).attrib, written(drawn)
    text = "".join(line.words.replace(" ", "") for line in lines)
    assert [each for each in words if each.replace(" ", "") not in text] == []
    out = [
        line for line in lines
        if line.left < 0 or line.right > float(root["width"]) or line.top < 0 or line.bottom > float(root["height"])
    ]  # fmt: skip
    assert out == []
    over = [
        (one.words, other.words) for one, other in combinations(lines, 2)
        if one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom
    ]  # fmt: skip
    assert over == []


def test_lines_are_broken_where_people_break_them() -> None:
    """No opening bracket ends a line and no closing one begins it; no Latin word is broken; none stands alone."""
    assert wrapped("文化市场综合行政执法大队（文物管理所）", 169, 13) == ("文化市场综合行政执法", "大队（文物管理所）")
    assert wrapped("县文化广电旅游体育和新闻出版局", 169, 13) == ("县文化广电旅游体", "育和新闻出版局")
    assert wrapped("County Performing Troupe", 140, 13) == ("County Performing", "Troupe")
    assert len(wrapped("Donaudampfschifffahrtsgesellschaft", 140, 13)) == 2
    assert wrapped("", 169, 13) == ()
    for room in range(26, 200, 7):
        lines = wrapped(LONG, room, 13)
        assert "".join(lines) == LONG
        assert all(text_width(line, 13) <= room for line in some(lines))
        assert not any(line[0] in "）、" or line[-1] == "（" for line in lines)


def test_words_of_lines_that_lie_close_stand_above_one_another() -> None:
    assert [row for _, _, row, _ in ruler_of(((0.6, "补课线 60%"), (0.8, "提醒线 80%")), 100, 500).words] == [0, 0]
    assert [row for _, _, row, _ in ruler_of(LINES, 100, 400).words] == [0, 1]
    assert ruler_of((), 100, 400).height == 0
