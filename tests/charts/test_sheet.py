"""What every chart is drawn on."""

import warnings

import pytest

from app.charts.sheet import Sheet
from app.core.printable import NO_GLYPH
from tests.gb18030 import LEVEL_2

WIDE, STEP = 60, 14


def drawn(signs: list[str]) -> bytes:
    sheet = Sheet(WIDE * STEP, (len(signs) // WIDE + 1) * STEP)
    for row in range(0, len(signs), WIDE):
        sheet.text(0, (row // WIDE + 0.5) * STEP, "".join(signs[row : row + WIDE]), "#000000")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return sheet.png("题", "述", 96)


def test_all_of_level_2_is_drawn() -> None:
    """Matplotlib warns of a sign for which none of its fonts has a glyph."""
    assert drawn([chr(code) for code in sorted(LEVEL_2)]).startswith(b"\x89PNG")


def test_a_sign_without_glyph_becomes_a_mark() -> None:
    assert drawn(["县", "🎉", "𠀀", "局\ufe0f"]) == drawn(["县", NO_GLYPH, NO_GLYPH, "局"])


def test_a_sign_that_no_font_has_would_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.charts.sheet.on_paper", str)
    with pytest.raises(UserWarning, match="missing from font"):
        drawn(["𠀀"])
