"""The one way to write a workbook: text stays text, nothing is calculated, nothing is linked (SEC-59)."""

import io
from collections.abc import Callable
from typing import Final

import xlsxwriter

from app.core.holding import hold_nothing

_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def written(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    """Return the workbook that ``fill`` fills, as .xlsx."""
    hold_nothing("writing a workbook")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        fill(book)
    return out.getvalue()
