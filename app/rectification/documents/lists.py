"""四清单 as a workbook of four sheets, and as a Word file of four tables."""

from collections.abc import Iterator, Sequence

import xlsxwriter

from app.office.books import written
from app.office.language import _, said
from app.office.markup import Column, Style
from app.office.word_layout import Kind, blank_document, paragraph, saved
from app.office.workbook import looks_like_formula, plain
from app.rectification.documents.tables import heading, table
from app.rectification.ledger.cells import cells_of
from app.rectification.ledger.service import LedgerRow
from app.rectification.rules.lists import FOUR_LISTS, LIST_HEADS, LedgerList

_WIDE = 267
_FIRST = (13, 28, 52)
_WIDTHS = {"measures": 44, "goal": 36, "completion": 44, "rules_made": 40, "source": 44, "commitment": 36, "state": 30}
_OTHER = 24


def lists_workbook(rows: Sequence[LedgerRow]) -> bytes:
    """Return the four lists as sheets, one row for each action, text as text."""
    return written(lambda book: _fill(book, rows))


def _fill(book: xlsxwriter.Workbook, rows: Sequence[LedgerRow]) -> None:
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    look = {"text_wrap": True, "valign": "top"}
    text, quoted = book.add_format(look), book.add_format({**look, "quote_prefix": True})
    for one in FOUR_LISTS:
        sheet = book.add_worksheet(_(one.title))
        sheet.freeze_panes(1, 3)
        sheet.set_landscape()
        sheet.repeat_rows(0)
        for column, (words, width) in enumerate(zip(_heads(one), _widths(one), strict=True)):
            sheet.set_column(column, column, width / 2, text)
            sheet.write_string(0, column, _(words), head)
        for place, told in enumerate(_rows(one, rows), start=1):
            for column, words in enumerate(told):
                if shown := plain(words):
                    sheet.write_string(place, column, shown, quoted if looks_like_formula(shown) else text)


def lists_document(rows: Sequence[LedgerRow], title: str) -> bytes:
    """Return the four lists as wide tables, one below the other."""
    document = blank_document(wide=True)
    paragraph(document, title, Kind.TITLE)
    for number, one in enumerate(FOUR_LISTS, start=1):
        heading(document, number, _(one.title))
        factor = _WIDE / sum(_widths(one))
        heads = zip(_heads(one), _widths(one), strict=True)
        table(document, [Column(head, width * factor, Style.SMALL) for head, width in heads], _rows(one, rows), _WIDE)
    if not rows:
        paragraph(document, _("台账中没有整改事项。"), Style.NOTE)
    return saved(document)


def _heads(one: LedgerList) -> tuple[str, ...]:
    return (*LIST_HEADS, *(column.heading for column in one.columns))


def _widths(one: LedgerList) -> tuple[int, ...]:
    return (*_FIRST, *(_WIDTHS.get(key, _OTHER) for key in one.keys))


def _rows(one: LedgerList, rows: Sequence[LedgerRow]) -> Iterator[list[str]]:
    for each in rows:
        told = cells_of(each)
        yield [told["number"], said(each.plan.unit_name), told["problem"], *(told[key] for key in one.keys)]
