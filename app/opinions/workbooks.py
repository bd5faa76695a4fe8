"""Workbooks that leave: the template for collected opinions, and the issues with their opinions."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from app.campaigns.names import english_of
from app.core.errors import Ours
from app.office.bench import Bench, Made
from app.office.books import written
from app.office.language import _, listed, said, written_in
from app.office.sheets.listings import in_both
from app.office.workbook import export_text, looks_like_formula
from app.opinions.domain import ASIDE, UNSORTED, Source
from app.opinions.reads import Collection, OpinionView, collection
from app.opinions.workbook_import import LISTING, SHEETS, SOURCES

_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_SPARE_ROWS = 1_000
_ISSUE = Ours("问题", "Issue")
_OPINION_WIDTHS = (14, 10, 24, 80)


def template(bench: Bench) -> Made:
    """Make the template of the import, in the workshop."""
    with written_in(bench.language):
        return Made(template_xlsx(), _("意见导入模板.xlsx"))


def issues(bench: Bench) -> Made:
    """Make the workbook of a campaign's issues, in the workshop."""
    with bench.reading() as session:
        found = collection(session, bench.arguments["campaign"])
    own = found.campaign.english
    with written_in(bench.language, lambda name: english_of(own, name) or name):
        return Made(issues_xlsx(found), _("%(title)s问题清单.xlsx", title=said(found.campaign.title)))


def template_xlsx() -> bytes:
    """Return an empty workbook with the columns of the import."""
    return written(_template)


def _template(book: xlsxwriter.Workbook) -> None:
    book.set_properties({"created": _NO_DATE})
    sheet = _Sheet(book, _(in_both(SHEETS)), _opinion_heads(), _OPINION_WIDTHS)
    choice = {"validate": "list", "source": [_(in_both(names)) for names in SOURCES.values()]}
    sheet.sheet.data_validation(1, 0, _SPARE_ROWS, 0, choice)


def issues_xlsx(found: Collection) -> bytes:
    """Return the issues, what was merged into each, what is unsorted and what was set aside; nothing is left out."""
    return written(lambda book: _sheets(book, found))


def _sheets(book: xlsxwriter.Workbook, found: Collection) -> None:
    book.set_properties({"created": _NO_DATE, "title": export_text(said(found.campaign.title))})
    _issues(book, found)
    heads, reasons = _opinion_heads(), found.sorting.reasons
    merged = _Sheet(book, _("问题与意见"), (_("序号"), _(_ISSUE), *heads), (6, 32, *_OPINION_WIDTHS))
    for place, issue in enumerate(found.issues, 1):
        merged.rows((place, issue.title, *_cells(opinion)) for opinion in found.at(issue.id))
    unsorted = _Sheet(book, _("未归并"), heads, _OPINION_WIDTHS)
    unsorted.rows(_cells(opinion) for opinion in found.at(UNSORTED))
    aside = _Sheet(book, _("不采纳"), (*heads, _("理由")), (*_OPINION_WIDTHS, 32))
    aside.rows((*_cells(opinion), reasons[opinion.id]) for opinion in found.at(ASIDE))


def _issues(book: Any, found: Collection) -> None:  # noqa: ANN401 -- XlsxWriter has no types
    heads = (_("序号"), _(_ISSUE), _("涉及单位"), _("意见条数"))
    sheet = _Sheet(book, _(Ours("问题", "Issues")), heads, (6, 48, 48, 10))
    names = {unit.id: said(unit.name) for unit in found.campaign.units}
    for place, issue in enumerate(found.issues, 1):
        sheet.rows([(place, issue.title, listed(names[unit] for unit in issue.unit_ids), issue.opinion_count)])
    sheet.rows([("", _("未归并"), "", len(found.at(UNSORTED))), ("", _("不采纳"), "", len(found.at(ASIDE)))])
    sheet.rows([("", _("合计"), "", len(found.opinions))])


def _cells(opinion: OpinionView) -> tuple[str, ...]:
    source = _("测评留言") if opinion.source is Source.REMARK else _(in_both(SOURCES[opinion.source]))
    return source, opinion.number, said(opinion.unit), opinion.text


def _opinion_heads() -> list[str]:
    return [_(heading) for heading in LISTING.headings.values()]


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
