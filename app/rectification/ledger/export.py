"""The 整改台账 as an Excel workbook that can be edited and brought back."""

from collections.abc import Sequence

import xlsxwriter

from app.office.books import written
from app.office.language import _
from app.office.sheets.listings import in_both
from app.office.workbook import looks_like_formula, plain
from app.rectification.ledger.cells import cells_of, unit_words
from app.rectification.ledger.service import LedgerRow
from app.rectification.ledger.workbook import HEADS, LISTING, SHEETS, before_of
from app.rectification.rules.columns import LEDGER_COLUMNS


def ledger_workbook(rows: Sequence[LedgerRow]) -> bytes:
    """Return the ledger with all its columns, one row for each action, text as text."""
    return written(lambda book: _fill(book, rows))


def _fill(book: xlsxwriter.Workbook, rows: Sequence[LedgerRow]) -> None:
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    quoted = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
    sheet = book.add_worksheet(_(in_both(SHEETS)))
    sheet.freeze_panes(1, 3)
    sheet.set_column(0, 0, 24, text)
    sheet.set_column(1, len(HEADS) - 1, 16, text)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    for column, words in enumerate(HEADS):
        sheet.write_string(0, column, _(LISTING.headings[words]), head)
    for place, each in enumerate(rows, start=1):
        for column, words in enumerate(_texts(each)):
            if shown := plain(words):
                sheet.write_string(place, column, shown, quoted if looks_like_formula(shown) else text)


def _texts(each: LedgerRow) -> list[str]:
    told = cells_of(each)
    before = before_of(told["public_rating"], told["rules_made"])
    return [each.row.id, unit_words(each), *(told[column.key] for column in LEDGER_COLUMNS), "", before]
