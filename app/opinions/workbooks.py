"""Workbooks that leave: the template for collected opinions, and the issues with their opinions."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from app.office.bench import Bench, Made
from app.office.books import written
from app.office.workbook import export_text, looks_like_formula
from app.opinions.domain import ASIDE, UNSORTED, Source
from app.opinions.reads import Collection, OpinionView, collection
from app.opinions.workbook_import import SHEET, SOURCES, TITLES

SOURCE_NAMES = {source: names[0] for source, names in SOURCES.items()} | {Source.REMARK: "测评留言"}
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_SPARE_ROWS = 1_000
_OPINION_HEADS = ("来源", "编号", "单位", "意见")
_OPINION_WIDTHS = (14, 10, 24, 80)


def template(_: Bench) -> Made:
    """Make the template of the import, in the workshop."""
    return Made(template_xlsx(), "意见导入模板.xlsx")


def issues(bench: Bench) -> Made:
    """Make the workbook of a campaign's issues, in the workshop."""
    with bench.reading() as session:
        found = collection(session, bench.arguments["campaign"])
    return Made(issues_xlsx(found), f"{found.campaign.title}问题清单.xlsx")


def template_xlsx() -> bytes:
    """Return an empty workbook with the columns of the import."""
    return written(_template)


def _template(book: xlsxwriter.Workbook) -> None:
    book.set_properties({"created": _NO_DATE})
    sheet = _Sheet(book, SHEET, [titles[0] for titles in TITLES.values()], _OPINION_WIDTHS)
    choice = {"validate": "list", "source": [names[0] for names in SOURCES.values()]}
    sheet.sheet.data_validation(1, 0, _SPARE_ROWS, 0, choice)


def issues_xlsx(found: Collection) -> bytes:
    """Return the issues, what was merged into each, what is unsorted and what was set aside; nothing is left out."""
    return written(lambda book: _sheets(book, found))


def _sheets(book: xlsxwriter.Workbook, found: Collection) -> None:
    book.set_properties({"created": _NO_DATE, "title": export_text(found.campaign.title)})
    _issues(book, found)
    merged = _Sheet(book, "问题与意见", ("序号", "问题", *_OPINION_HEADS), (6, 32, *_OPINION_WIDTHS))
    for place, issue in enumerate(found.issues, 1):
        merged.rows((place, issue.title, *_cells(opinion)) for opinion in found.at(issue.id))
    unsorted = _Sheet(book, "未归并", _OPINION_HEADS, _OPINION_WIDTHS)
    unsorted.rows(_cells(opinion) for opinion in found.at(UNSORTED))
    aside = _Sheet(book, "不采纳", (*_OPINION_HEADS, "理由"), (*_OPINION_WIDTHS, 32))
    aside.rows((*_cells(opinion), found.sorting.reasons[opinion.id]) for opinion in found.at(ASIDE))


def _issues(book: Any, found: Collection) -> None:  # noqa: ANN401 -- XlsxWriter has no types
    sheet = _Sheet(book, "问题", ("序号", "问题", "涉及单位", "意见条数"), (6, 48, 48, 10))
    names = {unit.id: unit.name for unit in found.campaign.units}
    for place, issue in enumerate(found.issues, 1):
        sheet.rows([(place, issue.title, "、".join(names[unit] for unit in issue.unit_ids), issue.opinion_count)])
    sheet.rows([("", "未归并", "", len(found.at(UNSORTED))), ("", "不采纳", "", len(found.at(ASIDE)))])
    sheet.rows([("", "合计", "", len(found.opinions))])


def _cells(opinion: OpinionView) -> tuple[str, ...]:
    return SOURCE_NAMES[opinion.source], opinion.number, opinion.unit, opinion.text


class _Sheet:
    """One sheet, written from top to bottom; text is always text."""

    def __init__(self, book: Any, name: str, heads: Sequence[str], widths: Sequence[int]) -> None:  # noqa: ANN401 -- as above
        self.sheet = book.add_worksheet(name)
        shape = {"text_wrap": True, "valign": "top"}
        self._text = book.add_format({"num_format": "@", **shape})
        self._quoted = book.add_format({"num_format": "@", "quote_prefix": True, **shape})
        self._number = book.add_format({"num_format": "0", "valign": "top"})
        header = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EDEDED"})
        for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
            self.sheet.set_column(column, column, width, self._text)
            self.sheet.write_string(0, column, head, header)
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(0)
        self._row = 1

    def rows(self, rows: Iterable[Sequence[str | int]]) -> None:
        """Write rows below what is there."""
        for row in rows:
            for column, value in enumerate(row):
                self._write(column, value)
            self._row += 1

    def _write(self, column: int, value: str | int) -> None:
        if isinstance(value, int):
            self.sheet.write_number(self._row, column, value, self._number)
        elif value:
            text = export_text(value)
            self.sheet.write_string(self._row, column, text, self._quoted if looks_like_formula(text) else self._text)
