"""The workbook an organiser downloads, edits and uploads again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from app.campaigns.both_names import BothNames
from app.campaigns.domain import GROUP_FLOOR
from app.campaigns.list_table import joined
from app.campaigns.names import english_of
from app.campaigns.reads import get_campaign
from app.campaigns.workbook_import import (
    GROUPS_SHEET,
    GROUPS_SHEETS,
    LISTINGS,
    MAX_EXPECTED,
    UNITS_SHEET,
    UNITS_SHEETS,
    GroupRow,
    UnitRow,
)
from app.core.errors import Ours
from app.office.bench import Bench, Made
from app.office.books import written
from app.office.language import _, language_of_file, written_in
from app.office.sheets.listings import Listing, in_both
from app.office.workbook import export_text, looks_like_formula

_WIDTHS = {
    "section": 16, "objects": 10, "form": 28, "class": 12, "duty": 18, "responsible": 24,
    "order": 8, "name": 32, "short": 16, "english": 36, "chinese": 32, "note": 28, "expected": 14, "leaves_out": 48,
}  # fmt: skip
_SPARE_ROWS = 200
# The day of making tells who worked when, and makes two equal files differ.
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def template(bench: Bench) -> Made:
    """Make the template of a campaign with what is set up already, in the workshop."""
    with bench.reading() as session:
        campaign = get_campaign(session, bench.arguments["campaign"])
    own = campaign.english
    names = {unit.id: unit.name for unit in campaign.units}
    units = [
        UnitRow(place, unit.name, english=english_of(own, unit.name)) for place, unit in enumerate(campaign.units, 1)
    ]
    groups = [
        GroupRow(
            place, group.name, group.expected, tuple(names[of] for of in group.left_out), english_of(own, group.name)
        )
        for place, group in enumerate(campaign.groups, 1)
    ]
    with written_in(bench.language):
        return Made(template_xlsx(units, groups), _("单位和类别.xlsx"))


def template_xlsx(units: Sequence[UnitRow], groups: Sequence[GroupRow]) -> bytes:
    """Both sheets with the present data; every text is a string cell, never a formula or a link (SEC-59)."""
    return written(lambda book: _fill(book, units, groups))


def _fill(book: xlsxwriter.Workbook, units: Sequence[UnitRow], groups: Sequence[GroupRow]) -> None:
    book.set_properties({"created": NO_DATE})
    note = _("每行一个单位，按机构序列编号。改好后保存，再到系统中上传；上传后先预览，确认后才保存。")
    SheetWriter(book, in_both(UNITS_SHEETS), columns_of(LISTINGS[UNITS_SHEET]), note).fill(
        [{"order": u.order, **name_cells(u.name, u.english), "short": u.short, "note": u.note} for u in units]
    )
    note = _(
        "每行一个类别；应参加人数不少于 %(k)s 人。不参评单位写单位名称，多个用“、”隔开，没有就留空。", k=GROUP_FLOOR
    )
    sheet = SheetWriter(book, in_both(GROUPS_SHEETS), columns_of(LISTINGS[GROUPS_SHEET]), note)
    left_out = in_a_cell({u.name: u.english for u in units})
    sheet.fill(
        [
            {
                "order": g.order,
                **name_cells(g.name, g.english),
                "expected": g.expected,
                "leaves_out": left_out(g.leaves_out),
            }
            for g in groups
        ]
    )
    sheet.only_whole_numbers("expected", GROUP_FLOOR, MAX_EXPECTED)


def columns_of(listing: Listing) -> dict[str, Ours]:
    """Return the columns that a template has, with what they are called.

    Each name stands in it in both languages, that of the file first.
    """
    other = "english" if language_of_file() == "en" else "chinese"
    return {key: heading for key, heading in listing.headings.items() if key != other}


def name_cells(name: str, english: str) -> dict[str, str]:
    """Return what stands under the columns of a name; of the file's language there is no column of its own."""
    told = english if language_of_file() == "en" else ""
    return {"name": told or name, "english": english, "chinese": name}


def in_a_cell(every: Mapping[str, str]) -> Callable[[Sequence[str]], str]:
    """Return what writes some of ``every`` name (with its English) into one cell, from which they are read again."""
    both = BothNames.of(every, every)
    is_english = language_of_file() == "en"
    written = {name: both.written(name, english) if is_english else name for name, english in every.items()}
    return lambda names: joined([written.get(name, name) for name in names], written.values(), _("、"))


class SheetWriter:
    """One sheet: a note, the columns of a list by their headings, its rows."""

    def __init__(self, book: Any, name: Ours, columns: Mapping[str, Ours], note: str) -> None:  # noqa: ANN401 -- XlsxWriter has no types
        self.keys = list(columns)
        self.sheet = book.add_worksheet(_(name))
        self.plain = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        self.quoted = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top", "quote_prefix": True})
        self.number = book.add_format({"num_format": "0", "valign": "top"})
        self.sheet.write_string(0, 0, note, book.add_format({"italic": True, "font_color": "#595959"}))
        header = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EDEDED"})
        for column, key in enumerate(self.keys):
            numeric = key in {"order", "expected"}
            self.sheet.set_column(column, column, _WIDTHS[key], self.number if numeric else self.plain)
            self.sheet.write_string(1, column, _(columns[key]), header)
        self.sheet.freeze_panes(2, 0)

    def fill(self, rows: Sequence[dict[str, str | int]]) -> None:
        """Write the rows below the header."""
        for place, row in enumerate(rows, start=2):
            for column, key in enumerate(self.keys):
                self._write(place, column, row[key])

    def _write(self, row: int, column: int, value: str | int) -> None:
        if isinstance(value, int):
            self.sheet.write_number(row, column, value, self.number)
        elif value:
            text = export_text(value)
            self.sheet.write_string(row, column, text, self.quoted if looks_like_formula(text) else self.plain)

    def only_whole_numbers(self, key: str, low: int, high: int) -> None:
        """Let Excel itself warn of a number out of range while it is typed."""
        column = self.keys.index(key)
        rule = {"validate": "integer", "criteria": "between", "minimum": low, "maximum": high}
        self.sheet.data_validation(2, column, _SPARE_ROWS, column, rule)
