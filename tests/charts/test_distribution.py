"""The charts as a reader gets them: parsed SVG, decoded PNG."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from defusedxml.ElementTree import fromstring
from matplotlib import rcParams
from matplotlib.ft2font import FT2Font
from PIL import Image

from app.charts.distribution import Bar, Distribution, distribution_png, distribution_svg, row_svg, share_text
from app.charts.palette import Look, looks
from app.core.printable import FACES, FONTS
from tests.found import some

SVG = "{http://www.w3.org/2000/svg}"
OPTIONS = ("满意", "比较满意", "基本满意", "不满意", "不了解", "弃权")
KINDS = ("grade", "grade", "grade", "grade", "unknown", "abstain")
BARS = (
    Bar("县文化馆", (0.66, 0.223, 0.086, 0.031, 0.0, 0.0)),
    Bar("县文工团", (0.3, 0.2, 0.2, 0.1, 0.1, 0.1), (30, 20, 20, 10, 10, 10)),
    Bar("广播站", (0.5, 0.5, 0.0, 0.0, 0.0, 0.0)),
)
LOOKS = looks(KINDS)


def draw(bars: tuple[Bar, ...] = BARS, title: str = "各单位总体评价", description: str = "三个单位") -> str:
    """Draw bars with the usual options."""
    return distribution_svg(Distribution(bars, OPTIONS, KINDS, title, description))


def draw_row(shares: tuple[float, ...]) -> str:
    """Draw one row with the usual options."""
    return row_svg(Bar("", shares), OPTIONS, "县文化馆", "满意 66%", KINDS)


def texts(svg: str) -> list[str]:
    """Every text of the picture, in the order drawn."""
    return [element.text or "" for element in fromstring(svg).iter(f"{SVG}text")]


def segments(svg: str, look: Look) -> list[tuple[float, float]]:
    """Left and right edge of every shape painted with the look's fill or with a pattern over that fill."""
    root = fromstring(svg)
    patterns = {
        f"url(#{pattern.get('id')})"
        for pattern in root.iter(f"{SVG}pattern")
        if any(rect.get("fill") == look.fill for rect in pattern.iter(f"{SVG}rect"))
    }
    fills = patterns if look.hatch else {look.fill}
    return [span(path) for path in root.findall(f"{SVG}path") if path.get("fill") in fills]


def span(path: Element) -> tuple[float, float]:
    """Left and right edge of a path."""
    xs = [float(x) for x in re.findall(r"[ML] (\S+) \S+", path.get("d", ""))]
    return min(xs), max(xs)


def test_it_works() -> None:
    """A picture with a name, a description, the units, the options and the shares as text."""
    root = fromstring(draw())
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "各单位总体评价"
    assert root.findtext(f"{SVG}desc") == "三个单位"
    words = texts(draw())
    assert {*OPTIONS, "县文化馆", "县文工团", "广播站", "66.0%", "22.3%", "8.6%", "0%", "100%"} <= set(words)


def test_it_refuses_figures_that_do_not_fit_the_options() -> None:
    """Too few shares, too many counts, kinds missing, and no whole."""
    for bar in (Bar("甲", (1.0,)), Bar("甲", BARS[0].shares, (1,)), Bar("甲", (0.9, 0.9, 0, 0, 0, 0))):
        with pytest.raises(ValueError, match=r"options|parts of 1"):
            draw((bar,))
    for shares in ((1.5, -0.5, 0.0, 0.0, 0.0, 0.0), (float("nan"), 1.0, 0.0, 0.0, 0.0, 0.0)):
        with pytest.raises(ValueError, match="parts of 1"):
            draw_row(shares)
    with pytest.raises(ValueError, match="options"):
        row_svg(Bar("", (1.0,)), ("满意",), "", "", ("grade", "grade"))


def test_bars_stay_in_the_order_given() -> None:
    """Official order, whatever the figures are."""
    for bars in (BARS, BARS[::-1]):
        labels = [bar.label for bar in bars]
        assert [word for word in texts(draw(bars)) if word in labels] == labels


def test_drawing_again_gives_the_same_bytes() -> None:
    """Also past the cache, so that files can be compared by hash."""
    first = draw(), draw_row(BARS[0].shares), distribution_png(Distribution(BARS, OPTIONS, KINDS, "题", "述"))
    for function in (distribution_svg, row_svg, distribution_png):
        function.cache_clear()
    assert (draw(), draw_row(BARS[0].shares), distribution_png(Distribution(BARS, OPTIONS, KINDS, "题", "述"))) == first


def test_threads_do_not_disturb_each_other() -> None:
    """Every thread gets the picture that one thread alone would have drawn; global settings stay as they were."""
    before = dict(rcParams)
    cases = [(share / 40, 1 - share / 40, 0.0, 0.0, 0.0, 0.0) for share in range(1, 40)]
    alone = [draw_row(case) for case in cases]
    row_svg.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(draw_row, cases)) == alone
    assert dict(rcParams) == before


def test_a_row_is_filled_from_edge_to_edge() -> None:
    """Each segment as wide as its share of 400 px, hairlines between them, nothing left at the end."""
    shares = (0.3, 0.2, 0.2, 0.1, 0.1, 0.1)
    root = fromstring(draw_row(shares))
    assert (root.get("width"), root.get("height")) == ("400", "26")
    spans = [segments(draw_row(shares), look)[0] for look in LOOKS]
    assert (spans[0][0], spans[-1][1]) == (0, 400)
    assert [right - left for left, right in spans] == pytest.approx([share * 400 for share in shares], abs=1.01)
    assert all(0 <= after[0] - before[1] <= 1.01 for before, after in some(pairwise(spans)))


def test_every_bar_of_a_chart_is_equally_long() -> None:
    """From 0 % to 100 % of the scale, with or without empty options."""
    svg = draw()
    legend, *firsts = segments(svg, LOOKS[0])
    assert len(firsts) == len(BARS)
    (left,) = {start for start, _ in firsts}
    ends = [segments(svg, LOOKS[3])[1][1], segments(svg, LOOKS[5])[1][1], segments(svg, LOOKS[1])[3][1]]
    assert legend[1] - legend[0] == pytest.approx(16)
    assert ends == pytest.approx([ends[0]] * 3, abs=0.01)
    assert firsts[1][1] - left == pytest.approx(0.3 * (ends[0] - left), abs=1.01)


def test_counts_are_written_only_where_given() -> None:
    """The caller decides what may be shown."""
    words = texts(draw())
    assert "30% (30)" in words
    assert [word for word in words if "(" in word and word.startswith("66")] == []


def test_narrow_segments_carry_no_text() -> None:
    """Three per cent of a row have no room for their figure."""
    assert texts(draw_row(BARS[0].shares)) == ["66.0%", "22.3%", "8.6%"]


def test_a_figure_held_back_is_a_blank_bar() -> None:
    """No colour and no figure, but a frame and a dash."""
    for shares in ((), (0.0,) * 6):
        svg = draw_row(shares)
        assert texts(svg) == ["—"]
        assert all(segments(svg, look) == [] for look in LOOKS)


def test_words_are_never_markup() -> None:
    """Labels come from people: neither XML nor formulas nor control characters."""
    nasty = "<b>&\"$x^2$\x00]]>\u2028'"
    svg = draw((Bar(nasty, BARS[0].shares),), title=nasty, description=nasty)
    clean = "<b>&\"$x^2$]]> '"
    assert clean in texts(svg)
    assert fromstring(svg).findtext(f"{SVG}title") == clean


def test_nothing_comes_from_elsewhere() -> None:
    """No style that a strict policy refuses, no document type, no address but the namespace."""
    for svg in (draw(), draw_row(BARS[1].shares)):
        assert "style" not in svg.replace("font-style", "")
        assert "<!" not in svg
        assert re.findall(r"\w+://[^\"]+", svg) == ["http://www.w3.org/2000/svg"]
        assert "'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif" in svg


@pytest.mark.parametrize(
    ("share", "whole", "text"),
    [(0.0625, False, "6.3%"), (0.05625, False, "5.6%"), (1.0, False, "100.0%"), (0.625, True, "63%"), (0, True, "0%")],
)
def test_halves_go_up(share: float, whole: bool, text: str) -> None:
    """As people round on paper, not to the even digit and not by float noise."""
    assert share_text(share, whole=whole) == text


def test_png_shows_chinese() -> None:
    """The bundled font has the glyphs, and changing one character changes the picture only where it stands."""
    glyphs = FT2Font(FONTS / FACES[0]).get_charmap()
    assert all(glyphs.get(ord(char), 0) != 0 for char in some("".join(OPTIONS) + "县文化馆"))

    pixels = [_pixels(first) for first in ("满意", "好意")]
    rows, columns = np.nonzero((pixels[0] != pixels[1]).any(axis=2))
    assert 0 < rows.max() - rows.min() < 40
    assert 0 < columns.max() - columns.min() < 40


def test_png_is_as_wide_as_a_page_of_text() -> None:
    """156 mm at the resolution asked for."""
    for dpi in (100, 200):
        picture = Image.open(io.BytesIO(distribution_png(Distribution(BARS, OPTIONS, KINDS, "题", "述"), dpi=dpi)))
        assert picture.info["dpi"] == pytest.approx((dpi, dpi), abs=0.1)
        assert picture.width / dpi * 25.4 == pytest.approx(156, abs=1)


def _pixels(first: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    png = distribution_png(Distribution(BARS, (first, *OPTIONS[1:]), KINDS, "题", "述"))
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=np.uint8)
