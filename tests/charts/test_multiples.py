"""Many units at a glance."""

from defusedxml.ElementTree import fromstring

from app.charts.distribution import Bar, Distribution
from app.charts.multiples import multiples_svg
from app.charts.palette import Kind

OPTIONS = ("满意", "比较满意", "基本满意", "不满意")
KINDS = (Kind.GRADE.value,) * 4


def texts_of(drawn: str) -> list[str]:
    return [node.text or "" for node in fromstring(drawn).iter() if node.tag.endswith("text")]


def test_it_works() -> None:
    bars = tuple(Bar(f"单位{place}", (0.5, 0.3, 0.1, 0.1)) for place in range(120))
    drawn = multiples_svg(Distribution(bars, OPTIONS, KINDS, "各单位", "说明"))
    # Down the columns, in the order given: the first column holds the first thirty.
    assert [text for text in texts_of(drawn) if text.startswith("单位")] == [f"单位{place}" for place in range(120)]
    root = fromstring(drawn)
    assert float(root.attrib["width"]) == 960


def test_a_hidden_unit_is_an_empty_frame() -> None:
    drawn = multiples_svg(Distribution((Bar("甲", ()), Bar("乙", (1.0, 0.0, 0.0, 0.0))), OPTIONS, KINDS, "各单位", ""))
    assert texts_of(drawn).count("—") == 1


def test_no_unit_at_all() -> None:
    assert "<svg" in multiples_svg(Distribution((), OPTIONS, KINDS, "各单位", ""))


def test_the_rate_stands_beside_a_name_that_is_too_long() -> None:
    bar = Bar("很长的单位名称" * 5, (0.5, 0.3, 0.1, 0.1), figure="80.0%")
    texts = texts_of(multiples_svg(Distribution((bar,) * 4, OPTIONS, KINDS, "各单位", "")))
    assert texts.count("80.0%") == 4
    assert "".join(text for text in texts if "很长" in text or "单位名称" in text) == bar.label * 4
