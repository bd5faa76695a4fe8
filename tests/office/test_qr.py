"""QR codes, checked against segno."""

import string

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from app.office.qr import QrSeries, qr_grid, terminal_qr, wifi_text

PREFIX = "http://192.168.1.5:8000/v#"
SERIES = QrSeries(PREFIX, 13)


def dark_cells(runs: list[tuple[int, int, int]]) -> set[tuple[int, int]]:
    return {(x + step, y) for x, y, width in runs for step in range(width)}


def test_it_makes_the_same_code_as_segno() -> None:
    reference = segno.make("满意度", error="m", mode="byte", micro=False, boost_error=False)
    expected = {(x, y) for y, row in enumerate(reference.matrix) for x, cell in enumerate(row) if cell}
    grid = qr_grid("满意度")
    assert grid.size == len(reference.matrix)
    assert dark_cells(list(grid.runs())) == expected


def test_the_svg_path_has_a_rectangle_for_each_run() -> None:
    grid = qr_grid("x")
    assert grid.svg_path().startswith("M0 0h7v1h-7z")
    assert grid.svg_path().count("z") == len(list(grid.runs()))


@given(st.text(alphabet=string.ascii_letters + string.digits + "-/#", min_size=13, max_size=13))
def test_a_series_makes_the_codes_segno_makes_under_the_same_mask(ending: str) -> None:
    mask = segno.make(PREFIX + "0" * 13, error="m", mode="byte", micro=False, boost_error=False).mask
    reference = segno.make(PREFIX + ending, error="m", mode="byte", micro=False, boost_error=False, mask=mask)
    cells = "".join(str(int(cell != 0)) for row in reference.matrix for cell in row)
    assert SERIES.grid(ending).bits == int(cells, 2)


@pytest.mark.parametrize("ending", ["", "x" * 12, "x" * 14, "满" * 13])
def test_a_series_refuses_an_ending_of_another_kind(ending: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        SERIES.grid(ending)


def test_a_network_is_written_with_escapes() -> None:
    assert wifi_text("Hall;A", 'a:b,"c\\') == 'WIFI:T:WPA;S:Hall\\;A;P:a\\:b\\,\\"c\\\\;;'
    assert wifi_text("open", "") == "WIFI:T:nopass;S:open;;"


def test_a_terminal_shows_it_in_blocks() -> None:
    shown = terminal_qr(PREFIX)
    assert set(shown) <= set(" █▀▄\n")
    assert len(set(map(len, shown.splitlines()))) == 1
